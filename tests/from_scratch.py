"""The book's chapter 2 from scratch, on this tape: layers, model, batches, one training step, the full loop.

After F. Chollet, *Deep Learning with Python*, section "Reimplementing our first example from scratch".
`python -m tests.from_scratch --data FOLDER` trains it on MNIST for ten epochs.
"""

import argparse
import math

import numpy as np

import autograd as ag
import optim
from autograd import Tape, Variable
from nn.datasets import mnist
from nn.losses import SparseCategoricalCrossentropy

sparse_categorical_crossentropy = SparseCategoricalCrossentropy().call


class NaiveDense:
    def __init__(self, input_size, output_size, activation, rng):
        self.activation = activation
        self.W = Variable(rng.uniform(0, 1e-1, (input_size, output_size)).astype(np.float32))
        self.b = Variable(np.zeros(output_size, np.float32))

    def __call__(self, inputs):
        return self.activation(np.matmul(inputs, self.W) + self.b)

    @property
    def weights(self):
        return [self.W, self.b]


class NaiveSequential:
    def __init__(self, layers):
        self.layers = layers

    def __call__(self, inputs):
        x = inputs
        for layer in self.layers:
            x = layer(x)
        return x

    @property
    def weights(self):
        return [w for layer in self.layers for w in layer.weights]


class BatchGenerator:
    def __init__(self, images, labels, batch_size=128):
        assert len(images) == len(labels)
        self.index = 0
        self.images = images
        self.labels = labels
        self.batch_size = batch_size
        self.num_batches = math.ceil(len(images) / batch_size)

    def next(self):
        images = self.images[self.index : self.index + self.batch_size]
        labels = self.labels[self.index : self.index + self.batch_size]
        self.index += self.batch_size
        return images, labels


def update_weights(gradients, weights, learning_rate=1e-3):
    for g, w in zip(gradients, weights, strict=True):
        w.assign_sub(g * learning_rate)


optimizer = optim.SGD(learning_rate=1e-3)


def update_weights_with_sgd(gradients, weights):
    optimizer.apply_gradients(zip(gradients, weights, strict=True))


def one_training_step(model, images_batch, labels_batch, update=update_weights):
    with Tape() as tape:
        predictions = model(images_batch)
        per_sample_losses = sparse_categorical_crossentropy(labels_batch, predictions)
        average_loss = np.mean(per_sample_losses)
    gradients = tape.gradient(average_loss, model.weights)
    update(gradients, model.weights)
    return average_loss


def fit(model, images, labels, epochs, batch_size=128, update=update_weights, report=print):
    losses = []
    for epoch in range(epochs):
        report(f"Epoch {epoch}")
        batches = BatchGenerator(images, labels, batch_size)
        for batch in range(batches.num_batches):
            losses.append(float(one_training_step(model, *batches.next(), update)))
            if batch % 100 == 0:
                report(f"loss at batch {batch}: {losses[-1]:.2f}")
    return losses


def two_layers(rng, inputs=28 * 28, hidden=512, outputs=10):
    return NaiveSequential([NaiveDense(inputs, hidden, ag.relu, rng), NaiveDense(hidden, outputs, ag.softmax, rng)])


def accuracy(model, images, labels):
    predicted_labels = np.argmax(model(images), axis=1)
    return float(np.mean(predicted_labels == labels))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data")
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    data = mnist.find(options.data)
    (train_images, train_labels), (test_images, test_labels) = data.splits
    train_images = train_images.reshape(len(train_images), -1).astype("float32") / data.max_value
    test_images = test_images.reshape(len(test_images), -1).astype("float32") / data.max_value
    model = two_layers(np.random.default_rng(options.seed), inputs=train_images.shape[1])
    fit(model, train_images, train_labels, epochs=options.epochs)
    print(f"accuracy: {accuracy(model, test_images, test_labels):.2f}")
