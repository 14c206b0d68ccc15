"""The figures of a textbook chapter on backpropagation, each made by one call; `python -m` this file writes them anew.

(a) the graph of a model of two layers; (b) a small scalar graph; (c) its forward pass, with values; (d) its backward
pass, with local derivatives; (e) one path, with its product. (b) to (e) are the frames of one sequence: nothing moves.
And two of large graphs: (f) twelve residual blocks; (g) the layers of a model.
"""

from pathlib import Path

import numpy as np

import autograd as ag
import nn
from autograd import Tape, Tensor, Variable
from autograd.picture import Graph

FOLDER = Path(__file__).parent / "golden"


def two_layers() -> Graph:
    x = Tensor(np.zeros((128, 784), np.float32), name="x")
    W1, b1 = Variable(np.zeros((784, 512), np.float32), name="W1"), Variable(np.zeros(512, np.float32), name="b1")
    W2, b2 = Variable(np.zeros((512, 10), np.float32), name="W2"), Variable(np.zeros(10, np.float32), name="b2")
    with Tape() as t:
        hidden = ag.relu(x @ W1 + b1)
        y_pred = ag.softmax(hidden @ W2 + b2)
    return t.graph(y_pred, hidden=hidden, y_pred=y_pred)


def scalars() -> Graph:
    x, y_true = Tensor(2.0, name="x"), Tensor(4.0, name="y_true")
    w, b = Variable(3.0, name="w"), Variable(1.0, name="b")
    with Tape() as t:
        x1 = x * w
        x2 = x1 + b
        loss = np.abs(y_true - x2)
    return t.graph(loss, x1=x1, x2=x2, loss=loss)


def blocks(layers: int = 12) -> Graph:
    x = Tensor(np.zeros((32, 64)), name="x")
    weights = [(Variable(np.zeros((64, 64))), Variable(np.zeros(64))) for _ in range(layers)]
    with Tape() as t:
        h = x
        for i, (w, b) in enumerate(weights):
            with ag.name_scope(f"block_{i}"):
                h = h + ag.relu(h @ w + b)
        with ag.name_scope("loss"):
            loss = np.mean(h * h)
    return t.graph(loss, loss=loss)


def layers() -> Graph:
    model = nn.Sequential([nn.Flatten(), nn.Dense(512, activation="relu"), nn.Dense(10, activation="softmax")])
    model.build((None, 28, 28))
    return nn.utils.plot_model(model)


FIGURES = {
    "a_model": lambda: two_layers().to_svg(values=False, engine="layered"),
    "b_graph": lambda: scalars().to_svg(values=False, steady=True),
    "c_forward": lambda: scalars().to_svg(steady=True),
    "d_backward": lambda: scalars().to_svg(backward=True, steady=True),
    "e_path": lambda: scalars().to_svg(highlight="w", steady=True),
    "f_blocks": lambda: blocks().to_svg(depth=0, steady=True),
    "g_layers": lambda: layers().to_svg(steady=True),
}

if __name__ == "__main__":
    for name, make in FIGURES.items():
        (FOLDER / f"{name}.svg").write_text(make() + "\n", encoding="utf-8")
