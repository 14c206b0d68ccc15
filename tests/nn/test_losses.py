"""Each loss against Keras, finite differences and closed forms; its errors. A new loss is a new row."""

import math

import numpy as np
import pytest

import autograd as ag
from nn import losses
from nn.losses import (
    BinaryCrossentropy,
    CategoricalCrossentropy,
    MeanAbsoluteError,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)

P = np.array([[0.2, 0.5, 0.3], [0.0, 0.1, 0.9], [0.4, 0.2, 0.2]], np.float32)  # the last row is to be renormalised
Z = np.array([[1.0, -2.0, 0.5], [30.0, -30.0, 0.0], [0.1, 0.2, 0.3]], np.float32)
HOT = np.array([[0, 1, 0], [1, 0, 0], [0, 0, 1]])
IDS = np.array([1, 0, 2])
P1, Z1, Y1 = np.array([[0.9], [0.2], [0.0]], np.float32), np.array([[2.0], [-1.0], [40.0]], np.float32), [1, 0, 1]
W = np.array([1.0, 0.5, 2.0])

# Keras 3.15.1 (torch 2.13.0): float(loss(y, outputs)) and float(loss(y, outputs, sample_weight=W)), float32.
SAMPLES = {
    "mse": (MeanSquaredError(), HOT, Z, 194.64332580566406, 97.9811019897461),
    "mae": (MeanAbsoluteError(), HOT, Z, 21.5 / 3, 4.0),  # by hand: 4.5/3, 59/3 and 1/3 in the rows
    "sparse": (SparseCategoricalCrossentropy(), IDS, P, 6.065845489501953, 3.841594696044922),
    "sparse logits": (SparseCategoricalCrossentropy(True), IDS, Z, 1.5021799802780151, 1.8361610174179077),
    "categorical": (CategoricalCrossentropy(), HOT, P, 6.065845489501953, 3.841594696044922),
    "categorical smoothed": (
        CategoricalCrossentropy(label_smoothing=0.1), HOT, P, 5.7425761222839355, 3.676335573196411),
    "categorical logits": (CategoricalCrossentropy(True), HOT, Z, 1.5021799802780151, 1.8361610174179077),
    "categorical logits smoothed": (
        CategoricalCrossentropy(True, 0.1), HOT, Z, 2.4444022178649902, 2.2817165851593018),
    "binary": (BinaryCrossentropy(), Y1, P1, 5.4822001457214355, 10.817708015441895),
    "binary smoothed": (BinaryCrossentropy(label_smoothing=0.1), Y1, P1, 5.273290157318115, 10.32861042022705),
    "binary logits": (BinaryCrossentropy(True), Y1, Z1, 0.14672993123531342, 0.09451963752508163),
    "binary logits smoothed": (BinaryCrossentropy(True, 0.1), Y1, Z1, 0.8633968234062195, 1.4695199728012085),
}  # fmt: skip
NAMES = {"mean_squared_error", "mse", "mean_absolute_error", "mae", "binary_crossentropy", "categorical_crossentropy"}
NAMES |= {"sparse_categorical_crossentropy"}


def test_every_loss_has_a_row():
    assert losses.LOSSES.keys() == NAMES
    assert {type(losses.get(name)) for name in NAMES} == {type(row[0]) for row in SAMPLES.values()}


@pytest.mark.parametrize("name", SAMPLES)
def test_values_of_keras(name):
    loss, y, outputs, mean, weighted = SAMPLES[name]
    assert float(loss(y, outputs)) == pytest.approx(mean, rel=2e-6)
    assert float(loss(y, outputs, sample_weight=W)) == pytest.approx(weighted, rel=2e-6)
    assert float(loss(y, outputs, sample_weight=W[:, None])) == pytest.approx(weighted, rel=2e-6)


@pytest.mark.parametrize("name", SAMPLES)
def test_gradients_agree_with_finite_differences(name):
    loss, y, outputs, _, _ = SAMPLES[name]
    x = np.clip(outputs.astype(np.float64), -3, 3)
    x = np.clip(x, 0.05, 0.95) if "logits" not in name and name not in ("mse", "mae") else x
    v, h = ag.Variable(x), 1e-6
    with ag.Tape() as t:
        value = loss(y, v, sample_weight=W)
    numeric = np.zeros_like(x)
    for i in np.ndindex(x.shape):
        step = np.zeros_like(x)
        step[i] = h
        numeric[i] = (loss(y, x + step, sample_weight=W) - loss(y, x - step, sample_weight=W)) / (2 * h)
    np.testing.assert_allclose(t.gradient(value, v).numpy(), numeric, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", SAMPLES)
def test_nothing_widens(name):
    loss, y, outputs, _, _ = SAMPLES[name]
    v = ag.Variable(outputs)
    with ag.Tape() as t:
        value = loss(np.asarray(y, np.int64), v, sample_weight=W)
    assert {node.out.dtype for node in t.nodes} == {np.dtype(np.float32)}
    assert t.gradient(value, v).dtype == np.float32


def test_from_logits_equals_the_loss_of_the_activation():
    for make, y, z, activation in (
        (SparseCategoricalCrossentropy, IDS, Z[:, ::-1] / 10, ag.softmax),
        (CategoricalCrossentropy, HOT, Z[:, ::-1] / 10, ag.softmax),
        (BinaryCrossentropy, HOT, Z / 10, ag.sigmoid),
    ):
        assert float(make()(y, activation(z))) == pytest.approx(float(make(from_logits=True)(y, z)), rel=1e-5)


def test_from_logits_is_exact_where_probabilities_round():
    z = ag.Variable(np.array([[-40.0], [40.0]], np.float32))
    with ag.Tape() as t:
        loss = BinaryCrossentropy(from_logits=True)([1.0, 1.0], z)
    assert float(loss) == 20.0
    assert t.gradient(loss, z).numpy()[:, 0] == pytest.approx([-0.5, -0.5 * math.exp(-40)], rel=1e-6)
    z = ag.Variable(np.array([[1000.0, 0.0, -1000.0]], np.float32))
    with ag.Tape() as t:
        loss = SparseCategoricalCrossentropy(from_logits=True)([2], z)
    assert float(loss) == 2000.0
    np.testing.assert_array_equal(t.gradient(loss, z).numpy(), [[1.0, 0.0, -1.0]])


def test_probabilities_of_0_and_1_are_cut_off():
    loss = SparseCategoricalCrossentropy()([0, 1], [[0.0, 1.0], [0.0, 1.0]])
    assert float(loss) == pytest.approx((-math.log(1e-7) - math.log(1 - 1e-7)) / 2, rel=1e-6)


@pytest.mark.parametrize("loss", [MeanSquaredError(), BinaryCrossentropy()])
@pytest.mark.parametrize("labels", [(4,), (4, 1)])
@pytest.mark.parametrize("outputs", [(4,), (4, 1)])
def test_labels_and_outputs_with_or_without_a_last_axis_are_aligned(loss, labels, outputs):
    y, p = np.array([0.0, 1.0, 1.0, 0.0]), np.array([0.1, 0.7, 0.6, 0.4])
    expected = {"mean_squared_error": (0.01 + 0.09 + 0.16 + 0.16) / 4}.get(
        loss.name, -math.log(0.9 * 0.7 * 0.6 * 0.6) / 4
    )
    assert float(loss(y.reshape(labels), p.reshape(outputs))) == pytest.approx(expected)


def test_sequences_have_a_loss_for_each_position():
    p = np.full((2, 3, 4), 0.25)
    loss = SparseCategoricalCrossentropy()
    assert loss.call(loss.targets(np.zeros((2, 3), int), p.shape), p).shape == (2, 3)
    assert float(loss(np.zeros((2, 3, 1), int), p, sample_weight=[1.0, 0.0])) == pytest.approx(math.log(4) / 2)


def test_whole_float_labels_serve_as_class_numbers():
    assert float(SparseCategoricalCrossentropy()([1.0], [[0.5, 0.5]])) == pytest.approx(math.log(2))


def test_a_gradient_reaches_labels_that_are_tensors():
    y = ag.Variable([[1.0], [2.0]])
    with ag.Tape() as t:
        loss = MeanSquaredError()(y, np.zeros((2, 1)))
    np.testing.assert_array_equal(t.gradient(loss, y).numpy(), [[1.0], [2.0]])


def test_a_function_is_a_loss():
    loss = losses.get(lambda y_true, y_pred: abs(y_true - y_pred))
    assert float(loss(np.array([[1.0], [2.0]]), np.array([[2.0], [5.0]]))) == 2.0


def test_repr_shows_the_options():
    assert repr(BinaryCrossentropy(True, 0.1)) == "BinaryCrossentropy(from_logits=True, label_smoothing=0.1)"


P3 = np.full((4, 3), 1 / 3)
ERRORS = {
    "one-hot into sparse": (SparseCategoricalCrossentropy(), np.eye(3)[[0, 1, 2, 0]], P3,
                            r'look one-hot.*loss="categorical_crossentropy".*to_categorical'),
    "integers into categorical": (CategoricalCrossentropy(), np.array([0, 1, 2, 0]), P3,
                                  r'class numbers.*loss="sparse_categorical_crossentropy".*to_categorical\(y, 3\)'),
    "too large": (SparseCategoricalCrossentropy(), np.array([0, 1, 3, 5]), P3,
                  "label 3 in row 2, and 1 more like it; expected 0 to 2, since the model has 3 output units"),
    "negative": (SparseCategoricalCrossentropy(), np.array([0, -1, 1, 2]), P3, "label -1 in row 1; expected 0 to 2"),
    "fraction": (SparseCategoricalCrossentropy(), np.array([0, 0.5, 1, 2]), P3, "label 0.5 in row 1; expected a whole"),
    "binary": (BinaryCrossentropy(), np.array([0, 1, 2, 1]), P3[:, 0], "label 2 in row 2; expected 0 or 1"),
    "binary nan": (BinaryCrossentropy(), np.array([0, 1, np.nan, 1]), P3[:, 0], "label nan in row 2"),
    "shapes": (MeanSquaredError(), np.zeros((4, 2)), P3, r"labels of shape \(4, 2\) do not fit outputs of shape \(4, 3\)"),
    "never n by n": (MeanSquaredError(), np.zeros(3), np.zeros((3, 3)), r"shape \(3,\) do not fit.*\(3, 3\)"),
    "unflattened": (SparseCategoricalCrossentropy(), np.zeros(4, int), np.zeros((4, 28, 10)), r"lack a Flatten\(\)"),
    "weights": (None, np.zeros(4, int), P3, r"sample_weight has shape \(3,\); expected \(4,\)"),
}  # fmt: skip


@pytest.mark.parametrize("name", ERRORS)
def test_errors_say_what_to_do(name):
    loss, y, outputs, message = ERRORS[name]
    with pytest.raises(ValueError, match=message):
        if loss is None:
            SparseCategoricalCrossentropy()(y, outputs, sample_weight=np.ones(3))
        else:
            loss(y, outputs)


@pytest.mark.parametrize("loss", [SparseCategoricalCrossentropy(), CategoricalCrossentropy(), BinaryCrossentropy()])
def test_logits_into_a_probability_loss_warn(loss):
    y = IDS if isinstance(loss, SparseCategoricalCrossentropy) else HOT
    with pytest.warns(UserWarning, match=r"got outputs from -30 to 30.*from_logits=True"):
        loss(y, Z)


def test_bad_options_raise():
    with pytest.raises(ValueError, match="label_smoothing is 2"):
        BinaryCrossentropy(label_smoothing=2)
    with pytest.raises(
        ValueError, match=r"unknown loss 'categorical_crossentropi'. Did you mean 'categorical_crossent"
    ):
        losses.get("categorical_crossentropi")
    with pytest.raises(TypeError, match="got the class MeanSquaredError as loss"):
        losses.get(MeanSquaredError)
    with pytest.raises(NotImplementedError, match="has no call"):
        losses.Loss()([1.0], [1.0])


@pytest.mark.parametrize("y_true", [True, False])
def test_a_list_of_tensors_is_refused(y_true):
    tensors, numbers = [ag.Tensor(1.0), ag.Tensor(2.0)], [1.0, 2.0]
    with pytest.raises(TypeError, match=r"got a list of 2 parts with tensors in it.* through which gradients flow$"):
        losses.get("mse")(*((tensors, numbers) if y_true else (numbers, tensors)))


def test_weights_that_are_learned_get_their_gradient():
    w = ag.Variable([1.0, 2.0])
    with ag.Tape() as t:
        loss = losses.get("mse")([[1.0], [2.0]], [[0.0], [5.0]], sample_weight=w)
    assert float(loss) == (1 * 1 + 2 * 9) / 2
    np.testing.assert_array_equal(t.gradient(loss, w).numpy(), [0.5, 4.5])


@pytest.mark.parametrize("weights", [None, np.full(3000, 2, np.float16)])
def test_losses_of_float16_are_computed_in_float32(weights):
    y, p = np.zeros((3000, 1), np.float16), ag.Variable(np.full((3000, 1), 300, np.float16))
    with ag.Tape() as t:
        loss = losses.get("mse")(y, p, weights)
    factor = 1 if weights is None else 2
    assert loss.dtype == np.float32
    assert float(loss) == pytest.approx(90_000 * factor)  # float16 ends at 65,504
    g = t.gradient(loss, p)
    assert g.dtype == np.float16
    np.testing.assert_allclose(g.numpy(), 0.2 * factor, rtol=1e-3)


@pytest.mark.parametrize("wrong", [np.ones((2, 1)) * 1j, np.array([["a"], ["b"]]), np.array([[None], [1]])])
def test_values_that_are_no_real_numbers(wrong):
    sound = np.ones((2, 1))
    for y, p, w in ((wrong, sound, None), (sound, wrong, None), (sound, sound, wrong)):
        with pytest.raises(TypeError, match=f"got values of dtype {wrong.dtype}; expected real numbers"):
            losses.get("mse")(y, p, w)


def test_crossentropies_by_their_labels() -> None:
    """-Σ y log p has the gradient -log p by y, at labels of 0 and 1 too, and -1 / p of second order."""
    y, p = np.array([[0.0, 1.0, 0.0]]), np.array([[0.25, 0.5, 0.25]])
    loss = losses.CategoricalCrossentropy()
    np.testing.assert_allclose(ag.grad(lambda y: loss(y, p))(y).numpy(), -np.log(p), rtol=1e-13)
    mixed = ag.jacobian(ag.grad(lambda y, p: loss(y, p)), 1)(y, p).numpy().reshape(3, 3)
    np.testing.assert_allclose(mixed, np.ones((3, 3)) - np.diag(1 / p[0]), rtol=1e-12)  # 1 by Σ p, which divides p
    from_logits = losses.BinaryCrossentropy(from_logits=True)
    z = np.array([[2.0, -30.0, 0.0]])
    np.testing.assert_allclose(ag.grad(lambda y: from_logits(y, z))(y).numpy(), -z / 3, rtol=1e-13, atol=1e-15)
