"""Right answers to the exercises of NB07, written as different people would write them."""

import math
from itertools import pairwise

import numpy as np

from bpcheck.reference import cost, counting


def forward_in_a_loop(sizes):
    total = 0
    for layer in range(1, len(sizes)):
        total += sizes[layer] * sizes[layer - 1]
    return total


def forward_as_a_product_of_rows(sizes):
    n = np.array(sizes)
    return n[1:] @ n[:-1]


def forward_by_the_weights(sizes):
    return sum(W.size for W, _ in counting.network(sizes))


def forward_as_a_float(sizes):
    return float(sum(m * n for m, n in pairwise(sizes)))


def backward_layer_by_layer(sizes):
    total = 0
    for layer in range(len(sizes) - 1, 0, -1):
        product = sizes[layer] * sizes[layer - 1]
        total += product if layer == 1 else 2 * product
    return total


def backward_less_one_product(sizes):
    return 2 * forward_in_a_loop(sizes) - sizes[0] * sizes[1]


def backward_as_two_sums(sizes):
    products = [m * n for m, n in pairwise(sizes)]
    return sum(products) + sum(products[1:])


def backward_by_counting(sizes):
    return counting.counts(sizes)[1].matrix


def naive_step_by_step(sizes, two_sided=True):
    weights = forward_in_a_loop(sizes)
    knobs = weights + sum(sizes) - sizes[0]
    if two_sided:
        return 2 * knobs * weights
    return knobs * weights + weights


def naive_with_a_bias_input(sizes, two_sided=True):
    knobs = sum((m + 1) * n for m, n in pairwise(sizes))
    return forward_in_a_loop(sizes) * (knobs * (1 + two_sided) + (not two_sided))


def naive_by_counting_the_runs(sizes, two_sided=True):
    runs = 0 if two_sided else 1
    for W, b in counting.network(sizes):
        runs += (W.size + b.size) * (2 if two_sided else 1)
    return runs * cost.forward(sizes)


def forward_mode_layer_by_layer(sizes):
    total, knobs = 0, (sizes[0] + 1) * sizes[1]
    for layer in range(2, len(sizes)):
        total += sizes[layer] * sizes[layer - 1] * knobs
        knobs += (sizes[layer - 1] + 1) * sizes[layer]
    return total


def forward_mode_knob_by_knob(sizes):
    """Each knob of layer k passes through the layers after k."""
    total = 0
    for k in range(1, len(sizes)):
        through = sum(sizes[layer] * sizes[layer - 1] for layer in range(k + 1, len(sizes)))
        total += (sizes[k - 1] + 1) * sizes[k] * through
    return total


def forward_mode_by_cumsum(sizes):
    n = np.array(sizes)
    knobs = np.cumsum((n[:-1] + 1) * n[1:])
    return np.sum(n[2:] * n[1:-1] * knobs[:-1])


def passes_step_by_step(sizes):
    once = cost.forward(sizes)
    return 2 * cost.knobs(sizes), 1 + cost.forward_mode(sizes) / once, 1 + cost.backward(sizes) / once


def passes_in_an_array(sizes):
    costs = np.array([cost.naive(sizes), cost.forward_mode(sizes), cost.backward(sizes)])
    return (costs + np.array([0, 1, 1]) * cost.forward(sizes)) / cost.forward(sizes)


def passes_from_the_formula(sizes):
    weights = cost.forward(sizes)
    back = 3 - sizes[0] * sizes[1] / weights
    return [cost.naive(sizes) / weights, (weights + cost.forward_mode(sizes)) / weights, back]


def stored_in_one_line(sizes, N):
    return N * sum(sizes)


def stored_array_by_array(sizes, N):
    return sum(np.zeros((N, n)).size for n in sizes)


def stored_by_running(sizes, N):
    A = counting.forward(counting.network(sizes), np.zeros((N, sizes[0])))
    return sum(a.size for a in A)


def plan_by_counting(L, keep_every):
    kept = 0
    for layer in range(L):
        if layer % keep_every == 0:
            kept += 1
    return kept, L - kept


def plan_by_ceil(L, keep_every):
    kept = math.ceil(L / keep_every)
    return np.array([kept, L - kept])


def plan_by_floor(L, keep_every):
    kept = (L - 1) // keep_every + 1
    return [kept, L - kept]


RIGHT = {
    "mults_forward": [
        forward_in_a_loop,
        forward_as_a_product_of_rows,
        forward_by_the_weights,
        forward_as_a_float,
    ],
    "mults_backward": [
        backward_layer_by_layer,
        backward_less_one_product,
        backward_as_two_sums,
        backward_by_counting,
    ],
    "mults_naive": [naive_step_by_step, naive_with_a_bias_input, naive_by_counting_the_runs],
    "mults_forward_mode": [forward_mode_layer_by_layer, forward_mode_knob_by_knob, forward_mode_by_cumsum],
    "in_forward_passes": [passes_step_by_step, passes_in_an_array, passes_from_the_formula],
    "floats_stored": [stored_in_one_line, stored_array_by_array, stored_by_running],
    "checkpoint_plan": [plan_by_counting, plan_by_ceil, plan_by_floor],
}
