"""Right answers to the exercises of NB05, written as different people would write them."""

import math

import numpy as np

from bpcheck.reference import neuron


def sigmoid_as_in_the_book(z):
    """NumPy warns of an overflow at -1000, and the number is right."""
    return 1 / (1 + np.exp(-np.asarray(z, dtype=float)))


def sigmoid_by_tanh(z):
    return 0.5 * (1 + np.tanh(np.asarray(z) / 2))


def sigmoid_by_logaddexp(z):
    return np.exp(-np.logaddexp(0, -np.asarray(z)))


def sigmoid_with_masks(z):
    z = np.asarray(z, dtype=float)
    out = np.empty(z.shape)
    positive = z >= 0
    out[positive] = 1 / (1 + np.exp(-z[positive]))
    e = np.exp(z[~positive])
    out[~positive] = e / (1 + e)
    return out


def sigmoid_entry_by_entry(z):
    def one(number):
        return 1 / (1 + math.exp(-number)) if number > 0 else 1 - 1 / (1 + math.exp(number))

    return np.vectorize(one, otypes=[float])(z)


def slope_as_a_product(a):
    return a * (1 - a)


def slope_as_a_difference(a):
    return a - a**2


def slope_around_a_half(a):
    return 0.25 - (np.asarray(a) - 0.5) ** 2


def slope_by_the_quotient(a):
    e = (1 - a) / a  # e^(-z)
    return e / (1 + e) ** 2


def forward_with_a_loop(x, w, b):
    z = b
    for weight, number in zip(w, x, strict=True):
        z += weight * number
    return z, 1 / (1 + math.exp(-z))


def forward_with_dot(x, w, b):
    z = np.dot(x, w) + b
    return [z, neuron.sigmoid(z)]


def forward_with_a_bias_input(x, w, b):
    z = np.append(w, b) @ np.append(x, 1)
    return np.array(z), np.array(1 / (1 + np.exp(-z)))


def forward_by_sum(x, w, b):
    z = sum(w * x) + b
    return z, 0.5 + 0.5 * np.tanh(z / 2)


def loss_in_one_line(yhat, y):
    return 0.5 * (yhat - y) ** 2, yhat - y


def loss_turned_round(yhat, y):
    missing = y - yhat
    return missing * missing / 2, -missing


def loss_multiplied_out(yhat, y):
    return np.square(yhat) / 2 - yhat * y + np.square(y) / 2, np.subtract(yhat, y)


def backward_step_by_step(x, w, b, y):
    z = w @ x + b
    yhat = 1 / (1 + np.exp(-z))
    dl_dyhat = yhat - y
    dyhat_dz = yhat * (1 - yhat)
    dl_dz = dl_dyhat * dyhat_dz
    return dl_dz * x, dl_dz


def backward_with_a_loop(x, w, b, y):
    _, yhat = neuron.forward(x, w, b)
    d = (yhat - y) * (yhat - yhat**2)
    return [d * number for number in x], d


def backward_with_a_bias_input(x, w, b, y):
    inputs = np.append(x, 1.0)
    a = neuron.sigmoid(np.append(w, b) @ inputs)
    slopes = (a - y) * a * (1 - a) * inputs
    return slopes[:-1], slopes[-1]


def backward_by_the_engine(x, w, b, y):
    from bpcheck.reference import engine

    weights = [engine.Value(number) for number in w]
    bias = engine.Value(b)
    z = bias
    for weight, number in zip(weights, x, strict=True):
        z = z + weight * float(number)
    engine.backward((1 / (1 + engine.exp(-z)) - y) ** 2 / 2)
    return np.array([weight.grad for weight in weights]), bias.grad


def blames_with_a_loop(x, w, b, y):
    dw, _ = neuron.backward(x, w, b, y)
    full = neuron.loss(x, w, b, y)
    slope, removal = [], []
    for i in range(len(w)):
        slope.append(w[i] * dw[i])
        removal.append(full - neuron.loss(np.delete(x, i), np.delete(w, i), b, y))
    return slope, removal


def blames_from_delta(x, w, b, y):
    z, yhat = neuron.forward(x, w, b)
    delta = (yhat - y) * yhat * (1 - yhat)
    without = neuron.sigmoid(z - w * x)
    return delta * w * x, 0.5 * (yhat - y) ** 2 - 0.5 * (without - y) ** 2


def blames_with_a_table(x, w, b, y):
    rows = np.tile(w, (len(w), 1))
    np.fill_diagonal(rows, 0)
    losses = 0.5 * (neuron.sigmoid(rows @ x + b) - y) ** 2
    return np.multiply(neuron.backward(x, w, b, y)[0], w), neuron.loss(x, w, b, y) - losses


def blames_put_back(x, w, b, y):
    mine, removal = w.copy(), np.empty(len(w))
    for i, old in enumerate(w):
        mine[i] = 0
        removal[i] = neuron.loss(x, w, b, y) - neuron.loss(x, mine, b, y)
        mine[i] = old
    return w * neuron.backward(x, w, b, y)[0], removal


def step_in_one_line(w, b, dw, db, lr):
    return w - lr * dw, b - lr * db


def step_on_copies(w, b, dw, db, lr):
    new = w.copy()
    new -= lr * dw
    b -= lr * db  # a number: the caller's stays
    return new, b


def step_with_a_list(w, b, dw, db, lr):
    return [weight + -lr * slope for weight, slope in zip(w, dw, strict=True)], np.array(b + -lr * db)


def entropy_by_cases(yhat, y):
    if y == 1:
        return -math.log(yhat), -1 / yhat, -(1 - yhat)
    return -math.log(1 - yhat), 1 / (1 - yhat), yhat


def entropy_on_one_denominator(yhat, y):
    loss = -(y * np.log(yhat) + (1 - y) * np.log1p(-yhat))
    dyhat = (yhat - y) / (yhat * (1 - yhat))
    return loss, dyhat, dyhat * yhat * (1 - yhat)


def entropy_of_the_truth(yhat, y):
    given = np.where(y == 1, yhat, 1 - yhat)  # to what came true
    sign = 1 - 2 * y
    return -np.log(given), sign / given, yhat - y


RIGHT = {
    "sigmoid": [
        sigmoid_as_in_the_book,
        sigmoid_by_tanh,
        sigmoid_by_logaddexp,
        sigmoid_with_masks,
        sigmoid_entry_by_entry,
    ],
    "sigmoid_slope": [slope_as_a_product, slope_as_a_difference, slope_around_a_half, slope_by_the_quotient],
    "neuron_forward": [
        forward_with_a_loop,
        forward_with_dot,
        forward_with_a_bias_input,
        forward_by_sum,
    ],
    "loss_and_slope": [loss_in_one_line, loss_turned_round, loss_multiplied_out],
    "neuron_backward": [
        backward_step_by_step,
        backward_with_a_loop,
        backward_with_a_bias_input,
        backward_by_the_engine,
    ],
    "two_blames": [blames_with_a_loop, blames_from_delta, blames_with_a_table, blames_put_back],
    "gd_step": [step_in_one_line, step_on_copies, step_with_a_list],
    "cross_entropy_slopes": [entropy_by_cases, entropy_on_one_denominator, entropy_of_the_truth],
}
