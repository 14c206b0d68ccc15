"""Where the nodes and edges of a picture go: Graphviz does it where it is present, our own layout elsewhere.

Three engines behind one call: the `dot` program, the copy of it inside `pygraphviz`, and `layered`, which is
always there. All of them put every operation above its operands.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from collections.abc import Callable, Sequence

from autograd.picture import frames, graphviz_layout, layered
from autograd.picture.geometry import Arrangement, Box, Cluster, Link
from autograd.picture.layers import ranks


def _by_ourselves(boxes: Sequence[Box], links: Sequence[Link], clusters: Sequence[Cluster]) -> Arrangement:
    return frames.framed(layered.arrange(boxes, links), boxes, clusters)


# In order of preference; each takes boxes, links and clusters.
_ENGINES: dict[str, Callable[[Sequence[Box], Sequence[Link], Sequence[Cluster]], Arrangement]] = {
    "dot": graphviz_layout.by_program,
    "pygraphviz": graphviz_layout.by_library,
    "layered": _by_ourselves,
}

# Above this many boxes and labels, or layers that links pass, Graphviz would keep people waiting, so that it has to be
# asked for by name. What the layers passed cost grows with the labels: by so many of them it doubles.
_LARGE = 1000
_LONG = 3000
_LABELS = 8
_LONGEST = 500_000  # of layers that links pass, beyond which our own layout would take minutes and gigabytes


def engines() -> list[str]:
    """The engines present on this machine, the preferred one first."""
    present = {"dot": shutil.which("dot"), "pygraphviz": importlib.util.find_spec("pygraphviz"), "layered": True}
    return [name for name in _ENGINES if present[name]]


def arrange(
    boxes: Sequence[Box], links: Sequence[Link], engine: str | None = None, clusters: Sequence[Cluster] = ()
) -> Arrangement:
    """Positions for the boxes and courses for the links, none of which overlap a box; frames for the clusters.

    engine: one of "dot", "pygraphviz" and "layered"; None takes the first that is present and works, and "layered"
        where Graphviz would take longer than a second or so.
    ValueError for an engine that does not exist or is not present, and for a graph that none could draw.
    """
    if (passed := _passed(boxes, links)) > _LONGEST:
        raise ValueError(
            f"a picture of {len(boxes):,} nodes in full would have edges past {passed:,} layers, and the most is "
            f"{_LONGEST:,}; leave collapse=False out, or give depth="
        )
    if engine is not None:
        if engine not in engines():
            raise ValueError(f"the layout engine is {engine!r}; expected one that is present: {', '.join(engines())}")
        return _ENGINES[engine](boxes, links, clusters)
    labels = sum([link.label is not None for link in links])
    # Otherwise Graphviz would take more than a second or so.
    if len(boxes) + labels <= _LARGE and passed * (1 + labels / _LABELS) <= _LONG:
        for name in engines()[:-1]:
            try:
                return _ENGINES[name](boxes, links, clusters)
            except (ImportError, OSError, subprocess.SubprocessError, graphviz_layout.LayoutError):
                continue  # an installation that is broken is as good as none
    return _by_ourselves(boxes, links, clusters)


def _passed(boxes: Sequence[Box], links: Sequence[Link]) -> int:
    """How many layers all links together lead past."""
    rank = ranks(len(boxes), links)
    return sum([rank[link.target] - rank[link.source] for link in links])
