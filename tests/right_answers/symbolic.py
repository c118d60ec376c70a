"""At least three right answers to every exercise of notebook 03, written as different people would write them."""

import math
from itertools import pairwise

import numpy as np
import sympy as sp


def steps_all_in_x():
    x = sp.Symbol("x", real=True)
    v, u = x**2, sp.sin(x**2)
    return {"v": v, "u": u, "y": sp.exp(u), "dv": 2 * x, "du": sp.cos(v), "dy": sp.exp(u)}


def steps_by_quotients():
    """du/dv = (du/dx) / (dv/dx)."""
    x = sp.symbols("x")
    chain = [x, x**2, sp.sin(x**2), sp.exp(sp.sin(x**2))]
    slopes = [sp.diff(b, x) / sp.diff(a, x) for a, b in pairwise(chain)]
    return chain[1:] + slopes


def steps_with_letters_as_keys():
    x, v, u, y = sp.symbols("x v u y")
    found = {v: x * x, u: sp.sin(v), y: sp.exp(u)}
    found |= {sp.Symbol("dv"): 2 * x, sp.Symbol("du"): sp.sin(v + sp.pi / 2), sp.Symbol("dy"): y}
    return found


def steps_by_limit():
    x, v, u, h = sp.symbols("x v u h")
    slopes = [
        sp.limit((f.subs(t, t + h) - f) / h, h, 0) for f, t in ((x**2, x), (sp.sin(v), v), (sp.exp(u), u))
    ]
    return dict(zip(("v", "u", "y", "dv", "du", "dy"), (x**2, sp.sin(v), sp.exp(u), *slopes), strict=True))


def dydx_as_a_product():
    x, v, u = sp.symbols("x v u")
    product = sp.diff(x**2, x) * sp.diff(sp.sin(v), v) * sp.diff(sp.exp(u), u)
    return product.subs(u, sp.sin(v)).subs(v, x**2)


def dydx_by_hand():
    x = sp.Symbol("x", positive=True)
    return 2.0 * x * sp.cos(x * x) * sp.E ** sp.sin(x * x)


def dydx_by_doit():
    x = sp.Symbol("x")
    return sp.Derivative(sp.exp(sp.sin(x**2)), x).doit().rewrite(sp.sin)


def dydx_by_complex_exponentials():
    x = sp.Symbol("x")
    return sp.diff(sp.exp(sp.sin(x**2)), x).rewrite(sp.exp)


def slope_in_s_known(s):
    return s * (1 - s)


def slope_in_s_expanded(s):
    return s - s**2


def slope_in_s_by_the_inverse(s):
    z = sp.Symbol("z")
    return sp.simplify(sp.diff(1 / (1 + sp.exp(-z)), z).subs(z, sp.log(s / (1 - s))))


def slope_in_s_by_the_inverse_function(s):
    return 1 / sp.diff(sp.log(s / (1 - s)), s)


def sigmoid(z):
    return 1 / (1 + sp.exp(-z))


def neuron_by_delta():
    x1, x2, w1, w2, b, y = sp.symbols("x1 x2 w1 w2 b y")
    s = sigmoid(w1 * x1 + w2 * x2 + b)
    delta = (s - y) * s * (1 - s)
    return {"w1": delta * x1, "w2": delta * x2, "b": delta}


def neuron_with_letters_as_keys():
    x1, x2, w1, w2, b, y = letters = sp.symbols("x1 x2 w1 w2 b y", real=True)
    prediction = sp.exp(w1 * x1 + w2 * x2 + b) / (1 + sp.exp(w1 * x1 + w2 * x2 + b))
    return {w: sp.expand(sp.diff(0.5 * (y - prediction) ** 2, w)) for w in letters[2:5]}


def neuron_as_a_list():
    x1, x2, w1, w2, b, y = sp.symbols("x1 x2 w1 w2 b y")
    loss = (1 / (1 + math.e ** -(w1 * x1 + w2 * x2 + b)) - y) ** 2 / 2
    return [loss.diff(w) for w in (w1, w2, b)]


def network_by_delta():
    x1, x2, y, w11, w12, b1 = sp.symbols("x1 x2 y w11 w12 b1")
    w21, w22, b2, q1, q2, c = sp.symbols("w21 w22 b2 q1 q2 c")
    a1, a2 = sigmoid(w11 * x1 + w12 * x2 + b1), sigmoid(w21 * x1 + w22 * x2 + b2)
    s = sigmoid(q1 * a1 + q2 * a2 + c)
    return (s - y) * s * (1 - s) * q1 * a1 * (1 - a1) * x1


def network_by_matrices():
    x = sp.Matrix(sp.symbols("x1 x2"))
    W = sp.Matrix(2, 2, sp.symbols("w11 w12 w21 w22"))
    q, c, y = sp.Matrix([sp.symbols("q1 q2")]), sp.Symbol("c"), sp.Symbol("y")
    a = (W * x + sp.Matrix(sp.symbols("b1 b2"))).applyfunc(sigmoid)
    return sp.diff((sigmoid((q * a)[0] + c) - y) ** 2 / 2, W[0, 0])


def network_by_tanh():
    """The sigmoid as a shifted tanh, the loss with a decimal ½, and the chain rule through a letter."""
    x1, x2, y, w11, w12, b1 = sp.symbols("x1 x2 y w11 w12 b1", real=True)
    w21, w22, b2, q1, q2, c, a1 = sp.symbols("w21 w22 b2 q1 q2 c a1", real=True)

    def s(z):
        return (1 + sp.tanh(z / 2)) / 2

    loss = 0.5 * (s(q1 * a1 + q2 * s(w21 * x1 + w22 * x2 + b2) + c) - y) ** 2
    inner = s(w11 * x1 + w12 * x2 + b1)
    return sp.diff(loss, a1).subs(a1, inner) * sp.diff(inner, w11)


def growth_by_formula(k):
    return 3 * k**2 + 5 * k, 6 * k + 1


def growth_by_substitution(k):
    x = sp.Symbol("x")
    f = y = sp.exp(sp.sin(x**2))
    for _ in range(k - 1):
        y = f.subs(x, y)
    slope = sp.diff(y, x)
    pieces, rest = sp.cse(slope)
    return [slope.count_ops(), sp.count_ops([piece for _, piece in pieces]) + sp.count_ops(rest)]


def growth_by_recursion(k):
    def f(depth):
        return sp.Symbol("t") if depth == 0 else sp.exp(sp.sin(f(depth - 1) ** 2))

    slope = sp.diff(f(k), sp.Symbol("t"))
    pieces, rest = sp.cse(slope, symbols=sp.numbered_symbols("p"))
    return np.array([sp.count_ops(slope), sum(sp.count_ops(e) for e in [p for _, p in pieces] + rest)])


def function_by_lambdify(expr, symbols):
    return sp.lambdify(list(symbols), expr)


def function_with_shared_pieces(expr, symbols):
    return sp.lambdify(symbols, expr, modules="numpy", cse=True)


def function_entry_by_entry(expr, symbols):
    return np.vectorize(sp.lambdify(symbols, expr, "math"))


def function_in_a_list(expr, symbols):
    one = sp.lambdify(symbols, expr, "math")
    return lambda *arrays: [one(*numbers) for numbers in zip(*arrays, strict=True)]


RIGHT = {
    "steps": [steps_all_in_x, steps_by_quotients, steps_with_letters_as_keys, steps_by_limit],
    "dydx": [dydx_as_a_product, dydx_by_hand, dydx_by_doit, dydx_by_complex_exponentials],
    "sigmoid_slope_in_s": [
        slope_in_s_known,
        slope_in_s_expanded,
        slope_in_s_by_the_inverse,
        slope_in_s_by_the_inverse_function,
    ],
    "neuron_slopes": [neuron_by_delta, neuron_with_letters_as_keys, neuron_as_a_list],
    "first_layer_slope": [network_by_delta, network_by_matrices, network_by_tanh],
    "growth": [growth_by_formula, growth_by_substitution, growth_by_recursion],
    "as_function": [
        function_by_lambdify,
        function_with_shared_pieces,
        function_entry_by_entry,
        function_in_a_list,
    ],
}
