"""Right answers to the exercises of notebook 02."""

import math
from itertools import pairwise

import numpy as np


def values_in_one_line(x):
    return x * x, np.sin(x * x), np.exp(np.sin(x * x))


def values_in_a_list(x):
    square = np.power(x, 2)
    return [square, np.sin(square), np.e ** np.sin(square)]


def values_entry_by_entry(x):
    points = np.atleast_1d(x)
    rows = [(p**2, math.sin(p**2), math.exp(math.sin(p**2))) for p in points]
    v, u, y = np.array(rows).T
    return tuple(np.reshape(part, np.shape(x)) for part in (v, u, y))


def slopes_by_math(x):
    v = x * x
    return 2 * x, math.cos(v), math.exp(math.sin(v))


def slopes_as_array(x):
    return np.array([x + x, np.sin(x**2 + np.pi / 2), np.exp(np.sin(x**2))])


def slopes_by_complex_step(x):
    step = 1e-30
    v = x * x
    return (
        ((x + 1j * step) ** 2).imag / step,
        np.sin(v + 1j * step).imag / step,
        np.exp(np.sin(v) + 1j * step).imag / step,
    )


def from_output_written_out(slopes):
    return slopes[2], slopes[2] * slopes[1], slopes[2] * slopes[1] * slopes[0]


def from_output_by_cumprod(slopes):
    return np.cumprod(slopes[::-1])


def from_output_by_loop(slopes):
    running, found = 1.0, []
    for slope in reversed(slopes):
        running = running * slope
        found.append(running)
    return found


def from_input_written_out(slopes):
    return slopes[0], slopes[0] * slopes[1], slopes[0] * slopes[1] * slopes[2]


def from_input_by_loop(slopes):
    running, found = 1.0, []
    for slope in slopes:
        running = running * slope
        found.append(running)
    return tuple(found)


class Pair:
    """Dual numbers on tuples, with an exponential through its own value."""

    def __init__(self, *numbers):
        self.numbers = numbers

    @staticmethod
    def of(other):
        return other.numbers if isinstance(other, Pair) else (other, 0)

    def __add__(self, other):
        return Pair(*(a + b for a, b in zip(self.numbers, Pair.of(other), strict=True)))

    def __mul__(self, other):
        (a, da), (b, db) = self.numbers, Pair.of(other)
        return Pair(a * b, da * b + a * db)

    __radd__, __rmul__ = __add__, __mul__

    def sin(self):
        a, da = self.numbers
        return Pair(math.sin(a), math.cos(a) * da)

    def exp(self):
        value = math.exp(self.numbers[0])
        return Pair(value, value * self.numbers[1])


def dual_on_tuples(f, x):
    return f(Pair(x, 1)).numbers[1]


def dual_by_matrices(f, x):
    """Dual numbers as 2 x 2 matrices [[a, da], [0, a]]: sums and products come for free."""

    class M:
        def __init__(self, matrix):
            self.matrix = matrix

        def __add__(self, other):
            return M(self.matrix + (other.matrix if isinstance(other, M) else other * np.eye(2)))

        def __mul__(self, other):
            return M(self.matrix @ other.matrix if isinstance(other, M) else self.matrix * other)

        __radd__, __rmul__ = __add__, __mul__

        def through(self, g, slope):
            a, da = self.matrix[0]
            return M(np.array([[g(a), slope(a) * da], [0, g(a)]]))

        def sin(self):
            return self.through(np.sin, np.cos)

        def exp(self):
            return self.through(np.exp, np.exp)

    return f(M(np.array([[x, 1.0], [0.0, x]]))).matrix[0, 1]


def dual_by_complex_step(f, x):
    return f(complex(x, 1e-30)).imag / 1e-30


def cost_by_shapes(dims, order):
    jacobians = [(rows, columns) for columns, rows in pairwise(dims)][::-1]
    total = 0
    while len(jacobians) > 1:
        i = 0 if order == "left" else len(jacobians) - 2
        (a, b), (_, c) = jacobians[i : i + 2]
        total += a * b * c
        jacobians[i : i + 2] = [(a, c)]
    return total


def cost_as_dot_product(dims, order):
    d = np.array(dims)
    pairs = d[1:-1] * (d[:-2] if order == "left" else d[2:])
    return int(pairs.sum() * (d[-1] if order == "left" else d[0]))


def cost_as_float(dims, order):
    end, rest = (dims[-1], dims[:-1]) if order == "left" else (dims[0], dims[1:])
    return float(sum(end * a * b for a, b in pairwise(rest)))


def two_roads_by_product_rule(x):
    return 2 * x * np.sin(x**2) + x**2 * np.cos(x**2) * 2 * x


def two_roads_factored(x):
    u = x * x
    return 2 * x * (math.sin(u) + u * math.cos(u))


def two_roads_by_complex_step(x):
    u = complex(x, 1e-30) ** 2
    return (u * np.sin(u)).imag / 1e-30


RIGHT = {
    "values": [values_in_one_line, values_in_a_list, values_entry_by_entry],
    "local_slopes": [slopes_by_math, slopes_as_array, slopes_by_complex_step],
    "from_output": [from_output_written_out, from_output_by_cumprod, from_output_by_loop],
    "from_input": [from_input_written_out, np.cumprod, from_input_by_loop],
    "slope_by_dual": [dual_on_tuples, dual_by_matrices, dual_by_complex_step],
    "cost": [cost_by_shapes, cost_as_dot_product, cost_as_float],
    "two_roads": [two_roads_by_product_rule, two_roads_factored, two_roads_by_complex_step],
}
