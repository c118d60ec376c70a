"""Functions that losses are made of, in real and in complex arithmetic alike.

A complex step needs them: x + 1e-30i goes in, the slope comes out as the imaginary part. NumPy's abs,
maximum and norm lose it. Each function with a kink takes `tie`: its slope exactly at the kink.

Imports: numpy.
"""

import numpy as np


def mask(z, tie=0.0):
    """1 where z > 0, 0 where z < 0, `tie` where z is exactly 0: the slope of relu."""
    z = np.real(z)
    return (z > 0) + tie * (z == 0)


def sign(z, tie=0.0):
    """The slope of |z|: -1, `tie` at 0, 1."""
    z = np.real(z)
    return (z > 0) * 1.0 - (z < 0) + tie * (z == 0)


def relu(z, tie=0.0):
    return z * mask(z, tie)


def absolute(z, tie=0.0):
    return z * sign(z, tie)


def sigmoid(z):
    e = np.exp(-absolute(z, 1.0))
    return np.where(np.real(z) >= 0, 1 / (1 + e), e / (1 + e))


def softplus(z):
    """log(1 + exp(z)), without overflow."""
    return np.log1p(np.exp(-absolute(z, 1.0))) + relu(z, 1.0)


def logsumexp(Z, axis=-1):
    top = np.real(Z).max(axis=axis, keepdims=True)
    return (np.log(np.exp(Z - top).sum(axis=axis, keepdims=True)) + top).squeeze(axis)


def softmax(Z, axis=-1):
    E = np.exp(Z - np.real(Z).max(axis=axis, keepdims=True))
    return E / E.sum(axis=axis, keepdims=True)


def softmax_back(P, D, axis=-1):
    """dJ/dZ from dJ/dP, for P = softmax(Z)."""
    return P * (D - (P * D).sum(axis=axis, keepdims=True))


def norm(x, axis=None):
    return np.sqrt((x * x).sum(axis=axis))


def windows(x, size, stride=1):
    """All windows of length `size` along the last axis, as a new last axis: (..., places, size)."""
    places = np.arange(0, x.shape[-1] - size + 1, stride)
    return x[..., places[:, None] + np.arange(size)]


def one_hot(labels, classes):
    return np.eye(classes)[labels]


# Each activation: its value, and its slope from z and a. `tie` is the slope of the kinked ones at 0.
ACTIVATIONS = {
    "identity": (lambda z: z * 1.0, lambda z, _: np.ones_like(z)),
    "sigmoid": (sigmoid, lambda _, a: a * (1 - a)),
    "tanh": (np.tanh, lambda _, a: 1 - a**2),
    "relu": (relu, lambda z, _: mask(z)),
    "leaky": (lambda z: z * (0.1 + 0.9 * mask(z)), lambda z, _: 0.1 + 0.9 * mask(z)),
    "softplus": (softplus, lambda z, _: sigmoid(z)),
    "swish": (lambda z: z * sigmoid(z), lambda z, a: sigmoid(z) + a * (1 - sigmoid(z))),
    "square": (lambda z: z**2, lambda z, _: 2 * z),
}
