"""Linear, logistic, softmax, Poisson and other one-layer models, as they are handed in first.

Imports: numpy, corpus.
"""

import math

import numpy as np

from corpus.model import Data, Model
from corpus.ops import absolute, logsumexp, one_hot, sigmoid, sign, softmax, softplus
from corpus.spoil import times


def sample(rng, n=None):
    N, n = int(rng.integers(5, 9)), n or int(rng.integers(2, 5))
    return Data(N=N, n=n, X=rng.normal(size=(N, n)), sizes={"N": N})


# --- ridge: mean of squares and a penalty; the bias is not punished ---------------------------------


def draw_ridge(rng):
    d = sample(rng)
    d.y, d.decay = rng.normal(size=d.N), 0.3
    return d, {"w": rng.normal(size=d.n), "b": rng.normal()}


def ridge_loss(d, w, b):
    return ((d.X @ w + b - d.y) ** 2).mean() + d.decay * (w**2).sum()


def ridge_gradient(d, w, b):
    R = d.X @ w + b - d.y
    return {"w": 2 * d.X.T @ R / d.N + 2 * d.decay * w, "b": 2 * R.mean()}


ridge = Model("ridge", draw_ridge, ridge_loss, ridge_gradient)
ridge.right()


@ridge.wrong("the 2 of the square forgotten", "F2")
def no_two(d, w, b):
    R = d.X @ w + b - d.y
    return {"w": d.X.T @ R / d.N + 2 * d.decay * w, "b": R.mean()}


@ridge.wrong("penalty missing", "C25")
def no_penalty(d, w, b):
    return {"w": 2 * d.X.T @ (d.X @ w + b - d.y) / d.N}


@ridge.wrong("penalty on the bias", "C25")
def penalty_on_bias(d, w, b):
    return {"b": 2 * (d.X @ w + b - d.y).mean() + 2 * d.decay * b}


@ridge.wrong("penalty as if it were L1", "C25")
def absolute_penalty(d, w, b):
    return {"w": 2 * d.X.T @ (d.X @ w + b - d.y) / d.N + d.decay * np.sign(w)}


@ridge.wrong("bias left out of the residual")
def no_bias_forward(d, w):
    R = d.X @ w - d.y
    return {"w": 2 * d.X.T @ R / d.N + 2 * d.decay * w, "b": 2 * R.mean()}


@ridge.wrong("residual of a column target broadcasts to N times N", "G4", also=("F4",), handed="function")
def broadcast(d, w, b):
    R = (d.X @ w + b) - d.y[:, None]
    return {"w": 2 * d.X.T @ R.mean(axis=0) / d.N + 2 * d.decay * w, "b": 2 * R.mean() / d.N}


@ridge.wrong("bias a sum for a mean", "F3")
def bias_sum(d, w, b):
    return {"b": 2 * (d.X @ w + b - d.y).sum()}


# --- logistic regression, with labels 0 and 1 -------------------------------------------------------


def draw_logistic(rng):
    d = sample(rng)
    d.y = (rng.permutation(d.N) % 2) * 1.0
    return d, {"w": rng.normal(size=d.n), "b": np.array(rng.normal())}


def logistic_loss(d, w, b):
    z = d.X @ w + b
    return (softplus(z) - d.y * z).mean()


def logistic_gradient(d, w, b):
    D = (sigmoid(d.X @ w + b) - d.y) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


logistic = Model("logistic", draw_logistic, logistic_loss, logistic_gradient)
logistic.right()
logistic.right(
    "right, by the quotient", lambda d, w, b: {"w": d.X.T @ (1 / (1 + np.exp(-d.X @ w - b)) - d.y) / d.N}
)
logistic.spoilt("ascends", "F1", lambda g: times(g, -1))


@logistic.wrong("labels -1 and 1 in the gradient")
def plus_minus(d, w, b):
    D = (sigmoid(d.X @ w + b) - (2 * d.y - 1)) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


@logistic.wrong("sigmoid slope again", "C17")
def slope_again(d, w, b):
    p = sigmoid(d.X @ w + b)
    D = (p - d.y) * p * (1 - p) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


@logistic.wrong("probabilities rounded to classes")
def rounded(d, w, b):
    D = (np.round(sigmoid(d.X @ w + b)) - d.y) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


@logistic.wrong("last sample only", "C24")
def last_only(d, w, b):
    for i in range(d.N):
        D = sigmoid(d.X[i] @ w + b) - d.y[i]
        g = {"w": D * d.X[i], "b": D}
    return {"w": g["w"] / d.N, "b": g["b"] / d.N}


@logistic.wrong("one feature for all weights")
def one_feature(d, w, b):
    D = (sigmoid(d.X @ w + b) - d.y) / d.N
    return {"w": np.full_like(w, d.X[:, 0] @ D)}


@logistic.wrong("last feature skipped")
def skipped(d, w, b):
    g = logistic_gradient(d, w, b)["w"].copy()
    g[-1] = 0.0
    return {"w": g}


# --- softmax regression in nats; the usual slips with its axes --------------------------------------


def draw_softmax(rng):
    d = sample(rng, 4)
    d.K, d.T = 3, 1.7
    d.sizes["K"] = d.K
    d.Y = one_hot(rng.permutation(np.arange(d.N) % d.K), d.K)
    return d, {"W": rng.normal(size=(d.K, d.n)), "b": rng.normal(size=d.K)}


def softmax_loss(d, W, b):
    Z = (d.X @ W.T + b) / d.T
    return (logsumexp(Z) - (d.Y * Z).sum(axis=1)).mean()


def softmax_gradient(d, W, b):
    D = (softmax((d.X @ W.T + b) / d.T) - d.Y) / d.N / d.T
    return {"W": D.T @ d.X, "b": D.sum(axis=0)}


soft = Model("softmax regression", draw_softmax, softmax_loss, softmax_gradient)
soft.right()
soft.spoilt("temperature forgotten", "F6", lambda g, d: times(g, d.T))
soft.spoilt("sum for mean", "F3", lambda g, d: times(g, d.N))
soft.spoilt("mean over classes too", "F5", lambda g, d: times(g, 1 / d.K))
soft.spoilt("logarithm to base two", "F6", lambda g: times(g, 1 / math.log(2)))


@soft.wrong("only the true class", "C18")
def true_class(d, W, b):
    D = (softmax((d.X @ W.T + b) / d.T) - d.Y) * d.Y / d.N / d.T
    return {"W": D.T @ d.X, "b": D.sum(axis=0)}


@soft.wrong("temperature in the loss only", note="no common factor: the probabilities change as well")
def cold(d, W, b):
    D = (softmax(d.X @ W.T + b) - d.Y) / d.N
    return {"W": D.T @ d.X, "b": D.sum(axis=0)}


@soft.wrong("normalised over the batch")
def over_batch(d, W, b):
    D = (softmax((d.X @ W.T + b) / d.T, axis=0) - d.Y) / d.N / d.T
    return {"W": D.T @ d.X, "b": D.sum(axis=0)}


@soft.wrong("bias gradient of the first sample", "C20")
def first_sample(d, W, b):
    D = (softmax((d.X @ W.T + b) / d.T) - d.Y) / d.N / d.T
    return {"b": D[-1]}


# --- Poisson regression, weighted least squares, Huber, pinball, Gaussian with its own variance -------


def draw_counts(rng):
    d = sample(rng)
    d.y, d.weights = rng.poisson(2.0, d.N) * 1.0, rng.uniform(0.5, 3, d.N)
    return d, {"w": rng.normal(size=d.n) * 0.5}


def poisson_loss(d, w):
    eta = d.X @ w
    return (d.weights * (np.exp(eta) - d.y * eta)).sum() / d.weights.sum()


def poisson_gradient(d, w):
    eta = d.X @ w
    return {"w": d.X.T @ (d.weights * (np.exp(eta) - d.y)) / d.weights.sum()}


poisson = Model("poisson", draw_counts, poisson_loss, poisson_gradient)
poisson.right()


@poisson.wrong("sample weights forgotten")
def unweighted(d, w):
    return {"w": d.X.T @ (np.exp(d.X @ w) - d.y) / d.N}


@poisson.wrong("divided by N, not by the sum of weights", "F6")
def by_count(d, w):
    return {"w": d.X.T @ (d.weights * (np.exp(d.X @ w) - d.y)) / d.N}


@poisson.wrong("link forgotten", "C1")
def no_link(d, w):
    return {"w": d.X.T @ (d.weights * (d.X @ w - d.y)) / d.weights.sum()}


def draw_robust(rng):
    d = sample(rng)
    d.y, d.delta, d.q = 2 * rng.normal(size=d.N), 0.7, 0.83
    return d, {"w": rng.normal(size=d.n), "b": rng.normal()}


def huber_loss(d, w, b):
    r = d.X @ w + b - d.y
    near = np.abs(r) <= d.delta
    return np.where(near, r**2 / 2, d.delta * (np.abs(r) - d.delta / 2)).mean()


def huber_clean(d, w, b):
    r = d.X @ w + b - d.y
    near = np.abs(r.real) <= d.delta
    return np.where(near, r**2 / 2, d.delta * (absolute(r) - d.delta / 2)).mean()


def huber_gradient(d, w, b):
    D = np.clip(d.X @ w + b - d.y, -d.delta, d.delta) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


huber = Model("huber", draw_robust, huber_loss, huber_gradient, clean=huber_clean)
huber.right()


@huber.wrong("sign without delta far away", "F6")
def unit_tail(d, w, b):
    r = d.X @ w + b - d.y
    D = np.where(np.abs(r) <= d.delta, r, np.sign(r)) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


@huber.wrong("not clipped")
def squares(d, w, b):
    D = (d.X @ w + b - d.y) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


def pinball_loss(d, w, b):
    r = d.y - d.X @ w - b
    return np.maximum(d.q * r, (d.q - 1) * r).mean()


def pinball_clean(d, w, b):
    r = d.y - d.X @ w - b
    return (r * (d.q - (r.real < 0))).mean()


def pinball_gradient(d, w, b):
    D = -(d.q - (d.y < d.X @ w + b)) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


pinball = Model("pinball", draw_robust, pinball_loss, pinball_gradient, clean=pinball_clean)
pinball.right()


@pinball.wrong("quantile turned round")
def other_side(d, w, b):
    D = -((1 - d.q) - (d.y < d.X @ w + b)) / d.N
    return {"w": d.X.T @ D, "b": D.sum()}


def draw_gauss(rng):
    d = sample(rng)
    d.y = rng.normal(size=d.N)
    return d, {"w": rng.normal(size=d.n), "v": rng.normal(size=d.n) * 0.3}


def gauss_loss(d, w, v):
    """Negative log-likelihood with mean X w and log-variance X v."""
    s = d.X @ v
    return ((d.y - d.X @ w) ** 2 * np.exp(-s) / 2 + s / 2).sum()


def gauss_gradient(d, w, v):
    s, r = d.X @ v, d.y - d.X @ w
    return {"w": -d.X.T @ (r * np.exp(-s)), "v": d.X.T @ (0.5 - r**2 * np.exp(-s) / 2)}


gauss = Model("gaussian", draw_gauss, gauss_loss, gauss_gradient)
gauss.right()


@gauss.wrong("log-determinant forgotten", "C7")
def no_determinant(d, w, v):
    s, r = d.X @ v, d.y - d.X @ w
    return {"v": -d.X.T @ (r**2 * np.exp(-s) / 2)}


@gauss.wrong("log-variance read as log of the deviation")
def deviation(d, w, v):
    s, r = d.X @ v, d.y - d.X @ w
    return {"w": -d.X.T @ (r * np.exp(-2 * s)), "v": d.X.T @ (1 - r**2 * np.exp(-2 * s))}


# --- lasso and hinge away from their kinks --------------------------------------------------------------


def draw_lasso(rng):
    """Samples on the wrong side, inside the margin and far away, none close to a kink."""
    while True:
        d = sample(rng)
        d.y, d.lam = rng.choice([-1.0, 1.0], d.N), 0.2
        w = rng.uniform(0.3, 1.5, d.n) * rng.choice([-1, 1], d.n)
        margin = d.y * (d.X @ w)
        inside = (margin > 0.1) & (margin < 0.9)
        if inside.any() and (margin < -0.1).any() and (margin > 1.1).any() and abs(margin - 1).min() > 0.1:
            return d, {"w": w}


def hinge_loss(d, w):
    return np.maximum(0, 1 - d.y * (d.X @ w)).mean() + d.lam * np.abs(w).sum()


def hinge_clean(d, w):
    m = 1 - d.y * (d.X @ w)
    return (m * (m.real > 0)).mean() + d.lam * absolute(w).sum()


def hinge_gradient(d, w):
    active = d.y * (d.X @ w) < 1
    return {"w": -d.X.T @ (d.y * active) / d.N + d.lam * sign(w)}


hinge = Model("hinge", draw_lasso, hinge_loss, hinge_gradient, clean=hinge_clean)
hinge.right()
hinge.spoilt("ascends", "F1", lambda g: times(g, -1))


@hinge.wrong("misclassified samples only")
def perceptron(d, w):
    active = d.y * (d.X @ w) < 0
    return {"w": -d.X.T @ (d.y * active) / d.N + d.lam * np.sign(w)}


@hinge.wrong("all samples active", "C16")
def always(d, w):
    return {"w": -d.X.T @ d.y / d.N + d.lam * np.sign(w)}


@hinge.wrong("penalty w for sign(w)", "C25")
def squared_penalty(d, w):
    active = d.y * (d.X @ w) < 1
    return {"w": -d.X.T @ (d.y * active) / d.N + d.lam * w}
