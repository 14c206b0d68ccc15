"""Mistakes that were found in use, one test each, so that none of them comes back."""

import copy
import pickle
from collections import defaultdict

import numpy as np
import pytest

import autograd as ag
from autograd import Tape, Tensor, Variable
from autograd.errors import NoDerivativeError


def test_output_gradients_are_matched_by_key_not_by_position() -> None:
    x = Variable(3.0)
    with Tape(persistent=True) as t:
        a, b = x * 1.0, x * 10.0
    assert float(t.gradient({"a": a, "b": b}, x, output_gradients={"b": 0.0, "a": 1.0})) == 1
    for wrong in ({"a": 1.0}, [1.0, 2.0], 1.0):
        with pytest.raises(ValueError, match=r"expected a dict with the keys \['a', 'b'\]"):
            t.gradient({"a": a, "b": b}, x, output_gradients=wrong)


def test_an_explicit_none_is_not_the_default() -> None:
    x = Tensor(np.ones((1, 2)))
    assert np.concatenate([x, x], axis=None).shape == (4,)


def test_a_negative_base_with_a_fractional_exponent() -> None:
    with np.errstate(all="ignore"):
        assert np.isnan(float(ag.grad(lambda x: x ** (1 / 3))(-8.0)))
        assert np.isnan(float(ag.jvp(lambda x: x ** (1 / 3), [-8.0], [1.0])[1]))


def test_forward_mode_refuses_complex_inputs_of_real_rules_too() -> None:
    with pytest.raises(NoDerivativeError, match="rint is known for real numbers only"):
        ag.jvp(np.rint, [3 + 4j], [1j])


def test_integers_in_transforms() -> None:
    f = lambda x: x * x
    assert float(ag.grad(f)(3)) == 6
    assert float(ag.jvp(f, [3], [0.5])[1]) == 3
    with pytest.raises(
        TypeError, match=r"argument 0: got dtype int64 to differentiate with respect to; expected floats"
    ):
        ag.grad(lambda x: np.sum(x * x))(np.array([1, 2]))


def test_a_copied_variable_is_another_variable() -> None:
    v = Variable([1.0, 2.0], name="v")
    with Tape() as t:
        y = np.sum(v * v)
        c = copy.copy(v)
        z = np.sum(c * 3.0)
    assert [g.tolist() for g in t.gradient([y, z], [v, c])] == [[2, 4], [3, 3]]
    for twin in (copy.deepcopy(v), pickle.loads(pickle.dumps(v))):
        assert (twin.name, twin.tolist(), twin.trainable) == ("v", [1, 2], True)


def test_a_tape_is_not_copied() -> None:
    for f in (copy.copy, copy.deepcopy, pickle.dumps):
        with pytest.raises(TypeError, match="a tape can not be copied or pickled"):
            f(Tape())


def test_results_do_not_share_the_callers_buffer() -> None:
    x, u, rows = Variable([1.0, 2.0]), np.zeros(2), []
    with Tape(persistent=True) as t:
        y = x + 1.0
    for k in range(2):
        u[:] = 0
        u[k] = 1
        rows.append((t.gradient(y, x, output_gradients=u), ag.jvp(lambda x: x + 1.0, [np.ones(2)], [u])[1]))
    assert [[g.tolist() for g in row] for row in rows] == [[[1, 0]] * 2, [[0, 1]] * 2]


def test_orders_that_depend_on_the_memory_are_refused() -> None:
    for f in (lambda x: np.ravel(x, order="A"), lambda x: np.reshape(x, -1, order="A"), lambda x: np.ravel(x, "K")):
        with pytest.raises(NoDerivativeError, match='expected "C" or "F"'):
            f(Tensor(np.ones((2, 3))))


@pytest.mark.parametrize("labels", [[-1, 0], [0, 2], [0], [[0, 1]], [False, True], [0.0, 1.0]])
def test_labels_that_do_not_fit_the_logits(labels) -> None:
    with pytest.raises(ValueError, match="got labels"):
        ag.sparse_softmax_crossentropy(Tensor(np.ones((2, 2))), np.array(labels))


def test_a_value_that_was_replaced_is_read_anew() -> None:
    v = Variable([1.0, 2.0])
    with Tape() as t:
        y = np.sum(v * v)
    t.gradient(y, v)
    v.value = np.array([5.0, 6.0])
    with Tape() as t:
        y = np.sum(v * v)
    assert t.gradient(y, v).tolist() == [10, 12]


@pytest.mark.parametrize(
    "f",
    [
        lambda x: ag.logsumexp(x, axis=1),
        lambda x: ag.softmax(x)[:, 0],
        lambda x: ag.log_softmax(x)[:, 0],
        lambda x: ag.sparse_softmax_crossentropy(x, np.array([0, 1])),
        lambda x: np.prod(x, axis=1),
        lambda x: np.std(x, axis=1),
        lambda x: np.linalg.norm(x, axis=1),
        lambda x: np.max(x, axis=1),
    ],
)
def test_a_nan_in_a_row_that_is_not_taken_does_not_leak(f) -> None:
    x = Variable([[1.0, 2.0], [np.nan, 1.0]])
    with Tape() as t:
        y = np.where([True, False], f(x), 0.0)
    assert t.gradient(y, x).tolist()[1] == [0, 0]


@pytest.mark.parametrize(
    "f",
    [
        np.max,
        np.min,
        np.sum,
        np.prod,
        np.squeeze,
        np.transpose,
        lambda x: x.T,
        lambda x: x[...],
        lambda x: x.reshape(()),
        lambda x: np.expand_dims(x, 0)[0],
        np.std,
        np.cumsum,
    ],
)
def test_python_floats_in_operations_on_arrays(f) -> None:
    expected = 0.0 if f is np.std else 1.0
    assert np.ravel(ag.grad(lambda x: np.sum(f(x)))(3.0).numpy()) == [expected]
    assert np.ravel(ag.jvp(f, [3.0], [1.0])[1].numpy()) == [expected]


def test_a_tensor_as_cotangent_of_a_numpy_scalar() -> None:
    assert ag.vjp(lambda z: z[0], np.ones(2))[1](Tensor(2.0))[0].tolist() == [2, 0]


def test_forward_mode_of_a_constant_and_of_nothing() -> None:
    assert ag.jvp(lambda x: 5.0, [1.0], [1.0])[1].item() == 0
    assert ag.jacobian(lambda x: x * 2, mode="forward")(np.zeros(0)).shape == (0, 0)
    with pytest.raises(TypeError, match="returns tuple; expected one tensor"):
        ag.jacobian(lambda x: (x, x), mode="forward")(np.ones(2))


def test_a_comparison_of_scalars_as_target() -> None:
    x = Variable(3.0)
    with Tape() as t:
        y = x > 2
    assert t.gradient(y, x) is None


def test_axes_as_lists_and_all_axes() -> None:
    ag.check_gradients(lambda x: np.moveaxis(x, [0, 1], [1, 0]), np.ones((2, 3)))
    ag.check_gradients(lambda x: ag.softmax(x, axis=None), np.array([[0.3, -1.0], [0.5, 2.0]]))


def test_no_warning_where_recording_is_stopped(recwarn) -> None:
    x = Variable(3.0)
    with Tape(persistent=True) as t:
        y = x * x
        with t.stop_recording():
            t.gradient(y, x)
    assert not recwarn.list


def test_argnums_and_dict_classes() -> None:
    f = lambda a, b: a * b
    assert float(ag.grad(f, argnums=-1)(2.0, 3.0)) == 2
    assert float(ag.grad(f, argnums=np.int64(1))(2.0, 3.0)) == 2
    with pytest.raises(ValueError, match="argnums names argument 2, and the function was called with 2"):
        ag.grad(f, argnums=2)(2.0, 3.0)
    x = Variable(3.0)
    with Tape() as t:
        y = x * x
    g = t.gradient(y, defaultdict(list, x=x))
    assert (type(g), float(g["x"])) == (defaultdict, 6)


def test_complex_scalars_as_base_and_exponent() -> None:
    z = Variable(2 + 1j)
    with Tape() as t:
        y = z**z
    expected = (2 + 1j) ** (2 + 1j) * (np.log(2 + 1j) + 1)
    np.testing.assert_allclose(complex(t.gradient(y, z)), np.conj(expected), rtol=1e-14)


def test_a_late_watch_of_a_variable_counts_from_there_on() -> None:
    v, x = Variable(3.0, trainable=False), Variable(2.0)
    with Tape() as t:
        y = x * v
        t.watch(v)
        z = y * v
    assert [float(g) for g in t.gradient(z, [x, v])] == [9, 6]


def test_a_tape_closed_while_it_does_not_record_stays_closed() -> None:
    from autograd.graph import open_recordings

    t, inner = Tape(), Tape()
    t.__enter__()
    with t.stop_recording():
        t.__exit__(None, None, None)
        inner.__enter__()
    assert open_recordings.get() == (inner,)
    inner.__exit__(None, None, None)


def test_a_float_is_no_index() -> None:
    with pytest.raises(TypeError):
        [1, 2][Tensor(1.0)]


def test_logaddexp_of_large_equal_numbers_is_shared_exactly() -> None:
    assert float(ag.grad(lambda a: np.logaddexp(a, 1000.0))(1000.0)) == 0.5


def test_nested_stop_recording_stays_stopped() -> None:
    x = Variable(3.0)
    with Tape() as t:
        y = x * x
        with t.stop_recording():
            with t.stop_recording():
                pass
            z = y * x
        w = z + y
    assert float(t.gradient(w, x)) == 6


@pytest.mark.parametrize(
    "f",
    [
        lambda x: x.reshape(()) ** 2,
        lambda x: x[()] ** 2,
        lambda x: np.squeeze(x) ** 2,
        lambda x: x.T**2,
        lambda x: np.sum(np.cumprod(x) ** 2),
        lambda x: np.max(x) ** 2,
        lambda x: np.where(True, x, 0.0)[()] ** 2,
    ],
)
def test_second_derivatives_of_python_floats_through_operations_on_arrays(f) -> None:
    assert float(ag.grad(ag.grad(f))(2.0)) == 2
    assert float(ag.hvp(f, 2.0, 1.0)) == 2


def test_quantiles_of_inf_and_nan_are_those_of_numpy() -> None:
    assert np.median(Tensor([1.0, 2.0, np.inf])) == np.median([1.0, 2.0, np.inf]) == 2
    for a in ([1.0, 2.0, 3.0, np.nan], [3.0, 1.0, 2.0]):
        for q in (0.0, 0.5):
            np.testing.assert_array_equal(np.quantile(Tensor(a), q).numpy(), np.quantile(a, q))


def test_linearize_locks_its_point() -> None:
    a = np.array([1.0, 2.0])
    _, push = ag.linearize(lambda x: x * x, a)
    with pytest.raises(ValueError, match="read-only"):
        a[:] = 10
    assert push(np.ones(2)).tolist() == [2, 4]
    del push
    a[:] = 10


def test_checkpoint_with_a_zero_dimensional_variable() -> None:
    w = Variable(np.array(2.0, np.float32))
    f = ag.checkpoint(lambda x: x * x * w)
    assert float(ag.grad(ag.grad(f))(3.0)) == 4


def test_output_gradients_of_tensors_and_arrays_together() -> None:
    x = Variable([1.0, 2.0])
    with Tape() as t:
        targets = [x * 1.0, x * 2.0, x * 3.0]
    seeds = [Tensor([1.0, 1.0]), np.ones(2), np.ones(2)]
    assert t.gradient(targets, x, output_gradients=seeds).tolist() == [6, 6]


def test_variance_of_too_few_is_not_a_number_as_in_numpy(recwarn) -> None:
    with np.errstate(all="ignore"):
        g = ag.grad(lambda x: np.var(x, ddof=1))(np.array([1.0]))
    assert np.isnan(g.numpy()).all()
    recwarn.clear()


def test_a_copy_to_numpy_warns_at_the_users_line() -> None:
    x = Variable([1.0, 2.0])
    with Tape(), pytest.warns(UserWarning, match="the gradient stops here") as caught:
        np.array(x * 2)
        np.asarray(x * 2)
    assert [w.filename for w in caught] == [__file__] * 2


def test_names_of_functions_in_messages_are_those_people_write() -> None:
    from autograd.protocols import named

    assert [named(f) for f in (np.linalg.inv, np.fft.rfft, np.sum, np.exp)] == [
        "np.linalg.inv",
        "np.fft.rfft",
        "np.sum",
        "np.exp",
    ]


def test_a_tape_records_nothing_after_its_scope_even_in_a_task_that_inherited_it() -> None:
    import asyncio

    x = Variable(3.0)

    async def later() -> Tensor:
        await asyncio.sleep(0.01)
        return x * x

    async def main() -> tuple:
        with Tape(persistent=True) as t:
            task = asyncio.create_task(later())
            await asyncio.sleep(0)
        return t, await task

    t, y = asyncio.run(main())
    assert (t.nodes, t.gradient(y, x)) == ([], None)


def test_batch_jacobian_of_several_sources() -> None:
    x = Variable(np.ones((2, 2)))
    with Tape(persistent=True) as t:
        y = x * 2
    with pytest.raises(TypeError, match="batch_jacobian got a list as source"):
        t.batch_jacobian(y, [x, x])


def test_tangents_of_float32_scalars_are_float32() -> None:
    assert ag.hvp(lambda x: x * 1.0, np.float32(2), np.float32(1)).dtype == np.float32


def test_the_slope_of_arctan2_near_its_centre_does_not_overflow() -> None:
    assert ag.grad(lambda y: np.arctan2(y, np.float32(1e-23)))(np.float32(1e-23)).item() == pytest.approx(
        5e22, rel=1e-5
    )


def test_a_cotangent_that_is_transposed_is_not_copied_to_look_for_a_nan() -> None:
    x = Variable(np.ones((3, 2)))
    with Tape() as t:
        y = np.exp(x.T * 1.0)
    np.testing.assert_allclose(t.gradient(y, x).numpy(), np.e)


def test_the_advice_of_the_checks_names_operations_that_exist() -> None:
    from autograd.debug import _BACKWARD, _FORWARD
    from autograd.primitive import registry

    assert _FORWARD.keys() | _BACKWARD.keys() <= registry.keys()


def test_an_array_in_the_memory_of_c_is_not_locked_since_it_could_not_be_unlocked() -> None:
    optimize = pytest.importorskip("scipy.optimize")
    f = lambda x: x * x - np.array([4.0, 9.0])
    found = optimize.root(lambda x: f(x), [1.0, 1.0], jac=lambda x: np.array(ag.jacobian(f)(x)))
    np.testing.assert_allclose(found.x, [2.0, 3.0], rtol=1e-8)
