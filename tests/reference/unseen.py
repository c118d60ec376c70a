"""Networks and wrong gradients that were written after the bank of mutants, to see what it makes of them.

Each function runs one network with a hand-written backward pass, right by default; its switches make it
wrong. Nothing of the tape is used here.
"""

# ruff: noqa: E741 - l is a layer

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    """A mistake: `make(seed, **how)` gives loss, point, sizes and the wrong gradient."""

    code: str  # "" where no rule of the bank expresses it
    make: Callable[..., tuple[Any, Any, dict[str, int], Any]]
    how: dict[str, Any]

    @property
    def name(self):
        switches = ", ".join(f"{k}={v}" for k, v in self.how.items())
        return f"{self.code or 'not named'} {self.make.__name__}({switches})"


CASES: list[Case] = []


def mistake(code, **how):
    """Enter a wrong version of the function below."""

    def enter(make):
        CASES.append(Case(code, make, how))
        return make

    return enter


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def softmax(z):
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


@mistake("C7", decoder=False)
@mistake("C7", encoder=False)
@mistake("C15", turned=True, m=4)
def tied_autoencoder(seed, encoder=True, decoder=True, turned=False, m=3):
    """One W on the way in and, transposed, on the way out."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(6, 4))
    at = {"W": rng.normal(size=(m, 4)), "b": rng.normal(size=m), "c": rng.normal(size=4)}

    def loss(W, b, c):
        H = sigmoid(X @ W.T + b)
        return 0.5 * np.sum((H @ W + c - X) ** 2) / 6

    W, b, c = at.values()
    H = sigmoid(X @ W.T + b)
    D = (H @ W + c - X) / 6
    E = (D @ W.T) * H * (1 - H)
    first, second = E.T @ X, H.T @ D
    dW = first * encoder + (second.T if turned else second) * decoder
    return loss, at, {"N": 6}, {"W": dW, "b": E.sum(0), "c": D.sum(0)}


@mistake("C16", mask=False)
@mistake("", true_class=False)
def hinge(seed, mask=True, true_class=True):
    """Multi-class hinge loss with a penalty."""
    rng = np.random.default_rng(seed)
    X, y, rows = rng.normal(size=(6, 4)), rng.integers(0, 3, 6), np.arange(6)
    at = {"W": rng.normal(size=(4, 3)), "b": rng.normal(size=3)}

    def loss(W, b):
        S = X @ W + b
        margins = np.maximum(0, S - S[rows, y][:, None] + 1)
        return (margins.sum() - 6) / 6 + 0.1 * np.sum(W * W)

    S = X @ at["W"] + at["b"]
    D = (S - S[rows, y][:, None] + 1 > 0) * 1.0 if mask else np.ones((6, 3))
    D[rows, y] = 0
    if true_class:
        D[rows, y] = -D.sum(1)
    D /= 6
    return loss, at, {"N": 6}, {"W": X.T @ D + 0.2 * at["W"], "b": D.sum(0)}


@mistake("C1", forget_slope=False)
@mistake("C1", cell_slope=False)
@mistake("C27", carry_c=False)
@mistake("C27", carry_h=False)
def lstm(seed, forget_slope=True, cell_slope=True, carry_c=True, carry_h=True):
    """Four steps of a long short-term memory."""
    rng = np.random.default_rng(seed)
    T, n, m = 4, 3, 3
    X, Y = rng.normal(size=(T, n)), rng.normal(size=(T, m))
    at = {name: rng.normal(size=(m, n + m)) for name in ("Wf", "Wi", "Wo", "Wg")}

    def loss(Wf, Wi, Wo, Wg):
        h, c, total = np.zeros(m), np.zeros(m), 0
        for t in range(T):
            v = np.concatenate([X[t], h])
            f, i, o, g = sigmoid(Wf @ v), sigmoid(Wi @ v), sigmoid(Wo @ v), np.tanh(Wg @ v)
            c = f * c + i * g
            h = o * np.tanh(c)
            total = total + 0.5 * np.sum((h - Y[t]) ** 2)
        return total

    Wf, Wi, Wo, Wg = at.values()
    h, c, kept = np.zeros(m), np.zeros(m), []
    for t in range(T):
        v, before = np.concatenate([X[t], h]), c
        f, i, o, g = sigmoid(Wf @ v), sigmoid(Wi @ v), sigmoid(Wo @ v), np.tanh(Wg @ v)
        c = f * c + i * g
        h = o * np.tanh(c)
        kept.append((v, f, i, o, g, before, c, h))
    grads, dh, dc = {name: np.zeros_like(W) for name, W in at.items()}, np.zeros(m), np.zeros(m)
    for t in reversed(range(T)):
        v, f, i, o, g, before, c, h = kept[t]
        dh = dh + h - Y[t]
        dc = dc + dh * o * (1 - np.tanh(c) ** 2 if cell_slope else 1)
        zf = dc * before * (f * (1 - f) if forget_slope else 1)
        zs = (zf, dc * g * i * (1 - i), dh * np.tanh(c) * o * (1 - o), dc * i * (1 - g**2))
        dv = 0
        for (name, W), z in zip(at.items(), zs, strict=True):
            grads[name] += np.outer(z, v)
            dv = dv + W.T @ z
        dh, dc = dv[n:] * carry_h, dc * f * carry_c
    return loss, at, {"T": T}, grads


@mistake("C7", overlap=False)
@mistake("C10", flip=False)
def two_convolutions(seed, overlap=True, flip=True):
    """Two valid convolutions of a line, tanh between them."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=10), rng.normal(size=6)
    at = {"k": rng.normal(size=3), "q": rng.normal(size=3)}

    def convolve(a, k):
        return sum(k[i] * a[i : len(a) - 2 + i] for i in range(3))

    def loss(k, q):
        h = np.tanh(convolve(x, k))
        return 0.5 * np.sum((convolve(h, q) - y) ** 2)

    k, q = at.values()
    h = np.tanh(convolve(x, k))
    d, dh = convolve(h, q) - y, np.zeros(8)
    for i, weight in enumerate(q if flip else q[::-1]):
        dh[i : i + 6] = weight * d + dh[i : i + 6] * overlap
    dz = dh * (1 - h**2)
    grads = {
        "k": np.array([dz @ x[i : i + 8] for i in range(3)]),
        "q": np.array([d @ h[i : i + 6] for i in range(3)]),
    }
    return loss, at, {}, grads


@mistake("C7", mean=False)
@mistake("C7", var=False)
@mistake("F3", divided=False)
@mistake("", gain=False)
def batch_norm_classifier(seed, mean=True, var=True, divided=True, gain=True):
    """Batch normalisation before tanh, then a cross-entropy."""
    rng = np.random.default_rng(seed)
    N = 7
    X, y = rng.normal(size=(N, 4)), rng.permutation(N) % 3
    at = {"W": rng.normal(size=(4, 5)), "gamma": 1 + 0.2 * rng.normal(size=5)}
    at |= {"beta": rng.normal(size=5), "V": rng.normal(size=(5, 3))}

    def loss(W, gamma, beta, V):
        Z = X @ W
        mu = Z.mean(axis=0)
        v = ((Z - mu) ** 2).mean(axis=0)
        H = np.tanh(gamma * (Z - mu) / np.sqrt(v + 1e-5) + beta)
        S = H @ V
        S = S - S.max(axis=1, keepdims=True)
        logp = S - np.log(np.exp(S).sum(axis=1, keepdims=True))
        return -logp[np.arange(N), y].mean()

    W, gamma, beta, V = at.values()
    Z = X @ W
    centred, sd = Z - Z.mean(0), np.sqrt(Z.var(0) + 1e-5)
    H = np.tanh(gamma * centred / sd + beta)
    D = (softmax(H @ V) - np.eye(3)[y]) / N
    E = (D @ V.T) * (1 - H**2)
    dn = E * gamma if gain else E
    dZ = dn / sd
    if var:
        dZ = dZ - (dn * centred).sum(0) / sd**3 * centred / (N if divided else 1)
    if mean:
        dZ = dZ - dn.sum(0) / sd / N
    return (
        loss,
        at,
        {"N": N},
        {"W": X.T @ dZ, "gamma": (E * centred / sd).sum(0), "beta": E.sum(0), "V": H.T @ D},
    )


@mistake("C7", skip=False)
@mistake("C1", dropout=False)
@mistake("C2", index=-1)
def residual(seed, skip=True, dropout=True, index=0):
    """Two residual blocks and a dropout mask; a list as point."""
    rng = np.random.default_rng(seed)
    X, Y, M = rng.normal(size=(5, 4)), rng.normal(size=(5, 4)), (rng.random((5, 4)) > 0.4) / 0.6
    at = [rng.normal(size=(4, 4)) for _ in range(4)]

    def loss(A, B, C, D):
        x = X
        for P, Q in ((A, B), (C, D)):
            x = x + np.tanh(x @ P) @ Q
        return 0.5 * np.mean((x * M - Y) ** 2)

    xs, hs = [X], []
    for P, Q in (at[:2], at[2:]):
        hs.append(np.tanh(xs[-1] @ P))
        xs.append(xs[-1] + hs[-1] @ Q)
    d, grads = (xs[-1] * M - Y) / 20 * (M if dropout else 1), []
    for block in (1, 0):
        P, Q = at[2 * block : 2 * block + 2]
        z = (d @ Q.T) * (1 - hs[block + index] ** 2)
        grads = [xs[block].T @ z, hs[block].T @ d, *grads]
        d = d * skip + z @ P.T
    return loss, at, {"N": 5}, grads


@mistake("C10", transposed=False)
@mistake("F2", scaled=False)
def einsum_attention(seed, transposed=True, scaled=True):
    """As many tokens as numbers in each, scores by einsum."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(4, 4)), rng.normal(size=(4, 4))
    at = {name: rng.normal(size=(4, 4)) for name in "QKV"}

    def loss(Q, K, V):
        e = np.exp(np.einsum("id,jd->ij", X @ Q, X @ K) / 2.0)
        return np.sum((e / e.sum(axis=1)[:, None] @ (X @ V) - Y) ** 2)

    q, k, v = (X @ W for W in at.values())
    a = softmax(q @ k.T / 2)
    D = 2 * (a @ v - Y)
    G = D @ v.T
    ds = a * (G - (G * a).sum(1)[:, None]) / (2 if scaled else 1)
    dk = (ds.T if transposed else ds) @ q
    return loss, at, {}, {"Q": X.T @ (ds @ k), "K": X.T @ dk, "V": X.T @ (a.T @ D)}


@mistake("C25", sign=False)
def lasso(seed, sign=True):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=6)
    at = {"w": rng.normal(size=3), "b": rng.normal()}

    def loss(w, b):
        return 0.5 * np.mean((X @ w + b - y) ** 2) + 0.3 * np.abs(w).sum()

    e = (X @ at["w"] + at["b"] - y) / 6
    return loss, at, {"N": 6}, {"w": X.T @ e + 0.3 * (np.sign(at["w"]) if sign else at["w"]), "b": e.sum()}


@mistake("C1", chosen=False)
def max_pooling(seed, chosen=True):
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(5, 8)), rng.normal(size=5)
    at = {"W": rng.normal(size=(6, 8)), "v": rng.normal(size=3)}

    def loss(W, v):
        H = np.tanh(X @ W.T).reshape(5, 3, 2).max(axis=2)
        return 0.5 * np.sum((H @ v - y) ** 2)

    A = np.tanh(X @ at["W"].T).reshape(5, 3, 2)
    H = A.max(2)
    e = H @ at["v"] - y
    dA = np.outer(e, at["v"])[:, :, None] * (H[:, :, None] == A if chosen else np.ones(A.shape))
    return loss, at, {"N": 5}, {"W": (dA * (1 - A**2)).reshape(5, 6).T @ X, "v": H.T @ e}


@mistake("C4", exchanged=True)
@mistake("C7", norm=False)
def gate(seed, exchanged=False, norm=True):
    """A gated unit, scaled to length 1."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(5, 4)), rng.normal(size=(5, 3))
    at = {"U": rng.normal(size=(4, 3)), "V": rng.normal(size=(4, 3))}

    def loss(U, V):
        o = sigmoid(X @ U) * (X @ V)
        return 0.5 * np.sum((o / np.sqrt((o**2).sum(axis=1, keepdims=True)) - Y) ** 2)

    g, t = sigmoid(X @ at["U"]), X @ at["V"]
    o = g * t
    length = np.sqrt((o**2).sum(1, keepdims=True))
    D = o / length - Y
    do = D / length - o * (D * o).sum(1, keepdims=True) / length**3 * norm
    dg, dt = (do * g, do * t) if exchanged else (do * t, do * g)
    return loss, at, {"N": 5}, {"U": X.T @ (dg * g * (1 - g)), "V": X.T @ dt}


@mistake("C7", minus_y=False)
@mistake("C1", slope=False)
def poisson(seed, minus_y=True, slope=True):
    rng = np.random.default_rng(seed)
    X, y, w = rng.normal(size=(6, 3)), rng.poisson(2, 6), rng.normal(size=3) * 0.5

    def loss(w):
        z = X @ w
        return np.mean(np.exp(z) - y * z)

    e = (np.exp(X @ w) if slope else 1) - y * minus_y
    return loss, {"w": w}, {"N": 6}, {"w": X.T @ e / 6}


@mistake("C7", added=False)
def mean_of_words(seed, added=True):
    """Rows of a table, some of them picked twice."""
    rng = np.random.default_rng(seed)
    rows, y = np.array([[0, 1, 1], [2, 2, 3]]), rng.normal(size=(2, 3))
    at = {"E": rng.normal(size=(5, 4)), "W": rng.normal(size=(4, 3))}

    def loss(E, W):
        return np.sum((np.tanh(E[rows].mean(axis=1)) @ W - y) ** 2)

    h = np.tanh(at["E"][rows].mean(1))
    d, dE = 2 * (h @ at["W"] - y), np.zeros((5, 4))
    part = np.repeat(((d @ at["W"].T) * (1 - h**2) / 3)[:, None, :], 3, axis=1)
    if added:
        np.add.at(dE, rows, part)
    else:
        dE[rows] = part
    return loss, at, {}, {"E": dE, "W": h.T @ d}


@mistake("C7", both=False)
def siamese(seed, both=True):
    """One network, called on two inputs."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(2, 5, 4))
    at = {"W": rng.normal(size=(4, 4)), "b": rng.normal(size=4)}

    def layer(x, W, b):
        return np.tanh(x @ W + b)

    def loss(W, b):
        return ((layer(X, W, b) - layer(Y, W, b)) ** 2).sum()

    h, k = layer(X, **at), layer(Y, **at)
    z, u = 2 * (h - k) * (1 - h**2), -2 * (h - k) * (1 - k**2) * both
    return loss, at, {"N": 5}, {"W": X.T @ z + Y.T @ u, "b": z.sum(0) + u.sum(0)}


@mistake("C26 C27", steps=1)
@mistake("C27", steps=2)
def last_step_counts(seed, steps=5):
    """A recurrent net with a loss after the last step only: C26 and C27 are one there."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(5, 2))
    at = {"A": rng.normal(size=(3, 2)), "B": rng.normal(size=(3, 3)), "c": rng.normal(size=3)}

    def loss(A, B, c):
        h = np.zeros(3)
        for t in range(5):
            h = np.tanh(A @ X[t] + B @ h)
        return 0.5 * (c @ h - 1.0) ** 2

    A, B, c = at.values()
    H = [np.zeros(3)]
    for x in X:
        H.append(np.tanh(A @ x + B @ H[-1]))
    e = c @ H[-1] - 1.0
    grads, d = {"A": 0 * A, "B": 0 * B, "c": e * H[-1]}, e * c
    for t in range(4, 4 - steps, -1):
        z = d * (1 - H[t + 1] ** 2)
        grads["A"] = grads["A"] + np.outer(z, X[t])
        grads["B"] = grads["B"] + np.outer(z, H[t])
        d = B.T @ z
    return loss, at, {"T": 5}, grads


@mistake("C13 C19", entered="z", bias="mean")
@mistake("", slope=False, divided=False)
def classifier(seed, entered="a", bias="sum", slope=True, divided=True):
    """Two mistakes at once: in two arrays, or one on the other."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(6, 4)), rng.permutation(6) % 3
    at = {
        "W1": rng.normal(size=(5, 4)),
        "b1": rng.normal(size=5),
        "W2": rng.normal(size=(3, 5)),
        "b2": rng.normal(size=3),
    }

    def loss(W1, b1, W2, b2):
        z = np.tanh(X @ W1.T + b1) @ W2.T + b2
        p = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)
        return -np.log(p[np.arange(6), y]).mean()

    z = X @ at["W1"].T + at["b1"]
    h = np.tanh(z)
    D = (softmax(h @ at["W2"].T + at["b2"]) - np.eye(3)[y]) / (6 if divided else 1)
    E = (D @ at["W2"]) * (1 - h * h if slope else 1)
    grads = {
        "W1": E.T @ X,
        "b1": getattr(E, bias)(axis=0),
        "W2": D.T @ (h if entered == "a" else z),
        "b2": D.sum(0),
    }
    return loss, at, {"N": 6}, grads


@mistake("C7", second=False)
@mistake("C7", first=False)
@mistake("C1", slope=False)
def swish(seed, first=True, second=True, slope=True):
    """z σ(z): two roads from z."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=(6, 2))
    at = {"W": rng.normal(size=(3, 4)), "b": rng.normal(size=4), "V": rng.normal(size=(4, 2))}

    def loss(W, b, V):
        Z = X @ W + b
        return 0.5 * np.sum(((Z * sigmoid(Z)) @ V - y) ** 2) / 6

    Z = X @ at["W"] + at["b"]
    s = sigmoid(Z)
    A = Z * s
    D = (A @ at["V"] - y) / 6
    G = (D @ at["V"].T) * (s * first + Z * (s * (1 - s) if slope else 1) * second)
    return loss, at, {"N": 6}, {"W": X.T @ G, "b": G.sum(0), "V": A.T @ D}


@mistake("C25", decay=0.0)
@mistake("C1", mask=False)
def factorisation(seed, decay=0.4, mask=True):
    """A matrix with holes as a product of two thin ones."""
    rng = np.random.default_rng(seed)
    M, K = rng.normal(size=(5, 6)), (rng.random((5, 6)) < 0.6) * 1.0
    at = {"U": rng.normal(size=(5, 2)), "V": rng.normal(size=(6, 2)), "a": rng.normal(size=5)}

    def loss(U, V, a):
        return np.sum(K * (U @ V.T + a[:, None] - M) ** 2) + 0.2 * (np.sum(U**2) + np.sum(V**2))

    U, V, a = at.values()
    E = 2 * (U @ V.T + a[:, None] - M) * (K if mask else 1)
    return loss, at, {}, {"U": E @ V + 0.4 * U, "V": E.T @ U + decay * V, "a": E.sum(1)}


@mistake("C7", one=0)
@mistake("F2", two=2)
def gaussian(seed, one=1, two=1):
    """Mean and log of the spread, both linear."""
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(6, 3)), rng.normal(size=6)
    at = {"m": rng.normal(size=3), "s": 0.3 * rng.normal(size=3)}

    def loss(m, s):
        spread = X @ s
        return np.mean(spread + 0.5 * ((y - X @ m) / np.exp(spread)) ** 2)

    spread = X @ at["s"]
    q = (y - X @ at["m"]) / np.exp(spread)
    return loss, at, {"N": 6}, {"m": X.T @ (-two * q / np.exp(spread)) / 6, "s": X.T @ (one - two * q**2) / 6}


@mistake("C17", again=True)
@mistake("C19", bias="mean")
@mistake("C2", slope_at=-1)
@mistake("C28", state_at=0)
@mistake("C10", transposed=False)
@mistake("C27", flows=False)
@mistake("C26", overwrite_b=True)
def batch_recurrent(
    seed, again=False, bias="sum", slope_at=0, state_at=-1, transposed=True, flows=True, overwrite_b=False
):
    """Sequences in batches, a cross-entropy at each step."""
    rng = np.random.default_rng(seed)
    T, N = 3, 4
    X, y = rng.normal(size=(T, N, 2)), rng.integers(0, 3, (T, N))
    shapes = {"Wx": (3, 2), "Wh": (3, 3), "b": 3, "V": (3, 3), "c": 3}
    at = {name: rng.normal(size=shape) for name, shape in shapes.items()}

    def loss(Wx, Wh, b, V, c):
        H, J = np.zeros((N, 3)), 0.0
        for t in range(T):
            H = np.tanh(X[t] @ Wx.T + H @ Wh.T + b)
            Z = H @ V.T + c
            Z = Z - np.max(Z, axis=1, keepdims=True)
            logp = Z - np.log(np.sum(np.exp(Z), axis=1, keepdims=True))
            J = J - np.mean(logp[np.arange(N), y[t]])
        return J

    Wx, Wh, b, V, c = at.values()
    H = [np.zeros((N, 3))]
    for t in range(T):
        H.append(np.tanh(X[t] @ Wx.T + H[-1] @ Wh.T + b))
    g, later = {name: np.zeros_like(value) for name, value in at.items()}, np.zeros((N, 3))
    for t in reversed(range(T)):
        P = softmax(H[t + 1] @ V.T + c)
        D = (P - np.eye(3)[y[t]]) / N * (P * (1 - P) if again else 1)
        g["V"] += D.T @ H[t + 1]
        g["c"] += getattr(D, bias)(axis=0)
        d = (D @ V + later) * (1 - H[t + 1 + slope_at] ** 2)
        g["Wx"] += d.T @ X[t]
        g["Wh"] += d.T @ H[t + 1 + state_at]
        g["b"] = d.sum(0) + g["b"] * (not overwrite_b)
        later = d @ (Wh if transposed else Wh.T) * flows
    return loss, at, {"N": N, "T": T}, g


@mistake("F6", scaled=False)
@mistake("C10", transposed=False)
@mistake("C18", linked=False)
def two_heads(seed, scaled=True, transposed=True, linked=True):
    """Attention with two heads, a residual road, and a last product."""
    rng = np.random.default_rng(seed)
    T, d, heads = 4, 6, 2
    X, Y = rng.normal(size=(T, d)), rng.normal(size=(T, d))
    at = {name: 0.5 * rng.normal(size=(d, d)) for name in ("Wq", "Wk", "Wv", "Wo")}

    def loss(Wq, Wk, Wv, Wo):
        q, k, v = ((X @ W).reshape(T, heads, d // heads).transpose(1, 0, 2) for W in (Wq, Wk, Wv))
        s = q @ k.transpose(0, 2, 1) / np.sqrt(d / heads)
        a = np.exp(s - s.max(axis=-1, keepdims=True))
        a = a / a.sum(axis=-1, keepdims=True)
        o = (a @ v).transpose(1, 0, 2).reshape(T, d)
        return 0.5 * np.mean((X + o @ Wo - Y) ** 2)

    def split(z):
        return z.reshape(T, heads, d // heads).transpose(1, 0, 2)

    def joined(z):
        return z.transpose(1, 0, 2).reshape(T, d)

    Wq, Wk, Wv, Wo = at.values()
    q, k, v = split(X @ Wq), split(X @ Wk), split(X @ Wv)
    a = softmax(q @ k.transpose(0, 2, 1) / np.sqrt(d / heads))
    o = joined(a @ v)
    D = (X + o @ Wo - Y) / (T * d)
    do = split(D @ (Wo.T if transposed else Wo))
    da = do @ v.transpose(0, 2, 1)
    ds = a * (da - (da * a).sum(-1, keepdims=True)) if linked else a * (1 - a) * da
    ds = ds / (np.sqrt(d / heads) if scaled else 1)
    dq, dk, dv = ds @ k, ds.transpose(0, 2, 1) @ q, a.transpose(0, 2, 1) @ do
    return (
        loss,
        at,
        {},
        {"Wq": X.T @ joined(dq), "Wk": X.T @ joined(dk), "Wv": X.T @ joined(dv), "Wo": o.T @ D},
    )


@mistake("C17", again=True)
@mistake("C14", entered=1)
@mistake("C10", transposed=False)
@mistake("C11", wrong_layer=True)
@mistake("C1", slope=False)
@mistake("C12", rate=0.5)
def three_layers(seed, again=False, entered=0, transposed=True, wrong_layer=False, slope=True, rate=0.0):
    """Sigmoids in a loop over a flat list; binary cross-entropies with a tiny number in the logarithm."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(5, 4)), rng.integers(0, 2, (5, 2))
    at = [rng.normal(size=s) for n, m in ((4, 4), (4, 4), (4, 2)) for s in ((n, m), (m,))]

    def loss(*p):
        A = X
        for i in range(0, len(p), 2):
            A = sigmoid(A @ p[i] + p[i + 1])
        return -(Y * np.log(A + 1e-12) + (1 - Y) * np.log(1 - A + 1e-12)).sum(axis=1).mean()

    A = [X]
    for i in (0, 2, 4):
        A.append(sigmoid(A[-1] @ at[i] + at[i + 1]))
    D, grads = (A[-1] - Y) / 5 * (A[-1] * (1 - A[-1]) if again else 1), []
    for l in (2, 1, 0):
        dW = A[l + entered * (l < 2)].T @ D
        grads = [dW, D.sum(0), *grads]
        W = at[0] if wrong_layer and l == 1 else at[2 * l] - rate * dW
        D = D @ (W if not transposed and l < 2 else W.T) * (A[l] * (1 - A[l]) if slope else 1)
    return loss, at, {"N": 5, "K": 2}, grads


@mistake("", norm=0)
@mistake("C1", slope=False)
def cosine(seed, norm=1, slope=True):
    """The angle between two tanh layers."""
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(2, 5))
    A = rng.normal(size=(3, 5))

    def loss(A):
        u, v = np.tanh(A @ x), np.tanh(A @ y)
        return 1 - u @ v / (np.sqrt(u @ u) * np.sqrt(v @ v))

    u, v = np.tanh(A @ x), np.tanh(A @ y)
    lengths = np.sqrt(u @ u) * np.sqrt(v @ v)
    c = u @ v / lengths
    du, dv = norm * c * u / (u @ u) - v / lengths, norm * c * v / (v @ v) - u / lengths
    if slope:
        du, dv = du * (1 - u**2), dv * (1 - v**2)
    return loss, {"A": A}, {}, {"A": np.outer(du, x) + np.outer(dv, y)}


@mistake("C16", mask=False)
@mistake("C24", overwrite=True)
@mistake("C20", last=True)
def image_convolution(seed, mask=True, overwrite=False, last=False):
    """Images with channels, windows by einsum, ReLU by where, mean over positions."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(2, 2, 5, 5)), rng.normal(size=(2, 3))
    at = {"k": rng.normal(size=(3, 2, 3, 3)), "b": rng.normal(size=3)}

    def loss(k, b):
        rows = []
        for i in range(3):
            row = [np.einsum("ncij,ocij->no", X[:, :, i : i + 3, j : j + 3], k) for j in range(3)]
            rows.append(np.stack(row, axis=-1))
        out = np.stack(rows, axis=-2) + b[None, :, None, None]
        return 0.5 * np.sum((np.where(out > 0, out, 0.0).mean(axis=(2, 3)) - Y) ** 2)

    windows = {(i, j): X[:, :, i : i + 3, j : j + 3] for i in range(3) for j in range(3)}
    out = np.zeros((2, 3, 3, 3))
    for (i, j), window in windows.items():
        out[:, :, i, j] = np.einsum("ncij,ocij->no", window, at["k"]) + at["b"]
    D = (
        (np.maximum(out, 0).mean((2, 3)) - Y)[:, :, None, None]
        / 9
        * (out > 0 if mask else np.ones(out.shape))
    )
    dk = np.zeros((3, 2, 3, 3))
    for (i, j), window in windows.items():
        dk = np.einsum("no,ncij->ocij", D[:, :, i, j], window) + dk * (not overwrite)
    return loss, at, {"N": 2}, {"k": dk, "b": D[-1].sum((1, 2)) if last else D.sum((0, 2, 3))}
