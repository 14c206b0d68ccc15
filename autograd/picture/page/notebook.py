"""The page inside a notebook: in a frame of its own, so that several in one notebook do not meet."""

from __future__ import annotations

import html
from dataclasses import dataclass

from autograd.picture.model import Graph
from autograd.picture.page.document import built

_SHORTEST, _TALLEST = 560, 900  # pixels
_AROUND = 210  # what the page has above and below its picture


def interactive(graph: Graph) -> Interactive:
    """The page for a notebook; see `Graph.interactive`."""
    return Interactive(*built(graph))


@dataclass(frozen=True, repr=False)
class Interactive:
    """A page that a notebook shows; see `Graph.interactive`. `page` is the page, `tall` the height of its picture."""

    page: str
    tall: float

    def __repr__(self) -> str:
        return f"Interactive({len(self.page.encode()) / 1000:.0f} kB; a notebook shows it)"

    def _repr_html_(self) -> str:
        """A frame that may run the page's script and nothing else: no origin, no access to the notebook."""
        height = round(min(max(self.tall + _AROUND, _SHORTEST), _TALLEST))
        return (
            f'<iframe srcdoc="{html.escape(self.page)}" sandbox="allow-scripts" loading="lazy" width="100%" '
            f'height="{height}" title="Computation graph, step by step" frameborder="0"></iframe>'
        )
