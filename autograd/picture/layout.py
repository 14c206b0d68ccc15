"""Where the nodes and edges of a picture go: Graphviz does it where it is present, our own layout elsewhere.

Three engines behind one call: the `dot` program, the copy of it inside `pygraphviz`, and `layered`, which is
always there. All of them put every operation above its operands.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Sequence

from autograd.picture import graphviz_layout, layered
from autograd.picture.geometry import Arrangement, Box, Link

# In order of preference; each takes boxes and links.
_ENGINES: dict[str, Callable[[Sequence[Box], Sequence[Link]], Arrangement]] = {
    "dot": graphviz_layout.by_program,
    "pygraphviz": graphviz_layout.by_library,
    "layered": layered.arrange,
}

# Above this many boxes and labels Graphviz would keep people waiting, so that it has to be asked for by name.
_LARGE = 1000


def engines() -> list[str]:
    """The engines present on this machine, the preferred one first."""
    present = {"dot": shutil.which("dot"), "pygraphviz": importlib.util.find_spec("pygraphviz"), "layered": True}
    return [name for name in _ENGINES if present[name]]


def arrange(boxes: Sequence[Box], links: Sequence[Link], engine: str | None = None) -> Arrangement:
    """Positions for the boxes and courses for the links, none of which overlap a box.

    engine: one of "dot", "pygraphviz" and "layered"; None takes the first that is present and works.
    ValueError for an engine that does not exist or is not present.
    """
    if engine is not None:
        if engine not in engines():
            raise ValueError(f"the layout engine is {engine!r}; expected one that is present: {', '.join(engines())}")
        return _ENGINES[engine](boxes, links)
    if len(boxes) + sum([link.label is not None for link in links]) <= _LARGE:
        for name in engines()[:-1]:
            try:
                return _ENGINES[name](boxes, links)
            except (ImportError, OSError, subprocess.SubprocessError, graphviz_layout.LayoutError):
                continue  # an installation that is broken is as good as none
    return layered.arrange(boxes, links)
