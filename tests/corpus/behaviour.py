"""Gradient functions that remember, that change their inputs, or that are not repeatable.

A wrong one is made by a function without arguments (`fresh`), so that each case has a memory of its own.
The right ones look as bad: a buffer that is used again, a cache that is asked for the right thing.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model

WRONG = {"kind": "behaviour", "handed": "function", "fresh": True}
BOTH = ("W", "b")


def draw(rng):
    N, n = int(rng.integers(5, 8)), 3
    d = Data(N=N, X=rng.normal(size=(N, n)), Y=rng.normal(size=(N, n)), sizes={"N": N})
    return d, {"W": rng.normal(size=(n, n)), "b": rng.normal(size=n)}


def loss(d, W, b):
    return ((np.tanh(d.X @ W.T + b) - d.Y) ** 2).sum() / (2 * d.N)


def gradient(d, W, b, noise=0.0):
    A = np.tanh(d.X @ W.T + b)
    D = (A - d.Y) / d.N * (1 - A**2) + noise
    return {"W": D.T @ d.X, "b": D.sum(axis=0)}


layer = Model("memory", draw, loss, gradient)

# --- what is left from the call before ---------------------------------------------------------------------------


@layer.wrong("adds to the sums of the last call", "C9", arrays=BOTH, **WRONG)
def accumulates():
    kept = {"W": 0.0, "b": 0.0}

    def answer(d, W, b):
        for name, x in gradient(d, W, b).items():
            kept[name] = kept[name] + x
        return dict(kept)

    return answer


@layer.wrong("adds to the bias sum of the last call", "C9", arrays=("b",), **WRONG)
def accumulates_bias():
    kept = np.zeros(3)

    def answer(d, W, b):
        kept.__iadd__(gradient(d, W, b)["b"])
        return {"b": kept.copy()}

    return answer


@layer.wrong("a list of errors that grows", "C9", arrays=("b",), **WRONG)
def growing():
    errors = []

    def answer(d, W, b):
        errors.append(gradient(d, W, b)["b"])
        return {"b": np.sum(errors, axis=0)}

    return answer


@layer.wrong("momentum of the last call", "C9", also=("G8",), arrays=BOTH, **WRONG)
def momentum():
    kept = {}

    def answer(d, W, b):
        g = gradient(d, W, b)
        out = {name: x + 0.5 * kept.get(name, 0.0) for name, x in g.items()}
        kept.update(out)
        return out

    return answer


# --- answers for another question: stale caches -------------------------------------------------------------------


@layer.wrong("keeps its first answer for ever", "G8", also=("G11", "C9"), arrays=BOTH, **WRONG)
def first_answer():
    kept = {}
    return lambda d, W, b: kept.setdefault("g", gradient(d, W, b))


@layer.wrong("keeps the activations of its first call", "C9", also=("G8", "G11"), arrays=BOTH, **WRONG)
def first_forward():
    kept = {}

    def answer(d, W, b):
        A = kept.setdefault("A", np.tanh(d.X @ W.T + b))
        D = (A - d.Y) / d.N * (1 - A**2)
        return {"W": D.T @ d.X, "b": D.sum(axis=0)}

    return answer


@layer.wrong("cache that looks at W only", "G8", also=("C9", "G11"), arrays=BOTH, **WRONG)
def half_key():
    kept = {}

    def answer(d, W, b):
        kept.setdefault("b", b)
        return gradient(d, W, kept["b"])

    return answer


@layer.wrong("answers for the point before", "C9", also=("G8", "G11"), arrays=BOTH, **WRONG)
def one_behind():
    kept = []

    def answer(d, W, b):
        kept.append(gradient(d, W, b))
        return kept[max(0, len(kept) - 2)]

    return answer


# --- not repeatable -----------------------------------------------------------------------------------------------


@layer.wrong("noise without a seed", "G8", arrays=BOTH, **WRONG)
def noisy():
    rng = np.random.default_rng()
    return lambda d, W, b: gradient(d, W, b, noise=1e-3 * rng.normal(size=d.Y.shape))


@layer.wrong("a fresh dropout mask at each call", "G8", arrays=BOTH, **WRONG)
def dropout():
    rng = np.random.default_rng()

    def answer(d, W, b):
        return {name: x * (rng.random(x.shape) < 0.7) / 0.7 for name, x in gradient(d, W, b).items()}

    return answer


@layer.wrong("a sample drawn at random", "G8", arrays=BOTH, **WRONG)
def stochastic():
    rng = np.random.default_rng()

    def answer(d, W, b):
        i = rng.integers(d.N, size=2)
        return gradient(Data(X=d.X[i], Y=d.Y[i], N=2), W, b)

    return answer


@layer.wrong("every second call turned round", "G8", arrays=BOTH, **WRONG)
def flips():
    calls = []

    def answer(d, W, b):
        calls.append(1)
        return {name: (-1) ** (len(calls) + 1) * x for name, x in gradient(d, W, b).items()}

    return answer


# --- changes of the inputs ----------------------------------------------------------------------------------------


def in_place(name, change):
    """The right values, and an input that is another one afterwards."""

    def make():
        def answer(d, W, b):
            g = gradient(d, W, b)
            change({"W": W, "b": b}, g)
            return g

        return answer

    layer.wrong(name, "G7", arrays=arrays_of(name), **WRONG)(make)


def arrays_of(name):
    return BOTH if "both" in name else ("W",) if "W" in name else ("b",)


def descend(p, g):
    for name in p:
        p[name] -= 0.1 * g[name]


in_place("takes the step itself, both arrays", descend)
in_place("W clipped in place", lambda p, _: np.clip(p["W"], -0.1, 0.1, out=p["W"]))
in_place("b sorted in place", lambda p, _: p["b"].__setitem__(slice(None), np.sort(p["b"])[::-1] + 1))
in_place(
    "one entry of W nudged and not put back", lambda p, _: p["W"].__setitem__((0, 0), p["W"][0, 0] + 1e-6)
)


@layer.wrong("input used as the buffer of the answer", "G7", arrays=("b",), **WRONG)
def into_input():
    def answer(d, W, b):
        g = gradient(d, W, b)
        b[:] = g["b"]
        return {"W": g["W"], "b": b}

    return answer


# --- one buffer for two arrays; and what looks bad but is right ----------------------------------------------------


def draw_pair(rng):
    return Data(c=rng.normal(size=4)), {"u": rng.normal(size=4), "v": rng.normal(size=4)}


pair = Model(
    "buffers",
    draw_pair,
    lambda d, u, v: d.c @ np.sin(u) + (u * v**2).sum(),
    lambda d, u, v: {"u": d.c * np.cos(u) + v**2, "v": 2 * u * v},
)


@pair.wrong("one buffer for both arrays", "C7", also=("C9",))
def shared(d, u, v):
    buffer = np.empty(4)
    buffer[:] = d.c * np.cos(u) + v**2
    first = buffer
    buffer[:] = 2 * u * v
    return {"u": first, "v": buffer}


def reused():
    buffers = {"u": np.empty(4), "v": np.empty(4)}

    def answer(d, u, v):
        buffers["u"][:] = d.c * np.cos(u) + v**2
        buffers["v"][:] = 2 * u * v
        return buffers

    return answer


def remembered():
    kept = {}

    def answer(d, u, v):
        key = u.tobytes() + v.tobytes()
        return kept.setdefault(key, {"u": d.c * np.cos(u) + v**2, "v": 2 * u * v})

    return answer


def read_only(d, u, v):
    g = {"u": d.c * np.cos(u) + v**2, "v": 2 * u * v}
    for x in g.values():
        x.flags.writeable = False
    return g


def random_elsewhere(d, u, v):
    np.random.seed(0)  # noqa: NPY002  (the point of this case)
    np.random.normal(size=3)  # noqa: NPY002
    print("gradient called")
    return {"u": d.c * np.cos(u) + v**2, "v": 2 * u * v}


def in_any_order():
    """Sums its terms in a random order, as parallel programs do: two calls differ in the last digit."""
    rng = np.random.default_rng()

    def answer(d, u, v):
        terms = np.array([d.c * np.cos(u), v**2 / 3, v**2 / 3, v**2 / 3])
        return {"u": sum(rng.permutation(terms)), "v": 2 * u * v}

    return answer


RIGHT = {"handed": "function"}
pair.right("sums in a random order", in_any_order, fresh=True, note="repeatable to rounding only", **RIGHT)
pair.right("the same buffers at each call", reused, fresh=True, note="a later call overwrites them", **RIGHT)
pair.right("a cache with the right key", remembered, fresh=True, **RIGHT)
pair.right("read-only answers", read_only, **RIGHT)
pair.right("reseeds NumPy and prints", random_elsewhere, **RIGHT)


# --- losses that do more than they should; their gradients are right ------------------------------------------------


def reseeding(d, u, v):
    """Dropout as in many scripts: the mask is drawn anew at each call, from the same seed."""
    np.random.seed(0)  # noqa: NPY002
    kept = np.random.random(4) < 0.7  # noqa: NPY002
    return (kept * d.c * np.sin(u)).sum() + (u * v**2).sum()


def reseeding_gradient(d, u, v):
    kept = np.random.RandomState(0).random_sample(4) < 0.7
    return {"u": kept * d.c * np.cos(u) + v**2, "v": 2 * u * v}


def printing(d, u, v):
    print("loss", d.c @ np.sin(u))
    return pair.loss(d, u, v)


def overwriting(d, u, v):
    """A loss that uses its argument as scratch space."""
    w = u * v**2
    np.sin(u, out=u)
    return d.c @ u + w.sum()


Model("a loss that reseeds NumPy", draw_pair, reseeding, reseeding_gradient).right(
    note="draw from your own generator"
)
Model("a loss that prints", draw_pair, printing, pair.gradient).right()
Model("a loss that overwrites its input", draw_pair, overwriting, pair.gradient, clean=pair.loss).right(
    note="it needs a copy at each call"
)
