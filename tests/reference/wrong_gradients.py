"""Wrong gradients, written by hand as people write them: nothing of the tape is used here.

Each belongs to a network in `nets` and must be named under its code, and under no other.
"""
# ruff: noqa: ARG001, ARG005 - a mistake often ignores what it is given

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Wrong:
    """A wrong backward pass."""

    code: str
    net: str
    name: str
    gradient: Callable[..., Any]  # (point, data) -> what somebody would hand in


WRONG: list[Wrong] = []


def wrong(code, net):
    def enter(gradient):
        WRONG.append(Wrong(code, net, gradient.__name__, gradient))
        return gradient

    return enter


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


# -- tanh_softmax: one hidden layer, cross-entropy, L2 on the weights ----------------------------------


def softmax_backward(
    p,
    data,
    slope=lambda z, a: 1 - a**2,
    delta=lambda D, P, Y: D,
    db=lambda D: D.sum(axis=0),
    entered=lambda z, a: a,
    decay=lambda lam, W: lam * W,
    decay_b=lambda lam, b: 0,
    N=None,
):
    """Right as it stands; the mistakes below change one thing each."""
    X, y, lam = data["X"], data["y"], data["lam"]
    Z1 = X @ p["W1"].T + p["b1"]
    H = np.tanh(Z1)
    Z2 = H @ p["W2"].T + p["b2"]
    P = np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)
    Y = np.eye(3)[y]
    D2 = delta((P - Y) / (N or len(X)), P, Y)
    D1 = (D2 @ p["W2"]) * slope(Z1, H)
    return {
        "W1": D1.T @ X + decay(lam, p["W1"]),
        "b1": db(D1) + decay_b(lam, p["b1"]),
        "W2": D2.T @ entered(Z1, H) + decay(lam, p["W2"]),
        "b2": db(D2) + decay_b(lam, p["b2"]),
    }


@wrong("C1", "tanh_softmax")
def no_slope_of_tanh(p, data):
    return softmax_backward(p, data, slope=lambda z, a: 1)


@wrong("C2", "tanh_softmax")
def slope_of_tanh_at_a(p, data):
    return softmax_backward(p, data, slope=lambda z, a: 1 - np.tanh(a) ** 2)


@wrong("C2", "tanh_softmax")
def formula_in_a_with_z(p, data):
    return softmax_backward(p, data, slope=lambda z, a: 1 - z**2)


@wrong("C3", "tanh_softmax")
def slope_of_sigmoid_for_tanh(p, data):
    return softmax_backward(p, data, slope=lambda z, a: a * (1 - a))


@wrong("C3", "tanh_softmax")
def slope_of_relu_for_tanh(p, data):
    return softmax_backward(p, data, slope=lambda z, a: z > 0)


@wrong("C4", "tanh_softmax")
def tanh_for_its_slope(p, data):
    return softmax_backward(p, data, slope=lambda z, a: a)


@wrong("C17", "tanh_softmax")
def softmax_slope_again(p, data):
    return softmax_backward(p, data, delta=lambda D, P, Y: D * P * (1 - P))


@wrong("C18", "tanh_softmax")
def only_the_true_class(p, data):
    return softmax_backward(p, data, delta=lambda D, P, Y: D * Y)


@wrong("C7", "tanh_softmax")
def forgot_to_take_y_away(p, data):
    return softmax_backward(p, data, delta=lambda D, P, Y: P / len(P))


@wrong("C19", "tanh_softmax")
def bias_means(p, data):
    return softmax_backward(p, data, db=lambda D: D.mean(axis=0))


@wrong("C20", "tanh_softmax")
def biases_of_the_last_sample(p, data):
    return softmax_backward(p, data, db=lambda D: D[-1])


@wrong("C22", "tanh_softmax")
def no_biases(p, data):
    return softmax_backward(p, data, db=lambda D: 0 * D[0])


@wrong("C13", "tanh_softmax")
def pairs_with_z(p, data):
    return softmax_backward(p, data, entered=lambda z, a: z)


@wrong("C25", "tanh_softmax")
def no_penalty(p, data):
    return softmax_backward(p, data, decay=lambda lam, W: 0)


@wrong("C25", "tanh_softmax")
def penalty_without_its_half(p, data):
    return softmax_backward(p, data, decay=lambda lam, W: 2 * lam * W)


@wrong("C25", "tanh_softmax")
def penalty_on_the_biases_too(p, data):
    return softmax_backward(p, data, decay_b=lambda lam, b: lam * b)


@wrong("C25", "tanh_softmax")
def penalty_divided_by_the_batch(p, data):
    return softmax_backward(p, data, decay=lambda lam, W: lam * W / 5)


@wrong("F3", "tanh_softmax")
def data_not_divided_by_the_batch(p, data):
    return softmax_backward(p, data, N=1)


@wrong("C15", "tanh_softmax")
def hidden_weights_turned(p, data):
    g = softmax_backward(p, data)
    g["W1"] = g["W1"].T
    return g


@wrong("C12", "tanh_softmax")
def updates_before_sending_on(p, data):
    """W2 is changed with learning rate 0.1 before the error passes it; penalty left to the optimiser's end."""
    X, y, lam = data["X"], data["y"], data["lam"]
    H = np.tanh(X @ p["W1"].T + p["b1"])
    Z2 = H @ p["W2"].T + p["b2"]
    D2 = np.exp(Z2) / np.exp(Z2).sum(axis=1, keepdims=True)
    D2[np.arange(len(y)), y] -= 1
    D2 /= len(y)
    dW2 = D2.T @ H
    W2 = p["W2"] - 0.1 * dW2
    D1 = D2 @ W2 * (1 - H**2)
    return {"W1": D1.T @ X + lam * p["W1"], "b1": D1.sum(0), "W2": dW2 + lam * p["W2"], "b2": D2.sum(0)}


# -- sigmoid_squares: two sigmoid layers of equal width ------------------------------------------------


def squares_backward(p, data, slope2=None, slope1=None, back=lambda D, W: D @ W, first=lambda D, X: D.T @ X):
    X, Y = data["X"], data["Y"]
    A1 = sigmoid(X @ p["W1"].T + p["b1"])
    A2 = sigmoid(A1 @ p["W2"].T + p["b2"])
    D2 = (A2 - Y) / Y.size * (A2 * (1 - A2) if slope2 is None else slope2(A2))
    D1 = back(D2, p["W2"]) * (A1 * (1 - A1) if slope1 is None else slope1(A1))
    return {"W1": first(D1, X), "b1": D1.sum(0), "W2": D2.T @ A1, "b2": D2.sum(0)}


@wrong("C1", "sigmoid_squares")
def no_sigmoid_slope_at_the_output(p, data):
    return squares_backward(p, data, slope2=lambda a: 1)


@wrong("C1", "sigmoid_squares")
def no_sigmoid_slope_anywhere(p, data):
    return squares_backward(p, data, slope2=lambda a: 1, slope1=lambda a: 1)


@wrong("C2", "sigmoid_squares")
def sigmoid_applied_twice(p, data):
    return squares_backward(p, data, slope1=lambda a: sigmoid(a) * (1 - sigmoid(a)))


@wrong("C10", "sigmoid_squares")
def sends_through_w_untransposed(p, data):
    return squares_backward(p, data, back=lambda D, W: D @ W.T)


@wrong("C11", "sigmoid_squares")
def sends_through_the_first_layer_s_w(p, data):
    return squares_backward(p, data, back=lambda D, W: D @ p["W1"])


@wrong("C1", "sigmoid_squares")
def sends_past_the_weights(p, data):
    return squares_backward(p, data, back=lambda D, W: D)


@wrong("C5", "sigmoid_squares")
def only_the_slope_is_sent_on(p, data):
    X, Y = data["X"], data["Y"]
    A1 = sigmoid(X @ p["W1"].T + p["b1"])
    A2 = sigmoid(A1 @ p["W2"].T + p["b2"])
    D2 = (A2 - Y) / Y.size * A2 * (1 - A2)
    D1 = A1 * (1 - A1)
    return {"W1": D1.T @ X, "b1": D1.sum(0), "W2": D2.T @ A1, "b2": D2.sum(0)}


@wrong("C6", "sigmoid_squares")
def slope_added(p, data):
    X, Y = data["X"], data["Y"]
    A1 = sigmoid(X @ p["W1"].T + p["b1"])
    A2 = sigmoid(A1 @ p["W2"].T + p["b2"])
    D2 = (A2 - Y) / Y.size * A2 * (1 - A2)
    D1 = D2 @ p["W2"] + A1 * (1 - A1)
    return {"W1": D1.T @ X, "b1": D1.sum(0), "W2": D2.T @ A1, "b2": D2.sum(0)}


@wrong("C14", "sigmoid_squares")
def pairs_with_its_own_activation(p, data):
    A1 = sigmoid(data["X"] @ p["W1"].T + p["b1"])
    return squares_backward(p, data, first=lambda D, X: D.T @ A1)


@wrong("C24", "sigmoid_squares")
def last_sample_is_left(p, data):
    X, Y = data["X"], data["Y"]
    for x, t in zip(X, Y, strict=True):
        a1 = sigmoid(p["W1"] @ x + p["b1"])
        a2 = sigmoid(p["W2"] @ a1 + p["b2"])
        d2 = (a2 - t) * a2 * (1 - a2) / Y.size
        d1 = (p["W2"].T @ d2) * a1 * (1 - a1)
        g = {"W1": np.outer(d1, x), "b1": d1, "W2": np.outer(d2, a1), "b2": d2}
    return g


@wrong("C21", "sigmoid_squares")
def one_number_for_all_units(p, data):
    g = squares_backward(p, data)
    return {**g, "b1": np.full(3, g["b1"].sum()), "b2": np.full(3, g["b2"].sum())}


# -- relu_deep: four layers, a list --------------------------------------------------------------------


def relu_backward(p, data, mask=lambda z, a: z > 0, which=(0, 1, 2), back=lambda D, W: D @ W):
    X, y = data["X"], data["y"]
    A, Z = [X], []
    for W in p[:-1]:
        Z.append(A[-1] @ W.T)
        A.append(np.maximum(Z[-1], 0))
    scores = A[-1] @ p[-1].T
    P = np.exp(scores - scores.max(axis=1, keepdims=True))
    P /= P.sum(axis=1, keepdims=True)
    P[np.arange(len(y)), y] -= 1
    D = P / len(y)
    grads = [D.T @ A[-1]]
    D = D @ p[-1]
    for i in (2, 1, 0):
        D = D * (mask if i in which else lambda z, a: z > 0)(Z[i], A[i + 1])
        grads.insert(0, D.T @ A[i])
        D = back(D, p[i])
    return grads


@wrong("C16", "relu_deep")
def relu_mask_of_the_output(p, data):
    return relu_backward(p, data, mask=lambda z, a: a >= 0)


@wrong("C16", "relu_deep")
def relu_mask_forgotten_in_the_middle(p, data):
    return relu_backward(p, data, mask=lambda z, a: 1, which=(1,))


@wrong("C4", "relu_deep")
def relu_value_for_mask(p, data):
    return relu_backward(p, data, mask=lambda z, a: a)


@wrong("C10", "relu_deep")
def relu_untransposed_everywhere(p, data):
    return relu_backward(p, data, back=lambda D, W: D @ W.T)


# -- logistic: W is (in, out), binary cross-entropy ----------------------------------------------------


def logistic_backward(p, data, error=lambda a, y: a - y, slope=lambda a: 1 - a**2, back=np.outer):
    X, y = data["X"], data["y"]
    H = np.tanh(X @ p["W"] + p["b"])
    a = sigmoid(H @ p["w"] + p["c"])
    d = error(a, y) / len(y)
    D = back(d, p["w"]) * slope(H)
    return {"W": X.T @ D, "b": D.sum(0), "w": H.T @ d, "c": d.sum()}


@wrong("C17", "logistic")
def sigmoid_slope_after_cross_entropy(p, data):
    return logistic_backward(p, data, error=lambda a, y: (a - y) * a * (1 - a))


@wrong("C1", "logistic")
def no_sigmoid_slope_before_cross_entropy(p, data):
    return logistic_backward(p, data, error=lambda a, y: -y / a + (1 - y) / (1 - a))


@wrong("C1", "logistic")
def reader_left_out(p, data):
    return logistic_backward(p, data, back=lambda d, w: d[:, None] * np.ones(4))


# -- neuron, columns, ridge ----------------------------------------------------------------------------


@wrong("C1", "neuron")
def neuron_without_slope(p, data):
    a = sigmoid(p["w"] @ data["x"] + p["b"])
    return {"w": (a - data["y"]) * data["x"], "b": a - data["y"]}


@wrong("C22", "neuron")
def neuron_without_bias(p, data):
    a = sigmoid(p["w"] @ data["x"] + p["b"])
    return {"w": (a - data["y"]) * a * (1 - a) * data["x"], "b": 0.0}


@wrong("C13", "neuron")
def neuron_without_input(p, data):
    a = sigmoid(p["w"] @ data["x"] + p["b"])
    d = (a - data["y"]) * a * (1 - a)
    return {"w": d * np.ones(2), "b": d}


@wrong("C20", "columns")
def last_column_for_the_biases(p, data):
    X, Y = data["X"], data["Y"]
    A = np.tanh(p["W1"] @ X + p["b1"])
    D2 = (p["W2"] @ A + p["b2"] - Y) / X.shape[1]
    D1 = (p["W2"].T @ D2) * (1 - A**2)
    return {"W1": D1 @ X.T, "b1": D1[:, -1:], "W2": D2 @ A.T, "b2": D2[:, -1:]}


@wrong("C15", "columns")
def outer_product_turned(p, data):
    X, Y = data["X"], data["Y"]
    A = np.tanh(p["W1"] @ X + p["b1"])
    D2 = (p["W2"] @ A + p["b2"] - Y) / X.shape[1]
    D1 = (p["W2"].T @ D2) * (1 - A**2)
    return {
        "W1": X @ D1.T,
        "b1": D1.sum(1, keepdims=True),
        "W2": D2 @ A.T,
        "b2": D2.sum(1, keepdims=True),
    }


@wrong("C23", "columns")
def sums_over_the_units(p, data):
    X, Y = data["X"], data["Y"]
    A = np.tanh(p["W1"] @ X + p["b1"])
    D2 = (p["W2"] @ A + p["b2"] - Y) / X.shape[1]
    D1 = (p["W2"].T @ D2) * (1 - A**2)
    return {"W1": D1 @ X.T, "b1": D1.sum(0).reshape(-1, 1), "W2": D2 @ A.T, "b2": D2.sum(1, keepdims=True)}


@wrong("C25", "ridge")
def ridge_with_half_a_penalty(p, data):
    r = data["X"] @ p["w"] + p["b"] - data["y"]
    return {"w": 2 * data["X"].T @ r / len(r) + data["lam"] * p["w"], "b": 2 * r.mean()}


@wrong("F2", "ridge")
def ridge_without_the_two_of_the_square(p, data):
    r = data["X"] @ p["w"] + p["b"] - data["y"]
    return {"w": data["X"].T @ r / len(r) + 2 * data["lam"] * p["w"], "b": r.mean()}


@wrong("F1", "ridge")
def ridge_with_the_error_turned_round(p, data):
    r = data["y"] - data["X"] @ p["w"] - p["b"]
    return {"w": 2 * data["X"].T @ r / len(r) + 2 * data["lam"] * p["w"], "b": 2 * r.mean()}


# -- layer_norm ----------------------------------------------------------------------------------------


def norm_backward(p, data, mean_road=True, var_road=True):
    X, Y = data["X"], data["Y"]
    Z = X @ p["W"].T
    centred = Z - Z.mean(axis=1, keepdims=True)
    std = np.sqrt((centred**2).mean(axis=1, keepdims=True) + 1e-5)
    n = centred / std
    D = p["gain"] * n + p["shift"] - Y
    dn = D * p["gain"]
    dZ = dn / std
    if var_road:
        dvar = (-dn * centred / (2 * std**3)).sum(axis=1, keepdims=True)
        dZ = dZ + dvar * 2 * centred / Z.shape[1]
    if mean_road:
        dZ = dZ - (dn / std).mean(axis=1, keepdims=True)
    return {"W": dZ.T @ X, "gain": (D * n).sum(0), "shift": D.sum(0)}


@wrong("C7", "layer_norm")
def mean_taken_for_a_constant(p, data):
    return norm_backward(p, data, mean_road=False)


@wrong("C7", "layer_norm")
def variance_taken_for_a_constant(p, data):
    return norm_backward(p, data, var_road=False)


# -- recurrent -----------------------------------------------------------------------------------------


def bptt(
    p,
    data,
    slope=lambda h: 1 - h**2,
    flows=True,
    last_only=False,
    state=lambda H, t: H[t],
    back=lambda W, d: W.T @ d,
):
    X, Y = data["X"], data["Y"]
    H = [np.zeros(3)]
    for x in X:
        H.append(np.tanh(p["Wx"] @ x + p["Wh"] @ H[-1] + p["b"]))
    g = {name: np.zeros_like(value) for name, value in p.items()}
    later = np.zeros(3)
    for t in reversed(range(len(X))):
        e = p["w"] @ H[t + 1] - Y[t]
        g["w"] += e * H[t + 1]
        d = (e * p["w"] + later) * slope(H[t + 1])
        if t == len(X) - 1 or not last_only:
            g["Wx"] += np.outer(d, X[t])
            g["Wh"] += np.outer(d, state(H, t))
            g["b"] += d
        later = back(p["Wh"], d) if flows else 0 * d
    return g


@wrong("C1", "recurrent")
def bptt_without_slope(p, data):
    return bptt(p, data, slope=lambda h: 1)


@wrong("C10", "recurrent")
def bptt_untransposed(p, data):
    return bptt(p, data, back=lambda W, d: W @ d)


@wrong("C26", "recurrent")
def last_time_step_only(p, data):
    g = bptt(p, data, last_only=True)
    h = np.zeros(3)
    for x in data["X"]:
        h = np.tanh(p["Wx"] @ x + p["Wh"] @ h + p["b"])
    return {**g, "w": (p["w"] @ h - data["Y"][-1]) * h}


@wrong("C27", "recurrent")
def past_taken_for_a_constant(p, data):
    return bptt(p, data, flows=False)


@wrong("C28", "recurrent")
def state_after_the_step(p, data):
    return bptt(p, data, state=lambda H, t: H[t + 1])


# -- attention, convolution, loops, forks --------------------------------------------------------------


def attention_backward(p, data, scale=5**0.5, rows=None, turned=False):
    X, Y = data["X"], data["Y"]
    Q, K, V = X @ p["Wq"], X @ p["Wk"], X @ p["Wv"]
    S = Q @ K.T / np.sqrt(5)
    A = np.exp(S) / np.exp(S).sum(axis=1, keepdims=True)
    D = A @ V - Y
    dV, dA = A.T @ D, D @ V.T
    dS = A * (dA - (dA * A).sum(axis=1, keepdims=True)) if rows is None else rows(A, dA)
    dS = dS / scale
    dQ, dK = dS @ K, (dS if turned else dS.T) @ Q
    return {"Wq": X.T @ dQ, "Wk": X.T @ dK, "Wv": X.T @ dV}


@wrong("F6", "attention")
def attention_scale_forgotten(p, data):
    return attention_backward(p, data, scale=1.0)


@wrong("C18", "attention")
def softmax_diagonal_only(p, data):
    return attention_backward(p, data, rows=lambda A, dA: dA * A * (1 - A))


@wrong("C7", "attention")
def softmax_sum_taken_for_a_constant(p, data):
    return attention_backward(p, data, rows=lambda A, dA: dA * A)


@wrong("C16", "convolution")
def convolution_without_mask(p, data):
    X = data["X"]
    out = sum(p["kernel"][i, j] * X[i : i + 4, j : j + 4] for i in range(3) for j in range(3)) + p["b"]
    A = np.maximum(out, 0)
    P = A.reshape(2, 2, 2, 2).max(axis=(1, 3))
    e = 2 * (np.sum(p["w"] * P) - data["y"])
    D = np.zeros((4, 4))
    for r in range(2):
        for c in range(2):
            block = A[2 * r : 2 * r + 2, 2 * c : 2 * c + 2]
            i, j = np.unravel_index(block.argmax(), (2, 2))
            D[2 * r + i, 2 * c + j] = e * p["w"][r, c]
    dk = np.array([[(D * X[i : i + 4, j : j + 4]).sum() for j in range(3)] for i in range(3)])
    return {"kernel": dk, "b": D.sum(), "w": e * P}


@wrong("C24", "sample_loop")
def loop_overwrites(p, data):
    for x, label in zip(data["X"], data["y"], strict=True):
        z = p["W"] @ x + p["b"]
        d = np.exp(z) / np.exp(z).sum()
        d[label] -= 1
        g = {"W": np.outer(d, x) / 5, "b": d / 5}
    return g


@wrong("C7", "two_roads")
def one_road_of_two(x, data):
    return 2 * x * np.sin(x**2)


@wrong("C8", "two_roads")
def sent_on_too_early(x, data):
    """u hears cos(u)·u first and passes it on, then hears sin(u) and passes both on."""
    u = x**2
    first = np.cos(u) * u
    both = first + np.sin(u)
    return 2 * x * first + 2 * x * both


@wrong("C7", "embedding")
def skip_connection_forgotten(p, data):
    X = p["E"][data["rows"]]
    H = X + np.log(1 + np.exp(X @ p["W"]))
    D = np.sign(H - data["Y"]) / 4
    dZ = D * sigmoid(X @ p["W"])
    dE = np.zeros_like(p["E"])
    np.add.at(dE, data["rows"], dZ @ p["W"].T)
    return {"E": dE, "W": X.T @ dZ}


# -- and right ones ------------------------------------------------------------------------------------

RIGHT: list[Wrong] = [
    Wrong("", "tanh_softmax", "by hand", softmax_backward),
    Wrong("", "sigmoid_squares", "by hand", squares_backward),
    Wrong("", "relu_deep", "by hand", relu_backward),
    Wrong("", "logistic", "by hand", logistic_backward),
    Wrong("", "layer_norm", "by hand", norm_backward),
    Wrong("", "recurrent", "by hand", bptt),
    Wrong("", "attention", "by hand", attention_backward),
]
