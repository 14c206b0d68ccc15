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
# # A scalar graph, by hand and by tape
#
# The smallest model there is: one input, one weight, one bias. With numbers this small every step of
# backpropagation can be checked in the head.
#
# loss = |y_true − (x · w + b)| at x = 2, w = 3, b = 1, y_true = 4.

# %%
import numpy as np
from IPython.display import SVG

import autograd as ag
from autograd import Tape, Tensor, Variable

# %% [markdown]
# ## Forward pass
#
# A `Variable` is a parameter. While the tape is open it records each operation on values that it watches, and it
# watches every variable that is read. `persistent=True` lets us ask it for more than one gradient.

# %%
x, w, b = Variable(2.0, name="x"), Variable(3.0, name="w"), Variable(1.0, name="b")
y_true = Tensor(4.0, name="y_true")

with Tape(persistent=True) as t:
    x1 = x * w
    x2 = x1 + b
    loss = np.abs(y_true - x2)

print(f"x1 = {x1:g}, x2 = {x2:g}, loss = {loss:g}")

# %% [markdown]
# ## The computation graph
#
# What the tape recorded is a directed acyclic graph. Values flow upwards, from the leaves to the loss: boxes with
# round corners are variables, square boxes inputs, ellipses operations with their results.

# %%
t.graph(loss, x1=x1, x2=x2, loss=loss)

# %% [markdown]
# ## Local derivatives
#
# An edge of the graph leads from an input of an operation to its output. The *local derivative* on that edge is the
# derivative of this output by this input, with everything else held fixed. It needs no knowledge of the rest of the
# graph.
#
# | edge | operation | local derivative | here |
# |---|---|---|---|
# | w → x1 | x1 = x · w | ∂x1/∂w = x | 2 |
# | x1 → x2 | x2 = x1 + b | ∂x2/∂x1 = 1 | 1 |
# | b → x2 | x2 = x1 + b | ∂x2/∂b = 1 | 1 |
# | x2 → loss | loss = \|y_true − x2\| | ∂loss/∂x2 = −sign(y_true − x2) | 1 |
#
# The last row spans two operations, a subtraction and an absolute value; their local derivatives are −1 and −1, and
# the product is 1. The tape agrees:

# %%
print("∂x1/∂w    =", t.gradient(x1, w).item())
print("∂x2/∂x1   =", t.gradient(x2, x1).item())
print("∂x2/∂b    =", t.gradient(x2, b).item())
print("∂loss/∂x2 =", t.gradient(loss, x2).item())

# %% [markdown]
# ## The chain rule
#
# The derivative of the loss by a value further down is the product of the local derivatives along the path.
#
# - from loss to w: ∂loss/∂x2 · ∂x2/∂x1 · ∂x1/∂w
# - from loss to b: ∂loss/∂x2 · ∂x2/∂b

# %%
print("∂loss/∂w = 1 · 1 · 2 =", 1 * 1 * 2)
print("∂loss/∂b = 1 · 1     =", 1 * 1)

# %% [markdown]
# The tape does the same, for all sources in one sweep through the graph:

# %%
dw, db = t.gradient(loss, [w, b])
print("∂loss/∂w =", dw.item())
print("∂loss/∂b =", db.item())

# %% [markdown]
# ## The backward pass in the picture
#
# Dashed edges run backwards, with the local derivative beside them (× −1 where the value below has no name). The
# last line in a node is the derivative of the loss by that node's value: the product along the path from the loss
# down to it.

# %%
graph = t.graph(loss, x1=x1, x2=x2, loss=loss)
SVG(graph.to_svg(backward=True))

# %% [markdown]
# The path from the loss down to w, with the product of the local derivatives on it:

# %%
graph.highlight("w")

# %% [markdown]
# ## What a gradient is good for
#
# A small step against the gradient makes the loss smaller. With learning rate 0.1 the step changes w by −0.1 · 2
# and b by −0.1 · 1. To first order the loss changes by −0.1 · (2² + 1²) = −0.5. This function is piecewise linear,
# so that is exact.

# %%
print("new loss:", abs(4.0 - (2.0 * (3.0 - 0.1 * 2) + (1.0 - 0.1 * 1))))

# %% [markdown]
# ## A value used twice
#
# When a value goes into the result along several paths, the contributions of the paths add up. In b = a + a there
# are two edges from a to b, each with local derivative 1.

# %%
a = Variable(5.0, name="a")
with Tape(persistent=True) as t:
    b = a + a
    c = b + b

print("∂b/∂a =", t.gradient(b, a).item())
print("∂c/∂a =", t.gradient(c, a).item())

# %%
SVG(t.graph(c, b=b, c=c).to_svg(backward=True))

# %% [markdown]
# On an edge, × 1 is the local derivative by that one operand, the other held fixed. In the node b, ∂c/∂b = 2 is the
# derivative by b itself, the sum over both edges. Four paths lead from a to c, each with the product 1 · 1, so
# ∂c/∂a = 4.
#
# ## The order of the sweep
#
# A sweep need not walk each path by itself. It keeps one number per value, the gradient summed so far, and visits
# each value once to pass its gradient on to its inputs. Here is one by hand, for b = a + a and c = b + b:

# %%
inputs = {"c": ["b", "b"], "b": ["a", "a"], "a": []}


def sweep(order):
    grad = {"a": 0, "b": 0, "c": 1}
    for value in order:
        for x in inputs[value]:
            grad[x] += grad[value] * 1  # the local derivative of an addition is 1
    return grad


sweep(["c", "b", "a"])

# %% [markdown]
# That is right: ∂c/∂a = 4. The order matters. If b is visited before c, it passes on a gradient that has not
# arrived yet:

# %%
sweep(["b", "c", "a"])

# %% [markdown]
# It also goes wrong if b passes on its gradient each time an edge reaches it, first 1 and then 2, rather than once
# when the sum is complete. This is what a depth-first walk over the edges does:

# %%
grad = {"a": 0, "b": 0, "c": 1}


def pass_on(value):
    for x in inputs[value]:
        grad[x] += grad[value] * 1
        pass_on(x)


pass_on("c")
grad

# %% [markdown]
# ∂c/∂a comes out as 6. The rule: **a value passes its gradient on after all values that it went into have done
# so.** Such an order is a reversed topological order of the graph. A tape has one for free. An operation can only
# use values that exist already, so the order in which operations were recorded is a topological order, and the
# backward sweep walks it from the end.

# %%
with Tape() as t:
    b = a + a
    c = b + b
print("recorded:", [node.op.name for node in t.nodes])
print("∂c/∂a =", t.gradient(c, a).item())

# %% [markdown]
# ## The same without a tape in sight
#
# `ag.grad` turns a function into the function that computes its gradient.


# %%
def f(w, b):
    return np.abs(4.0 - (2.0 * w + b))


dw, db = ag.grad(f, argnums=(0, 1))(3.0, 1.0)
print("∂f/∂w =", dw.item())
print("∂f/∂b =", db.item())

# %% [markdown]
# ## Is it right?
#
# `ag.check_gradients` compares derivatives with finite differences, (f(w + h) − f(w − h)) / 2h, in reverse and in
# forward mode. It is silent if they agree.

# %%
ag.check_gradients(f, 3.0, 1.0)

# %% [markdown]
# Where y_true = x2 the absolute value has a kink, and no derivative to compare with. The central difference is 0
# there by symmetry; the second derivative, which is checked as well, gives the kink away:

# %%
try:
    ag.check_gradients(f, 1.5, 1.0)
except ag.errors.GradientCheckError as error:
    print(error)

# %% [markdown]
# At such a point a convention decides. Here the derivative of |x| at 0 is 0. The documentation's page on the
# semantics of the tape has a table of such values.
#
# ## Step by step
#
# Here are both passes in slow motion. The arrow keys step through them, and a click on w shows its path. The
# same page is a file with `graph.save("graph.html")`.

# %%
graph.interactive()

# %% [markdown]
# ## To try
#
# 1. Change `y_true` to 10. Which gradients change, and how?
# 2. Predict ∂loss/∂x, then ask the tape.
# 3. Replace `np.abs` by a square. What are the gradients now, and what loss does the step of 0.1 lead to?
