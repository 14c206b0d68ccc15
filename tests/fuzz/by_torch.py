"""The same programs in PyTorch. Imported only where PyTorch is."""

from __future__ import annotations

import warnings
from functools import cache, partial
from typing import Any

import numpy as np
import torch

import autograd as ag
from tests.fuzz.compare import same
from tests.fuzz.derivatives import Derivatives
from tests.fuzz.programs import Input, Program, Step, compiled, values_of
from tests.fuzz.rows import TABLE

F64 = torch.float64


class T:
    """What NumPy's functions are in PyTorch where it has no single function, and the derivatives of our table of kinks."""

    @staticmethod
    def axes(axis: Any, ndim: int) -> list[int]:
        axes = range(ndim) if axis is None else axis if isinstance(axis, tuple) else (axis,)
        return [k % ndim for k in axes]

    @staticmethod
    def reduce(function: Any, a: Any, axis: Any, keepdims: bool) -> Any:
        """A reduction of the last axis, applied to the given axes flattened into one."""
        if axis == ():
            return a
        gone = T.axes(axis, a.ndim)
        kept = [k for k in range(a.ndim) if k not in gone]
        count = int(np.prod([a.shape[k] for k in gone]))
        if not a.numel() and count:
            function = partial(torch.sum, dim=-1)  # nothing at all, which some functions refuse
        y = function(a.permute(kept + gone).reshape([a.shape[k] for k in kept] + [count]))
        return y.reshape([1 if k in gone else n for k, n in enumerate(a.shape)]) if keepdims else y

    @staticmethod
    def common(function: Any, a: Any, b: Any) -> Any:
        dtype = torch.promote_types(a.dtype, b.dtype)
        return function(a.to(dtype), b.to(dtype))

    @staticmethod
    def flat(a: Any, axis: Any) -> Any:
        return a.reshape(-1) if axis is None else a

    @staticmethod
    def dim(axis: Any) -> int:
        return 0 if axis is None else axis

    @staticmethod
    def argmax(a: Any, axis: int) -> Any:
        return torch.as_tensor(np.argmax(a.detach().numpy(), axis=axis, keepdims=True))

    @staticmethod
    def chosen(mask: Any, function: Any, a: Any, other: Any) -> Any:
        """The function where the mask is, without a NaN from elsewhere: the mask is applied to the operand too."""
        safe = torch.where(mask, a, torch.full_like(a, 0.5))
        return torch.where(mask, function(safe), other)

    @staticmethod
    def take(a: Any, key: Any) -> Any:
        numbers = np.arange(a.numel()).reshape(a.shape)[key]
        return a.reshape(-1)[_constant(numbers)]

    @staticmethod
    def put(a: Any, key: Any, b: Any, add: bool) -> Any:
        numbers = _constant(np.arange(a.numel()).reshape(a.shape)[key])
        new = torch.broadcast_to(b, numbers.shape).reshape(-1)
        return a.reshape(-1).index_put((numbers.reshape(-1),), new, accumulate=add).reshape(a.shape)

    @staticmethod
    def solve(a: Any, b: Any) -> Any:
        return torch.linalg.solve(a, b if b.ndim == 1 else b.broadcast_to((*a.shape[:-2], *b.shape[-2:])))

    @staticmethod
    def convolve(a: Any, b: Any) -> Any:
        a, b = (a, b) if len(a) >= len(b) else (b, a)
        return torch.nn.functional.conv1d(a[None, None], b.flip(0)[None, None], padding=len(b) - 1)[0, 0]

    @staticmethod
    def heaviside(a: Any, b: Any) -> Any:
        return torch.where(a == 0, b, torch.where(torch.isnan(a), a, (a > 0).to(F64)).detach())

    @staticmethod
    def fmod(a: Any, b: Any, function: Any) -> Any:
        """a - b q with the whole number q that belongs to the value; PyTorch's own rule rounds a / b, which may be 1 off."""
        x, y = np.broadcast_arrays(a.detach().numpy(), b.detach().numpy())
        with np.errstate(all="ignore"):
            return a - b * torch.as_tensor(np.rint((x - function(x, y)) / y))

    @staticmethod
    def floor_divide(a: Any, b: Any) -> Any:
        with np.errstate(all="ignore"):
            return torch.as_tensor(np.floor_divide(a.detach().numpy(), b.detach().numpy()))

    @staticmethod
    def cbrt(a: Any) -> Any:
        zero = a == 0
        other = torch.where(zero, torch.ones_like(a), a)
        root = torch.sqrt(torch.where(zero, a + 0.0, torch.ones_like(a)))  # whose slope at 0 is infinite, too
        return torch.where(zero, root, torch.sign(other) * torch.abs(other) ** (1 / 3))

    @staticmethod
    def arccosh(a: Any) -> Any:
        """Without the slope that PyTorch has below -1, where there is no value."""
        low = a < 1
        nan = torch.sqrt(torch.where(low, a - 1, torch.ones_like(a)))
        return torch.where(low, nan, torch.acosh(torch.where(low, torch.full_like(a, 1.5), a)))

    @staticmethod
    def modulus(a: Any) -> Any:
        return T.hypot(torch.real(a), torch.imag(a))

    @staticmethod
    def sinc(a: Any) -> Any:
        near = abs(a) < 0.05
        u, far = (np.pi * a) ** 2, np.pi * torch.where(near, torch.ones_like(a), a)
        return torch.where(near, 1 - u / 6 * (1 - u / 20 * (1 - u / 42 * (1 - u / 72))), torch.sin(far) / far)

    @staticmethod
    def half(function: Any, a: Any, b: Any) -> Any:
        """torch.fmax and fmin with a tie shared."""
        best = torch.maximum if function is torch.fmax else torch.minimum
        return best(torch.where(torch.isnan(a), b, a), torch.where(torch.isnan(b), a, b))

    @staticmethod
    def std(x: Any, ddof: int) -> Any:
        """Equal numbers have the deviation 0 here, too, where a rounded mean would leave a rest."""
        d = x - x[..., :1]
        spread = torch.linalg.vector_norm(d - torch.mean(d, -1, keepdim=True), 2, -1)
        return spread / (x.shape[-1] - ddof) ** 0.5 if x.shape[-1] > 1 else 0 * torch.sum(x, -1)

    @staticmethod
    def held(a: Any, slopes: Any, start: Any, value: Any) -> Any:
        slopes, start, value = (torch.as_tensor(x) for x in (slopes, start, value))
        return value + (slopes @ (a - start).reshape(-1)).reshape(value.shape)

    @staticmethod
    def quantile(x: Any, q: float) -> Any:
        """The neighbours alone that have a weight, since PyTorch multiplies an infinite cotangent by a weight of 0."""
        x = torch.sort(x, dim=-1, stable=True).values
        place = q * (x.shape[-1] - 1)
        low = int(place)
        return x[..., low] if place == low else x[..., low] * (1 - place + low) + x[..., low + 1] * (place - low)

    @staticmethod
    def hypot(a: Any, b: Any) -> Any:
        return torch.linalg.vector_norm(torch.stack(torch.broadcast_tensors(a, b)), 2, 0)

    @staticmethod
    def copysign(a: Any, b: Any) -> Any:
        return a * (torch.sign(a) * torch.copysign(torch.ones_like(b), b)).detach()

    @staticmethod
    def clip(a: Any, low: Any, high: Any) -> Any:
        inside = (a >= low) & (a <= high)
        return torch.where(inside, a, torch.where((a < low) & (low <= high), low, high))

    @staticmethod
    def first_best(a: Any, axis: int, sign: int) -> Any:
        """A running maximum of which the first of equal elements has the gradient."""
        x = sign * a.detach().numpy()
        places = np.zeros(x.shape, int)
        for k in np.ndindex(x.shape):
            start = tuple(slice(0, n + 1) if i == axis % x.ndim else n for i, n in enumerate(k))
            places[k] = np.argmax(x[start])
        return torch.gather(a, axis, torch.as_tensor(places))

    @staticmethod
    def logcumsumexp(a: Any, axis: int) -> Any:
        return torch.stack([torch.logsumexp(a.narrow(axis, 0, k + 1), axis) for k in range(a.shape[axis])], axis)

    @staticmethod
    def cumprod(a: Any, axis: int) -> Any:
        a = a.reshape(1) if a.ndim == 0 else a
        return (
            torch.stack([torch.prod(a.narrow(axis, 0, k + 1), axis) for k in range(a.shape[axis])], axis)
            if a.shape[axis]
            else a
        )

    @staticmethod
    def det(a: Any) -> Any:
        """By the first row, since what PyTorch divides by is 0 for a singular matrix."""
        n = a.shape[-1]
        if n == 1:
            return a[..., 0, 0]
        minors = [torch.cat([a[..., 1:, :k], a[..., 1:, k + 1 :]], -1) for k in range(n)]
        return sum([(-1) ** k * a[..., 0, k] * T.det(minor) for k, minor in enumerate(minors)])

    @staticmethod
    def power(a: Any, b: Any) -> Any:
        return T.common(lambda x, y: Power.apply(*torch.broadcast_tensors(x, y)), a, b)

    @staticmethod
    def xlogy(a: Any, b: Any) -> Any:
        return XLog.apply(*torch.broadcast_tensors(a, b))

    @staticmethod
    def xlog1py(a: Any, b: Any) -> Any:
        return XLog.apply(*torch.broadcast_tensors(a, 1 + b))

    @staticmethod
    def angle(a: Any) -> Any:
        zero = a == 0
        return torch.where(zero, 0 * torch.real(a), torch.angle(torch.where(zero, torch.ones_like(a), a)))

    @staticmethod
    def logit(a: Any) -> Any:
        return torch.log(a) - torch.log1p(-a)

    @staticmethod
    def squared(a: Any) -> Any:
        return torch.real(a) ** 2 + torch.imag(a) ** 2 if a.is_complex() else a**2


class Corner(torch.autograd.Function):
    """0 with a given slope, which may be infinite."""

    @staticmethod
    def forward(ctx: Any, x: Any, slope: Any) -> Any:
        ctx.save_for_backward(slope)
        return torch.zeros_like(x)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (slope,) = ctx.saved_tensors
        return torch.where(slope == 0, torch.zeros_like(g), g * slope), None


def corner(x: Any, *cases: tuple[Any, float]) -> Any:
    """0 with an infinite slope in some places."""
    slope = torch.zeros(x.shape, dtype=F64)
    for where, value in cases:
        slope = torch.where(where, torch.full_like(slope, value), slope)
    return Corner.apply(x, slope)


class Power(torch.autograd.Function):
    """a ** b with its exact derivatives: PyTorch masks b a^(b-1) where b is 0, and so loses its slope in b."""

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        return torch.pow(a, b)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        a, b = ctx.saved_tensors
        both = (a == 0) & (b == 0)
        base = b * Power.apply(torch.where(both, torch.ones_like(a), a), b - 1)
        base = torch.where(both, torch.zeros_like(a), base) + corner(b, (both, np.inf), ((a == 0) & (b == 1), -np.inf))
        flat = (a == 0) & (torch.real(b) >= 0)
        exponent = Power.apply(a, b) * torch.log(torch.where(flat, torch.ones_like(a), a))
        exponent = torch.where(flat, torch.zeros_like(a), exponent) + corner(a, (flat & (torch.real(b) <= 1), -np.inf))
        return g * torch.conj(base), g * torch.conj(exponent)


class XLog(torch.autograd.Function):
    """a log b, and 0 where both are 0, with infinite slopes there."""

    @staticmethod
    def forward(ctx: Any, a: Any, b: Any) -> Any:
        ctx.save_for_backward(a, b)
        return torch.xlogy(a, b)

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        a, b = ctx.saved_tensors
        both = (a == 0) & (b == 0)
        safe = torch.where(both, torch.ones_like(b), b)
        return g * (torch.log(safe) + corner(b, (both, np.inf))), g * (a / safe + corner(a, (both, np.inf)))


class Snap(torch.autograd.Function):
    """The value that NumPy computed: a difference in rounding would otherwise fall on another side of a kink."""

    @staticmethod
    def forward(ctx: Any, y: Any, exact: Any) -> Any:
        return exact.clone()

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        return g, None


@cache
def spelled(op: str, page: bool) -> Any:
    row = TABLE[op]
    text = row.page if page and row.page else row.torch
    return compiled(text, {"torch": torch, "T": T, "np": np})


GROUPS = ("elementwise", "special", "binary", "mask")
ELEMENTWISE = {row.name for row in TABLE.values() if row.group in GROUPS} - {"sum_where"} | {"modulus", "angle"}
ELEMENTWISE |= {"bounded", "unit", "positive", "above", "affine_complex", "squared", "phase"}
ROWS = {"norm", "vector_norm", "std"}


class Reference:
    """A program in PyTorch, every value of which is that of NumPy."""

    def __init__(self, program: Program, page: bool) -> None:
        self.program, self.page = program, page
        with np.errstate(all="ignore"):
            exact = values_of(program, [n.value for n in program.nodes if isinstance(n, Input) and n.source])
        self.exact = [_constant(v.numpy() if isinstance(v, ag.Tensor) else v) for v in exact]
        self.cuts: dict[int, Any] = {}
        self.strange: list[str] = []

    def run(self, sources: list[Any]) -> tuple[Any, list[Any]]:
        given = iter(sources)
        values: list[Any] = []
        for i, node in enumerate(self.program.nodes):
            if isinstance(node, Input):
                values.append(next(given) if node.source else self.exact[i])
                continue
            y = self.step(i, node, [values[k] for k in node.operands])
            exact = self.exact[i]
            if y.shape != exact.shape or y.dtype != exact.dtype:
                raise ValueError(
                    f"{node.op} gave {y.dtype}{tuple(y.shape)} where NumPy has {exact.dtype}{tuple(exact.shape)}"
                )
            if not same(_array(y), exact.numpy()):
                self.strange.append(node.op)
            values.append(Snap.apply(y, exact))
        total: Any = torch.zeros((), dtype=F64)
        for number, weight in self.program.weights.items():
            total = total + torch.sum(torch.real(torch.conj(_constant(weight)) * values[number]))
        return total, values

    def step(self, i: int, node: Step, operands: list[Any]) -> Any:
        apply = spelled(node.op, self.page)
        if i not in self.cuts:
            return apply(operands, node.params)
        cut, exact = self.cuts[i], self.exact[i]
        if node.op in ROWS:  # a cut result cuts all that it was reduced from
            axes = [] if node.params["keepdims"] else sorted(T.axes(node.params["axis"], operands[0].ndim))
            wide = cut
            for axis in axes:
                wide = wide.unsqueeze(axis)
            ones = torch.arange(operands[0].numel(), dtype=F64).reshape(operands[0].shape) + 1.0
            safe = [torch.where(wide, ones.to(operands[0].dtype), operands[0])]
        else:
            wide = [torch.broadcast_to(a, exact.shape) for a in operands]
            safe = [torch.where(cut, torch.full_like(a, 0.5), a) for a in wide]
        return torch.where(cut, exact, apply(safe, node.params))

    def apply_law_of_zeros(self) -> None:
        """Cut an element of an elementwise step where its cotangent is exactly 0 and its derivative is not finite."""
        while True:
            total, values = self.run(self.sources())
            steps = [
                i
                for i, node in enumerate(self.program.nodes)
                if isinstance(node, Step) and node.op in ELEMENTWISE | ROWS and values[i].requires_grad
            ]
            if not steps or not total.requires_grad:
                return
            cotangents = torch.autograd.grad(total, [values[i] for i in steps], materialize_grads=True)
            before = {i: cut.clone() for i, cut in self.cuts.items()}
            for i, g in zip(steps, cotangents, strict=True):
                cut = (g == 0) & self.singular(i)
                if cut.any():
                    self.cuts[i] = self.cuts.get(i, torch.zeros_like(cut)) | cut
            if before.keys() == self.cuts.keys() and all(torch.equal(before[i], self.cuts[i]) for i in before):
                return

    def singular(self, i: int) -> Any:
        """Where the first or second derivatives of an elementwise step are not finite."""
        node, shape = self.program.nodes[i], self.exact[i].shape
        assert isinstance(node, Step)
        if node.op in ROWS:
            return self.exact[i] == 0
        operands = [torch.broadcast_to(self.exact[k], shape).clone().requires_grad_() for k in node.operands]
        y = self.step(i, node, operands)
        bad = torch.zeros(shape, dtype=torch.bool)
        if not y.requires_grad:
            return bad
        ones = torch.ones_like(y)
        first = torch.autograd.grad(y, operands, ones, create_graph=True, materialize_grads=True)
        for slope in first:
            bad = bad | ~torch.isfinite(slope)
            if slope.requires_grad:
                for second in torch.autograd.grad(
                    torch.real(slope).sum(), operands, retain_graph=True, materialize_grads=True
                ):
                    bad = bad | ~torch.isfinite(second)
        return bad

    def sources(self) -> list[Any]:
        return [self.exact[i].clone().requires_grad_() for i in self.program.sources]

    def derivatives(self) -> Derivatives:
        x = self.sources()
        t = [_constant(self.program.tangents[i]) for i in self.program.sources]
        y, _ = self.run(x)
        zeros = [torch.zeros_like(a) for a in x]
        gradient, second = zeros, zeros
        if y.requires_grad:
            gradient = list(torch.autograd.grad(y, x, create_graph=True, materialize_grads=True))
            along: Any = sum([torch.sum(torch.real(torch.conj(a) * b)) for a, b in zip(gradient, t, strict=True)])
            if along.requires_grad:
                second = list(torch.autograd.grad(along, x, materialize_grads=True))
        arrays = [[_array(a) for a in part] for part in (gradient, second)]
        return Derivatives(y.detach().numpy(), arrays[0], arrays[1])


def by_torch(program: Program, page: bool = False, law: bool = False) -> tuple[Derivatives, list[str]]:
    """Value, gradient and product with the Hessian, and the operations whose values are others than NumPy's.

    page: with the derivatives of our table of kinks. law: with the law of zeros.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reference = Reference(program, page)
        if law:
            reference.apply_law_of_zeros()
            reference.strange.clear()
        return reference.derivatives(), sorted(set(reference.strange))


def _array(a: Any) -> np.ndarray:
    """A tensor's numbers. It is added to zeros first, since PyTorch has tensors of zeros without memory."""
    dense = torch.zeros(a.shape, dtype=a.dtype) + a.detach()
    return np.array(dense.resolve_conj().resolve_neg().numpy())


def _constant(x: Any) -> Any:
    return torch.tensor(np.array(x).copy())
