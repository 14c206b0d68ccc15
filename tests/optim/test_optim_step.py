"""What a step leaves alone and what it keeps: dtypes, gradients, old views, buffers, tapes; and that it converges."""

import copy
import pickle
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograd import Tape, Tensor, Variable, compile
from optim import SGD, Adagrad, Adam, Optimizer, RMSprop
from optim.optimizer import BLOCK, FLUSH_EVERY

KINDS: dict[str, Callable[..., Optimizer]] = {
    "sgd": SGD,
    "momentum": lambda *a, **k: SGD(*a, momentum=0.9, **k),
    "nesterov": lambda *a, **k: SGD(*a, momentum=0.9, nesterov=True, **k),
    "rmsprop": RMSprop,
    "rmsprop everything": lambda *a, **k: RMSprop(*a, momentum=0.5, centered=True, weight_decay=0.01, **k),
    "adagrad": Adagrad,
    "adam": Adam,
    "amsgrad": lambda *a, **k: Adam(*a, amsgrad=True, **k),
}
each = pytest.mark.parametrize("kind", KINDS)


def steps(optimizer: Optimizer, w: Variable, count: int = 3) -> None:
    rng = np.random.default_rng(1)
    for _ in range(count):
        optimizer.apply_gradients([(rng.normal(size=w.shape).astype(w.dtype), w)])


@each
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_dtype_is_kept_in_the_variable_and_its_slots_are_no_narrower_than_float32(kind: str, dtype: type) -> None:
    optimizer, w = KINDS[kind](lambda step: np.float64(0.1)), Variable(np.ones((2, 3), dtype))
    steps(optimizer, w)
    assert w.dtype == dtype
    state = optimizer.get_state([w])
    expected = np.dtype(np.float32 if dtype == np.float16 else dtype)
    assert {(a.dtype, a.shape) for key, a in state.items() if key != "iterations"} <= {(expected, (2, 3))}
    assert not np.any(w.numpy() == 1)


@each
def test_a_gradient_of_another_dtype_is_brought_to_the_variables(kind: str) -> None:
    a, b = Variable(np.ones(3, np.float32)), Variable(np.ones(3, np.float32))
    g = np.array([1, 2, -3])
    KINDS[kind](0.1).apply_gradients([(g, a)])
    KINDS[kind](0.1).apply_gradients([(g.astype(np.float32), b)])
    assert a.dtype == np.float32
    np.testing.assert_array_equal(a.numpy(), b.numpy())


@each
@pytest.mark.parametrize("clip", [{}, {"clipvalue": 0.5}, {"clipnorm": 0.5}, {"global_clipnorm": 0.5}])
def test_gradients_are_never_written_to(kind: str, clip: dict[str, float]) -> None:
    g = np.array([1.0, -2.0])
    g.flags.writeable = False
    optimizer, w = KINDS[kind](**clip), Variable([1.0, 2.0])
    for _ in range(3):
        optimizer.apply_gradients([(g, w)])
        optimizer.apply_gradients([(Tensor(g), w)])
    assert g.tolist() == [1.0, -2.0]
    assert optimizer.iterations == 6


@each
def test_a_view_taken_before_the_step_keeps_the_old_values(kind: str) -> None:
    w = Variable([1.0, 2.0])
    before = w.numpy()
    steps(KINDS[kind](0.1), w)
    assert before.tolist() == [1.0, 2.0]
    assert not np.any(w.numpy() == before)


@each
def test_the_gradient_may_be_the_variables_own_buffer(kind: str) -> None:
    own, other = Variable([1.0, 2.0]), Variable([1.0, 2.0])
    KINDS[kind](0.1).apply_gradients([(own.value, own)])
    KINDS[kind](0.1).apply_gradients([(np.array([1.0, 2.0]), other)])
    assert own.tolist() == other.tolist()


@each
def test_the_buffer_stays_in_place_while_nobody_else_holds_it(kind: str) -> None:
    optimizer, w = KINDS[kind](), Variable(np.ones((3, 4), np.float32))
    steps(optimizer, w, 1)
    address = w.value.ctypes.data
    steps(optimizer, w, 3)
    assert w.value.ctypes.data == address


@each
def test_a_tape_keeps_the_values_it_recorded(kind: str) -> None:
    w = Variable([1.0, 2.0])
    with Tape(persistent=True) as t:
        y = (w * w * w).sum()
    first = t.gradient(y, w).tolist()
    KINDS[kind](0.1).apply_gradients([(t.gradient(y, w), w)])
    assert t.gradient(y, w).tolist() == first == [3.0, 12.0]


@each
def test_large_variables_are_updated_block_by_block_to_the_same_values(kind: str) -> None:
    size = 2 * BLOCK + 7
    g = np.linspace(-1, 1, size)
    whole = Variable(np.ones(size))
    pieces = [Variable(np.ones(len(part))) for part in np.array_split(g, 5)]
    for optimizer, pairs in [
        (KINDS[kind](0.1), [(g, whole)]),
        (KINDS[kind](0.1), list(zip(np.array_split(g, 5), pieces, strict=True))),
    ]:
        for _ in range(2):
            optimizer.apply_gradients(pairs)
    np.testing.assert_array_equal(whole.numpy(), np.concatenate([p.numpy() for p in pieces]))


@each
def test_memory_layout_does_not_matter(kind: str) -> None:
    values, g = np.arange(6.0).reshape(2, 3), np.arange(6.0).reshape(2, 3) - 2.5
    reached = []
    for w, gradient in [
        (Variable(values), g),
        (Variable(np.asfortranarray(values)), g),
        (Variable(values), np.asfortranarray(g)),
        (Variable(values), np.repeat(g, 2, axis=1)[:, ::2]),
    ]:
        optimizer = KINDS[kind](0.1)
        for _ in range(3):
            optimizer.apply_gradients([(gradient, w)])
        reached.append(w.tolist())
    assert reached[0] == reached[1] == reached[2] == reached[3]


@each
def test_empty_variables_and_numpy_scalars(kind: str) -> None:
    empty, scalar = Variable(np.zeros((0, 3))), Variable(np.float32(1.0))
    KINDS[kind](0.1).apply_gradients([(np.zeros((0, 3)), empty), (np.float32(2.0), scalar)])
    assert scalar.dtype == np.float32
    assert scalar.item() < 1


@each
def test_converges_on_a_quadratic(kind: str) -> None:
    centre = np.array([1.0, -2.0, 0.5])
    w, b = Variable(np.zeros(3, np.float32)), Variable(4.0)
    # Adaptive steps do not shrink with the gradient, so the learning rate has to; Adagrad's shrink by themselves.
    rate = {"adagrad": 1.0, "sgd": 0.1, "momentum": 0.02, "nesterov": 0.02}.get(kind, lambda step: 0.3 * 0.98**step)
    optimizer = KINDS[kind](rate)
    for _ in range(400):
        with Tape() as t:
            loss = np.sum((w - centre) ** 2) + (b - 3.0) ** 2
        optimizer.apply_gradients(zip(t.gradient(loss, [w, b]), [w, b], strict=True))
    np.testing.assert_allclose(w.numpy(), centre, atol=2e-2)
    assert b.item() == pytest.approx(3.0, abs=2e-2)
    assert type(b.value) is float
    assert w.dtype == np.float32


@each
def test_going_on_from_a_saved_state_equals_not_having_stopped(kind: str, tmp_path) -> None:
    w, b = Variable(np.ones((2, 3), np.float32)), Variable(2.0)
    gradients = [(np.full((2, 3), x, np.float32), x) for x in (0.5, -1.5, 2.0)]
    optimizer = KINDS[kind](0.1)
    for g in gradients:
        optimizer.apply_gradients(zip(g, (w, b), strict=True))
    np.savez(tmp_path / "state.npz", **optimizer.get_state([w, b]))

    resumed, variables = KINDS[kind](0.1), (Variable(w), Variable(b))
    with np.load(tmp_path / "state.npz") as state:
        resumed.set_state(state, variables)
    for one, pair in [(optimizer, (w, b)), (resumed, variables)]:
        for g in gradients:
            one.apply_gradients(zip(g, pair, strict=True))
    assert variables[0].tolist() == w.tolist()
    assert variables[1].item() == b.item()
    assert resumed.iterations == 6


@each
def test_the_saved_state_is_a_copy(kind: str) -> None:
    optimizer, w = KINDS[kind](0.1), Variable([1.0, 2.0])
    steps(optimizer, w)
    state = optimizer.get_state([w])
    kept = copy.deepcopy(state)
    steps(optimizer, w)
    optimizer.set_state(state, [w])
    steps(optimizer, w)
    assert state.keys() == kept.keys()
    for key in state:
        np.testing.assert_array_equal(state[key], kept[key])


@each
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("compiled", [False, True])
def test_slots_that_have_decayed_to_subnormal_numbers_become_zero(kind: str, dtype: type, compiled: bool) -> None:
    optimizer, w = KINDS[kind](0.1), Variable(np.ones(3, dtype))
    steps(optimizer, w, 1)
    state = optimizer.get_state([w])
    tiny = float(np.finfo(dtype).tiny)
    old = {key: np.array([tiny / 4, tiny * 64, 0.5], dtype) for key in state if key != "iterations"}
    assert bool(old) == (kind != "sgd")
    optimizer.set_state({"iterations": FLUSH_EVERY - 3, **old}, [w])
    step = compile(optimizer.apply_gradients) if compiled else optimizer.apply_gradients
    for _ in range(4):
        step([(np.zeros(3, dtype), w)])
        if optimizer.iterations == FLUSH_EVERY:
            after = optimizer.get_state([w])
    for key, array in after.items():
        if key != "iterations":
            assert array[1] != 0 != array[2], key
            assert array[0] == 0, key


@pytest.mark.parametrize("twin", [copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))], ids=["deepcopy", "pickle"])
def test_an_optimizer_copied_with_its_variables_goes_on_by_itself(twin: Callable) -> None:
    optimizer, w = Adam(0.1), Variable([1.0, 2.0])
    steps(optimizer, w)
    optimizer2, w2 = twin((optimizer, w))
    steps(optimizer, w)
    assert w2.tolist() != w.tolist()
    steps(optimizer2, w2)
    assert w2.tolist() == w.tolist()


def test_the_learning_rate_is_that_of_the_coming_step_and_can_be_set() -> None:
    optimizer, w = SGD(lambda step: 1.0 / (1 + step)), Variable(np.zeros(1))
    assert optimizer.learning_rate == 1.0
    optimizer.apply_gradients([(np.ones(1), w)])
    assert optimizer.learning_rate == 0.5
    optimizer.learning_rate = 0.25
    optimizer.apply_gradients([(np.ones(1), w)])
    assert w.tolist() == [-1.25]
    assert optimizer.iterations == 2


def test_slots_of_a_dropped_variable_never_pass_to_a_new_one() -> None:
    optimizer = SGD(1.0, momentum=0.9)
    for _ in range(50):
        w = Variable(np.zeros(1))
        optimizer.apply_gradients([(np.ones(1), w)])
        assert w.tolist() == [-1.0]
        del w


def test_some_gradients_of_none_are_skipped_with_one_warning() -> None:
    w, b, c = Variable([1.0], name="w"), Variable([1.0], name="b"), Variable([1.0])
    optimizer = SGD(0.5, weight_decay=0.1)
    pairs = [(None, w), (np.ones(1), b), (None, c)]
    with pytest.warns(UserWarning, match=r"the variable 'w', variable 2 \(unnamed, shape \(1,\)\), left unchanged"):
        optimizer.apply_gradients(pairs)
    optimizer.apply_gradients(pairs)
    assert w.tolist() == c.tolist() == [1.0]
    assert b.tolist() != [1.0]
    assert optimizer.iterations == 2


@given(
    st.sampled_from(sorted(KINDS)),
    st.lists(st.lists(st.floats(-100, 100), min_size=3, max_size=3), min_size=1, max_size=5),
)
def test_elements_do_not_see_each_other(kind: str, gradients: list[list[float]]) -> None:
    together, apart = Variable(np.ones(3)), [Variable(np.ones(1)) for _ in range(3)]
    one, other = KINDS[kind](0.1), KINDS[kind](0.1)
    for g in gradients:
        one.apply_gradients([(np.array(g), together)])
        other.apply_gradients([(np.array([x]), w) for x, w in zip(g, apart, strict=True)])
    np.testing.assert_allclose(together.numpy(), [w.item() for w in apart], rtol=1e-12, atol=1e-14)


def test_a_learning_rate_of_zero_changes_the_slots_and_no_variable() -> None:
    w = Variable([1.0, 2.0])
    optimizer = SGD(0.0, momentum=0.5, weight_decay=0.5)
    optimizer.apply_gradients([(np.array([8.0, 8.0]), w)])
    assert w.tolist() == [1, 2]
    optimizer.learning_rate = lambda step: 0.25 * (step - 1)  # a warm-up that begins with 0
    optimizer.weight_decay = None
    optimizer.apply_gradients([(np.array([8.0, 8.0]), w)])
    assert w.tolist() == [1, 2]
    optimizer.apply_gradients([(np.array([8.0, 8.0]), w)])
    assert w.tolist() == [-1, 0]
    optimizer.learning_rate = 0
    optimizer.apply_gradients([(np.array([8.0, 8.0]), w)])
    assert w.tolist() == [-2, -1]  # half of the velocity is left
    adam = Adam(0.0)
    adam.apply_gradients([(np.array([8.0, 8.0]), w)])
    assert w.tolist() == [-2, -1]
    np.testing.assert_allclose(adam.get_state([w])["0/first_moment"], 0.8)


def test_nesterov_without_momentum_is_plain_descent() -> None:
    w = Variable([1.0])
    SGD(0.5, nesterov=True).apply_gradients([(np.array([1.0]), w)])  # as in Keras
    assert w.tolist() == [0.5]


# How each optimizer is asked to make its steps: as they are, in the loop for large variables, in a compiled function.
WAYS = {"plain": (3, False), "large": (BLOCK + 3, False), "compiled": (3, True)}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("amsgrad", [False, True])
def test_a_variable_that_joins_adam_late_is_corrected_for_its_own_start(way: str, amsgrad: bool) -> None:
    size, compiled = WAYS[way]
    early, late, alone = (Variable(np.zeros(size)) for _ in range(3))
    optimizer, fresh = Adam(0.1, amsgrad=amsgrad), Adam(0.1, amsgrad=amsgrad)
    one = lambda g: optimizer.apply_gradients([(g, early)])
    both = lambda g: optimizer.apply_gradients([(g, early), (g, late)])
    if compiled:
        one, both = compile(one), compile(both)
    for _ in range(1000):
        one(np.ones(size))
    both(np.full(size, 2.0))
    # PyTorch's first step: lr in size, for whatever gradient. With a count for all it would be 0.25.
    np.testing.assert_allclose(late.numpy(), -0.1, rtol=1e-5)
    both(np.full(size, 0.5))
    state = optimizer.get_state([early, late])
    assert (state["iterations"], state["steps/1"], "steps/0" in state) == (1002, 2, False)

    resumed, variables = Adam(0.1, amsgrad=amsgrad), [Variable(early), Variable(late)]
    resumed.set_state(state, variables)
    resumed.apply_gradients([(np.full(size, 3.0), v) for v in variables])
    both(np.full(size, 3.0))
    assert variables[1].tolist() == late.tolist()
    assert variables[0].tolist() == early.tolist()

    for g in (2.0, 0.5, 3.0):
        fresh.apply_gradients([(np.full(size, g), alone)])
    assert alone.tolist() == late.tolist()  # bit for bit as if it had been the only one


def test_a_variable_that_is_left_out_for_a_while_is_not_corrected_for_those_steps() -> None:
    a, b, alone = Variable([0.0]), Variable([0.0]), Variable([0.0])
    optimizer, other = Adam(0.1), Adam(0.1)
    for step in range(50):
        pairs = [(np.ones(1), a)] + [(np.full(1, float(step)), b)] * (step in (3, 4, 40))
        optimizer.apply_gradients(pairs)
    for g in (3.0, 4.0, 40.0):
        other.apply_gradients([(np.full(1, g), alone)])
    assert b.tolist() == alone.tolist()


def test_a_state_of_before_the_counts_gives_variables_without_slots_a_start_of_their_own() -> None:
    a, b = Variable([0.0]), Variable([0.0])
    optimizer = Adam(0.1)
    old = {"iterations": 1000, "0/first_moment": np.ones(1), "0/second_moment": np.ones(1)}
    optimizer.set_state(old, [a, b])
    optimizer.apply_gradients([(np.ones(1), a), (np.ones(1), b)])
    np.testing.assert_allclose(b.numpy(), -0.1, rtol=1e-5)
    # m and v stay 1, and of the bias only that of v is left: 1 - 0.999 ** 1001
    np.testing.assert_allclose(a.numpy(), -0.1 * (1 - 0.999**1001) ** 0.5, rtol=1e-6)


HALF = {
    "adam": lambda: Adam(1e-3),
    "amsgrad": lambda: Adam(1e-3, amsgrad=True, weight_decay=0.01),
    "rmsprop": lambda: RMSprop(1e-3, momentum=0.5, centered=True),
    "adagrad": lambda: Adagrad(1e-3, initial_accumulator_value=0.0),
    "momentum": lambda: SGD(1.0, momentum=0.9, weight_decay=1e-5),
    "clipnorm": lambda: SGD(1.0, clipnorm=1e-5),
    "global": lambda: Adam(1e-3, global_clipnorm=1e-6),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", HALF)
def test_float16_variables_take_the_steps_of_float32(name: str, way: str) -> None:
    size, compiled = WAYS[way]
    start, g = np.linspace(0.001, 0.002, size).astype(np.float16), np.full(size, 1e-4, np.float16)
    half, single = Variable(start), Variable(start.astype(np.float32))
    a, b = HALF[name](), HALF[name]()
    step = compile(lambda g: a.apply_gradients([(g, half)])) if compiled else lambda g: a.apply_gradients([(g, half)])
    for _ in range(4):
        step(g)
        b.apply_gradients([(g.astype(np.float32), single)])
    assert half.dtype == np.float16
    np.testing.assert_allclose(half.numpy(), single.numpy(), rtol=2e-3, atol=5e-6)


def test_the_first_step_of_adam_in_float16_is_the_learning_rate() -> None:
    for size in (1e-7, 1e-4, 1.0, 1e4):
        w = Variable(np.zeros(2, np.float16))
        Adam(1e-3, epsilon=1e-12).apply_gradients([(np.array([size, -size], np.float16), w)])
        np.testing.assert_allclose(w.numpy(), [-1e-3, 1e-3], rtol=1e-3)


def test_momentum_and_its_kin_may_begin_later() -> None:
    w = Variable([0.0])
    optimizer = SGD(1.0)
    for momentum, expected in [(0.0, -1), (0.5, -2), (0.5, -3.5), (0.0, -4.5), (0.5, -5.5)]:
        optimizer.momentum = momentum
        optimizer.apply_gradients([(np.ones(1), w)])
        assert w.tolist() == [expected], momentum
    for optimizer, option in [(Adam(), "amsgrad"), (RMSprop(), "centered"), (RMSprop(), "momentum")]:
        optimizer.apply_gradients([(np.ones(1), w)])
        setattr(optimizer, option, 0.5 if option == "momentum" else True)
        optimizer.apply_gradients([(np.ones(1), w)])
        assert np.isfinite(w.item())


def test_integer_gradients_and_iterations_set_by_hand() -> None:
    w = Variable(np.float32([1.0, 2.0]))
    optimizer = SGD(lambda step: 0.5**step)
    optimizer.iterations = 2
    optimizer.apply_gradients([(np.array([4, -4]), w)])
    assert w.tolist() == [0, 3]
    assert w.dtype == np.float32
