"""Every mistake is answered with what was got and what was expected, and has changed nothing."""

import itertools
from typing import Any, ClassVar

import numpy as np
import pytest

import optim
from autograd import Variable
from optim import SGD, Adagrad, Adam, Optimizer, RMSprop

ONE = np.ones(2)


def w(name: str | None = "w", dtype: Any = np.float64) -> Variable:
    return Variable(np.ones(2, dtype), name=name)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: SGD(-0.1), ValueError, r"learning_rate is -0.1; expected 0 or a number above it"),
        (lambda: SGD(float("nan")), ValueError, r"learning_rate is nan; expected a finite number"),
        (lambda: SGD(np.float32("inf")), ValueError, r"learning_rate is inf; expected a finite number"),
        (lambda: SGD(lambda: 0.1), TypeError, r"learning_rate is <lambda>\(\); expected a function of one argument"),
        (lambda: SGD(lambda a, b: 0.1), TypeError, r"learning_rate is <lambda>\(a, b\); expected a function of one"),
        (lambda: SGD("0.1"), TypeError, r"learning_rate is '0.1', a str; expected a number"),
        (lambda: SGD(True), TypeError, r"learning_rate is True, a bool; expected a number"),
        (lambda: SGD(None), TypeError, r"learning_rate is None, a NoneType; expected a number"),
        (lambda: SGD(momentum=1.5), ValueError, r"momentum is 1.5; expected a number from 0 up to, but not including"),
        (lambda: SGD(momentum=-0.1), ValueError, r"momentum is -0.1; expected a number from 0"),
        (lambda: SGD(nesterov="no"), TypeError, r"nesterov is 'no', a str; expected True or False"),
        (lambda: Adam(amsgrad=None), TypeError, r"amsgrad is None, a NoneType; expected True or False"),
        (lambda: SGD(weight_decay=-1), ValueError, r"weight_decay is -1; expected 0 or a number above it"),
        (lambda: SGD(clipnorm=0), ValueError, r"clipnorm is 0; expected a number above 0"),
        (lambda: SGD(clipvalue=-1), ValueError, r"clipvalue is -1; expected a number above 0"),
        (lambda: SGD(global_clipnorm=0), ValueError, r"global_clipnorm is 0; expected a number above 0"),
        (
            lambda: SGD(clipnorm=1, clipvalue=2),
            ValueError,
            r"got clipnorm=1, clipvalue=2 and global_clipnorm=None; expected at most one of the three",
        ),
        (lambda: SGD(clipnorm=1, global_clipnorm=1), ValueError, r"expected at most one of the three"),
        (lambda: SGD(momentun=0.9), TypeError, r"SGD\(\) got an unexpected .* 'momentun'; expected 'momentum'$"),
        (lambda: Adam(beta1=0.9), TypeError, r"unexpected keyword argument 'beta1'; expected 'beta_1' or 'beta_2'$"),
        (lambda: Adam(lr=0.1), TypeError, r"Adam\(\) got an .* 'lr', which is not supported. Try learning_rate=..."),
        (lambda: SGD(decay=0.1), TypeError, r"'decay', which is not supported. Try learning_rate=lambda step"),
        (lambda: SGD(name="mine"), TypeError, r"'name', which is not supported. Try leaving it out"),
        (lambda: RMSprop(use_ema=True), TypeError, r"'use_ema', which is not supported. Try averaging the weights"),
        (lambda: Adagrad(gradient_accumulation_steps=2), TypeError, r"not supported. Try a larger batch_size"),
        (lambda: SGD(zzz=1), TypeError, r"'zzz'; expected 'clipnorm' or .* or 'learning_rate' or 'momentum' or"),
        (lambda: SGD(zz=1), TypeError, r"'learning_rate' or 'momentum' or 'nesterov' or 'weight_decay'$"),  # no slots
        (lambda: RMSprop(rho=1), ValueError, r"rho is 1; expected a number from 0"),
        (lambda: RMSprop(momentum=1), ValueError, r"momentum is 1; expected a number from 0"),
        (lambda: RMSprop(epsilon=0), ValueError, r"epsilon is 0; expected a number above 0"),
        (lambda: Adagrad(initial_accumulator_value=-1), ValueError, r"initial_accumulator_value is -1; expected 0 or"),
        (lambda: Adagrad(epsilon=-1), ValueError, r"epsilon is -1; expected a number above 0"),
        (lambda: Adam(beta_1=1), ValueError, r"beta_1 is 1; expected a number from 0"),
        (lambda: Adam(beta_2=1.1), ValueError, r"beta_2 is 1.1; expected a number from 0"),
        (lambda: Adam(epsilon=0), ValueError, r"epsilon is 0; expected a number above 0"),
        (lambda: Optimizer(0.1), TypeError, r"abstract"),
    ],
)
def test_hyperparameters(make: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        make()


@pytest.mark.parametrize(
    ("pair", "error", "message"),
    [
        ((ONE[:1], w()), ValueError, r"gradient of the variable 'w' has shape \(1,\); expected \(2,\)"),
        (
            (1.0, w(None)),
            ValueError,
            r"gradient of variable 1 \(unnamed, shape \(2,\)\) has shape \(\); expected \(2,\)",
        ),
        ((ONE, ONE), TypeError, r"pair 1 holds a ndarray as its variable; expected \(gradient, Variable\). Make one"),
        ((w(), ONE), TypeError, r"expected \(gradient, Variable\). The gradient comes first, then the variable"),
        (
            (ONE + 1j, w()),
            TypeError,
            r"gradient of the variable 'w' has dtype complex128; expected one that fits float64",
        ),
        ((np.array(["a", "b"]), w()), TypeError, r"gradient of the variable 'w' has dtype <U1; expected one that fits"),
        ((np.array([None, 1]), w()), TypeError, r"gradient of the variable 'w' has dtype object; expected"),
        ((ONE, w(dtype=int)), TypeError, r"'w' has dtype int64; expected a real floating-point dtype"),
        ((ONE, w(dtype=complex)), TypeError, r"'w' has dtype complex128; expected a real floating-point dtype"),
        (ONE, TypeError, r"entry 1 is a ndarray; expected a pair \(gradient, variable\). Try apply_gradients\(zip"),
        ((ONE, w(), w()), TypeError, r"entry 1 is a tuple; expected a pair"),
    ],
)
def test_pairs_that_can_not_be_right_change_nothing(pair: Any, error: type[Exception], message: str) -> None:
    good, optimizer = w("good"), SGD(0.5, momentum=0.5)
    with pytest.raises(error, match=message):
        optimizer.apply_gradients([(ONE, good), pair])
    assert good.tolist() == [1, 1]
    assert optimizer.iterations == 0
    assert optimizer.get_state([good]) == {"iterations": 0}


def test_a_variable_that_comes_twice() -> None:
    one = w()
    with pytest.raises(ValueError, match="the variable 'w' comes twice among the pairs"):
        SGD().apply_gradients([(ONE, one), (ONE, one)])
    assert one.tolist() == [1, 1]


def test_no_pairs_and_a_zip_that_is_used_up() -> None:
    one, optimizer = w(), SGD()
    pairs = zip([ONE], [one], strict=True)
    optimizer.apply_gradients(pairs)
    with pytest.raises(ValueError, match=r"got no pairs; expected .* zip\(...\) is empty once it has been used"):
        optimizer.apply_gradients(pairs)
    assert optimizer.iterations == 1


def test_gradients_that_are_all_none() -> None:
    message = r"every gradient is None \(the variable 'w', variable 1 .*\); expected .* used inside the tape's scope"
    with pytest.raises(ValueError, match=message):
        SGD().apply_gradients([(None, w()), (None, w(None))])


@pytest.mark.parametrize(
    ("rate", "error", "message"),
    [
        (-1.0, ValueError, r"the learning rate of step 0 is -1.0; expected 0 or a number above it"),
        (float("nan"), ValueError, r"the learning rate of step 0 is nan; expected a finite number"),
        (None, TypeError, r"the learning rate of step 0 is None, a NoneType; expected a number"),
    ],
)
def test_a_function_that_gives_a_wrong_learning_rate(rate: Any, error: type[Exception], message: str) -> None:
    one, optimizer = w(), SGD(lambda step: rate)
    with pytest.raises(error, match=message):
        optimizer.apply_gradients([(ONE, one)])
    assert one.tolist() == [1, 1]
    assert optimizer.iterations == 0


def test_setting_a_wrong_learning_rate_keeps_the_old_one() -> None:
    optimizer = SGD(0.5)
    with pytest.raises(ValueError, match="learning_rate is -1; expected 0 or a number above it"):
        optimizer.learning_rate = -1
    assert optimizer.learning_rate == 0.5


@pytest.mark.parametrize(
    ("make", "name", "value", "error", "message"),
    [
        (Adam, "beta_1", 2, ValueError, r"beta_1 is 2; expected a number from 0 up to"),
        (Adam, "beta_2", None, TypeError, r"beta_2 is None, a NoneType; expected a number"),
        (Adam, "epsilon", 0, ValueError, r"epsilon is 0; expected a number above 0"),
        (Adam, "amsgrad", "no", TypeError, r"amsgrad is 'no', a str; expected True or False"),
        (SGD, "momentum", -0.5, ValueError, r"momentum is -0.5; expected a number from 0"),
        (SGD, "nesterov", 0.5, TypeError, r"nesterov is 0.5, a float; expected True or False"),
        (RMSprop, "rho", float("nan"), ValueError, r"rho is nan; expected a finite number"),
        (Adagrad, "weight_decay", -1, ValueError, r"weight_decay is -1; expected 0 or a number above it"),
        (SGD, "clipnorm", "1", TypeError, r"clipnorm is '1', a str; expected a number"),
        (SGD, "iterations", 0.5, TypeError, r"iterations is 0.5, a float; expected a whole number"),
        (SGD, "iterations", -1, ValueError, r"iterations is -1; expected 0 or a number above it"),
        (SGD, "lr", 0.1, AttributeError, r"SGD has no 'lr'; expected one of .* Did you mean 'learning_rate'\?"),
        (Adam, "beta1", 0.5, AttributeError, r"Adam has no 'beta1'; .* Did you mean 'beta_1' or 'beta_2'\?"),
        (Adam, "momentum", 0.5, AttributeError, r"Adam has no 'momentum'; expected one of learning_rate, .*amsgrad"),
        (SGD, "momentun", 0.5, AttributeError, r"SGD has no 'momentun'; .* Did you mean 'momentum'\?"),
        (SGD, "learning_rat", 0.5, AttributeError, r"Did you mean 'learning_rate'\?"),
    ],
)
def test_attributes_are_checked_as_the_constructor_checks(
    make: Any, name: str, value: Any, error: type[Exception], message: str
) -> None:
    optimizer = make()
    before = repr(optimizer)
    with pytest.raises(error, match=message):
        setattr(optimizer, name, value)
    assert repr(optimizer) == before


def test_an_optimizer_of_ones_own_has_the_attributes_it_wants() -> None:
    class Own(SGD):
        checks: ClassVar[dict[str, Any]] = {"lookahead": lambda name, value: int(value)}

        def __init__(self) -> None:
            super().__init__(0.1)
            self.lookahead = "5"
            self.seen = 0

    optimizer = Own()
    assert optimizer.lookahead == 5
    assert optimizer.seen == 0
    with pytest.raises(ValueError, match="momentum is 2; expected a number from 0"):
        optimizer.momentum = 2


@pytest.mark.parametrize(
    ("first", "second"), list(itertools.permutations(["clipnorm", "clipvalue", "global_clipnorm"], 2))
)
def test_a_second_clip_set_as_an_attribute(first: str, second: str) -> None:
    optimizer, one = SGD(1.0, **{first: 0.5}), w()
    with pytest.raises(ValueError, match=rf"(?=.*{first}=0.5)(?=.*{second}=0.25).*at most one of .* Set one to None"):
        setattr(optimizer, second, 0.25)
    assert getattr(optimizer, second) is None
    setattr(optimizer, first, None)
    setattr(optimizer, second, 0.25)
    setattr(optimizer, second, 0.125)
    optimizer.apply_gradients([(np.array([4.0, 0.0]), one)])
    assert one.tolist() == [1 - 0.125, 1]


@pytest.mark.parametrize("key", ["iterations", "steps/0"])
def test_a_count_of_steps_is_a_whole_number(key: str) -> None:
    one, optimizer = w(), SGD()
    for number in (2, np.array(2), np.array(2.0)):
        optimizer.set_state({"iterations": 3, key: number}, [one])
    for number in (1.5, np.array(1.5), "a"):
        with pytest.raises(TypeError, match=rf"the state's '{key}' is .*; expected a whole number"):
            optimizer.set_state({"iterations": 3, key: number}, [one])


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({"0/velocity": ONE}, r"the state holds \['0/velocity'\]; expected 'iterations' among them"),
        (
            {"iterations": 3, "1/velocity": ONE},
            r"holds '1/velocity'; expected a number below 1 \(the number of variables",
        ),
        ({"iterations": 3, "steps/0": -1}, r"the state's 'steps/0' is -1; expected 0 or a number"),
        ({"iterations": -3}, r"'iterations' is -3; expected 0 or a number above it"),
        ({"iterations": 3, "steps/1": 2}, r"holds 'steps/1'; expected a number below 1"),
        ({"iterations": 3, "0/mean": ONE}, r"holds '0/mean'; expected .* one of \['first_moment', 'second_moment'\]"),
        ({"iterations": 3, "0/first_moment": ONE}, r"state of variable 0 holds \['first_moment'\]; expected \['first"),
        ({"iterations": 3, "0/first_moment": ONE[:1]}, r"'0/first_moment' has shape \(1,\); expected \(2,\)"),
    ],
)
def test_a_state_that_does_not_fit_changes_nothing(state: dict[str, Any], message: str) -> None:
    one, optimizer = w(), Adam()
    optimizer.apply_gradients([(ONE, one)])
    before = optimizer.get_state([one])
    with pytest.raises(ValueError, match=message):
        optimizer.set_state(state, [one])
    after = optimizer.get_state([one])
    assert after.keys() == before.keys()
    for key in before:
        np.testing.assert_array_equal(after[key], before[key])


def test_get_by_name_in_any_case_or_as_it_is() -> None:
    for name, kind in {"rmsprop": RMSprop, "SGD": SGD, "Adam": Adam, "adagrad": Adagrad}.items():
        assert type(optim.get(name)) is kind
    optimizer = Adam()
    assert optim.get(optimizer) is optimizer
    assert optim.get("adam") is not optim.get("adam")


@pytest.mark.parametrize(
    ("identifier", "error", "message"),
    [
        ("rmsporp", ValueError, r"no optimizer 'rmsporp'; expected one of adagrad, .*\. Did you mean rmsprop\?"),
        ("AdamW", ValueError, r"no optimizer 'AdamW'; .* Try Adam\(weight_decay=0.004\), which is AdamW"),
        ("Adaml", ValueError, r"no optimizer 'Adaml'; .* Did you mean adam"),
        ("zzz", ValueError, r"no optimizer 'zzz'; expected one of adagrad, adam, rmsprop, sgd\.$"),
        (SGD, TypeError, r"got the class SGD as optimizer; expected a name such as 'rmsprop', or an optimizer such as"),
        (None, TypeError, r"got a NoneType as optimizer; expected a name"),
    ],
)
def test_get_of_what_is_no_optimizer(identifier: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        optim.get(identifier)
