"""Recurrent networks: backpropagation through time, a gated unit, and a linear recurrence.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.ops import sigmoid
from corpus.spoil import times

# --- h_t = tanh(Wx x_t + Wh h_{t-1} + b), squared error at every step ---------------------------------


def steps(T):
    def draw(rng):
        n, m = int(rng.integers(2, 4)), int(rng.integers(3, 5))
        d = Data(T=T, x=rng.normal(size=(T, n)), y=rng.normal(size=(T, m)), h0=rng.normal(size=m) * 0.5)
        d.sizes = {"T": T}
        p = {
            "Wx": rng.normal(size=(m, n)) * 0.7,
            "Wh": rng.normal(size=(m, m)) * 0.6,
            "b": rng.normal(size=m) * 0.3,
        }
        return d, p

    return draw


def unroll(d, Wx, Wh, b):
    h = [d.h0]
    for t in range(d.T):
        h.append(np.tanh(Wx @ d.x[t] + Wh @ h[-1] + b))
    return h


def rnn_loss(d, Wx, Wh, b):
    h = unroll(d, Wx, Wh, b)
    return sum(((h[t + 1] - d.y[t]) ** 2).sum() for t in range(d.T)) / (2 * d.T)


def through_time(d, Wx, Wh, b, *, reach=None, at=0, carry=None, slope=lambda h: 1 - h**2, only_last=False):
    """The right gradient; or with a slip: errors travel `reach` steps, Wh is paired with h[t + at], ..."""
    h, carry = unroll(d, Wx, Wh, b), Wh.T if carry is None else carry
    g = {"Wx": 0 * Wx, "Wh": 0 * Wh, "b": 0 * b}
    for end in range(d.T):  # the error of each step, sent back on its own
        e = (h[end + 1] - d.y[end]) / d.T
        for t in range(end, -1 if reach is None else max(-1, end - reach), -1):
            D = e * slope(h[t + 1])
            if not only_last or t == d.T - 1:
                g["Wx"] += np.outer(D, d.x[t])
                g["Wh"] += np.outer(D, h[t + at])
                g["b"] += D
            e = carry @ D
    return g


rnn = Model("rnn", steps(6), rnn_loss, through_time)
rnn.right()
Model("rnn of 30 steps", steps(30), rnn_loss, through_time).right(
    note="30 tanh on the way of the first error"
)
rnn.spoilt("summed over the steps, not averaged", "F3", lambda g, d: times(g, d.T), also=("F6",))


@rnn.wrong("last step's use of W only", "C26")
def last_use(d, Wx, Wh, b):
    return through_time(d, Wx, Wh, b, only_last=True)


@rnn.wrong("past taken as constant", "C27")
def past_constant(d, Wx, Wh, b):
    return through_time(d, Wx, Wh, b, reach=1)


@rnn.wrong("cut off after three steps", "C27")
def truncated(d, Wx, Wh, b):
    return through_time(d, Wx, Wh, b, reach=3)


@rnn.wrong("paired with its own h", "C28")
def own_h(d, Wx, Wh, b):
    return through_time(d, Wx, Wh, b, at=1)


@rnn.wrong("Wh not transposed", "C10")
def untransposed(d, Wx, Wh, b):
    return through_time(d, Wx, Wh, b, carry=Wh)


@rnn.wrong("slope of tanh missing", "C1")
def no_slope(d, Wx, Wh, b):
    return through_time(d, Wx, Wh, b, slope=np.ones_like)


@rnn.wrong("slope of sigmoid", "C3")
def sigmoid_slope(d, Wx, Wh, b):
    return through_time(d, Wx, Wh, b, slope=lambda h: h * (1 - h))


@rnn.wrong("forward in time", "C29")
def forward_in_time(d, Wx, Wh, b):
    """Each step gets the error of the step before it, as the loop runs the wrong way."""
    h, g, e = unroll(d, Wx, Wh, b), {"Wx": 0 * Wx, "Wh": 0 * Wh, "b": 0 * b}, np.zeros_like(b)
    for t in range(d.T):
        D = ((h[t + 1] - d.y[t]) / d.T + e) * (1 - h[t + 1] ** 2)
        g["Wx"] += np.outer(D, d.x[t])
        g["Wh"] += np.outer(D, h[t])
        g["b"] += D
        e = Wh.T @ D
    return g


@rnn.wrong("first step skipped in Wh", "C7")
def first_step_skipped(d, Wx, Wh, b):
    h, g, e = unroll(d, Wx, Wh, b), np.zeros_like(Wh), np.zeros_like(b)
    for t in range(d.T - 1, 0, -1):
        D = ((h[t + 1] - d.y[t]) / d.T + e) * (1 - h[t + 1] ** 2)
        g += np.outer(D, h[t])
        e = Wh.T @ D
    return {"Wh": g}


@rnn.wrong("initial state taken as zero")
def no_start(d, Wx, Wh, b):
    return through_time(Data(**{**vars(d), "h0": np.zeros_like(b)}), Wx, Wh, b)


# --- a gated recurrent unit (one gate), loss on the last state ------------------------------------------


def draw_gated(rng):
    n, m, T = 2, 3, 4
    d = Data(T=T, x=rng.normal(size=(T, n)), y=rng.normal(size=m))
    p = {name: rng.normal(size=(m, n + m)) * 0.8 for name in ("Wz", "Wc")}
    return d, {**p, "bz": rng.normal(size=m) * 0.3}


def gated(d, Wz, Wc, bz):
    """h = (1 - z) h + z c, with z = sigmoid(Wz [x, h] + bz) and c = tanh(Wc [x, h])."""
    h, trace = np.zeros_like(bz), []
    for x in d.x:
        u = np.concatenate([x, h])
        z, c = sigmoid(Wz @ u + bz), np.tanh(Wc @ u)
        trace.append((u, h, z, c))
        h = (1 - z) * h + z * c
    return h, trace


def gated_loss(d, Wz, Wc, bz):
    return ((gated(d, Wz, Wc, bz)[0] - d.y) ** 2).sum()


def gated_back(d, Wz, Wc, bz, *, keep=1.0, gate=1.0, memory=1.0):
    h, trace = gated(d, Wz, Wc, bz)
    g, n = {"Wz": 0 * Wz, "Wc": 0 * Wc, "bz": 0 * bz}, d.x.shape[1]
    e = 2 * (h - d.y)
    for u, before, z, c in reversed(trace):
        Dz, Dc = e * (c - memory * before) * z * (1 - z), e * z * (1 - c**2)
        g["Wz"] += np.outer(Dz, u)
        g["bz"] += Dz
        g["Wc"] += np.outer(Dc, u)
        e = keep * e * (1 - z) + gate * (Wz.T @ Dz)[n:] + (Wc.T @ Dc)[n:]
    return g


gru = Model("gated unit", draw_gated, gated_loss, gated_back)
gru.right()


@gru.wrong("the direct road through 1 - z forgotten", "C7", also=("C27",))  # h is a constant there
def no_highway(d, Wz, Wc, bz):
    return gated_back(d, Wz, Wc, bz, keep=0.0)


@gru.wrong("the road through the gate forgotten", "C7", also=("C27",))  # and here
def no_gate(d, Wz, Wc, bz):
    return gated_back(d, Wz, Wc, bz, gate=0.0)


@gru.wrong("old state left out of the gate's slope", "C7")
def no_memory(d, Wz, Wc, bz):
    return gated_back(d, Wz, Wc, bz, memory=0.0)


# --- a linear recurrence x <- A x, read out at the end ------------------------------------------------------


def draw_linear(rng):
    return Data(T=5, x0=rng.normal(size=3), c=rng.normal(size=3)), {"A": rng.normal(size=(3, 3)) * 0.7}


def linear_loss(d, A):
    return d.c @ np.linalg.matrix_power(A, d.T) @ d.x0


def linear_gradient(d, A):
    power = [np.linalg.matrix_power(A, k) for k in range(d.T)]
    return {"A": sum(np.outer(power[k].T @ d.c, power[d.T - 1 - k] @ d.x0) for k in range(d.T))}


linear = Model("linear recurrence", draw_linear, linear_loss, linear_gradient)
linear.right()


@linear.wrong("T times one power, as for a number")
def scalar_rule(d, A):
    return {"A": d.T * np.linalg.matrix_power(A, d.T - 1) * np.outer(d.c, d.x0)}


@linear.wrong("outer products turned", "C15")
def turned(d, A):
    return {"A": linear_gradient(d, A)["A"].T}


@linear.wrong("last use only", "C26")
def last_factor(d, A):
    return {"A": np.outer(d.c, np.linalg.matrix_power(A, d.T - 1) @ d.x0)}
