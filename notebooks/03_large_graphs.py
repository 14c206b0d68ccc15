# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Large graphs
#
# The graph of the last notebook had eight nodes. A training step of a real model has hundreds, and the chain
# rule works the same on them. This notebook looks at such graphs from a distance, goes into them where
# something is to be seen, and ends with what a graph costs.

# %%
import numpy as np
from IPython.display import SVG

import autograd as ag
import nn
from autograd import Tape, Tensor, Variable

random = np.random.default_rng(0)

# %% [markdown]
# ## A model from a distance
#
# `plot_model` draws the layers of a model with the shapes they give and the numbers of their parameters. It
# needs no data: the length of the batch is not known yet, so it reads None.

# %%
layers = [nn.Flatten(), nn.Dense(32, activation="relu"), nn.Dense(10, activation="softmax")]
model = nn.Sequential(layers)
model.build((None, 8, 8))
nn.utils.plot_model(model)

# %% [markdown]
# Once there is a batch, there is a recording, and the values are known. A layer opens a *name scope* of its own
# name, and so does a loss; a name scope says which part of a program an operation belongs to. `depth=1` opens
# up the outermost scopes, here the model and the loss, and makes a box of each layer.

# %%
images = random.random((16, 8, 8), dtype=np.float32)
labels = random.integers(0, 10, 16)
loss_of = nn.losses.SparseCategoricalCrossentropy()

with Tape(persistent=True) as t:
    loss = loss_of(labels, model(images))

graph = t.graph(loss, loss=loss)
SVG(graph.to_svg(depth=1, values=False))

# %% [markdown]
# Without `depth` each operation is there, and a frame stands around each scope. What a layer does is no secret:
# a matrix product, a sum, a function.

# %%
SVG(model.graph(images[:1], depth=None).to_svg(values=False))

# %% [markdown]
# ## Twelve blocks
#
# Deep models repeat themselves. Here are twelve residual blocks, each in a scope that our own program opens.

# %%
weights = [Variable(random.normal(size=(8, 8)) / 4) for _ in range(12)]
biases = [Variable(np.zeros(8)) for _ in range(12)]
x = Tensor(random.normal(size=(5, 8)), name="x")

with Tape() as t:
    h = x
    for i, (weight, bias) in enumerate(zip(weights, biases, strict=True)):
        with ag.name_scope(f"block_{i}"):
            h = h + np.tanh(h @ weight + bias)
    with ag.name_scope("loss"):
        loss = np.mean(h * h)

deep = t.graph(loss, loss=loss)
deep

# %% [markdown]
# That is the whole graph, too long to be read. With `depth=0` each outermost scope is one box, and three or
# more equal boxes in a row become one that counts them.

# %%
SVG(deep.to_svg(depth=0))

# %% [markdown]
# A picture of more than 150 nodes collapses by itself, to the largest one that fits. `collapsed` does the same
# to any limit, and gives a `Graph`. If there is room, the first and the last of the repeats are left open.

# %%
smaller = deep.collapsed(limit=20)
print(deep)
print(smaller)
SVG(smaller.to_svg(values=False))

# %% [markdown]
# A group is a node like any other, and says what stands behind it.

# %%
for node in smaller.nodes:
    if node.group:
        group = node.group
        print(node.op, "| operations:", group.operations, "| parameters:", group.parameters)

# %% [markdown]
# ## The chain rule between arrays
#
# Between numbers a local derivative is a number. Between a (16, 32) array and a (64, 32) one it would be a
# matrix of 512 rows and 2,048 columns, which no one wants to read, and no sweep ever writes down. `t.explain`
# says what it does instead.

# %%
W1 = Variable(random.normal(size=(3, 4)) / 2, name="W1")
b1 = Variable(np.zeros(4), name="b1")
W2 = Variable(random.normal(size=(4, 1)) / 2, name="W2")
inputs, wanted = random.normal(size=(6, 3)), random.normal(size=(6, 1))

with Tape(persistent=True) as t:
    hidden = ag.relu(inputs @ W1 + b1)
    error = hidden @ W2 - wanted
    loss = np.mean(error**2)

explanation = t.explain(loss, W1, loss=loss)
for factor in explanation.paths[0].factors:
    shapes = f"{factor.top_shape} by {factor.bottom_shape}"
    print(f"∂{factor.top}/∂{factor.bottom}, {shapes}: {factor.words}")

# %% [markdown]
# Read downwards, this is a recipe for ∂loss/∂W1: start with 1 at the loss, and go through the steps one after the
# other. Each of them takes an array of the shape of its result, and gives one of the shape of its operand. By hand:

# %%
g = 2 * error.numpy() / 6  # the mean, and the square
g = g @ W2.numpy().T  # the second product, back to its left operand
g = g * (hidden.numpy() > 0)  # relu
g = inputs.T @ g  # the first product, back to its right operand

print("as the tape's:", np.allclose(g, t.gradient(loss, W1)))

# %% [markdown]
# ## Why the order matters
#
# A graph is data, so a backward sweep over it can be written in a few lines. Each node keeps the sum of what
# has arrived, and when it is visited it passes that on along its edges, times the local derivative on each.


# %%
def sweep(graph, order):
    arrived = dict.fromkeys([node.id for node in graph.nodes], 0.0)
    arrived[graph.target] = 1.0
    for key in order:
        for edge in graph.edges:
            if edge.target == key:
                arrived[edge.source] += arrived[key] * edge.derivative
    return {node.name: arrived[node.id] for node in graph.nodes}


a = Variable(5.0, name="a")
with Tape(persistent=True) as t:
    b = a + a
    c = b + b

graph = t.graph(c, b=b, c=c)
recorded = [node.id for node in graph.nodes]
print("a, b, c:", sweep(graph, recorded))
print("c, b, a:", sweep(graph, recorded[::-1]))
print("tape:   ", {"a": t.gradient(c, a).item()})

# %% [markdown]
# In the order of recording, b passes on its gradient before anything has arrived there, and a gets 0. In the
# reverse order everything that b went into comes before b, and ∂c/∂a = 4 is right. Nothing had to be sorted: an
# operation can only use what exists already, so **the reversed order of recording is always right**.
#
# Visiting each node once also is what makes backpropagation fast. Along thirty such steps there are more than a
# billion paths from the last value to the first, and the sweep walks sixty edges.

# %%
with Tape(persistent=True) as t:
    y = a
    for _ in range(30):
        y = y + y

ladder = t.graph(y, y=y)
print(f"{len(ladder.edges)} edges, {ladder.highlight('a').count:,} paths")
print("by our sweep:", sweep(ladder, [node.id for node in ladder.nodes][::-1])["a"])

# %% [markdown]
# ## What a graph costs
#
# A tape keeps the values that the backward sweep will need, and that is where the memory of training goes.
# `t.profile()` is the ledger: for each operation its time, its arithmetic, the bytes it makes, and those of
# them that are kept. `print` it for a table with the times of your machine; here is what does not depend on the
# machine.

# %%
with Tape(persistent=True) as t:
    loss = loss_of(labels, model(images))

profile = t.profile()
print(f"{'operation':12}{'count':>6}{'flops':>10}{'kept':>10}")
for row in profile.rows:
    if row.flops > 1000:
        print(f"{row.name:12}{row.count:6}{row.flops:10,}{row.saved:10,}")

# %% [markdown]
# ## To try
#
# 1. Draw `deep` with `collapse=lambda scope: scope == ("loss",)`. What becomes a box?
# 2. Write `sweep` so that it walks each path by itself. From how many steps of the ladder on do you wait?
# 3. Step through the graph of c with `graph.interactive()`, and watch b wait for its second contribution.
