"""At least three right answers to every exercise of notebook 13, written as different people would write them."""

import math

import numpy as np
import sympy as sp

from bpcheck.exercises.frameworks_cases import EVENTS, STATEMENTS
from bpcheck.reference import array_engine as engine
from bpcheck.reference import batch

YEAR = dict(zip(EVENTS, (1676, 1847, 1960, 1962, 1970, 1974, 1986, 1989, 2010, 2015), strict=True))


def rules_by_table(op, G, ins, out):
    return list(engine.VJP[op](G, out, *ins))


def rules_by_match(op, G, ins, out):
    def back(part, like):
        return batch.unbroadcast(part, np.shape(like))

    match op:
        case "add":
            return tuple(back(G, one) for one in ins)
        case "mul":
            return tuple(back(G * other, one) for one, other in zip(ins, ins[::-1], strict=True))
        case "matmul":
            return (np.einsum("ij,kj->ik", G, ins[1]), np.einsum("ki,kj->ij", ins[0], G))
        case "maximum":
            return tuple(back(np.where(out == one, G, 0.0), one) for one in ins)
        case "sum":
            return (np.repeat(np.expand_dims(G, ins[1]), ins[0].shape[ins[1]], axis=ins[1]),)
        case "reshape":
            return (np.reshape(G, ins[0].shape),)
        case "exp":
            return (G * np.exp(ins[0]),)
    return (G * ins[0] ** -1.0,)


def rules_by_loops(op, G, ins, _out):
    """Entry by entry, from the slopes of the operation; slow, and it knows no trick."""
    arrays = [one for one in ins if isinstance(one, np.ndarray)]
    settings = ins[len(arrays) :]
    grads = []
    for k, array in enumerate(arrays):
        grad = np.zeros(array.shape)
        for index in np.ndindex(*array.shape):
            moved = [one.astype(complex) for one in arrays]
            moved[k][index] += 1e-30j
            if op == "maximum":
                new = np.where(moved[0].real > moved[1].real, *moved)
            else:
                new = engine.FORWARD[op](*moved, *settings)
            grad[index] = (G * new.imag).sum() / 1e-30
        grads.append(grad)
    return grads


def jvp_by_pairs(steps, X, V):
    pair = (X, V)
    for op, C in steps:
        x, v = pair
        pair = {
            "matmul": lambda x=x, v=v, C=C: (x @ C, v @ C),
            "add": lambda x=x, v=v, C=C: (x + C, v),
            "mul": lambda x=x, v=v, C=C: (x * C, v * C),
            "exp": lambda x=x, v=v: (np.exp(x), np.exp(x) * v),
            "sum": lambda x=x, v=v, C=C: (np.sum(x, C), np.sum(v, C)),
        }[op]()
    return pair


def jvp_imaginary(steps, X, V):
    Z = X + 1e-30j * V
    for op, C in steps:
        Z = {
            "matmul": lambda Z, C: Z @ C,
            "add": np.add,
            "mul": np.multiply,
            "exp": lambda Z, _C: np.exp(Z),
            "sum": lambda Z, C: Z.sum(axis=C),
        }[op](Z, C)
    return Z.real, Z.imag / 1e-30


def jvp_by_recursion(steps, X, V):
    if not steps:
        return [X, V]
    (op, C), *rest = steps
    if op == "exp":
        Y = np.exp(X)
        return jvp_by_recursion(rest, Y, V * Y)
    if op == "sum":
        return jvp_by_recursion(rest, np.add.reduce(X, C), np.add.reduce(V, C))
    if op == "matmul":
        return jvp_by_recursion(rest, np.dot(X, C), np.dot(V, C))
    return jvp_by_recursion(rest, X + C if op == "add" else X * C, V if op == "add" else V * C)


def grad_by_reference(f):
    return lambda *arrays: engine.value_and_grad(f)(*arrays)[1]


def grad_on_the_nodes(f):
    def gradient(*arrays):
        leaves = tuple(engine.Tensor(array) for array in arrays)
        result = f(*leaves)
        nodes = engine.order(result)
        for node in [*leaves, *nodes]:
            node.grad = np.zeros(node.shape)
        result.grad = np.ones(result.shape)
        for node in nodes[::-1]:
            if node.parents:
                for parent, part in zip(node.parents, node.vjp(node.grad), strict=True):
                    parent.grad = parent.grad + part
        return [leaf.grad for leaf in leaves]

    return gradient


def grad_by_roads(f):
    """Every road walked by itself: right, and hopeless for deep graphs."""

    def gradient(*arrays):
        leaves = [engine.Tensor(array) for array in arrays]
        total = {id(leaf): np.zeros(leaf.shape) for leaf in leaves}

        def walk(node, G):
            if not node.op:
                if id(node) in total:
                    total[id(node)] = total[id(node)] + G
                return
            for parent, part in zip(node.parents, node.vjp(G), strict=True):
                walk(parent, part)

        result = f(*leaves)
        walk(result, np.ones(result.shape))
        return tuple(total[id(leaf)] for leaf in leaves)

    return gradient


def ways_with_math(f, x):
    t = sp.Symbol("t")
    slope = sp.lambdify(t, f(t, sp).diff(t), "math")
    five = [f(x + k * 1e-3, math) for k in (-2, -1, 1, 2)]
    num = (five[0] - 8 * five[1] + 8 * five[2] - five[3]) / 12e-3
    return slope(x), num, engine.value_and_grad(lambda t: f(t, engine))(np.array(x))[1][0]


def ways_unevaluated(f, x):
    t = sp.symbols("t", real=True)
    sym = sp.Derivative(f(t, sp), t).doit().evalf(subs={t: x})
    num = np.diff([f(x - 1e-6, np), f(x + 1e-6, np)])[0] / 2e-6
    return [sym, num, engine.value_and_grad(lambda a: f(a, engine))(x)[1][0].item()]


def ways_with_a_small_step(f, x):
    t = sp.symbols("t")
    h = 2e-5
    _, found = engine.value_and_grad(lambda t: f(t, engine).sum())(np.array(x))
    return float(f(t, sp).diff().subs({t: x})), (f(x + h, np) - f(x - h, np)) / h / 2, found[0]


def timeline_by_years(events):
    return sorted(events, key=lambda one: YEAR[one])


def timeline_by_filter(events):
    return [one for one in EVENTS if one in events]


def timeline_by_insertion(events):
    found = []
    for one in events:
        place = sum(YEAR[other] < YEAR[one] for other in found)
        found.insert(place, one)
    return tuple(found)


def words_at_once():
    return dict(STATEMENTS)


def words_by_lists():
    words = {}
    for word, keys in {
        "chain rule": "s1 s7",
        "backpropagation": "s2 s6 s10",
        "automatic differentiation": "s4 s8 s12",
        "gradient descent": "s3 s9",
        "optimizer": "s5 s11",
    }.items():
        words |= dict.fromkeys(keys.split(), word)
    return words


def words_with_more():
    return STATEMENTS | {"s13": "optimizer"}


def norm_by_jacobian(D, X, gain, eps):
    n = X.shape[1]
    dX = np.zeros_like(X)
    for i, x in enumerate(X):
        c = x - x.mean()
        s = np.sqrt(c @ c / n + eps)
        J = (np.eye(n) - 1 / n) / s - np.outer(c, c) / (n * s**3)
        dX[i] = (D[i] * gain) @ J
    c = X - X.mean(1)[:, None]
    H = c / np.sqrt((c * c).mean(1) + eps)[:, None]
    return dX, np.einsum("ij,ij->j", D, H), D.T @ np.ones(len(D))


def norm_by_stages(D, X, gain, eps):
    n = X.shape[1]
    centred = X - X.mean(axis=1, keepdims=True)
    var = (centred**2).sum(axis=1, keepdims=True) / n
    root = 1 / np.sqrt(var + eps)
    dH = D * gain
    dvar = (dH * centred).sum(axis=1, keepdims=True) * -0.5 * root**3
    dcentred = dH * root + dvar * 2 * centred / n
    dX = dcentred - dcentred.sum(axis=1, keepdims=True) / n
    return [dX, (D * centred * root).sum(0), sum(D)]


def norm_by_engine(D, X, gain, eps):
    """Only the forward pass, in our own engine."""
    n = X.shape[1]

    def f(x, g, b):
        centred = x - x.sum(axis=1).reshape(len(X), 1) * (1 / n)
        var = (centred * centred).sum(axis=1).reshape(len(X), 1) * (1 / n) + eps
        return ((centred * engine.exp(engine.log(var) * -0.5) * g + b) * D).sum()

    return engine.value_and_grad(f)(X, gain, np.zeros(n))[1]


RIGHT = {
    "vjp_rules": (rules_by_table, rules_by_match, rules_by_loops),
    "jvp": (jvp_by_pairs, jvp_imaginary, jvp_by_recursion),
    "grad": (grad_by_reference, grad_on_the_nodes, grad_by_roads),
    "three_ways": (ways_with_math, ways_unevaluated, ways_with_a_small_step),
    "timeline": (timeline_by_years, timeline_by_filter, timeline_by_insertion),
    "sort_words": (words_at_once, words_by_lists, words_with_more),
    "layer_norm_backward": (norm_by_jacobian, norm_by_stages, norm_by_engine),
}
