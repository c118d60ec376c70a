"""Right answers to the exercises of NB01, written as different people would write them."""

import math

import numpy as np


def forward_in_one_line(f, x, h):
    return (f(x + h) - f(x)) / h


def forward_by_the_way_really_gone(f, x, h):
    there = x + h
    return np.array(f(there) - f(x)) / (there - x)


def forward_turned_twice(f, x, h):
    return -(f(x) - f(x + h)) / h


def forward_by_numpy(f, x, h):
    outputs = np.array([f(p) for p in (x, x + h)])
    return np.diff(outputs)[0] / h


def central_in_one_line(f, x, h=1e-5):
    return (f(x + h) - f(x - h)) / (2 * h)


def central_by_two_halves(f, x, h=1e-5):
    right, left = (f(x + h) - f(x)) / h, (f(x) - f(x - h)) / h
    return (right + left) / 2


def central_by_the_way_really_gone(f, x, h=0.00001):
    a, b = x - h, x + h
    return np.float64((f(b) - f(a)) / (b - a))


def central_half_of_a_ratio(f, x, h=1e-5):
    return 0.5 * (f(x + h) - f(x - h)) / h


def errors_in_a_list(f, df, x, hs):
    return [abs((f(x + h) - f(x - h)) / (2 * h) - df(x)) / abs(df(x)) for h in hs]


def errors_without_a_loop(f, df, x, hs):
    h = np.asarray(hs)
    return np.abs((f(x + h) - f(x - h)) / (2 * h) / df(x) - 1)


def errors_in_a_filled_array(f, df, x, hs):
    errors = np.empty(len(hs))
    for k in range(len(hs)):
        slope = (f(x + hs[k]) - f(x - hs[k])) / hs[k] / 2
        errors[k] = math.sqrt(((slope - df(x)) / df(x)) ** 2)
    return errors


def errors_with_numpys_relative(f, df, x, hs):
    estimates = np.array([(f(x + h) - f(x - h)) / (2 * h) for h in hs])
    return np.abs(estimates - df(x)) / np.abs(df(x))


def partial_by_unit_vector(f, x, i, h):
    e = np.zeros(len(x))
    e[i] = h
    return (f(x + e) - f(x - e)) / (2 * h)


def partial_moved_back(f, x, i, h):
    if x.dtype.kind == "i":
        return partial_by_unit_vector(f, x, i, h)
    x[i] += h
    up = f(x)
    x[i] -= 2 * h
    down = f(x)
    x[i] += h
    return (up - down) / (2 * h)


def partial_with_lists(f, x, i, h):
    up, down = list(map(float, x)), list(map(float, x))
    up[i] += h
    down[i] -= h
    return np.array((f(up) - f(down)) / (2 * h))


def partial_as_a_function_of_one_number(f, x, i, h):
    def g(t):
        moved = x.astype(float)
        moved[i] = t
        return f(moved)

    return central_in_one_line(g, x[i], h)


def gradient_entry_by_entry(f, x, h=1e-5):
    gradient = np.zeros(x.shape)
    for index in np.ndindex(x.shape):
        up, down = x.astype(float), x.astype(float)
        up[index] += h
        down[index] -= h
        gradient[index] = (f(up) - f(down)) / (2 * h)
    return gradient


def gradient_on_a_flat_copy(f, x, h=1e-5):
    flat = np.array(x, dtype=float).ravel()
    slopes = []
    for k in range(flat.size):
        old = flat[k]
        flat[k] = old + h
        up = f(flat.reshape(x.shape))
        flat[k] = old - h
        down = f(flat.reshape(x.shape))
        flat[k] = old
        slopes.append((up - down) / (2 * h))
    return np.reshape(slopes, x.shape)


def gradient_by_unit_arrays(f, x, h=1e-5):
    steps = h * np.eye(x.size).reshape(x.size, *x.shape)
    return np.array([(f(x + step) - f(x - step)) / (2 * h) for step in steps]).reshape(x.shape)


def gradient_with_nditer(f, x, h=1e-5):
    z = np.array(x, dtype=float)
    gradient = np.empty_like(z)
    walker = np.nditer(z, flags=["multi_index"], op_flags=["readwrite"])
    while not walker.finished:
        ix = walker.multi_index
        z[ix] += h
        up = f(z)
        z[ix] -= 2 * h
        down = f(z)
        z[ix] += h
        gradient[ix] = (up - down) / (2 * h)
        walker.iternext()
    return gradient


def gradient_more_exactly(f, x, h=1e-5):
    """Four runs an entry, and an error of h**4: nearer to the derivative than what was asked for."""
    return (4 * gradient_by_unit_arrays(f, x, h) - gradient_by_unit_arrays(f, x, 2 * h)) / 3


def change_as_a_product(grad, dx):
    return grad @ dx


def change_in_a_loop(grad, dx):
    total = 0
    for slope, nudge in zip(grad, dx, strict=True):
        total += slope * nudge
    return float(total)


def change_by_numpy(grad, dx):
    return np.array(np.dot(dx, grad))


def change_by_einsum(grad, dx):
    return np.einsum("i,i->", grad, dx)


def downhill_by_norm(grad):
    length = np.linalg.norm(grad)
    return -grad / length if length > 0 else 0 * grad


def downhill_in_a_list(grad):
    length = math.sqrt(sum(g * g for g in grad))
    return [-g / length if length else 0.0 for g in grad]


def downhill_with_a_guard_below(grad):
    return -grad / (np.sqrt(grad @ grad) + 1e-8)


def downhill_by_where(grad):
    with np.errstate(invalid="ignore"):
        return np.nan_to_num(np.divide(-grad, np.linalg.norm(grad)))


RIGHT = {
    "forward_difference": [
        forward_in_one_line,
        forward_by_the_way_really_gone,
        forward_turned_twice,
        forward_by_numpy,
    ],
    "central_difference": [
        central_in_one_line,
        central_by_two_halves,
        central_by_the_way_really_gone,
        central_half_of_a_ratio,
    ],
    "error_curve": [
        errors_in_a_list,
        errors_without_a_loop,
        errors_in_a_filled_array,
        errors_with_numpys_relative,
    ],
    "partial": [
        partial_by_unit_vector,
        partial_moved_back,
        partial_with_lists,
        partial_as_a_function_of_one_number,
    ],
    "numerical_gradient": [
        gradient_entry_by_entry,
        gradient_on_a_flat_copy,
        gradient_by_unit_arrays,
        gradient_with_nditer,
        gradient_more_exactly,
    ],
    "predicted_change": [change_as_a_product, change_in_a_loop, change_by_numpy, change_by_einsum],
    "downhill": [downhill_by_norm, downhill_in_a_list, downhill_with_a_guard_below, downhill_by_where],
}
