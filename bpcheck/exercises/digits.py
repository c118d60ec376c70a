"""NB11, real digits: mini-batches, training, step sizes, noise and depth.

What is random in an answer is judged by what must hold of it; all else against exact numbers.

Imports: numpy, bpcheck.gradcheck, bpcheck.reference, bpcheck.exercises.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from bpcheck.exercises import digits_cases as cases
from bpcheck.exercises import digits_wrong as wrong
from bpcheck.exercises.model import Exercise, Quiz
from bpcheck.exercises.prose import known_mistakes, quiz_questions
from bpcheck.gradcheck.compare import exact
from bpcheck.reference import batch as ref

CHAPTER = "11_digits"

# -- 11.1 minibatches ----------------------------------------------------------------------------------

minibatches = Exercise(
    id="minibatches",
    number="11.1",
    chapter=CHAPTER,
    parameters=("N", "B", "seed"),
    returns=cases.FAULTS,
    draw=lambda rng: [(N, B, int(rng.integers(10**6))) for N, B in ((17, 5), (24, 8), (30, 7), (12, 12))][:3],
    truth=lambda *_case: (exact(0.0),) * 5,
    probe=cases.probe_minibatches,
    reading=cases.read_minibatches,
    mistakes=known_mistakes(
        CHAPTER,
        "minibatches",
        {
            "T3 last batch dropped": lambda N, B, rng: wrong.cut(rng.permutation(N)[: N // B * B], B),
            "T3 last batch filled": wrong.filled_up,
            "T3 with replacement": lambda N, B, rng: wrong.cut(rng.integers(N, size=N), B),
            "T3 so many batches": lambda N, B, rng: np.array_split(rng.permutation(N), B),
            "T14 not mixed": lambda N, B, _rng: wrong.cut(np.arange(N), B),
            "T14 mixed inside only": lambda N, B, rng: [
                rng.permutation(b) for b in wrong.cut(np.arange(N), B)
            ],
            "T14 the same again": lambda N, B, _rng: wrong.cut(np.random.default_rng(0).permutation(N), B),
        },
    ),
)


# -- 11.2 accuracy -------------------------------------------------------------------------------------


def _said(by: Callable[[Any, Any], Any]) -> Any:
    """`accuracy` made otherwise from the scores and the labels."""
    return lambda params, X, y: by(ref.mlp_forward(params, X).Z[-1], y)


accuracy = Exercise(
    id="accuracy",
    number="11.2",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "X", "y"),
    returns=("accuracy",),
    draw=cases.classified,
    truth=lambda Ws, bs, X, y: (exact(ref.accuracy(cases.params_of(Ws, bs), X, y)),),
    probe=cases.probe_params,
    place=cases.in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "accuracy",
        {
            "C23 along the samples": _said(lambda Z, y: float((Z.argmax(axis=0) == y).mean())),
            "V2 error rate": _said(lambda Z, y: float((Z.argmax(axis=1) != y).mean())),
            "V11 counted": _said(lambda Z, y: float((Z.argmax(axis=1) == y).sum())),
            "F6 percent": _said(lambda Z, y: 100 * float((Z.argmax(axis=1) == y).mean())),
            "F1 smallest score": _said(lambda Z, y: float((Z.argmin(axis=1) == y).mean())),
            "V1 mean probability": _said(lambda Z, y: float(ref.softmax(Z)[np.arange(len(y)), y].mean())),
        },
    ),
)


# -- 11.3 fit ------------------------------------------------------------------------------------------

fit = Exercise(
    id="fit",
    number="11.3",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "X", "y", "lr", "B", "epochs", "seed"),
    returns=cases.FITTED,
    draw=cases.fits,
    truth=cases.true_fit,
    probe=cases.probe_fit,
    reading=cases.read_fit,
    place=cases.fit_in_words,
    mistakes=known_mistakes(
        CHAPTER,
        "fit",
        {
            "T1 uphill": wrong.fit(rate=lambda lr, _b: -lr),
            "F3 sum": wrong.fit(rate=lambda lr, b: lr * b),
            "T7 divided twice": wrong.fit(rate=lambda lr, b: lr / b),
            "T9 no rate": wrong.fit(rate=lambda _lr, _b: 1.0),
            "T2 gradient of the start": wrong.fit(old_gradient=True),
            "T5 one step an epoch": wrong.fit(one_step=True),
            "T5 a step after every sample": wrong.fit(size=1),
            "T3 last batch dropped": wrong.fit(drop_last=True),
            "T11 loss before the epoch": wrong.fit(loss_before=True),
            "T11 loss of the last batch": wrong.fit(loss_of_batch=True),
            "V3 one epoch less": wrong.fit(epochs_less=1),
        },
    ),
)


# -- 11.4 diagnose -------------------------------------------------------------------------------------

diagnose = Exercise(
    id="diagnose",
    number="11.4",
    chapter=CHAPTER,
    parameters=("curves",),
    returns=("words",),
    draw=cases.curves,
    truth=lambda table: (
        exact(np.array([cases.WORDS.index(cases.verdict(row)) for row in table], dtype=float)),
    ),
    probe=cases.probe_diagnose,
    place=lambda table: f"{len(table)} curves (0 is too small, 1 good, 2 too large, 3 diverged)",
    mistakes=known_mistakes(
        CHAPTER,
        "diagnose",
        {
            "D9 nan let through": wrong.judging(finite=False),
            "D8 wobble not seen": wrong.judging(wobble=False),
            "D15 one limit for all": wrong.judging(limit=1.0),
            "D10 judged on the way": wrong.judging(any_rise=True),
            "V2 small and large exchanged": wrong.exchanged,
        },
    ),
)


# -- 11.5 max_stable_lr --------------------------------------------------------------------------------

max_stable_lr = Exercise(
    id="max_stable_lr",
    number="11.5",
    chapter=CHAPTER,
    parameters=("H",),
    returns=("lr",),
    draw=cases.bowls,
    truth=lambda H: (exact(ref.max_stable_lr(H)),),
    mistakes=known_mistakes(
        CHAPTER,
        "max_stable_lr",
        {
            "F2 one over": lambda H: 1 / np.linalg.eigvalsh(H).max(),
            "V2 flattest direction": lambda H: 2 / np.linalg.eigvalsh(H).min(),
            "V11 all directions added": lambda H: 2 / np.trace(H),
            "V1 largest entry": lambda H: 2 / np.abs(H).max(),
            "V1 length of the table": lambda H: 2 / np.linalg.norm(H),
            "V1 turned over": lambda H: np.linalg.eigvalsh(H).max() / 2,
        },
    ),
)


# -- 11.6 gradient_noise -------------------------------------------------------------------------------


def _noise(distance: Callable[[Any], Any], over: Callable[[Any], Any] = np.mean) -> Any:
    """`gradient_noise` with another distance of the difference, or another way to put them together."""

    def gradient_noise(params: Any, X: Any, y: Any, batches: Any) -> float:
        full = ref.flat(ref.gradients(params, X, y)[1])
        return float(over([distance(ref.flat(ref.gradients(params, X[b], y[b])[1]) - full) for b in batches]))

    return gradient_noise


gradient_noise = Exercise(
    id="gradient_noise",
    number="11.6",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "X", "y", "batches"),
    returns=("noise",),
    draw=cases.noisy,
    truth=lambda Ws, bs, X, y, batches: (exact(ref.gradient_noise(cases.params_of(Ws, bs), X, y, batches)),),
    probe=cases.probe_params,
    place=lambda Ws, bs, X, _y, batches: (
        f"{cases.in_words(Ws, bs, X)}, {len(batches)} batches of {len(batches[0])}"
    ),
    mistakes=known_mistakes(
        CHAPTER,
        "gradient_noise",
        {
            "V11 not squared": _noise(lambda gap: np.linalg.norm(gap)),
            "V11 mean over the entries": _noise(lambda gap: (gap**2).mean()),
            "V11 added over the batches": _noise(lambda gap: (gap**2).sum(), np.sum),
            "D13 root at the end": _noise(lambda gap: (gap**2).sum(), lambda found: np.sqrt(np.mean(found))),
            "V1 beside their own mean": wrong.beside_their_mean,
            "D8 biases forgotten": wrong.weights_only,
            "F3 sums": wrong.of_sums,
        },
    ),
)


# -- 11.7 layer_norms ----------------------------------------------------------------------------------


def _norms(of: Callable[[Any, Any, Any, Any], Any]) -> Any:
    """`layer_norms` of other numbers of each layer: of(W, b, dW, db)."""

    def layer_norms(params: Any, X: Any, y: Any, phi: str) -> Any:
        grads = ref.gradients(params, X, y, phi)[1]
        return np.array([of(W, b, dW, db) for (W, b), (dW, db) in zip(params, grads, strict=True)])

    return layer_norms


layer_norms = Exercise(
    id="layer_norms",
    number="11.7",
    chapter=CHAPTER,
    parameters=("Ws", "bs", "X", "y", "phi"),
    returns=("norms",),
    draw=cases.deep,
    truth=lambda Ws, bs, X, y, phi: (exact(ref.layer_norms(cases.params_of(Ws, bs), X, y, phi)),),
    probe=cases.probe_params,
    place=lambda Ws, bs, X, _y, phi: f"{cases.in_words(Ws, bs, X)}, {phi}",
    mistakes=known_mistakes(
        CHAPTER,
        "layer_norms",
        {
            "V1 of the weights": _norms(lambda W, _b, _dW, _db: np.linalg.norm(W)),
            "V1 of the biases": _norms(lambda _W, _b, _dW, db: np.linalg.norm(db)),
            "V11 squares": _norms(lambda _W, _b, dW, _db: (dW**2).sum()),
            "V11 mean size": _norms(lambda _W, _b, dW, _db: np.abs(dW).mean()),
            "V11 sum of sizes": _norms(lambda _W, _b, dW, _db: np.abs(dW).sum()),
            "V2 last layer first": lambda params, X, y, phi: ref.layer_norms(params, X, y, phi)[::-1],
            "F3 of the sum": lambda params, X, y, phi: len(X) * ref.layer_norms(params, X, y, phi),
            "C3 always tanh": lambda params, X, y, _phi: ref.layer_norms(params, X, y, "tanh"),
        },
    ),
)

quiz_11 = Quiz(id="quiz_11", number="11.8", chapter=CHAPTER, questions=quiz_questions(CHAPTER, "quiz_11"))

EXERCISES = (
    minibatches,
    accuracy,
    fit,
    diagnose,
    max_stable_lr,
    gradient_noise,
    layer_norms,
    quiz_11,
)
