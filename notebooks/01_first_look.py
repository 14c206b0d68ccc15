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
# # A first look: handwritten digits
#
# A network of two dense layers learns to read digits. This is the example of chapter 2 of *Deep Learning with
# Python*, in ten lines.
#
# The data are MNIST: 60,000 images of 28 × 28 pixels for training and 10,000 for testing. `find` looks for them in
# the folder that `GRADTAPE_DATA` names; if it names none, on this machine and then on public mirrors. Where MNIST
# can not be had, `find` answers with the 1,797 digits of 8 × 8 pixels that come with the package, and everything
# below works on them as well. `GRADTAPE_EPOCHS` sets the number of epochs.

# %%
import os

import matplotlib.pyplot as plt
import numpy as np

import nn

folder = os.environ.get("GRADTAPE_DATA")
epochs = int(os.environ.get("GRADTAPE_EPOCHS", 5))

# %% [markdown]
# ## Ten lines

# %%
nn.utils.set_random_seed(0)
data = nn.datasets.mnist.find(folder)
(x_train, y_train), (x_test, y_test) = data.splits
x_train = x_train.reshape(len(x_train), -1).astype("float32") / data.max_value
x_test = x_test.reshape(len(x_test), -1).astype("float32") / data.max_value

hidden, output = nn.Dense(512, activation="relu"), nn.Dense(10, activation="softmax")
model = nn.Sequential([hidden, output])
model.compile("rmsprop", "sparse_categorical_crossentropy", metrics=["accuracy"])
options = {"batch_size": 128, "validation_data": (x_test, y_test), "verbose": 0}
history = model.fit(x_train, y_train, epochs=epochs, **options)

# %% [markdown]
# Without `verbose=0`, `fit` shows its progress while it runs.

# %%
loss, accuracy = model.evaluate(x_test, y_test, verbose=0)
print(f"{data.name}: {len(x_train):,} images for training, {len(x_test):,} for testing")
print(f"test accuracy {accuracy:.4f}, test loss {loss:.4f}")

# %% [markdown]
# ## The model
#
# The first layer takes the pixels of an image as one vector, 784 of them for MNIST. The second has an output for
# each digit. Softmax makes the ten outputs positive and their sum 1, so that they can be read as probabilities.

# %%
model.summary()

# %% [markdown]
# ## Predictions
#
# `predict` gives a row of ten probabilities for each image. The position of the largest is the prediction.

# %%
probabilities = model.predict(x_test[:5])
print("shape:      ", probabilities.shape)
print("sums:       ", probabilities.sum(axis=1).round(4))
print("predictions:", probabilities.argmax(axis=1))
print("labels:     ", y_test[:5])

# %%
ink = "Greys"
fig, axes = plt.subplots(1, 5, figsize=(8, 2.4), layout="constrained")
for ax, image, row, label in zip(axes, data.x_test, probabilities, y_test, strict=False):
    ax.imshow(image, cmap=ink)
    ax.set_title(f"{row.argmax()}, p = {row.max():.3f}\nlabel {label}", fontsize=9)
    ax.set_axis_off()

# %% [markdown]
# ## Learning curves
#
# `history.history` has the figures of each epoch. Those of training are means over the epoch while the weights were
# changing; those with `val_` are taken on the test images at the end of the epoch, with the weights as they are
# then. For an honest choice between models one would hold back part of the training images for this
# (`validation_split=0.1`), and look at the test images once, at the end.

# %%
figures = history.history
names = ["loss", "accuracy", "val_loss", "val_accuracy"]
print("epoch", *[f"{name:>13}" for name in names])
for epoch, row in enumerate(zip(*[figures[name] for name in names], strict=True), 1):
    print(f"{epoch:5}", *[f"{figure:13.4f}" for figure in row])

# %%
fig, axes = plt.subplots(1, 2, figsize=(8, 2.8), layout="constrained")
steps = np.arange(1, len(figures["loss"]) + 1)
for ax, name in zip(axes, ["loss", "accuracy"], strict=True):
    ax.plot(steps, figures[name], "o-", label="training")
    ax.plot(steps, figures[f"val_{name}"], "s--", label="test")
    ax.set(xlabel="epoch", title=name, xticks=steps)
    ax.legend(loc="center right")

# %% [markdown]
# ## What it got wrong
#
# The images whose prediction is not the label. The surest mistakes come first: those with the highest probability
# of the wrong digit.

# %%
probabilities = model.predict(x_test)
predicted = probabilities.argmax(axis=1)
wrong = np.flatnonzero(predicted != y_test)
wrong = wrong[np.argsort(-probabilities[wrong, predicted[wrong]], kind="stable")]
print(f"{len(wrong)} of {len(y_test):,} test images: 1 − {accuracy:.4f} = {1 - accuracy:.4f}")

# %%
fig, axes = plt.subplots(4, 8, figsize=(8, 5), layout="constrained")
for ax in axes.flat:
    ax.set_axis_off()
for ax, i in zip(axes.flat, wrong, strict=False):
    ax.imshow(data.x_test[i], cmap=ink)
    ax.set_title(f"{predicted[i]} for {y_test[i]}", fontsize=8)

# %% [markdown]
# ## Which digits are confused
#
# Row: the label. Column: the prediction. On the diagonal stand the images that were read correctly.

# %%
confusion = np.zeros((10, 10), int)
np.add.at(confusion, (y_test, predicted), 1)
print("label", *[f"{digit:5}" for digit in range(10)])
for digit, row in enumerate(confusion):
    print(f"{digit:5}", *[f"{count or '·':>5}" for count in row])
