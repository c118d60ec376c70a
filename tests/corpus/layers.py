"""Layers on their own: convolution, pooling, normalisation, embedding, dropout, skip connections.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.ops import mask, norm, relu, windows

# --- convolution along one axis, stride 1 or 2, padding 1, then a weighted sum of squares -------------------


def conv(stride):
    def draw(rng):
        N, C, K, length = 2, 2, 2, int(rng.integers(6, 8))
        d = Data(
            stride=stride, C=rng.normal(size=(N, K, (length + 2 - 3) // stride + 1)), N=N, sizes={"N": N}
        )
        return d, {
            "x": rng.normal(size=(N, C, length)),
            "k": rng.normal(size=(K, C, 3)),
            "b": rng.normal(size=K),
        }

    return draw


def conv_forward(d, x, k, b):
    """V: windows of the padded x, (N, C, places, 3); z: (N, K, places)."""
    V = windows(np.pad(x, ((0, 0), (0, 0), (1, 1))), 3, d.stride)
    return V, np.einsum("ncpj,kcj->nkp", V, k) + b[:, None]


def conv_loss(d, x, k, b):
    return (d.C * conv_forward(d, x, k, b)[1] ** 2).sum() / 2


def conv_back(d, x, k, b, *, kernel=None, padding=1, stride=None):
    V, z = conv_forward(d, x, k, b)
    D, kernel, stride = d.C * z, k if kernel is None else kernel, stride or d.stride
    padded = np.zeros((*x.shape[:2], x.shape[2] + 2))
    for place in range(D.shape[2]):
        spot = slice(place * stride, place * stride + 3)
        padded[:, :, spot] += np.einsum("nk,kcj->ncj", D[:, :, place], kernel)
    dx = padded[:, :, padding : padding + x.shape[2]]
    return {"x": dx, "k": np.einsum("nkp,ncpj->kcj", D, V), "b": D.sum(axis=(0, 2))}


conv1 = Model("convolution", conv(1), conv_loss, conv_back)
conv2 = Model("convolution of stride 2", conv(2), conv_loss, conv_back)
conv1.right()
conv2.right()


@conv1.wrong("kernel flipped in dx")
def flipped(d, x, k, b):
    return {"x": conv_back(d, x, k, b, kernel=k[:, :, ::-1])["x"]}


@conv1.wrong("padding not cut off: dx one place off")
def shifted(d, x, k, b):
    return {"x": conv_back(d, x, k, b, padding=0)["x"]}


@conv2.wrong("stride forgotten in dx")
def no_stride(d, x, k, b):
    return {"x": conv_back(d, x, k, b, stride=1)["x"]}


@conv1.wrong("overlapping windows overwrite one another", "C7")
def overwrite(d, x, k, b):
    D, padded = d.C * conv_forward(d, x, k, b)[1], np.zeros((*x.shape[:2], x.shape[2] + 2))
    for place in range(D.shape[2]):
        padded[:, :, place : place + 3] = np.einsum("nk,kcj->ncj", D[:, :, place], k)
    return {"x": padded[:, :, 1:-1]}


@conv1.wrong("bias summed over samples of the first place only")
def bias_first_place(d, x, k, b):
    return {"b": (d.C * conv_forward(d, x, k, b)[1])[:, :, 0].sum(axis=0)}


@conv2.wrong("kernel gradient of the last sample", "C24")
def kernel_last(d, x, k, b):
    V, z = conv_forward(d, x, k, b)
    return {"k": np.einsum("kp,cpj->kcj", (d.C * z)[-1], V[-1])}


# --- pooling: the largest and the mean of windows ----------------------------------------------------------


def draw_pool(rng):
    x = rng.permutation(np.linspace(-2, 2, 24)).reshape(2, 12) + rng.normal(size=(2, 12)) * 0.01
    return Data(C=rng.normal(size=(2, 4))), {"x": x}


def max_loss(d, x):
    return (d.C * np.tanh(x.reshape(2, 4, 3).max(axis=2))).sum()


def max_back(d, x):
    V = x.reshape(2, 4, 3)
    top = V.max(axis=2, keepdims=True)
    return {"x": ((top == V) * (d.C[:, :, None] * (1 - np.tanh(top) ** 2))).reshape(2, 12)}


maxpool = Model("max pooling", draw_pool, max_loss, max_back)
maxpool.right()


@maxpool.wrong("error to every entry of the window", "C1")
def to_all(d, x):
    top = x.reshape(2, 4, 3).max(axis=2)
    return {"x": np.repeat(d.C * (1 - np.tanh(top) ** 2), 3, axis=1)}


@maxpool.wrong("error to the smallest of the window")
def to_smallest(d, x):
    V = x.reshape(2, 4, 3)
    D = d.C[:, :, None] * (1 - np.tanh(V.max(axis=2, keepdims=True)) ** 2)
    return {"x": ((V.min(axis=2, keepdims=True) == V) * D).reshape(2, 12)}


@maxpool.wrong("index of the maximum taken from the wrong axis")
def wrong_axis(d, x):
    V = x.reshape(2, 4, 3)
    D = d.C[:, :, None] * (1 - np.tanh(V.max(axis=2, keepdims=True)) ** 2)
    return {"x": ((V.max(axis=1, keepdims=True) == V) * D).reshape(2, 12)}


def mean_loss(d, x):
    return (d.C * np.tanh(x.reshape(2, 4, 3).mean(axis=2))).sum()


def mean_back(d, x):
    D = d.C * (1 - np.tanh(x.reshape(2, 4, 3).mean(axis=2)) ** 2)
    return {"x": np.repeat(D, 3, axis=1) / 3}


meanpool = Model("mean pooling", draw_pool, mean_loss, mean_back)
meanpool.right()


@meanpool.wrong("not divided by the size of the window", "F6")
def undivided(d, x):
    return {"x": 3 * mean_back(d, x)["x"]}


@meanpool.wrong("tiled for repeated")
def tiled(d, x):
    D = d.C * (1 - np.tanh(x.reshape(2, 4, 3).mean(axis=2)) ** 2)
    return {"x": np.tile(D, (1, 3)) / 3}


# --- batch and layer normalisation ---------------------------------------------------------------------------


def normal(axis):
    def draw(rng):
        N, n = int(rng.integers(5, 8)), int(rng.integers(3, 5))
        d = Data(axis=axis, N=N, count=(N, n)[axis], C=rng.normal(size=(N, n)), eps=1e-3, sizes={"N": N})
        p = {
            "x": rng.normal(size=(N, n)) * 2 + 1,
            "gamma": rng.uniform(0.5, 2, n),
            "beta": rng.normal(size=n),
        }
        return d, p

    return draw


def standard(d, x):
    spread = np.sqrt(((x - x.mean(axis=d.axis, keepdims=True)) ** 2).mean(axis=d.axis, keepdims=True) + d.eps)
    return (x - x.mean(axis=d.axis, keepdims=True)) / spread, spread


def normal_loss(d, x, gamma, beta):
    return (d.C * np.sin(gamma * standard(d, x)[0] + beta)).sum()


def normal_back(d, x, gamma, beta, *, mean=1.0, variance=1.0, scale=None):
    s, spread = standard(d, x)
    D = d.C * np.cos(gamma * s + beta)
    E = D * (gamma if scale is None else scale)
    back = (
        E
        - mean * E.mean(axis=d.axis, keepdims=True)
        - variance * s * (E * s).mean(axis=d.axis, keepdims=True)
    )
    return {"x": back / spread, "gamma": (D * s).sum(axis=0), "beta": D.sum(axis=0)}


batchnorm = Model("batch normalisation", normal(0), normal_loss, normal_back)
layernorm = Model("layer normalisation", normal(1), normal_loss, normal_back)

for model in (batchnorm, layernorm):
    model.right()
    for words, slip in (
        ("mean taken as constant", {"mean": 0.0}),
        ("variance taken as constant", {"variance": 0.0}),
        ("mean and variance taken as constants", {"mean": 0.0, "variance": 0.0}),
        ("gamma forgotten in dx", {"scale": 1.0}),
    ):
        model.wrong(words, "C7" if "taken" in words else "C1")(
            lambda d, x, gamma, beta, _slip=slip: {"x": normal_back(d, x, gamma, beta, **_slip)["x"]}
        )


@batchnorm.wrong("variance divided by N - 1")
def unbiased(d, x, gamma, beta):
    s, spread = standard(d, x)
    E = d.C * np.cos(gamma * s + beta) * gamma
    return {"x": (E - E.mean(axis=0) - s * (E * s).sum(axis=0) / (d.N - 1)) / spread}


@batchnorm.wrong("dgamma with x for the normalised x")
def raw_input(d, x, gamma, beta):
    return {"gamma": (d.C * np.cos(gamma * standard(d, x)[0] + beta) * x).sum(axis=0)}


@layernorm.wrong("averaged over the batch")
def other_axis(d, x, gamma, beta):
    s, spread = standard(d, x)
    E = d.C * np.cos(gamma * s + beta) * gamma
    return {"x": (E - E.mean(axis=0) - s * (E * s).mean(axis=0)) / spread}


# --- embedding with a word that occurs twice; dropout with a kept mask; normalised vectors -----------------


def draw_words(rng):
    words = rng.permutation([0, 1, 1, 3, 1, 2])
    return Data(words=words, C=rng.normal(size=(6, 3)), keep=0.8), {"E": rng.normal(size=(5, 3))}


def embedding_loss(d, E):
    return np.tanh(E[d.words] * d.C).sum()


def embedding_back(d, E):
    D, g = d.C * (1 - np.tanh(E[d.words] * d.C) ** 2), np.zeros_like(E)
    np.add.at(g, d.words, D)
    return {"E": g}


embedding = Model("embedding", draw_words, embedding_loss, embedding_back)
embedding.right(note="a row without a word: its gradient is exactly zero")


@embedding.wrong("g[words] += D counts a repeated word once", "C7")
def once(d, E):
    g = np.zeros_like(E)
    g[d.words] += d.C * (1 - np.tanh(E[d.words] * d.C) ** 2)
    return {"E": g}


@embedding.wrong("word indices one off", "V2")
def next_word(d, E):
    return {"E": np.roll(embedding_back(d, E)["E"], 1, axis=0)}


def draw_dropout(rng):
    N, n = 6, 4
    kept = (rng.permutation(N * n) % 3 > 0).reshape(N, n)
    return Data(kept=kept, keep=2 / 3, C=rng.normal(size=(N, 3))), {
        "X": rng.normal(size=(N, n)),
        "W": rng.normal(size=(3, n)),
    }


def dropout_loss(d, X, W):
    return (d.C * relu(X * d.kept / d.keep @ W.T)).sum()


def dropout_back(d, X, W, *, mask_back=True, scale_back=True, forward=True):
    scale = d.kept / d.keep
    H = X * scale
    D = d.C * mask(H @ W.T)
    back = (d.kept if mask_back else 1.0) / (d.keep if scale_back else 1.0)
    return {"X": D @ W * back, "W": D.T @ (H if forward else X)}


dropout = Model("dropout", draw_dropout, dropout_loss, dropout_back)
dropout.right()
for words, slip in (
    ("mask forgotten on the way back", {"mask_back": False}),
    ("scale forgotten on the way back", {"scale_back": False}),
    ("W paired with the input before dropout", {"forward": False}),
):
    code = {"mask": "C1", "scale": "F6", "W": "C13"}[words.split()[0]]
    dropout.wrong(words, code)(lambda d, X, W, _slip=slip: dropout_back(d, X, W, **_slip))


def draw_unit(rng):
    return Data(c=rng.normal(size=(4, 3))), {"V": rng.normal(size=(4, 3)), "s": rng.uniform(0.5, 2)}


def unit_loss(d, V, s):
    return (d.c * np.exp(s * V / norm(V, 1)[:, None])).sum()


def unit_back(d, V, s, *, inner=1.0):
    length = norm(V, 1)[:, None]
    U = V / length
    D = d.c * np.exp(s * U)
    return {"V": s * (D - inner * U * (D * U).sum(axis=1, keepdims=True)) / length, "s": (D * U).sum()}


unit = Model("normalised rows", draw_unit, unit_loss, unit_back)
unit.right()
unit.wrong("length taken as constant", "C7")(lambda d, V, s: unit_back(d, V, s, inner=0.0))
unit.wrong("not divided by the length", "C1")(
    lambda d, V, s: {"V": unit_back(d, V, s)["V"] * norm(V, 1)[:, None]}
)
