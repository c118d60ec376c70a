"""Formulas of one number, of vectors and of matrices, without a network.

Imports: numpy, corpus.
"""

import numpy as np

from corpus.model import Data, Model
from corpus.ops import norm, sigmoid
from corpus.spoil import times

# --- chains of one variable: the course's e**sin(x**2), and others; one number, so no factor has a name --------


def number(low, high):
    return lambda rng: (Data(), {"x": rng.uniform(low, high)})


def chain_loss(x):
    return np.exp(np.sin(x**2))


def chain_slope(x):
    return {"x": np.exp(np.sin(x**2)) * np.cos(x**2) * 2 * x}


chain = Model("exp sin square", number(0.4, 1.1), chain_loss, chain_slope)
chain.right()
chain.wrong("inner slope 2x missing")(lambda x: {"x": np.exp(np.sin(x**2)) * np.cos(x**2)})
chain.wrong("slopes added")(lambda x: {"x": np.exp(np.sin(x**2)) + np.cos(x**2) + 2 * x})
chain.wrong("cos taken at x")(lambda x: {"x": np.exp(np.sin(x**2)) * np.cos(x) * 2 * x})
chain.wrong("sin for cos", "C4")(lambda x: {"x": np.exp(np.sin(x**2)) * np.sin(x**2) * 2 * x})
chain.wrong("exp by the rule for powers")(
    lambda x: {"x": np.sin(x**2) * np.exp(np.sin(x**2) - 1) * np.cos(x**2) * 2 * x}
)


def tower_loss(x):
    return np.log(1 + sigmoid(3 * x) ** 2) / (1 + x**2)


def tower_slope(x):
    s = sigmoid(3 * x)
    top, bottom = np.log(1 + s**2), 1 + x**2
    return {"x": (6 * s**2 * (1 - s) / (1 + s**2) * bottom - top * 2 * x) / bottom**2}


tower = Model("quotient", number(-1.0, 1.5), tower_loss, tower_slope)
tower.right()
tower.wrong("quotient rule with a plus")(
    lambda x: {"x": tower_slope(x)["x"] + 4 * x * tower_loss(x) / (1 + x**2)}
)


@tower.wrong("denominator taken as constant", "C7")
def constant_bottom(x):
    s = sigmoid(3 * x)
    return {"x": 6 * s**2 * (1 - s) / (1 + s**2) / (1 + x**2)}


def exponent_loss(x):
    return np.sum(x**x)


power = Model(
    "x to the x",
    lambda rng: (Data(), {"x": rng.uniform(0.3, 2.5, 5)}),
    exponent_loss,
    lambda x: {"x": x**x * (np.log(x) + 1)},
)
power.right()
power.wrong("exponent taken as constant", "C7")(lambda x: {"x": x * x ** (x - 1)})
power.wrong("base taken as constant", "C7")(lambda x: {"x": x**x * np.log(x)})

# --- quadratic forms with an unsymmetric matrix ------------------------------------------------------------------


def draw_form(rng):
    n = int(rng.integers(3, 6))
    return Data(A=rng.normal(size=(n, n)), c=rng.normal(size=n)), {"x": rng.normal(size=n)}


def form_loss(d, x):
    return x @ d.A @ x / 2 + d.c @ x


form = Model("quadratic form", draw_form, form_loss, lambda d, x: {"x": (d.A + d.A.T) @ x / 2 + d.c})
form.right()
form.wrong("as if A were symmetric", "C7")(lambda d, x: {"x": d.A @ x + d.c})
form.wrong("A transposed, as if symmetric", "C7")(lambda d, x: {"x": d.A.T @ x + d.c})
form.wrong("half forgotten", "F2")(lambda d, x: {"x": (d.A + d.A.T) @ x + d.c})
form.wrong("linear term forgotten", "C7")(lambda d, x: {"x": (d.A + d.A.T) @ x / 2})
form.spoilt("descends", "F1", lambda g: times(g, -1))

# --- determinant, inverse, trace -----------------------------------------------------------------------------------


def draw_matrix(rng):
    n = 3
    return Data(B=rng.normal(size=(n, n))), {"A": 2 * np.eye(n) + rng.normal(size=(n, n)) * 0.5}


def determinant_loss(A):
    return np.log(np.linalg.det(A))


determinant = Model("log determinant", draw_matrix, determinant_loss, lambda A: {"A": np.linalg.inv(A).T})
determinant.right()
determinant.wrong("inverse not transposed", "C15")(lambda A: {"A": np.linalg.inv(A)})
determinant.wrong("slope of det, not of its logarithm", "C1", also=("F6",))(
    lambda A: {"A": np.linalg.det(A) * np.linalg.inv(A).T}
)


def inverse_loss(d, A):
    return np.trace(np.linalg.inv(A) @ d.B)


def inverse_gradient(d, A):
    inverse = np.linalg.inv(A)
    return {"A": -(inverse @ d.B @ inverse).T}


inverse = Model("trace of an inverse", draw_matrix, inverse_loss, inverse_gradient)
inverse.right()
inverse.wrong("minus forgotten", "F1")(lambda d, A: {"A": -inverse_gradient(d, A)["A"]})
inverse.wrong("not transposed", "C15")(lambda d, A: {"A": inverse_gradient(d, A)["A"].T})
inverse.wrong("inverse squared times B")(lambda d, A: {"A": -(np.linalg.inv(A) @ np.linalg.inv(A) @ d.B).T})


def draw_product(rng):
    return Data(C=rng.normal(size=(2, 2))), {
        "A": rng.normal(size=(2, 3)),
        "B": rng.normal(size=(3, 3)),
        "D": rng.normal(size=(3, 2)),
    }


def product_loss(d, A, B, D):
    return ((A @ B @ D - d.C) ** 2).sum()


def product_gradient(d, A, B, D):
    E = 2 * (A @ B @ D - d.C)
    return {"A": E @ (B @ D).T, "B": A.T @ E @ D.T, "D": (A @ B).T @ E}


product = Model("product of three", draw_product, product_loss, product_gradient)
product.right()
product.spoilt("two forgotten", "F2", lambda g: times(g, 0.5))
product.spoilt("middle factor transposed", "C15", lambda g: {"B": g["B"].T})


@product.wrong("a factor left out of D's gradient", "C1")
def left_out(d, A, B, D):
    return {"D": A.T @ (2 * (A @ B @ D - d.C))}


# --- Rosenbrock's valley, distances, polynomials ------------------------------------------------------------------


def rosenbrock_loss(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


def rosenbrock_gradient(x):
    g, bend = np.zeros_like(x), x[1:] - x[:-1] ** 2
    g[:-1] = -400 * x[:-1] * bend - 2 * (1 - x[:-1])
    g[1:] += 200 * bend
    return {"x": g}


rosenbrock = Model(
    "rosenbrock", lambda rng: (Data(), {"x": rng.normal(size=5)}), rosenbrock_loss, rosenbrock_gradient
)
rosenbrock.right()


@rosenbrock.wrong("second part assigned, not added", "C7")
def assigned(x):
    g, bend = np.zeros_like(x), x[1:] - x[:-1] ** 2
    g[:-1] = -400 * x[:-1] * bend - 2 * (1 - x[:-1])
    g[1:] = 200 * bend
    return {"x": g}


@rosenbrock.wrong("sign of the small term", "F1")
def small_term(x):
    g = rosenbrock_gradient(x)["x"].copy()
    g[:-1] += 4 * (1 - x[:-1])
    return {"x": g}


def draw_points(rng):
    return Data(target=rng.uniform(1, 2, (3, 3))), {
        "P": rng.normal(size=(3, 2)) * 2,
        "Q": rng.normal(size=(3, 2)),
    }


def distance(P, Q):
    gap = P[:, None] - Q
    return gap, norm(gap, -1)


def stress_loss(d, P, Q):
    return ((distance(P, Q)[1] - d.target) ** 2).sum()


def stress_gradient(d, P, Q, *, inner=True):
    gap, length = distance(P, Q)
    D = 2 * ((length - d.target) / (length if inner else 1.0))[:, :, None] * gap
    return {"P": D.sum(axis=1), "Q": -D.sum(axis=0)}


stress = Model("distances", draw_points, stress_loss, stress_gradient)
stress.right()
stress.wrong("gap not divided by its length", "C1")(lambda d, P, Q: stress_gradient(d, P, Q, inner=False))
stress.spoilt("Q moves with P", "F1", lambda g: times(g, -1, "Q"))


def draw_polynomial(rng):
    t = np.linspace(-1, 1, 7)
    return Data(t=t, y=np.cos(3 * t), N=7, sizes={"N": 7}), {"c": rng.normal(size=4)}


def fit_loss(d, c):
    return ((np.vander(d.t, 4) @ c - d.y) ** 2).mean()


def fit_gradient(d, c):
    V = np.vander(d.t, 4)
    return {"c": 2 * V.T @ (V @ c - d.y) / d.N}


fit = Model("polynomial fit", draw_polynomial, fit_loss, fit_gradient)
fit.right()
fit.spoilt("sum for mean", "F3", lambda g, d: times(g, d.N))
fit.spoilt("coefficients in the other order", "V2", lambda g: {"c": g["c"][::-1].copy()})


@fit.wrong("powers in the other order in the gradient", "V2")
def other_order(d, c):
    V = np.vander(d.t, 4)
    return {"c": 2 * np.vander(d.t, 4, increasing=True).T @ (V @ c - d.y) / d.N}
