"""Samples: windows, convolution, pooling and normalization."""

import itertools
import math
import statistics
from typing import Any

import numpy as np

from tests.autograd.samples.table import CUBE, A, Sample

rng = np.random.default_rng(11)
IMAGE = rng.normal(size=(2, 5, 4, 2))
KERNEL = rng.normal(size=(3, 2, 2, 4))
HOW = {"strides": (2, 1), "padding": ((1, 2), (0, 1)), "dilation": (1, 2), "groups": 1}
OUT = rng.normal(size=(2, 3, 3, 4))  # what HOW makes of IMAGE
STEPS = {name: HOW[name] for name in ("strides", "padding", "dilation")}
SERIES = rng.normal(size=(2, 6, 3))
CAUSAL = {"strides": (1,), "padding": ((2, 0),), "dilation": (1,), "groups": 1}
IN_PLACE = "windows that overlap are added up in place"


def meetings(x: Any, size: Any, positions: Any, strides: Any, padding: Any, dilation: Any) -> Any:
    """Every (position, place in the window, element of x) that meet, for elements inside of x."""
    for p in itertools.product(*map(range, positions)):
        for k in itertools.product(*map(range, size)):
            i = tuple(s * a + d * b - pad[0] for s, a, d, b, pad in zip(strides, p, dilation, k, padding, strict=True))
            if all(0 <= a < n for a, n in zip(i, x.shape[1:-1], strict=True)):
                yield p, k, i


def positions(x: Any, size: Any, strides: Any, padding: Any, dilation: Any) -> tuple[int, ...]:
    space = x.shape[1:-1]
    return tuple(len(range(0, n + sum(pad) - d * (k - 1), s))
                 for n, k, s, pad, d in zip(space, size, strides, padding, dilation, strict=True))  # fmt: skip


def triple(x: Any, w: Any, z: Any, made: str, *, groups: int, **steps: Any) -> Any:
    """The one of x, w and z that is `made` from the others: Σ x[n, i, c] w[k, c, o] z[n, p, o], element by element."""
    out = {"x": np.zeros_like(x), "w": np.zeros_like(w), "z": np.zeros_like(z)}[made]
    inner, outer = w.shape[-2], w.shape[-1] // groups
    for p, k, i in meetings(x, w.shape[:-2], z.shape[1:-1], **steps):
        for n, c, o in itertools.product(range(len(x)), range(inner), range(w.shape[-1])):
            at = {"x": (n, *i, o // outer * inner + c), "w": (*k, c, o), "z": (n, *p, o)}
            a, b = [{"x": x, "w": w, "z": z}[name][at[name]] for name in "xwz" if name != made]
            out[at[made]] += a * b
    return out


def conv(x: Any, w: Any, *, groups: int, **steps: Any) -> Any:
    z = np.zeros((len(x), *positions(x, w.shape[:-2], **steps), w.shape[-1]))
    return triple(x, w, z, "z", groups=groups, **steps)


def conv_transpose(z: Any, w: Any, *, shape: Any, groups: int, **steps: Any) -> Any:
    x = np.zeros((len(z), *shape, w.shape[-2] * groups))
    return triple(x, w, z, "x", groups=groups, **steps)


def conv_kernel(x: Any, z: Any, *, size: Any, groups: int, **steps: Any) -> Any:
    w = np.zeros((*size, x.shape[-1] // groups, z.shape[-1]))
    return triple(x, w, z, "w", groups=groups, **steps)


def unfold(x: Any, *, size: Any, **steps: Any) -> Any:
    out = np.zeros((len(x), *positions(x, size, **steps), *size, x.shape[-1]))
    for p, k, i in meetings(x, size, positions(x, size, **steps), **steps):
        out[(slice(None), *p, *k)] = x[(slice(None), *i)]
    return out


def fold(windows: Any, *, shape: Any, **steps: Any) -> Any:
    rank = len(shape)
    out = np.zeros((len(windows), *shape, windows.shape[-1]))
    for p, k, i in meetings(out, windows.shape[rank + 1 : -1], windows.shape[1 : rank + 1], **steps):
        out[(slice(None), *i)] += windows[(slice(None), *p, *k)]
    return out


POOL = {"size": (3, 2), "strides": (2, 1), "padding": ((1, 1), (0, 1))}
APART = {"size": (2, 2), "strides": (2, 2), "padding": ((0, 0), (0, 0))}
TIED = np.round(2 * IMAGE)  # windows in which several are the greatest


def pooled(x: Any, *, size: Any, strides: Any, padding: Any, weigh: Any = None) -> Any:
    """The maximum of each window; or the mean of what `weigh` has where the maxima are."""
    steps = {"strides": strides, "padding": padding, "dilation": (1,) * len(size)}
    where = positions(x, size, **steps)
    seen: dict[Any, list[Any]] = {}
    for p, _, i in meetings(x, size, where, **steps):
        seen.setdefault(p, []).append(i)
    out = np.zeros((len(x), *where, x.shape[-1]))
    for n, c in np.ndindex(len(x), x.shape[-1]):
        for p, places in seen.items():
            top = max(x[(n, *i, c)] for i in places)
            won = [(n, *i, c) for i in places if x[(n, *i, c)] == top]
            out[(n, *p, c)] = top if weigh is None else math.fsum(weigh[i] for i in won) / len(won)
    return out


def spread(g: Any, x: Any, y: Any, **how: Any) -> Any:
    """Σ g · (what `pooled` makes of a one at each element)."""
    out = np.zeros_like(x)
    for i in np.ndindex(*x.shape):
        one = np.zeros_like(x)
        one[i] = 1.0
        out[i] = np.sum(g * pooled(x, weigh=one, **how))
    return out


def standardized(rows: Any, epsilon: float) -> Any:
    return [
        [(v - statistics.fmean(r)) / math.sqrt(statistics.pvariance(r) + epsilon) for v in r] for r in rows.tolist()
    ]


def by_rms(rows: Any, epsilon: float) -> Any:
    return [[v / math.sqrt(math.fsum(u * u for u in r) / len(r) + epsilon) for v in r] for r in rows.tolist()]


def unfolded(x: Any) -> Any:
    return unfold(x, size=(3, 2), **STEPS)


def top(x: Any, how: Any) -> Any:
    return pooled(x, **how)


SAMPLES: list[Sample] = [
    Sample("unfold", (IMAGE,), unfold, {"size": (3, 2), **STEPS}, without_ducks=IN_PLACE),
    Sample("fold", (rng.normal(size=unfolded(IMAGE).shape),), fold, {"shape": (5, 4), **STEPS}, without_ducks=IN_PLACE),
    Sample("conv", (IMAGE, KERNEL), conv, HOW, without_ducks=IN_PLACE),
    Sample("conv", (IMAGE, KERNEL[:, :, :1]), conv, {**HOW, "groups": 2}, label="depthwise", without_ducks=IN_PLACE),
    Sample("conv", (OUT, KERNEL), conv, {**HOW, "groups": 2}, label="groups", without_ducks=IN_PLACE),
    Sample("conv", (SERIES, rng.normal(size=(3, 3, 2))), conv, CAUSAL, label="series", without_ducks=IN_PLACE),
    Sample("conv_transpose", (OUT, KERNEL), conv_transpose, {"shape": (5, 4), **HOW}, without_ducks=IN_PLACE),
    Sample("conv_transpose", (OUT, KERNEL[:, :, :1]), conv_transpose, {"shape": (5, 4), **HOW, "groups": 2},
           label="depthwise", without_ducks=IN_PLACE),
    Sample("conv_transpose", (OUT, KERNEL), conv_transpose, {"shape": (5, 4), **HOW, "groups": 2},
           label="groups", without_ducks=IN_PLACE),
    Sample("conv_kernel", (IMAGE, OUT), conv_kernel, {"size": (3, 2), **HOW}, without_ducks=IN_PLACE),
    Sample("conv_kernel", (IMAGE, OUT), conv_kernel, {"size": (3, 2), **HOW, "groups": 2},
           label="depthwise", without_ducks=IN_PLACE),
    Sample("max_pool", (IMAGE,), pooled, POOL, without_ducks=IN_PLACE),
    Sample("max_pool", (IMAGE,), pooled, APART, label="apart", without_ducks=IN_PLACE),
    Sample("max_pool_spread", (pooled(IMAGE, **POOL), TIED, top(TIED, POOL)), spread, POOL, constant=(1, 2), without_ducks=IN_PLACE),
    Sample("max_pool_gather", (IMAGE, TIED, top(TIED, POOL)), lambda t, x, y, **how: pooled(x, weigh=t, **how), POOL,
           constant=(1, 2), without_ducks=IN_PLACE),
    Sample("standardize", (A,), lambda x, axis, epsilon: standardized(x, epsilon), {"axis": (1,), "epsilon": 0.1}),
    Sample("standardize", (CUBE,),
           lambda x, axis, epsilon: np.reshape(standardized(x.swapaxes(0, 1).reshape(3, 8), epsilon), (3, 2, 4)).swapaxes(0, 1),
           {"axis": (0, 2), "epsilon": 0.01}, label="axes"),
    Sample("rms_scale", (A,), lambda x, axis, epsilon: by_rms(x, epsilon), {"axis": (1,), "epsilon": 0.1}),
]  # fmt: skip
