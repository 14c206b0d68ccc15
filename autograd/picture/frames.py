"""Frames around what belongs together: which scopes of a graph get one, and where they fit a finished arrangement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations

from autograd.picture.geometry import Arrangement, Box, Cluster, Frame
from autograd.picture.text import width

LABEL = 12.0  # the size of a frame's label
_MOST = 200
_AROUND = 10.0  # between a frame and what is in it

Scope = tuple[str, ...]


def clusters_of(scopes: Sequence[Scope]) -> tuple[list[Cluster], list[Scope]]:
    """A cluster for each scope of two or more nodes, outer ones first, and its scope; `scopes` has that of each node.

    A scope that has the same nodes as one outside it, or all nodes of the graph, needs no frame; and more frames than
    anyone can tell apart are none.
    """
    members: dict[Scope, list[int]] = {}
    for i, scope in enumerate(scopes):
        for depth in range(1, len(scope) + 1):
            members.setdefault(scope[:depth], []).append(i)
    shown: dict[Scope, int] = {}
    clusters: list[Cluster] = []
    for scope in sorted(members, key=len):
        outer = next((scope[:k] for k in range(len(scope) - 1, 0, -1) if scope[:k] in shown), None)
        around = len(scopes) if outer is None else len(members[outer])
        if 2 <= len(members[scope]) < around:
            shown[scope] = len(clusters)
            size = (width(scope[-1], LABEL) + 8, 1.4 * LABEL)
            clusters.append(Cluster(tuple(members[scope]), size, None if outer is None else shown[outer]))
    return (clusters, list(shown)) if len(clusters) <= _MOST else ([], [])


def framed(arrangement: Arrangement, boxes: Sequence[Box], clusters: Sequence[Cluster]) -> Arrangement:
    """The arrangement with a frame around each cluster between whose boxes nothing else stands."""
    frames: list[Frame | None] = [None] * len(clusters)
    for i in reversed(range(len(clusters))):
        inner = [frame for frame, other in zip(frames, clusters, strict=True) if frame and other.outer == i]
        frames[i] = _around(arrangement, boxes, clusters[i], inner)
    for i, j in combinations(range(len(clusters)), 2):
        a, b = frames[i], frames[j]
        if a and b and _meet(a, b) and not (set(clusters[j].members) <= set(clusters[i].members) and _within(b, a)):
            frames[j] = None
    return replace(arrangement, frames=frames)


def _around(arrangement: Arrangement, boxes: Sequence[Box], cluster: Cluster, inner: Sequence[Frame]) -> Frame | None:
    places = [*[_place(arrangement, boxes, i) for i in cluster.members], *inner]
    left, top = min([p[0] for p in places]) - _AROUND, min([p[1] for p in places]) - _AROUND - cluster.label[1]
    right, bottom = max([p[2] for p in places]) + _AROUND, max([p[3] for p in places]) + _AROUND
    frame = (left, top, max(right, left + cluster.label[0]), bottom)
    others = set(range(len(boxes))) - set(cluster.members)
    return None if any([_meet(frame, _place(arrangement, boxes, i)) for i in others]) else frame


def _place(arrangement: Arrangement, boxes: Sequence[Box], i: int) -> Frame:
    (x, y), box = arrangement.centres[i], boxes[i]
    return x - box.width / 2, y - box.height / 2, x + box.width / 2, y + box.height / 2


def _meet(a: Frame, b: Frame) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]


def _within(a: Frame, b: Frame) -> bool:
    return b[0] <= a[0] and b[1] <= a[1] and a[2] <= b[2] and a[3] <= b[3]
