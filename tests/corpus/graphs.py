"""Values that are used more than once: forks, skip connections, shared weights, attention, products.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.ops import logsumexp, mask, relu, sigmoid, softmax, softmax_back, softplus
from corpus.spoil import times

# --- one value, two roads: q = tanh(w x); J = sum(q**2) + sum(a * q) + sum(q[:-1] q[1:]) -------------------


def draw_fork(rng):
    n = int(rng.integers(4, 7))
    return Data(x=rng.normal(size=n), a=rng.normal(size=n)), {"w": rng.normal(size=n)}


def fork_loss(d, w):
    q = np.tanh(w * d.x)
    return (q**2).sum() + d.a @ q + (q[:-1] * q[1:]).sum()


def fork_back(d, w, *, square=2.0, line=1.0, left=1.0, right=1.0):
    q = np.tanh(w * d.x)
    D = square * q + line * d.a
    D[:-1] += left * q[1:]
    D[1:] += right * q[:-1]
    return {"w": D * (1 - q**2) * d.x}


fork = Model("fork", draw_fork, fork_loss, fork_back)
fork.right()
for words, code, slip in (
    ("last road overwrote the others", "C7", {"square": 0.0, "line": 0.0}),
    ("first road only", "C7", {"line": 0.0, "left": 0.0, "right": 0.0}),
    ("one factor of a product of neighbours", "C7", {"right": 0.0}),
    ("square sent on twice", "C8", {"square": 4.0}),
    ("sum sent on twice", "C8", {"line": 2.0}),
    ("square without its two", "F2", {"square": 1.0}),
):
    fork.wrong(words, code)(lambda d, w, _slip=slip: fork_back(d, w, **_slip))

# --- residual blocks: h <- h + W relu(h); the error goes on along both roads -----------------------------------


def draw_residual(rng):
    n, N = 3, int(rng.integers(4, 7))
    d = Data(N=N, X=rng.normal(size=(N, n)), Y=rng.normal(size=(N, n)), sizes={"N": N})
    return d, {f"W{k}": rng.normal(size=(n, n)) * 0.6 for k in (1, 2, 3)}


def residual(d, p):
    h = [d.X]
    for W in p.values():
        h.append(h[-1] + relu(h[-1]) @ W.T)
    return h


def residual_loss(d, **p):
    return ((residual(d, p)[-1] - d.Y) ** 2).sum() / (2 * d.N)


def residual_back(d, *, skip=1.0, block=1.0, **p):
    h, g = residual(d, p), {}
    D = (h[-1] - d.Y) / d.N
    for k in (3, 2, 1):
        g[f"W{k}"] = D.T @ relu(h[k - 1])
        D = skip * D + block * (D @ p[f"W{k}"]) * mask(h[k - 1])
    return g


resnet = Model("residual blocks", draw_residual, residual_loss, residual_back)
resnet.right()
resnet.wrong("skip connection forgotten", "C7")(lambda d, **p: residual_back(d, skip=0.0, **p))
resnet.wrong("block forgotten, skip kept", "C7")(lambda d, **p: residual_back(d, block=0.0, **p))
resnet.wrong("skip counted twice", "C8")(lambda d, **p: residual_back(d, skip=2.0, **p))

# --- tied weights: an autoencoder that decodes with W and encodes with its transpose ---------------------------


def draw_tied(rng):
    N, n, m = 5, 4, 2
    d = Data(N=N, X=rng.normal(size=(N, n)), sizes={"N": N})
    return d, {"W": rng.normal(size=(m, n)), "b": rng.normal(size=n)}


def tied_loss(d, W, b):
    return ((sigmoid(d.X @ W.T) @ W + b - d.X) ** 2).sum() / (2 * d.N)


def tied_back(d, W, b, *, encoder=1.0, decoder=1.0):
    H = sigmoid(d.X @ W.T)
    D = (H @ W + b - d.X) / d.N
    return {
        "W": decoder * H.T @ D + encoder * ((D @ W.T) * H * (1 - H)).T @ d.X,
        "b": D.sum(axis=0),
    }


tied = Model("tied autoencoder", draw_tied, tied_loss, tied_back)
tied.right()
tied.wrong("use in the encoder forgotten", "C7")(lambda d, W, b: tied_back(d, W, b, encoder=0.0))
tied.wrong("use in the decoder forgotten", "C7")(lambda d, W, b: tied_back(d, W, b, decoder=0.0))
tied.wrong("uses averaged", "F2")(lambda d, W, b: {"W": tied_back(d, W, b)["W"] / 2})

# --- attention of one head --------------------------------------------------------------------------------------


def draw_attention(rng):
    T, n = 4, 3
    p = {name: rng.normal(size=(n, n)) for name in ("Wq", "Wk", "Wv")}
    return Data(X=rng.normal(size=(T, n)), C=rng.normal(size=(T, n)), root=n**0.5), p


def attention(d, Wq, Wk, Wv):
    Q, K, V = d.X @ Wq.T, d.X @ Wk.T, d.X @ Wv.T
    return Q, K, V, softmax(Q @ K.T / d.root)


def attention_loss(d, Wq, Wk, Wv):
    _, _, V, P = attention(d, Wq, Wk, Wv)
    return (d.C * (P @ V)).sum()


def attention_back(d, Wq, Wk, Wv, *, root=None, through=softmax_back, exchanged=False):
    Q, K, V, P = attention(d, Wq, Wk, Wv)
    S = through(P, d.C @ V.T) / (root or d.root)
    dQ, dK = (S @ Q, S.T @ K) if exchanged else (S @ K, S.T @ Q)
    return {"Wq": dQ.T @ d.X, "Wk": dK.T @ d.X, "Wv": (P.T @ d.C).T @ d.X}


heads = Model("attention", draw_attention, attention_loss, attention_back)
heads.right()
for words, code, slip in (
    ("root of the width forgotten", "F6", {"root": 1.0}),
    ("softmax passed unchanged", "C1", {"through": lambda P, D: D + 0 * P}),
    ("only the diagonal of the softmax slope", "C18", {"through": lambda P, D: D * P * (1 - P)}),
    ("softmax slope over the wrong axis", "C23", {"through": lambda P, D: softmax_back(P, D, axis=0)}),
    ("queries and keys exchanged", "", {"exchanged": True}),
):
    heads.wrong(words, code)(lambda d, Wq, Wk, Wv, _slip=slip: attention_back(d, Wq, Wk, Wv, **_slip))


@heads.wrong("P not transposed in dV", "C10")
def values_untransposed(d, Wq, Wk, Wv):
    return {"Wv": (attention(d, Wq, Wk, Wv)[3] @ d.C).T @ d.X}


# --- matrix factorisation with missing entries; word vectors with negative samples; a mixture --------------------


def draw_factors(rng):
    d = Data(R=rng.normal(size=(5, 4)), seen=(rng.permutation(20) % 3 > 0).reshape(5, 4), lam=0.1)
    return d, {"U": rng.normal(size=(5, 2)), "V": rng.normal(size=(4, 2))}


def factors_loss(d, U, V):
    return (d.seen * (U @ V.T - d.R) ** 2).sum() + d.lam * ((U**2).sum() + (V**2).sum())


def factors_back(d, U, V):
    E = 2 * d.seen * (U @ V.T - d.R)
    return {"U": E @ V + 2 * d.lam * U, "V": E.T @ U + 2 * d.lam * V}


factors = Model("factorisation", draw_factors, factors_loss, factors_back)
factors.right()
factors.right("right, entry by entry", lambda d, U, V: {"U": _by_loop(d, U, V)})
factors.spoilt("half", "F2", lambda g: times(g, 0.5))


def _by_loop(d, U, V):
    g = 2 * d.lam * U
    for i, j in zip(*np.nonzero(d.seen), strict=True):
        g[i] += 2 * (U[i] @ V[j] - d.R[i, j]) * V[j]
    return g


@factors.wrong("missing entries counted", "C1")
def all_seen(d, U, V):
    E = 2 * (U @ V.T - d.R)
    return {"U": E @ V + 2 * d.lam * U, "V": E.T @ U + 2 * d.lam * V}


@factors.wrong("V's gradient with the updated U", "C12")
def one_after_the_other(d, U, V):
    moved = U - 0.1 * factors_back(d, U, V)["U"]
    return {"V": factors_back(d, moved, V)["V"]}


def draw_vectors(rng):
    return Data(center=2, near=0, far=(1, 3, 1)), {"A": rng.normal(size=(4, 3)), "B": rng.normal(size=(4, 3))}


def vectors_loss(d, A, B):
    return softplus(-B[d.near] @ A[d.center]) + sum(softplus(B[j] @ A[d.center]) for j in d.far)


def vectors_back(d, A, B, *, add=True, sign=1.0):
    g = {"A": 0 * A, "B": 0 * B}
    for j, target in ((d.near, 1.0), *((j, 0.0) for j in d.far)):
        e = sigmoid(B[j] @ A[d.center]) - target * sign
        g["A"][d.center] += e * B[j]
        g["B"][j] = (g["B"][j] if add else 0) + e * A[d.center]
    return g


vectors = Model("word vectors", draw_vectors, vectors_loss, vectors_back)
vectors.right(note="most rows have a gradient of exactly zero")
vectors.wrong("a word drawn twice is counted once", "C7")(lambda d, A, B: vectors_back(d, A, B, add=False))
vectors.wrong("positive pair treated as negative")(lambda d, A, B: vectors_back(d, A, B, sign=0.0))


def draw_mixture(rng):
    return Data(x=rng.normal(size=6) * 2), {"mu": rng.normal(size=3), "a": rng.normal(size=3) * 0.5}


def mixture_loss(d, mu, a):
    return -logsumexp(a - logsumexp(a, 0) - (d.x[:, None] - mu) ** 2 / 2).sum()


def mixture_back(d, mu, a):
    R = softmax(a - (d.x[:, None] - mu) ** 2 / 2)
    return {"mu": -(R * (d.x[:, None] - mu)).sum(axis=0), "a": len(d.x) * softmax(a) - R.sum(axis=0)}


mixture = Model("mixture", draw_mixture, mixture_loss, mixture_back)
mixture.right()


@mixture.wrong("hard assignment to the nearest")
def hard(d, mu):
    R = np.eye(3)[np.argmin((d.x[:, None] - mu) ** 2, axis=1)]
    return {"mu": -(R * (d.x[:, None] - mu)).sum(axis=0)}


@mixture.wrong("normalisation of the weights forgotten", "C7")
def unnormalised(d, mu, a):
    return {"a": -softmax(a - (d.x[:, None] - mu) ** 2 / 2).sum(axis=0)}
