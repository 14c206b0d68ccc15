"""Every optimizer and option against Keras: the values it reaches from the same start with the same gradients.

A row is a configuration, written as both libraries understand it, and (w0, w1, b0) after steps 1, 2 and 6, as
Keras 3.15.1 with PyTorch 2.13.0 gave them in float64. They were made by this script, with ROWS pasted in:

    import os
    os.environ["KERAS_BACKEND"] = "torch"
    import keras, numpy as np, torch
    from keras.optimizers import SGD, Adagrad, Adam, RMSprop

    keras.config.set_floatx("float64")
    decay = keras.optimizers.schedules.InverseTimeDecay(0.1, 1, 1.0)    # 0.1 / (1 + step)
    for optimizer in [row() for row in ROWS]:
        w, b = keras.Variable([1.0, -2.0], dtype="float64"), keras.Variable([0.5], dtype="float64")
        for t in range(6):
            g = [[2 * np.cos(t), 0.5 * np.sin(1 + t)], [0.3 - 0.2 * t]]
            optimizer.apply_gradients([(torch.tensor(x, dtype=torch.float64), v) for x, v in zip(g, (w, b))])
            if t in (0, 1, 5):
                print((*w.numpy().tolist(), *b.numpy().tolist()))
"""

import inspect
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pytest

import optim
from autograd import Variable
from optim import SGD, Adagrad, Adam, Optimizer, RMSprop


class Row(NamedTuple):
    make: Callable[[], Optimizer]
    first: tuple[float, float, float]
    second: tuple[float, float, float]
    sixth: tuple[float, float, float]


def decay(step: int) -> float:
    return 0.1 / (1 + step)


ROWS = [
    Row(
        lambda: SGD(0.1),
        (0.8, -2.0420735492403947, 0.47),
        (0.691939538826372, -2.0875384205816787, 0.45999999999999996),
        (1.0471636925359669, -1.9948373075761723, 0.62),
    ),
    Row(
        lambda: SGD(),
        (0.98, -2.0042073549240396, 0.497),
        (0.9691939538826372, -2.008753842058168, 0.496),
        (1.0047163692535965, -1.999483730757617, 0.512),
    ),
    Row(
        lambda: SGD(0.1, momentum=0.9),
        (0.8, -2.0420735492403947, 0.47),
        (0.5119395388263721, -2.1254046148980343, 0.433),
        (0.6348174716179695, -2.1999728624837194, 0.5991713000000001),
    ),
    Row(
        lambda: SGD(0.1, momentum=0.9, nesterov=True),
        (0.62, -2.07993974355675, 0.44299999999999995),
        (0.2526851237701068, -2.2004025739899093, 0.39969999999999994),
        (0.7184994169921392, -2.1748128838115193, 0.70925417),
    ),
    Row(
        lambda: SGD(decay, momentum=0.9),
        (0.8, -2.0420735492403947, 0.47),
        (0.565969769413186, -2.102672179227392, 0.43799999999999994),
        (0.11139689307586684, -2.2521348191299655, 0.40141179999999993),
    ),
    Row(
        lambda: SGD(0.1, weight_decay=0.05),
        (0.7949999999999999, -2.032073549240395, 0.46749999999999997),
        (0.682964538826372, -2.067378052835477, 0.45516249999999997),
        (1.020760618022501, -1.9341503277094567, 0.6054287958282265),
    ),
    Row(
        lambda: SGD(0.1, clipnorm=1.0),
        (0.9021418965644357, -2.0205861886673393, 0.47),
        (0.8099679118606455, -2.0593670555085226, 0.45999999999999996),
        (1.028571943570745, -1.9992474145030525, 0.62),
    ),
    Row(
        lambda: SGD(0.1, clipvalue=0.5),
        (0.95, -2.0420735492403947, 0.47),
        (0.8999999999999999, -2.0875384205816787, 0.45999999999999996),
        (1.0, -1.9948373075761723, 0.6000000000000001),
    ),
    Row(
        lambda: SGD(0.1, global_clipnorm=1.0),
        (0.903179407119751, -2.0203679299101567, 0.48547691106796265),
        (0.8113389234395569, -2.0590084810339597, 0.47697792053222654),
        (1.0233490118801252, -2.001119302365814, 0.6054935675859451),
    ),
    Row(
        lambda: RMSprop(),
        (0.9968377227351163, -2.0031622687281447, 0.4968377399078944),
        (0.9952727310919918, -2.005538681047404, 0.49578946083093184),
        (0.9993594679223157, -2.001641175446125, 0.5039926259832894),
    ),
    Row(
        lambda: RMSprop(0.01, rho=0.7, epsilon=0.01),
        (0.9818181818181818, -2.0167484847365613, 0.4844037426526989),
        (0.971954938177815, -2.0305076948348644, 0.47880481754314036),
        (0.9991807275791382, -2.004308619541706, 0.5276943807417207),
    ),
    Row(
        lambda: RMSprop(0.01, momentum=0.5),
        (0.9683772273511625, -2.0316226872814473, 0.46837739907894443),
        (0.9369159245954981, -2.0711981541147617, 0.4420833078487907),
        (0.9815888846255493, -2.049680954322935, 0.5381282634947591),
    ),
    Row(
        lambda: RMSprop(0.01, centered=True),
        (0.9666666712962954, -2.0333332287202754, 0.46666687242607835),
        (0.9494466602624855, -2.05973319347926, 0.4552937594155098),
        (0.9908952563359611, -2.0208736354459647, 0.5412233382661922),
    ),
    Row(
        lambda: RMSprop(0.01, momentum=0.5, centered=True),
        (0.9666666712962954, -2.0333332287202754, 0.46666687242607835),
        (0.9327799959106331, -2.0763998078393984, 0.43862719562854896),
        (0.9762155526099926, -2.0584533581216116, 0.5378084062577019),
    ),
    Row(
        lambda: RMSprop(decay),
        (0.6837722735116254, -2.316226872814472, 0.18377399078944434),
        (0.6055226913553973, -2.435047488777425, 0.13136003694131465),
        (0.7158062508858166, -2.3551880267923266, 0.31276529607848375),
    ),
    Row(
        lambda: RMSprop(0.01, weight_decay=0.05, clipnorm=1.0),
        (0.9678772399094189, -2.030622403514422, 0.46812739907894446),
        (0.9451128252624575, -2.057850580417493, 0.4574105446097791),
        (0.9849764952031504, -2.0170835927089996, 0.5384771839483736),
    ),
    Row(
        lambda: Adagrad(),
        (0.9990122704153959, -2.000799382798606, 0.4993117529795059),
        (0.9985414491882331, -2.0014530808499824, 0.4990881462376576),
        (0.9997318742719902, -2.0004126827588444, 0.5012146927833108),
    ),
    Row(
        lambda: Adagrad(0.1, initial_accumulator_value=0.5, epsilon=0.01),
        (0.9058236781303978, -2.0507603934615193, 0.46127016653792585),
        (0.86047335832765, -2.098852555640036, 0.4484664785446363),
        (0.9767471097464575, -2.0144138485793848, 0.6059328131960718),
    ),
    Row(
        lambda: Adagrad(0.1, weight_decay=0.05, global_clipnorm=1.0),
        (0.899941744661357, -2.044149087757748, 0.4557649372103443),
        (0.8284763328465565, -2.105583946338806, 0.42975992477968067),
        (0.9304343626743038, -1.9749893388306903, 0.6284429647673836),
    ),
    Row(
        lambda: Adam(),
        (0.9990000015811363, -2.000999992483986, 0.49900001054081444),
        (0.9980566901963676, -2.002001255878039, 0.49812895530456486),
        (0.9980748833516688, -2.0028672060277866, 0.4989291700834293),
    ),
    Row(
        lambda: Adam(0.01, beta_1=0.8, beta_2=0.9, epsilon=0.01),
        (0.9901556527962074, -2.0093009351487883, 0.4909535767393826),
        (0.9808886835185553, -2.0188186015133676, 0.483141479256744),
        (0.9851030824625047, -2.022857242921775, 0.4950172427807957),
    ),
    Row(
        lambda: Adam(0.01, beta_2=0.5, amsgrad=True),
        (0.9900000007071067, -2.009999996638712, 0.490000004714043),
        (0.9807157757722033, -2.0198862085033955, 0.482049910173773),
        (0.9808719969348096, -2.0275541313715433, 0.4875007842913242),
    ),
    Row(
        lambda: Adam(decay),
        (0.900000158113633, -2.09999924839859, 0.4000010540814424),
        (0.852834588875195, -2.1500624181012604, 0.3564482922689635),
        (0.8468967032184059, -2.180586524871975, 0.36485413156212443),
    ),
    Row(
        lambda: Adam(0.01, weight_decay=0.05, clipvalue=0.5),
        (0.9895000632451533, -2.008999924839859, 0.4897501054081443),
        (0.9790053579458748, -2.018008058817973, 0.48079467799294445),
        (0.9791258416440245, -2.0226195712569632, 0.48763816912374014),
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_reaches_the_values_that_keras_reaches(row: Row) -> None:
    optimizer = row.make()
    w, b = Variable([1.0, -2.0]), Variable([0.5])
    reached = []
    for t in range(6):
        g = np.array([2 * np.cos(t), 0.5 * np.sin(1 + t)]), np.array([0.3 - 0.2 * t])
        optimizer.apply_gradients(zip(g, (w, b), strict=True))
        reached.append([*w.tolist(), *b.tolist()])
    # Keras compares the norm with its limit in float32 whatever the variables' dtype, and so rounds the norm.
    rounded = optimizer.clipnorm is not None or optimizer.global_clipnorm is not None
    np.testing.assert_allclose([reached[i] for i in (0, 1, 5)], row[1:], rtol=1e-8 if rounded else 1e-12)


def test_every_optimizer_has_rows_and_every_option_is_used_in_one() -> None:
    public = {getattr(optim, name) for name in optim.__all__} - {Optimizer, optim.get}
    made = [row.make() for row in ROWS]
    assert {type(optimizer) for optimizer in made} == public
    for kind in public:
        defaults = kind()
        for option in set(inspect.signature(kind).parameters) - {"common", "learning_rate"}:
            values = {getattr(optimizer, option) for optimizer in made if type(optimizer) is kind}
            assert values - {getattr(defaults, option)}, f"no row changes {kind.__name__}'s {option}"
    for option in ("weight_decay", "clipnorm", "clipvalue", "global_clipnorm"):
        assert any(getattr(optimizer, option) is not None for optimizer in made)
