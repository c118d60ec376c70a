"""NB09, the order of things: gradients of several samples, then a step, then again; and what goes wrong otherwise.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises import learning_cases as cases
from bpcheck.exercises import learning_wrong as wrong
from bpcheck.exercises.depth_cases import GRADS, layer_sizes
from bpcheck.exercises.model import Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.compare import exact
from bpcheck.reference import learning as ref
from bpcheck.reference import mlp

CHAPTER = "09_order"

# -- 09.1 mean_gradients -------------------------------------------------------------------------------

mean_gradients = Exercise(
    id="mean_gradients",
    number="09.1",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "X", "Y"),
    returns=GRADS,
    draw=cases.samples,
    truth=cases.true_mean_slopes,
    probe=cases.probe_mean_gradients,
    place=cases.batch_in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "mean_gradients",
        {
            "C24 last sample": lambda params, X, Y: mlp.backprop(params, X[-1], Y[-1]),
            "C24 last sample divided": lambda params, X, Y: wrong.scaled(
                mlp.backprop(params, X[-1], Y[-1]), 1 / len(X)
            ),
            "C24 first sample": lambda params, X, Y: mlp.backprop(params, X[0], Y[0]),
            "F3 sum": lambda params, X, Y: wrong.scaled(ref.mean_gradients(params, X, Y), len(X)),
            "F4 divided twice": lambda params, X, Y: wrong.scaled(
                ref.mean_gradients(params, X, Y), 1 / len(X)
            ),
            "C19 biases not divided": lambda params, X, Y: [
                (dW, len(X) * db) for dW, db in ref.mean_gradients(params, X, Y)
            ],
            "V11 mean of means": wrong.mean_of_means,
            "C9 first sample twice": lambda params, X, Y: wrong.plus(
                ref.mean_gradients(params, X, Y), wrong.scaled(mlp.backprop(params, X[0], Y[0]), 1 / len(X))
            ),
            "T5 updated on the way": wrong.updated_on_the_way,
            "V11 averaged the samples": lambda params, X, Y: mlp.backprop(
                params, X.mean(axis=0), Y.mean(axis=0)
            ),
        },
    ),
)


# -- 09.2 step -----------------------------------------------------------------------------------------

Change = Callable[[Any, Any, float], Any]  # old, slope, rate -> new


def _stepping(weights: Change, biases: Change | None = None) -> Any:
    def step(params: Any, grads: Any, lr: float) -> Any:
        return [
            (weights(W, dW, lr), (biases or weights)(b, db, lr))
            for (W, b), (dW, db) in zip(params, grads, strict=True)
        ]

    return step


def _down(old: Any, slope: Any, lr: float) -> Any:
    return old - lr * slope


step = Exercise(
    id="step",
    number="09.2",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "dWs", "dbs", "lr"),
    returns=GRADS,
    draw=cases.steps,
    truth=cases.true_step,
    probe=cases.probe_step,
    place=lambda Ws, *_: layer_sizes(Ws),
    mistakes=known_mistakes(
        CHAPTER,
        "step",
        {
            "T1 uphill": _stepping(lambda old, slope, lr: old + lr * slope),
            "T1 biases uphill": _stepping(_down, lambda old, slope, lr: old + lr * slope),
            "T8 biases left out": _stepping(_down, lambda old, _slope, _lr: old),
            "T8 weights left out": _stepping(lambda old, _slope, _lr: old, _down),
            "T9 no rate": _stepping(lambda old, slope, _lr: old - slope),
            "T9 divided by the rate": _stepping(lambda old, slope, lr: old - slope / lr),
            "T9 rate on everything": _stepping(lambda old, slope, lr: lr * (old - slope)),
            "T10 the change alone": _stepping(lambda _old, slope, lr: -lr * slope),
            "T8 only the last layer": lambda params, grads, lr: [
                *params[:-1],
                *ref.step(params[-1:], grads[-1:], lr),
            ],
        },
    ),
)


# -- 09.3 early_update_gap -----------------------------------------------------------------------------

early_update_gap = Exercise(
    id="early_update_gap",
    number="09.3",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "x", "y", "lr"),
    returns=("gap",),
    draw=cases.early,
    truth=lambda Ws, bs, x, y, lr: (exact(ref.early_update_gap(cases.params_of(Ws, bs), x, y, lr)),),
    probe=cases.probe_early,
    place=lambda Ws, _bs, _x, _y, lr: f"{layer_sizes(Ws)}, lr = {lr:g}",
    mistakes=known_mistakes(
        CHAPTER,
        "early_update_gap",
        {
            "C12 in time after all": lambda params, _x, _y, _lr: np.zeros(len(params)),
            "T1 updated uphill": lambda params, x, y, lr: ref.early_update_gap(params, x, y, -lr),
            "T9 no rate": lambda params, x, y, _lr: ref.early_update_gap(params, x, y, 1.0),
            "D7 not divided": wrong.early_gap(lambda early, right: np.linalg.norm(early - right)),
            "D7 divided by the early one": wrong.early_gap(
                lambda early, right: np.linalg.norm(early - right) / np.linalg.norm(early)
            ),
            "D8 sizes compared": wrong.early_gap(
                lambda early, right: abs(np.linalg.norm(early) / np.linalg.norm(right) - 1)
            ),
            "V11 squares": wrong.early_gap(
                lambda early, right: ((early - right) ** 2).sum() / (right**2).sum()
            ),
            "V2 last layer first": lambda params, x, y, lr: ref.early_update_gap(params, x, y, lr)[::-1],
            "C12 updated by the right slopes": wrong.gap_with_right_updates,
        },
    ),
)


# -- 09.4 train ----------------------------------------------------------------------------------------

train = Exercise(
    id="train",
    number="09.4",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "X", "Y", "lr", "steps"),
    returns=cases.TRAINED,
    draw=cases.trainings,
    truth=cases.true_training,
    probe=cases.probe_train,
    place=lambda Ws, _bs, X, _Y, lr, steps: f"{layer_sizes(Ws)}, N = {len(X)}, lr = {lr:g}, {steps} steps",
    mistakes=known_mistakes(
        CHAPTER,
        "train",
        {
            "T1 uphill": lambda params, X, Y, lr, steps: ref.train(params, X, Y, -lr, steps),
            "T2 old gradient": wrong.training(gradient_once=True),
            "T5 after every sample": wrong.training(every_sample=True),
            "T5 from the first weights": wrong.training(from_start=True),
            "F3 sum": lambda params, X, Y, lr, steps: ref.train(params, X, Y, lr * len(X), steps),
            "T9 no rate": lambda params, X, Y, _lr, steps: ref.train(params, X, Y, 1.0, steps),
            "V3 one loss more": wrong.training(losses_after=True, losses_before=True),
            "T11 loss after the step": wrong.training(losses_after=True, losses_before=False),
            "V3 one step less": lambda params, X, Y, lr, steps: ref.train(params, X, Y, lr, steps - 1),
            "T11 loss of the last sample": wrong.training(last_sample=True),
            "T8 not trained": lambda params, X, Y, lr, steps: (params, ref.train(params, X, Y, lr, steps)[1]),
        },
    ),
)


# -- 09.5 solve_xor ------------------------------------------------------------------------------------

solve_xor = Exercise(
    id="solve_xor",
    number="09.5",
    chapter=CHAPTER,
    parameters=("seed",),
    returns=cases.XOR,
    draw=lambda rng: [(int(seed),) for seed in rng.integers(10**6, size=2)],
    truth=lambda _seed: tuple(map(exact, (1.0, 0.0, 4.0, 0.0))),
    probe=cases.probe_xor,
    reading=cases.read_xor,
    mistakes=known_mistakes(
        CHAPTER,
        "solve_xor",
        {
            "T12 zero start": lambda _seed: wrong.constant(0.0),
            "T12 too few steps": lambda seed: ref.xor_start(4, seed),
            "F1 opposite": lambda _seed: wrong.TURNED,
            "V1 or": lambda _seed: wrong.OR,
            "V1 and": lambda _seed: wrong.AND,
        },
    ),
)


# -- 09.6 twins ----------------------------------------------------------------------------------------

twins = Exercise(
    id="twins",
    number="09.6",
    chapter=CHAPTER,
    parameters=("Ws", "bs"),
    returns=("twins",),
    draw=cases.hidden_layers,
    truth=lambda Ws, bs: (exact(float(ref.twins(cases.params_of(Ws, bs)))),),
    probe=cases.probe_twins,
    place=lambda Ws, _bs: f"{layer_sizes(Ws)}, hidden weights {np.round(Ws[0], 3).tolist()}",
    mistakes=known_mistakes(
        CHAPTER,
        "twins",
        {
            "C7 incoming only": wrong.alike(lambda W1, b1, _W2: np.column_stack([W1, b1])),
            "C7 outgoing only": wrong.alike(lambda _W1, _b1, W2: W2.T),
            "C22 bias forgotten": wrong.alike(lambda W1, _b1, W2: np.column_stack([W1, W2.T])),
            "D15 nearly counts": wrong.alike(
                lambda W1, b1, W2: np.asarray(np.column_stack([W1, b1, W2.T]).round(2))
            ),
            "D16 neighbours only": wrong.neighbours_alike,
            "D16 all must be alike": wrong.all_alike,
            "F1 turned": lambda params: not ref.twins(params),
        },
    ),
)


# -- 09.7 momentum_step --------------------------------------------------------------------------------


def _moving(vel: Callable[..., Any], change: Callable[..., Any] = lambda new, _old, lr: -lr * new) -> Any:
    """`momentum_step` with another vel(old, slope, lr, beta), or another change(new, old, lr)."""

    def momentum_step(params: Any, grads: Any, vels: Any, lr: float, beta: float) -> Any:
        new = [
            tuple(vel(v, g, lr, beta) for v, g in zip(vs, gs, strict=True))
            for vs, gs in zip(vels, grads, strict=True)
        ]
        moved = [
            tuple(p + change(n, v, lr) for p, n, v in zip(ps, ns, vs, strict=True))
            for ps, ns, vs in zip(params, new, vels, strict=True)
        ]
        return moved, new

    return momentum_step


def _right_vel(v: Any, g: Any, _lr: float, beta: float) -> Any:
    return beta * v + g


momentum_step = Exercise(
    id="momentum_step",
    number="09.7",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "dWs", "dbs", "vWs", "vbs", "lr", "beta"),
    returns=cases.MOVED,
    draw=cases.movements,
    truth=cases.true_movement,
    probe=cases.probe_momentum,
    place=lambda Ws, *others: f"{layer_sizes(Ws)}, lr = {others[-2]:g}, beta = {others[-1]:g}",
    mistakes=known_mistakes(
        CHAPTER,
        "momentum_step",
        {
            "T1 uphill": _moving(_right_vel, lambda new, _old, lr: lr * new),
            "T13 no memory": _moving(lambda _v, g, _lr, _beta: g),
            "T13 old velocity": _moving(_right_vel, lambda _new, old, lr: -lr * old),
            "T13 beta on the gradient": _moving(lambda v, g, _lr, beta: v + beta * g),
            "T13 mixed": _moving(lambda v, g, _lr, beta: beta * v + (1 - beta) * g),
            "T13 beta left out": _moving(lambda v, g, _lr, _beta: v + g),
            "T13 velocity not handed back": lambda params, grads, vel, lr, beta: (
                ref.momentum_step(params, grads, vel, lr, beta)[0],
                vel,
            ),
            "T9 rate in the velocity": _moving(
                lambda v, g, lr, beta: beta * v + lr * g, lambda new, _old, _lr: -new
            ),
            "T9 rate twice": _moving(lambda v, g, lr, beta: beta * v + lr * g),
        },
    ),
)

quiz_09 = Quiz(id="quiz_09", number="09.8", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_09"))

EXERCISES = (
    mean_gradients,
    step,
    early_update_gap,
    train,
    solve_xor,
    twins,
    momentum_step,
    quiz_09,
)
