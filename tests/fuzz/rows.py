"""The operations that programs are made of: one row each, as written for NumPy and as written for PyTorch.

Both spellings are source text over the operands a, b, c and the row's parameters, so that a program prints as NumPy
code and PyTorch is imported only where it runs. `page` is a third spelling, in PyTorch too: the derivative that the
table of kinks in docs/semantics.md promises where PyTorch chooses another one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.fuzz import draws
from tests.fuzz.draws import Drawing


class Row(NamedTuple):
    """An operation; `draw` chooses its operands and parameters from what a program has so far."""

    name: str
    group: str
    ours: str
    torch: str
    draw: Callable[[Drawing], tuple[tuple[int, ...], dict[str, Any]] | None]
    page: str | None = None


def _unary(
    group: str, name: str, ours: str, torch: str, domain: str = "any", z: bool = False, page: str | None = None
) -> Row:
    return Row(name, group, ours, torch, draws.unary(domain, z), page)


def _binary(
    group: str, name: str, ours: str, torch: str, left: str = "any", right: str = "any", z: bool = False,
    page: str | None = None,
) -> Row:  # fmt: skip
    return Row(name, group, ours, torch, draws.binary(left, right, z), page)


def _reduce(name: str, ours: str, torch: str, page: str | None = None, **options: Any) -> Row:
    return Row(name, "reduction", ours, torch, draws.reduction(**options), page)


def _scan(name: str, ours: str, torch: str, domain: str = "any", z: bool = False, page: str | None = None) -> Row:
    return Row(name, "scan", ours, torch, draws.along_axis(domain, z), page)


E, S, B = "elementwise", "special", "binary"

# fmt: off
ROWS = [
    # Elementwise, one operand.
    _unary(E, "sin", "np.sin(a)", "torch.sin(a)", "bounded", z=True),
    _unary(E, "cos", "np.cos(a)", "torch.cos(a)", "bounded", z=True),
    _unary(E, "tan", "np.tan(a)", "torch.tan(a)", "unit", z=True),
    _unary(E, "exp", "np.exp(a)", "torch.exp(a)", "bounded", z=True),
    _unary(E, "expm1", "np.expm1(a)", "torch.expm1(a)", "bounded", z=True),
    _unary(E, "exp2", "np.exp2(a)", "torch.exp2(a)", "bounded"),
    _unary(E, "sinh", "np.sinh(a)", "torch.sinh(a)", "bounded", z=True),
    _unary(E, "cosh", "np.cosh(a)", "torch.cosh(a)", "bounded", z=True),
    _unary(E, "tanh", "np.tanh(a)", "torch.tanh(a)", "bounded", z=True),
    _unary(E, "arctan", "np.arctan(a)", "torch.atan(a)"),
    _unary(E, "arcsinh", "np.arcsinh(a)", "torch.asinh(a)"),
    _unary(E, "arcsin", "np.arcsin(a)", "torch.asin(a)", "unit"),
    _unary(E, "arccos", "np.arccos(a)", "torch.acos(a)", "unit"),
    _unary(E, "arctanh", "np.arctanh(a)", "torch.atanh(a)", "unit"),
    _unary(E, "arccosh", "np.arccosh(a)", "torch.acosh(a)", "above", page="T.arccosh(a)"),
    _unary(E, "log", "np.log(a)", "torch.log(a)", "positive", z=True),
    _unary(E, "log1p", "np.log1p(a)", "torch.log1p(a)", "positive"),
    _unary(E, "log2", "np.log2(a)", "torch.log2(a)", "positive"),
    _unary(E, "log10", "np.log10(a)", "torch.log10(a)", "positive"),
    _unary(E, "sqrt", "np.sqrt(a)", "torch.sqrt(a)", "positive", z=True),
    _unary(E, "cbrt", "np.cbrt(a)", "torch.sign(a) * torch.abs(a) ** (1 / 3)", "positive", page="T.cbrt(a)"),
    _unary(E, "square", "np.square(a)", "torch.square(a)", z=True),
    _unary(E, "negative", "-a", "-a", z=True),
    _unary(E, "reciprocal", "1 / a", "1 / a", "nonzero", z=True),
    _unary(E, "abs", "np.abs(a)", "torch.abs(a)"),
    _unary(E, "sign", "np.sign(a)", "torch.sign(a)"),
    _unary(E, "floor", "np.floor(a)", "torch.floor(a)"),
    _unary(E, "rint", "np.rint(a)", "torch.round(a)"),
    _unary(E, "sinc", "np.sinc(a)", "torch.sinc(a)", page="T.sinc(a)"),
    _unary(E, "relu", "ag.relu(a)", "torch.relu(a)"),
    _unary(E, "relu6", "ag.relu6(a)", "torch.nn.functional.relu6(a)"),
    _unary(E, "sigmoid", "ag.sigmoid(a)", "torch.sigmoid(a)"),
    _unary(E, "softplus", "ag.softplus(a)", "torch.logaddexp(a, torch.zeros_like(a))"),
    _unary(E, "deg2rad", "np.deg2rad(a)", "torch.deg2rad(a)"),
    _unary(E, "astype", "a.astype(np.float64)", "a.to(torch.float64)"),
    Row("power_number", E, "a ** p", "torch.pow(a, p)", draws.power_number, "T.power(a, torch.tensor(p, dtype=torch.float64))"),
    Row("power_of_number", E, "p ** a", "torch.pow(p, a)", draws.power_of_number, "T.power(torch.tensor(p, dtype=torch.float64), a)"),
    Row("affine", E, "p * a + q", "p * a + q", draws.affine),
    Row("affine_complex", "complex", "p * a + q", "p * a + q", draws.affine_complex),
    # SciPy's special functions.
    _unary(S, "erf", "ag.special.erf(a)", "torch.erf(a)"),
    _unary(S, "erfc", "ag.special.erfc(a)", "torch.erfc(a)", "bounded"),
    _unary(S, "erfinv", "ag.special.erfinv(a)", "torch.erfinv(a)", "unit"),
    _unary(S, "gammaln", "ag.special.gammaln(a)", "torch.lgamma(a)", "positive"),
    _unary(S, "digamma", "ag.special.digamma(a)", "torch.digamma(a)", "positive"),
    _unary(S, "logit", "ag.special.logit(p + q * a)", "torch.logit(p + q * a)", page="T.logit(p + q * a)")._replace(draw=draws.logit),
    _unary(S, "entr", "ag.special.entr(a)", "torch.special.entr(a)", "positive"),
    _unary(S, "ndtr", "ag.special.ndtr(a)", "torch.special.ndtr(a)", "bounded"),
    _unary(S, "log_ndtr", "ag.special.log_ndtr(a)", "torch.special.log_ndtr(a)", "bounded"),
    _unary(S, "i0", "np.i0(a)", "torch.special.i0(a)", "bounded"),
    _unary(S, "i1", "ag.special.i1(a)", "torch.special.i1(a)", "bounded"),
    _binary(S, "xlogy", "ag.xlogy(a, b)", "torch.xlogy(a, b)", right="positive", page="T.xlogy(a, b)"),
    _binary(S, "xlog1py", "ag.special.xlog1py(a, b)", "torch.special.xlog1py(a, b)", right="positive", page="T.xlog1py(a, b)"),
    # Elementwise, two operands.
    _binary(B, "add", "a + b", "a + b", z=True),
    _binary(B, "subtract", "a - b", "a - b", z=True),
    _binary(B, "multiply", "a * b", "a * b", z=True),
    _binary(B, "divide", "a / b", "a / b", right="nonzero", z=True),
    _binary(B, "power", "a ** b", "torch.pow(a, b)", left="positive", page="T.power(a, b)"),
    _binary(B, "maximum", "np.maximum(a, b)", "torch.maximum(a, b)"),
    _binary(B, "minimum", "np.minimum(a, b)", "torch.minimum(a, b)"),
    _binary(B, "fmax", "np.fmax(a, b)", "torch.fmax(a, b)", page="T.half(torch.fmax, a, b)"),
    _binary(B, "fmin", "np.fmin(a, b)", "torch.fmin(a, b)", page="T.half(torch.fmin, a, b)"),
    _binary(B, "hypot", "np.hypot(a, b)", "torch.hypot(a, b)", page="T.hypot(a, b)"),
    _binary(B, "arctan2", "np.arctan2(a, b)", "torch.atan2(a, b)"),
    _binary(B, "logaddexp", "np.logaddexp(a, b)", "torch.logaddexp(a, b)"),
    _binary(B, "logaddexp2", "np.logaddexp2(a, b)", "torch.logaddexp2(a, b)"),
    _binary(B, "copysign", "np.copysign(a, b)", "torch.copysign(a, b)", page="T.copysign(a, b)"),
    _binary(B, "heaviside", "np.heaviside(a, b)", "T.heaviside(a, b)"),
    _binary(B, "remainder", "np.remainder(a, b)", "torch.remainder(a, b)", right="nonzero", page="T.fmod(a, b, np.remainder)"),
    _binary(B, "fmod", "np.fmod(a, b)", "torch.fmod(a, b)", right="nonzero", page="T.fmod(a, b, np.fmod)"),
    _binary(B, "floor_divide", "np.floor_divide(a, b)", "T.floor_divide(a, b)", right="nonzero"),
    # Masks.
    Row("where", "mask", "np.where(a > p, b, c)", "torch.where(a > p, b, c)", draws.where),
    Row("where_mask", "mask", "np.where(mask, a, b)", "T.common(lambda x, y: torch.where(torch.as_tensor(mask), x, y), a, b)", draws.where_mask),
    Row("where_log", "mask", "np.where(a > 0, np.log(a), b)", "T.chosen(a > 0, torch.log, a, b)", draws.masked),
    Row("where_sqrt", "mask", "np.where(a > 0, np.sqrt(a), b)", "T.chosen(a > 0, torch.sqrt, a, b)", draws.masked),
    Row("where_reciprocal", "mask", "np.where(a != 0, 1 / a, b)", "T.chosen(a != 0, torch.reciprocal, a, b)", draws.masked),
    Row("where_ratio", "mask", "np.where(a == 0, b, np.sin(a) / a)", "T.chosen(a != 0, lambda x: torch.sin(x) / x, a, b)", draws.masked),
    Row("where_power", "mask", "np.where(a > 0, a**1.5, b)", "T.chosen(a > 0, lambda x: x**1.5, a, b)", draws.masked),
    Row("where_arccos", "mask", "np.where(abs(a) < 1, np.arccos(a), b)", "T.chosen(abs(a) < 1, torch.acos, a, b)", draws.masked),
    Row("where_finite", "mask", "np.where(np.isfinite(a), a, p)", "torch.where(torch.isfinite(a), a, torch.tensor(p, dtype=torch.float64))", draws.where_finite),
    Row("select", "mask", "np.select([a > p, a > q], [b, a * a], c)", "torch.where(a > p, b, torch.where(a > q, a * a, c))", draws.select),
    Row("piecewise", "mask", "np.piecewise(a, [a > 0], [np.log, lambda x: x * 2])", "T.chosen(a > 0, torch.log, a, a * 2)", draws.unary("any", False)),
    Row("clip", "mask", "np.clip(a, p, q)", "torch.clamp(a, p, q)", draws.clip),
    Row("clip_arrays", "mask", "np.clip(a, b, c)", "torch.clamp(*torch.broadcast_tensors(a, b, c))", draws.clip_arrays, "T.clip(a, b, c)"),
    Row("nan_to_num", "mask", "np.nan_to_num(a, nan=p)", "torch.nan_to_num(a, nan=p)", draws.nan_to_num),
    # Reductions.
    _reduce("sum", "np.sum(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.sum(x, -1), a, axis, keepdims)", z=True, none=True),
    _reduce("mean", "np.mean(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.mean(x, -1), a, axis, keepdims)", z=True, none=True),
    _reduce("prod", "np.prod(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.prod(x, -1), a, axis, keepdims)", z=True),
    _reduce("max", "np.max(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.amax(x, -1), a, axis, keepdims)", filled=True),
    _reduce("min", "np.min(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.amin(x, -1), a, axis, keepdims)", filled=True),
    _reduce("ptp", "np.ptp(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.amax(x, -1) - torch.amin(x, -1), a, axis, keepdims)", filled=True),
    _reduce("var", "np.var(a, axis=axis, ddof=ddof, keepdims=keepdims)", "T.reduce(lambda x: torch.var(x, -1, correction=ddof), a, axis, keepdims)", ddof=True, filled=True, z=True),
    _reduce("std", "np.std(a, axis=axis, ddof=ddof, keepdims=keepdims)", "T.reduce(lambda x: torch.std(x, -1, correction=ddof), a, axis, keepdims)", ddof=True, filled=True, page="T.reduce(lambda x: T.std(x, ddof), a, axis, keepdims)"),
    _reduce("norm", "np.linalg.norm(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.linalg.vector_norm(x, 2, -1), a, axis, keepdims)", one_axis=True, z=True),
    _reduce("vector_norm", "np.linalg.vector_norm(a, axis=axis, keepdims=keepdims, ord=ord)", "T.reduce(lambda x: torch.linalg.vector_norm(x, ord, -1), a, axis, keepdims)", ord=True, filled=True),
    _reduce("logsumexp", "ag.logsumexp(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.logsumexp(x, -1), a, axis, keepdims)", filled=True),
    _reduce("median", "np.median(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.quantile(x, 0.5, -1), a, axis, keepdims)", filled=True, page="T.reduce(lambda x: T.quantile(x, 0.5), a, axis, keepdims)"),
    _reduce("quantile", "np.quantile(a, q, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.quantile(x, q, -1), a, axis, keepdims)", q=True, filled=True, page="T.reduce(lambda x: T.quantile(x, q), a, axis, keepdims)"),
    _reduce("nansum", "np.nansum(a, axis=axis, keepdims=keepdims)", "T.reduce(lambda x: torch.nansum(x, -1), a, axis, keepdims)"),
    Row("sum_where", "mask", "np.sum(a, axis=axis, where=mask)", "T.reduce(lambda x: torch.sum(x, -1), torch.where(torch.as_tensor(mask), a, torch.zeros_like(a)), axis, False)", draws.reduction_where),
    Row("average", "reduction", "np.average(a, axis=axis, weights=b)", "torch.sum(a * b, axis) / torch.sum(b, axis)", draws.average),
    # Scans.
    _scan("cumsum", "np.cumsum(a, axis=axis)", "torch.cumsum(T.flat(a, axis), T.dim(axis))", z=True),
    _scan("cumprod", "np.cumprod(a, axis=axis)", "torch.cumprod(T.flat(a, axis), T.dim(axis))", z=True, page="T.cumprod(T.flat(a, axis), T.dim(axis))"),
    Row("cummax", "scan", "np.maximum.accumulate(a, axis=axis)", "torch.cummax(a, axis).values", draws.with_axis(), "T.first_best(a, axis, 1)"),
    Row("cummin", "scan", "np.minimum.accumulate(a, axis=axis)", "torch.cummin(a, axis).values", draws.with_axis(), "T.first_best(a, axis, -1)"),
    Row("logcumsumexp", "scan", "np.logaddexp.accumulate(a, axis=axis)", "torch.logcumsumexp(a, axis)", draws.with_axis(), "T.logcumsumexp(a, axis)"),
    Row("diff", "scan", "np.diff(a, axis=axis)", "torch.diff(a, dim=axis)", draws.with_axis(z=True)),
    Row("softmax", "scan", "ag.softmax(a, axis=axis)", "torch.softmax(a, axis)", draws.with_axis()),
    Row("log_softmax", "scan", "ag.log_softmax(a, axis=axis)", "torch.log_softmax(a, axis)", draws.with_axis()),
    Row("sort", "indexing", "np.sort(a, axis=axis)", "torch.sort(a, dim=axis, stable=True).values", draws.with_axis()),
    Row("argsort", "indexing", "np.take_along_axis(b, np.argsort(a, axis=axis, kind='stable'), axis=axis)", "torch.gather(b, axis, torch.argsort(a, dim=axis, stable=True))", draws.two_with_axis),
    Row("argmax", "indexing", "np.take_along_axis(b, np.argmax(a, axis=axis, keepdims=True), axis=axis)", "torch.gather(b, axis, T.argmax(a, axis))", draws.two_with_axis),
    # Shapes.
    Row("reshape", "shape", "np.reshape(a, shape)", "torch.reshape(a, shape)", draws.reshape),
    Row("transpose", "shape", "np.transpose(a, axes)", "a.permute(axes)", draws.transpose),
    Row("expand_dims", "shape", "np.expand_dims(a, axis)", "torch.unsqueeze(a, axis)", draws.expand_dims),
    Row("squeeze", "shape", "np.squeeze(a)", "torch.squeeze(a)", draws.unary("any", True)),
    Row("broadcast_to", "shape", "np.broadcast_to(a, shape)", "torch.broadcast_to(a, shape)", draws.broadcast_to),
    Row("flip", "shape", "np.flip(a, axis)", "torch.flip(a, [axis])", draws.with_axis(z=True)),
    Row("roll", "shape", "np.roll(a, shift, axis)", "torch.roll(a, shift, axis)", draws.with_axis(z=True, shift=True)),
    Row("tile", "shape", "np.tile(a, reps)", "torch.tile(a, reps)", draws.tile),
    Row("repeat", "shape", "np.repeat(a, times, axis)", "torch.repeat_interleave(a, times, axis)", draws.with_axis(z=True, times=True)),
    Row("concatenate", "shape", "np.concatenate([a, b], axis)", "torch.cat([a, b], axis)", draws.two_with_axis),
    Row("stack", "shape", "np.stack([a, b], axis)", "torch.stack([a, b], axis)", draws.two_with_axis),
    Row("pad", "shape", "np.pad(a, width)", "torch.nn.functional.pad(a, width * a.ndim)", draws.pad),
    Row("tril", "shape", "np.tril(a, k)", "torch.tril(a, k)", draws.matrix_k),
    Row("triu", "shape", "np.triu(a, k)", "torch.triu(a, k)", draws.matrix_k),
    Row("diagonal", "shape", "np.diagonal(a, k)", "torch.diagonal(a, k)", draws.matrix_k),
    Row("diag", "shape", "np.diag(a)", "torch.diag(a)", draws.diag),
    # Indexing.
    Row("getitem", "indexing", "a[key]", "T.take(a, key)", draws.getitem),
    Row("at_set", "indexing", "at(a)[key].set(b)", "T.put(a, key, b, False)", draws.at_set),
    Row("at_add", "indexing", "at(a)[key].add(b)", "T.put(a, key, b, True)", draws.at_add),
    # Products.
    Row("matmul", "product", "a @ b", "T.common(torch.matmul, a, b)", draws.matmul),
    Row("outer", "product", "np.outer(a, b)", "T.common(torch.outer, a.reshape(-1), b.reshape(-1))", draws.any_two),
    Row("tensordot", "product", "np.tensordot(a, b, axes)", "T.common(lambda x, y: torch.tensordot(x, y, axes), a, b)", draws.tensordot),
    Row("einsum", "product", "np.einsum(spec, a, b)", "T.common(lambda x, y: torch.einsum(spec, x, y), a, b)", draws.einsum),
    Row("einsum_one", "product", "np.einsum(spec, a)", "torch.einsum(spec, a)", draws.einsum_one),
    Row("inner", "product", "np.inner(a, b)", "T.common(torch.inner, a, b)", draws.inner),
    Row("vdot", "product", "np.vdot(a, b)", "T.common(lambda x, y: torch.sum(torch.conj(x) * y), a.reshape(-1), b.reshape(-1))", draws.same_two),
    Row("kron", "product", "np.kron(a, b)", "T.common(torch.kron, a, b)", draws.any_two),
    Row("cross", "product", "np.cross(a, b)", "T.common(torch.linalg.cross, a, b)", draws.cross),
    Row("trace", "product", "np.trace(a)", "torch.trace(a)", draws.square("any", batch=False)),
    Row("convolve", "product", "np.convolve(a, b)", "T.convolve(a, b)", draws.vectors),
    # Matrices.
    Row("inv", "matrix", "np.linalg.inv(a)", "torch.linalg.inv(a)", draws.square("well")),
    Row("det", "matrix", "np.linalg.det(a)", "torch.linalg.det(a)", draws.square("well", raw=0.2), "T.det(a)"),
    Row("slogdet", "matrix", "np.linalg.slogdet(a)[1]", "torch.linalg.slogdet(a)[1]", draws.square("well")),
    Row("solve", "matrix", "np.linalg.solve(a, b)", "T.common(T.solve, a, b)", draws.solve),
    Row("cholesky", "matrix", "np.linalg.cholesky(a)", "torch.linalg.cholesky(a)", draws.square("definite")),
    Row("matrix_power", "matrix", "np.linalg.matrix_power(a, n)", "torch.linalg.matrix_power(a, n)", draws.matrix_power),
    Row("pinv", "matrix", "np.linalg.pinv(a)", "torch.linalg.inv(a)", draws.square("well")),
    Row("eigvalsh", "matrix", "np.linalg.eigvalsh(a)", "torch.linalg.eigvalsh(a)", draws.spectrum("definite")),
    Row("svdvals", "matrix", "np.linalg.svdvals(a)", "torch.linalg.svdvals(a)", draws.spectrum("well")),
    Row("qr", "matrix", "np.linalg.qr(a)[1]", "torch.linalg.qr(a).R", draws.square("well")),
    Row("expm", "matrix", "ag.linalg.expm(a)", "torch.linalg.matrix_exp(a)", draws.square("well")),
    # Complex numbers.
    Row("make_complex", "complex", "a + 1j * b", "a + 1j * b", draws.binary("any", "any", False)),
    Row("phase", "complex", "np.exp(1j * a)", "torch.exp(1j * a)", draws.unary("any", False)),
    Row("real", "complex", "np.real(a)", "torch.real(a)", draws.complex_one),
    Row("imag", "complex", "np.imag(a)", "torch.imag(a)", draws.complex_one),
    Row("conj", "complex", "np.conj(a)", "torch.conj(a)", draws.complex_one),
    Row("modulus", "complex", "np.abs(a)", "torch.abs(a)", draws.complex_one, "T.modulus(a)"),
    Row("angle", "complex", "np.angle(a)", "torch.angle(a)", draws.complex_one, "T.angle(a)"),
    Row("squared", "complex", "np.real(a * np.conj(a))", "torch.real(a * torch.conj(a))", draws.complex_one),
    Row("fft", "complex", "np.fft.fft(a, n, axis=axis, norm=norm)", "torch.fft.fft(a, n, dim=axis, norm=norm)", draws.fft()),
    Row("ifft", "complex", "np.fft.ifft(a, n, axis=axis, norm=norm)", "torch.fft.ifft(a, n, dim=axis, norm=norm)", draws.fft()),
    Row("rfft", "complex", "np.fft.rfft(a, n, axis=axis, norm=norm)", "torch.fft.rfft(a, n, dim=axis, norm=norm)", draws.fft(real=True)),
    Row("irfft", "complex", "np.fft.irfft(a, n, axis=axis, norm=norm)", "torch.fft.irfft(a, n, dim=axis, norm=norm)", draws.fft(back=True)),
    Row("fft2", "complex", "np.fft.fft2(a)", "torch.fft.fft2(a)", draws.matrix_any),
    # Steps that bring a value into the domain of another operation.
    _unary("domain", "bounded", "2 * np.tanh(a)", "2 * torch.tanh(a)"),
    _unary("domain", "unit", "0.9 * np.tanh(a)", "0.9 * torch.tanh(a)"),
    _unary("domain", "positive", "a * a + 0.3", "a * a + 0.3"),
    _unary("domain", "above", "a * a + 1.2", "a * a + 1.2"),
    Row("well", "domain", "2 * np.eye(a.shape[-1]) + a / (a.shape[-1] * np.sqrt(1 + np.real(a) ** 2 + np.imag(a) ** 2))", "2 * torch.eye(a.shape[-1], dtype=torch.float64) + a / (a.shape[-1] * torch.sqrt(1 + T.squared(a)))", draws.unary("any", True)),
    Row("definite", "domain", "a @ np.swapaxes(np.conj(a), -1, -2) + 2 * np.eye(a.shape[-1])", "a @ torch.conj(a).mT + 2 * torch.eye(a.shape[-1], dtype=torch.float64)", draws.unary("any", True)),
]
# fmt: on

# A choice among the elements, linear with the weights it had at `start`. Not drawn; `judge` puts it in place of others.
HELD_ROW = Row(
    "held",
    "domain",
    "value + (slopes @ (a - start).reshape(-1)).reshape(value.shape)",
    "T.held(a, slopes, start, value)",
    lambda d: None,
)

TABLE = {row.name: row for row in [*ROWS, HELD_ROW]}
assert len(TABLE) == len(ROWS) + 1
