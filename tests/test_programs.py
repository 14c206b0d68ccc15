"""Whole programs in plain NumPy, as people write them: their gradients, their second derivatives, and both compiled."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pytest

import autograd as ag

rng = np.random.default_rng(0)
normal, uniform = rng.standard_normal, rng.uniform


def gaussian_process(log_length, log_noise, X, y):
    """The negative log marginal likelihood, and the size of the mean elsewhere."""

    def kernel(A, B):
        squares = np.sum(A**2, axis=1)[:, None] + np.sum(B**2, axis=1) - 2 * A @ B.T
        return np.exp(-0.5 * squares / np.exp(log_length) ** 2)

    K = kernel(X, X) + np.exp(log_noise) ** 2 * np.eye(len(X))
    L = np.linalg.cholesky(K)
    alpha = np.linalg.solve(L.T, np.linalg.solve(L, y))
    mean = kernel(np.linspace(-3, 3, 4)[:, None], X) @ alpha
    return 0.5 * y @ alpha + np.sum(np.log(np.diag(L))) + 0.5 * np.linalg.slogdet(K)[1] + np.sum(mean**2)


def mixture(mean, log_scale, logits, X):
    """The log likelihood of a Gaussian mixture, by logsumexp in both spellings."""

    def logsumexp(a, axis):
        top = np.max(a, axis=axis, keepdims=True)
        return np.squeeze(top, axis=axis) + np.log(np.sum(np.exp(a - top), axis=axis))

    z = (X[:, None] - mean) / np.exp(log_scale)
    joint = -0.5 * np.sum(z**2, axis=-1) - log_scale.sum(-1) + logits - logsumexp(logits, 0)
    return np.logaddexp.reduce(joint, axis=1).mean() + 0.5 * logsumexp(joint, 1).mean()


def hidden_markov(A, B, start, observed):
    """The forward algorithm."""
    A, B, start = (x - np.logaddexp.reduce(x, axis=-1, keepdims=True) for x in (A, B, start))
    alpha = start + B[:, observed[0]]
    for o in observed[1:]:
        alpha = np.logaddexp.reduce(alpha[:, None] + A, axis=0) + B[:, o]
    return np.logaddexp.reduce(alpha)


def kalman(log_q, log_r, damping, ys):
    """The log likelihood of a Kalman filter with one unknown in its transition matrix."""
    F = ag.array([[1.0, 1.0], [0.0, damping]])
    H, Q = np.array([[1.0, 0.0]]), np.exp(log_q) * np.array([[0.25, 0.5], [0.5, 1.0]])
    m, P, likelihood = np.zeros(2), np.eye(2), 0.0
    for y in ys:
        m, P = F @ m, F @ P @ F.T + Q
        S = H @ P @ H.T + np.exp(log_r) * np.eye(1)
        v, K = y - H @ m, P @ H.T @ np.linalg.inv(S)
        likelihood += -0.5 * (v @ np.linalg.solve(S, v) + np.log(np.linalg.det(2 * np.pi * S)))
        m, P = m + K @ v, (np.eye(2) - K @ H) @ P
    return likelihood


def predator_prey(theta, start, observed):
    """Lotka and Volterra's equations by the method of Runge and Kutta, fitted to observations."""
    a, b, d, g = theta

    def change(y):
        return np.stack([a * y[0] - b * y[0] * y[1], d * y[0] * y[1] - g * y[1]])

    y, h, path = start, 0.1, []
    for _ in range(len(observed)):
        k1 = change(y)
        k2 = change(y + h / 2 * k1)
        k3 = change(y + h / 2 * k2)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + change(y + h * k3))
        path.append(y)
    return np.mean((np.stack(path) - observed) ** 2)


def bodies(x, v, m):
    """The energy of bodies after a few steps of leapfrog."""

    def pull(x):
        d = x[None] - x[:, None]
        return np.einsum("ij,ijk,j->ik", (np.sum(d**2, axis=-1) + 0.1) ** -1.5, d, m)

    for _ in range(2):
        v = v + 0.05 * pull(x)
        x = x + 0.1 * v
        v += 0.05 * pull(x)
    i, j = np.triu_indices(len(m), k=1)
    return np.sum(m[:, None] * v**2) / 2 - np.sum(m[i] * m[j] / np.linalg.norm(x[i] - x[j], axis=1))


def fluid(vx, vy, smoke):
    """A step of a fluid on a torus: made free of divergence, then carried along by itself, between grid points."""
    rows, cols = smoke.shape
    divergence = -0.5 * (np.roll(vx, -1, 1) - np.roll(vx, 1, 1) + np.roll(vy, -1, 0) - np.roll(vy, 1, 0))
    p = np.zeros(vx.shape)
    for _ in range(3):
        p = (divergence + np.roll(p, 1, 1) + np.roll(p, -1, 1) + np.roll(p, 1, 0) + np.roll(p, -1, 0)) / 4
    vx = vx - 0.5 * (np.roll(p, -1, axis=1) - np.roll(p, 1, axis=1))
    vy = vy - 0.5 * (np.roll(p, -1, axis=0) - np.roll(p, 1, axis=0))
    ys, xs = np.meshgrid(np.arange(rows), np.arange(cols), indexing="ij")
    x, y = (xs - vx).ravel(), (ys - vy).ravel()
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    right, down, u, v = (left + 1) % cols, (top + 1) % rows, x - left, y - top
    left, top = left % cols, top % rows
    moved = (1 - u) * ((1 - v) * smoke[top, left] + v * smoke[down, left])
    moved += u * ((1 - v) * smoke[top, right] + v * smoke[down, right])
    return np.mean((np.reshape(moved, (rows, cols)) - smoke) ** 2)


def phase_retrieval(amplitude, phase, measured):
    """A complex field known by the size of its Fourier transform."""
    field = amplitude * np.exp(1j * phase)
    far = np.fft.fftshift(np.fft.fft2(np.fft.ifftshift(field), norm="ortho"))
    back = np.fft.ifft2(far * np.exp(-0.1j * np.angle(far)))
    return np.mean((np.abs(far) - measured) ** 2) + np.sum(np.abs(back) ** 2) + np.real(np.vdot(field, far))


def low_rank(W, X):
    """Learned features through their principal components, and their nearest matrix of rank 2."""
    Z = np.tanh(X @ W)
    Z = Z - Z.mean(axis=0)
    w, V = np.linalg.eigh(Z.T @ Z / (len(Z) - 1))
    main = V[:, ::-1][:, :2]
    U, s, Vt = np.linalg.svd(Z, full_matrices=False)
    return np.sum((Z @ main @ main.T - Z) ** 2) - w[-1] / w.sum() + np.linalg.norm((U[:, :2] * s[:2]) @ Vt[:2])


def ridge(log_penalty, centres, x, y):
    """The validation error of a ridge regression, solved in three ways."""
    features, eye = np.exp(-((x[:, None] - centres) ** 2)), np.eye(len(centres))
    A, B = features[:10], features[10:]
    penalty = np.exp(log_penalty)
    w1 = np.linalg.solve(A.T @ A + penalty * eye, A.T @ y[:10])
    longer, target = np.vstack([A, np.sqrt(penalty) * eye]), np.hstack([y[:10], np.zeros(len(centres))])
    w2 = np.linalg.lstsq(longer, target, rcond=None)[0]
    w3 = np.linalg.pinv(longer) @ target
    return np.sum((B @ w1 - y[10:]) ** 2) + np.sum((B @ w2 - y[10:]) ** 2) + w3 @ w3


def transformer(tokens, position, qkv, project, widen, narrow, targets):
    """A block with causal attention in two heads, and the cross entropy of the next token."""

    def normalized(x):
        return (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + 1e-5)

    x = tokens + position
    batch, time, width = x.shape
    q, k, v = (a.reshape(batch, time, 2, -1) for a in np.split(normalized(x) @ qkv, 3, axis=-1))
    scores = np.einsum("bqhd,bkhd->bhqk", q, k) / np.sqrt(q.shape[-1])
    scores = np.where(np.tril(np.ones((time, time), dtype=bool)), scores, -np.inf)
    weights = np.exp(scores - np.max(scores, axis=-1, keepdims=True))
    weights /= np.sum(weights, axis=-1, keepdims=True)
    x = x + np.einsum("bhqk,bkhd->bqhd", weights, v).reshape(batch, time, width) @ project
    hidden = normalized(x) @ widen
    x = x + 0.5 * hidden * (1 + np.tanh(np.sqrt(2 / np.pi) * (hidden + 0.044715 * hidden**3))) @ narrow
    log_p = x - np.log(np.sum(np.exp(x), axis=-1, keepdims=True))
    return -np.mean(np.take_along_axis(log_p, targets[..., None], axis=-1))


def lstm(W, b, out, x):
    """The error of the next step's prediction."""
    sigmoid = lambda x: 1 / (1 + np.exp(-x))
    h = c = np.zeros((x.shape[1], out.shape[0]))
    error = 0
    for t in range(len(x) - 1):
        i, f, g, o = np.split(np.concatenate([x[t], h], axis=1) @ W + b, 4, axis=1)
        c = sigmoid(f + 1) * c + sigmoid(i) * np.tanh(g)
        h = sigmoid(o) * np.tanh(c)
        error += np.sum((h @ out - x[t + 1]) ** 2)
    return error / len(x)


def flow(A, W, x):
    """The log likelihood of a normalizing flow: a linear layer and a coupling."""
    x = x @ A.T
    a, b = x[:, :2], x[:, 2:]
    scale, shift = np.hsplit(a @ W, 2)
    scale = np.tanh(scale)
    z = np.concatenate((a, b * np.exp(scale) + shift), axis=-1)
    return np.mean(-0.5 * np.sum(z * z, -1) + scale.sum(-1)) + np.linalg.slogdet(A)[1]


def sphere(centre, radius, light, image):
    """The picture of a sphere, found by marching along the rays."""
    unit = lambda v: v / np.linalg.norm(v, axis=-1, keepdims=True)
    xx, yy = np.meshgrid(*[np.linspace(-0.6, 0.6, n) for n in image.shape])
    ray = unit(np.stack([xx, yy, np.ones_like(xx)], axis=-1))
    t = np.zeros((*image.shape, 1))
    for _ in range(8):
        distance = np.linalg.norm(ray * t - centre, axis=-1, keepdims=True) - radius
        t = t + distance
    shade = np.clip(unit(ray * t - centre) @ unit(light), 0, None)
    return np.mean((np.where(distance[..., 0] < 1e-2, 0.1 + 0.9 * shade, 0.0) - image) ** 2)


def robust(w, X, y):
    """A regression by what outliers do not move: medians, quantiles, Huber's loss, a trimmed mean."""
    r = y - X @ w
    z = r / (1.4826 * np.median(np.abs(r - np.median(r))))
    huber = np.where(np.abs(z) < 1.345, 0.5 * z**2, 1.345 * (np.abs(z) - 0.5 * 1.345))
    low, high = np.percentile(r, [10, 90])
    return huber.mean() + np.clip(r, low, high).var() + np.mean(np.sort(np.abs(r))[2:-2]) + np.quantile(r, 0.3) ** 2


def messages(h, W, U, source, target):
    """Two rounds of a graph network; edges that meet in one node add up."""
    degree = np.maximum(np.bincount(target, minlength=len(h)), 1)[:, None]
    for _ in range(2):
        sent = np.tanh(np.concatenate([h[source], h[target]], axis=1) @ W)
        received = (0 * h).at[target].add(sent) / degree
        h = np.maximum(np.hstack([h, received]) @ U, 0) + h
    return np.sum(np.sqrt(np.sum(h**2, axis=1)))


def returns(gamma, w, rewards, states, actions):
    """Discounted returns by cumulative products, and the policy's loss with them."""
    discount = np.concatenate([np.ones(1), np.cumprod(gamma)[:-1]])
    gain = np.cumsum((discount * rewards)[::-1])[::-1] / discount
    log_p = states @ w - np.log(np.exp(states @ w).sum(axis=1))[:, np.newaxis]
    chosen = log_p[np.arange(len(actions)), actions]
    return -np.mean((gain - gain.mean()) / gain.std() * chosen) - 0.1 * (np.exp(log_p) * log_p).sum()


class Program(NamedTuple):
    f: Callable[..., Any]
    parameters: tuple[Any, ...]  # to differentiate by
    data: tuple[Any, ...]
    order: int = 2
    compiles: bool = True  # else ag.compile tells why not, and runs it as it is


PROGRAMS = [
    Program(gaussian_process, (np.array(0.1), np.array(-0.5)), (np.sort(uniform(-3, 3, 6))[:, None], normal(6))),
    Program(mixture, (normal((3, 2)), 0.1 * normal((3, 2)), normal(3)), (normal((12, 2)),)),
    Program(hidden_markov, (normal((2, 2)), normal((2, 3)), normal(2)), (rng.integers(0, 3, 5),)),
    Program(kalman, (np.array(-1.0), np.array(0.3), np.array(0.9)), (np.cumsum(normal(4)),)),
    Program(predator_prey, (np.array([1.1, 0.4, 0.1, 0.4]), np.array([5.0, 3.0])), (uniform(1, 6, (2, 2)),)),
    Program(bodies, (normal((3, 3)), 0.1 * normal((3, 3))), (uniform(0.5, 1.5, 3),)),
    Program(fluid, (normal((4, 4)), normal((4, 4))), (normal((4, 4)),), order=1),
    Program(phase_retrieval, (uniform(0.5, 1, (3, 4)), uniform(-1, 1, (3, 4))), (uniform(0, 5, (3, 4)),)),
    Program(low_rank, (normal((3, 4)),), (normal((9, 3)),)),
    Program(ridge, (np.array(-1.0), np.linspace(-1, 1, 4)), (uniform(-2, 2, 15), normal(15))),
    Program(
        transformer,
        (normal((1, 3, 4)), normal((3, 4)), normal((4, 12)) / 2, normal((4, 4)) / 2, normal((4, 6)), normal((6, 4))),
        (rng.integers(0, 4, (1, 3)),),
        order=1,
        compiles=False,
    ),
    Program(lstm, (normal((5, 12)) / 2, np.zeros(12), normal((3, 2))), (normal((4, 3, 2)),), order=1),
    Program(flow, (np.eye(4) + 0.1 * normal((4, 4)), 0.3 * normal((2, 4))), (normal((6, 4)),)),
    Program(sphere, (np.array([0.1, -0.2, 3.0]), np.array(1.0), np.array([1.0, 1.0, -1.0])), (uniform(0, 1, (5, 5)),)),
    Program(robust, (normal(3),), (normal((15, 3)), normal(15)), compiles=False),
    Program(
        messages,
        (normal((3, 2)), normal((4, 2)), normal((4, 2))),
        (rng.integers(0, 3, 5), rng.integers(0, 3, 5)),
        compiles=False,
    ),
    Program(returns, (uniform(0.8, 0.99, 6), normal((3, 2))), (normal(6), normal((6, 3)), rng.integers(0, 2, 6))),
]


def each(programs: list[Program]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("program", programs, ids=[p.f.__name__ for p in programs])


@each(PROGRAMS)
def test_derivatives(program: Program) -> None:
    f, parameters, data, order, _ = program
    ag.check_gradients(lambda *p: f(*p, *data), *parameters, order=order)


@each([p for p in PROGRAMS if p.f is not messages])  # whose x.at only tensors have
def test_the_value_is_numpys_own(program: Program) -> None:
    f, parameters, data, *_ = program
    tensors = [ag.Tensor(p) for p in parameters]
    assert float(f(*tensors, *data)) == pytest.approx(float(f(*parameters, *data)), rel=1e-12)


@each(PROGRAMS)
def test_single_precision_stays(program: Program) -> None:
    f, parameters, data, *_ = program
    wide = ag.grad(f, range(len(parameters)))(*parameters, *data)
    narrow = ag.grad(f, range(len(parameters)))(*[p.astype(np.float32) for p in parameters], *data)
    for a, b in zip(wide, narrow, strict=True):
        assert b.dtype == np.float32
        np.testing.assert_allclose(b.numpy(), a.numpy(), atol=1e-3 * (1 + np.abs(a.numpy()).max()))


@each([p for p in PROGRAMS if p.compiles])
def test_compiled_is_the_same(program: Program) -> None:
    f, parameters, data, *_ = program
    plain = ag.value_and_grad(f, range(len(parameters)))
    compiled = ag.compile(plain)
    for k in range(4):
        moved = [p + 0.01 * k for p in parameters]
        value, gradients = compiled(*moved, *data)
        expected, theirs = plain(*moved, *data)
        assert float(value) == pytest.approx(float(expected), rel=1e-12)
        for a, b in zip(gradients, theirs, strict=True):
            np.testing.assert_allclose(a.numpy(), b.numpy(), rtol=1e-9, atol=1e-12 * (1 + np.abs(b.numpy()).max()))
    assert len(compiled.plans) == 1
