"""The table of all steps: for paper, for screen readers, and for browsers that run no scripts."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from autograd.picture.page.elements import add
from autograd.picture.page.steps import Step

PHASES = {"start": "Start", "forward": "Forward", "backward": "Backward", "end": "End"}
MOST = 400  # rows; of more steps than that, as many from the start and from the end


def add_table(parent: Element, steps: Sequence[Step], most: int = MOST) -> None:
    """Append the table; of very many steps the middle is left out, and a row says so."""
    section = add(parent, "div", class_="all")
    add(section, "h2", "All steps", id="all")
    scroller = add(section, "div", class_="scroller", role="region", aria_labelledby="all", tabindex="0")
    table = add(scroller, "table")
    add(table, "caption", "Each backward step multiplies the upstream gradient by a local derivative")
    head = add(add(table, "thead"), "tr")
    for title in ("Step", "Pass", "What", "In numbers", "Sum"):
        add(head, "th", title, scope="col")
    body = add(table, "tbody")
    left_out = range(most // 2, len(steps) - most // 2) if len(steps) > most else range(0)
    for i, step in enumerate(steps):
        if i not in left_out:
            row = add(body, "tr", data_row=str(i))
            add(row, "th", str(i), scope="row")
            for text in (PHASES[step.phase], step.title, step.formula or step.note, step.total):
                add(row, "td", text)
        elif i == left_out.start:
            add(add(body, "tr"), "td", f"{len(left_out)} steps are left out here; the slider has them", colspan="5")
