"""At least three right answers to every exercise of notebook 06, written as different people would write them."""

import itertools
import math

import numpy as np

from bpcheck.reference import mlp


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def forward_by_recursion(params, x):
    if not params:
        return [], [x]
    z = params[0][0] @ x + params[0][1]
    zs, activations = forward_by_recursion(params[1:], sigmoid(z))
    return [z, *zs], [x, *activations]


def forward_unit_by_unit(params, x):
    zs, activations = (), (list(x),)
    for W, b in params:
        z = []
        for row, bias in zip(W, b, strict=True):
            z.append(sum(w * a for w, a in zip(row, activations[-1], strict=True)) + bias)
        zs += (z,)
        activations += ([1 / (1 + math.exp(-number)) for number in z],)
    return zs, activations


def forward_by_index(params, x):
    L = len(params)
    zs, a = [None] * L, [x] + [None] * L
    for l in range(L):  # noqa: E741 - as a student would write it
        zs[l] = np.dot(a[l], params[l][0].T) + params[l][1]
        a[l + 1] = 0.5 + 0.5 * np.tanh(zs[l] / 2)
    return [zs, a]


def roads_by_matrix(params, x, y):
    """The first weight's slope as a product of matrices, one for each layer."""
    _, (_, a1, a2, a3) = mlp.forward(params, x)
    (_, _), (W2, _), (W3, _) = params
    row = (a3 - y) * a3 * (1 - a3) @ W3 * a2 * (1 - a2) @ W2
    return row[0] * a1[0] * (1 - a1[0]) * x[0]


def roads_by_backprop(params, x, y):
    return mlp.backprop(params, x, y)[0][0][0, 0]


def roads_listed(params, x, y):
    """Every road of a network of any depth, one by one."""
    _, a = mlp.forward(params, x)
    slopes = [v * (1 - v) for v in a]
    middle = [range(len(v)) for v in a[2:-1]]
    total = 0
    for road in itertools.product([0], *middle, range(len(a[-1]))):
        product = x[0] * slopes[1][0]
        for layer, (j, k) in enumerate(itertools.pairwise(road), start=1):
            product *= params[layer][0][k, j] * slopes[layer + 1][k]
        total += product * (a[-1][road[-1]] - y[road[-1]])
    return np.array(total)


def nudge_the_bias(params, x, y, layer, j, h):
    def loss(t):
        W, b = params[layer - 1]
        b = b + t * np.eye(len(b))[j]
        return mlp.loss([*params[: layer - 1], (W, b), *params[layer:]], x, y)

    return (loss(h) - loss(-h)) / (2 * h)


def nudge_by_own_loop(params, x, y, layer, j, h):
    losses = []
    for step in (h, -h):
        a = x
        for k, (W, b) in enumerate(params):
            z = W @ a + b
            if k == layer - 1:
                z[j] += step
            a = sigmoid(z)
        losses.append(0.5 * np.sum((a - y) ** 2))
    return (losses[0] - losses[1]) / h / 2


def nudge_from(params, x, y, layer, j, h):
    zs = mlp.forward(params, x)[0][layer - 1]
    unit = np.zeros(len(zs))
    unit[j] = h
    both = [mlp.loss_from(params, layer, zs + sign * unit, y) for sign in (1, -1)]
    return np.float64(-np.diff(both)[0] / (2 * h))


def output_by_loop(yhat, y, slope):
    return [(p - t) * s for p, t, s in zip(yhat, y, slope, strict=True)]


def hidden_by_loops(W_next, delta_next, slope):
    m, n = W_next.shape
    delta = np.zeros(n)
    for j in range(n):
        for k in range(m):
            delta[j] += delta_next[k] * W_next[k, j] * slope[j]
    return delta


def grads_by_loops(delta, a_prev):
    dW = np.zeros((len(delta), len(a_prev)))
    for j in range(len(delta)):
        for i in range(len(a_prev)):
            dW[j, i] = delta[j] * a_prev[i]
    return [dW, list(delta)]


def backprop_with_all_deltas(params, x, y):
    zs, a = mlp.forward(params, x)
    L = len(params)
    deltas = [None] * L
    for l in range(L - 1, -1, -1):  # noqa: E741 - as a student would write it
        slope = np.exp(-zs[l]) / (1 + np.exp(-zs[l])) ** 2
        error = a[-1] - y if l == L - 1 else deltas[l + 1] @ params[l + 1][0]
        deltas[l] = error * slope
    return [(np.outer(d, entered), d) for d, entered in zip(deltas, a[:-1], strict=True)]


def backprop_by_recursion(params, x, y):
    def descend(k, a):
        """Grads of layers k … L, and ∂ℓ/∂a for what enters layer k."""
        if k == len(params):
            return (), a - y
        W, b = params[k]
        out = sigmoid(W @ a + b)
        grads, error = descend(k + 1, out)
        delta = error * out * (1 - out)
        return ((delta[:, None] * a[None, :], delta), *grads), delta @ W

    return descend(0, x)[0]


def backprop_reversed_at_the_end(params, x, y):
    _, a = mlp.forward(params, x)
    grads, da = [], a[-1] - y
    for (W, _), entered, left in list(zip(params, a[:-1], a[1:], strict=True))[::-1]:
        delta = da * left * (1 - left)
        grads.append([np.outer(delta, entered).tolist(), delta.tolist()])
        da = W.T @ delta
    return grads[::-1]


def backprop_by_complex_step(params, x, y):
    """Right, and not backward at all."""
    grads = []
    for k, pair in enumerate(params):
        both = []
        for which, array in enumerate(pair):
            slopes = np.zeros(array.shape)
            for index in np.ndindex(array.shape):
                moved = array.astype(complex)
                moved[index] += 1e-30j
                changed = (moved, pair[1]) if which == 0 else (pair[0], moved)
                yhat = mlp.forward([*params[:k], changed, *params[k + 1 :]], x)[1][-1]
                slopes[index] = (0.5 * ((yhat - y) ** 2).sum()).imag / 1e-30
            both.append(slopes)
        grads.append(tuple(both))
    return grads


def linear_by_products(Ws, x, y):
    """Everything before a layer is one matrix, and everything after it another."""
    grads = []
    for k, W in enumerate(Ws):
        before, after = x, np.eye(len(W))
        for V in Ws[:k]:
            before = V @ before
        for V in Ws[k + 1 :]:
            after = V @ after
        grads.append(np.outer(after.T @ (after @ W @ before - y), before))
    return grads


def linear_by_loop(Ws, x, y):
    entered = [x]
    for W in Ws:
        entered.append(np.dot(W, entered[-1]))
    grads, delta = [], entered.pop() - y
    for W in Ws[::-1]:
        grads = [delta.reshape(-1, 1) * entered.pop(), *grads]
        delta = delta @ W
    return tuple(grads)


def linear_by_recursion(Ws, x, y):
    def descend(k, a):
        if k == len(Ws):
            return [], a - y
        grads, delta = descend(k + 1, Ws[k] @ a)
        return [np.outer(delta, a).tolist(), *grads], Ws[k].T @ delta

    return descend(0, x)[0]


RIGHT = {
    "forward": (forward_by_recursion, forward_unit_by_unit, forward_by_index),
    "by_roads": (roads_by_matrix, roads_by_backprop, roads_listed),
    "delta_by_nudge": (nudge_the_bias, nudge_by_own_loop, nudge_from),
    "output_delta": (
        mlp.output_delta,
        output_by_loop,
        lambda yhat, y, slope: np.multiply(slope, -(y - yhat)),
        lambda yhat, y, slope: np.diag(slope) @ (yhat - y),
    ),
    "hidden_delta": (
        hidden_by_loops,
        lambda W, delta, slope: delta @ W * slope,
        lambda W, delta, slope: np.einsum("kj,k,j->j", W, delta, slope),
        lambda W, delta, slope: (W * delta[:, None]).sum(axis=0) * slope,
        lambda W, delta, slope: np.diag(slope) @ W.T @ delta,
    ),
    "param_grads": (
        grads_by_loops,
        lambda delta, a: (delta[:, None] * a, delta),
        lambda delta, a: (np.array([d * a for d in delta]), delta + 0),
        lambda delta, a: (delta.reshape(-1, 1) @ a.reshape(1, -1), 1 * delta),
    ),
    "backprop": (
        backprop_with_all_deltas,
        backprop_by_recursion,
        backprop_reversed_at_the_end,
        backprop_by_complex_step,
    ),
    "backprop_linear": (linear_by_products, linear_by_loop, linear_by_recursion),
}
