"""Pictures of computation graphs: a recording as plain data for people, laid out and drawn without any other program.

A recording becomes (`recorded`) a `Graph` (`model`), which says of each value what it is (`summary`) and how the
gradient flows (`derivatives`). A picture of it is made in three steps that know little of each other: what stands
in each node (`labels`, `text`), where each node stands (`layout`), and the drawing itself (`shapes`, `svg`).

The engine never imports this package; `Tape.graph` does when it is called.

>>> from autograd import Tape, Variable
>>> x = Variable(3.0, name="x")
>>> with Tape(persistent=True) as t:
...     y = x * x + 1
>>> build(t, y, names={"y": y})
Graph(4 nodes, 4 edges, y = 10)
"""

from autograd.picture.groups import Group
from autograd.picture.lines import names_in
from autograd.picture.model import Graph, GraphEdge, GraphNode
from autograd.picture.paths import Path
from autograd.picture.recorded import build
from autograd.picture.summary import Summary

__all__ = ["Graph", "GraphEdge", "GraphNode", "Group", "Path", "Summary", "build", "names_in"]
