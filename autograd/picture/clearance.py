"""Whether the links of an arrangement keep clear of the boxes that they have nothing to do with."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from autograd.picture.geometry import Arrangement, Box, Curve, Link

_ROOM = 3.0  # around a box, since two courses are drawn along a link
_POINTS = 13  # looked at on each piece of a curve
_t = np.linspace(0, 1, _POINTS)
_BERNSTEIN = np.stack([(1 - _t) ** 3, 3 * _t * (1 - _t) ** 2, 3 * _t**2 * (1 - _t), _t**3])


def clear(arrangement: Arrangement, boxes: Sequence[Box], links: Sequence[Link]) -> bool:
    """Whether no link runs through a box other than those that it joins."""
    if not links:
        return True
    centres = np.array(arrangement.centres)
    halves = np.array([(box.width, box.height) for box in boxes]) / 2 + _ROOM
    rounded = np.array([box.round for box in boxes])
    for link, curve in zip(links, arrangement.curves, strict=True):
        away = abs(_along(curve)[:, None] - centres) / halves  # 1 on the outline
        inside = (np.where(rounded, np.hypot(away[..., 0], away[..., 1]), away.max(axis=-1)) < 1).any(axis=0)
        inside[[link.source, link.target]] = False
        if inside.any():
            return False
    return True


def _along(curve: Curve) -> npt.NDArray[np.float64]:
    """Points on a curve, (n, 2)."""
    pieces = np.array([curve[i : i + 4] for i in range(0, len(curve) - 1, 3)])
    points: npt.NDArray[np.float64] = np.einsum("kt,pkx->ptx", _BERNSTEIN, pieces).reshape(-1, 2)
    return points
