"""bpcheck and its peers on the same gradients, in one run: `python benchmarks/gradcheck_corpus.py [--failures] [--naming]`.

The cases are those of tests/corpus. Peers that are not installed are skipped. scipy, torch, numdifftools and the
rule of the courses compare entry by entry; of an array with more than LIMIT entries they get the wrong ones
(as many as LIMIT / 2) and a random sample of the others, so that their verdict is that on the whole array, and their
evaluations and time are scaled up to it. Form faults that break the user's own flattening count as detected.
"""

import argparse
import contextlib
import statistics
import sys
import time
from pathlib import Path

import numpy as np

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))
sys.path.append(str(ROOT))  # last: PYTHONPATH may name another bpcheck to be judged

import corpus  # noqa: E402  (the folder tests/corpus, now first on the path)
from corpus.case import arranged, by_name, called  # noqa: E402
from corpus.score import Answer, Counter, OutOfBudgetError, ask_bpcheck, quiet  # noqa: E402

LIMIT = 100  # entries of a case that an entry-wise peer is asked about
TINY = 1e-300


class Flat:
    """A case as people hand it to an entry-wise checker: one vector in, one number or one vector out."""

    def __init__(self, case):
        self.case, self.counter = case, Counter(case.loss)
        self.whole = np.concatenate([x.ravel() for x in case.params.values()])
        self.chosen = self._choose()
        self.scale = max(1.0, self.whole.size / max(1, self.chosen.size))
        self.start = self.whole[self.chosen]

    def _choose(self):
        n = self.whole.size
        if n <= LIMIT:
            return np.arange(n)
        masks = self.case.wrong_entries or {}
        marks = np.concatenate(
            [np.ravel(masks.get(name, np.zeros(x.shape))) for name, x in self.case.params.items()]
        )
        rng = np.random.default_rng(0)
        wrong = rng.permutation(np.flatnonzero(marks))[: LIMIT // 2]
        others = rng.permutation(np.flatnonzero(marks == 0))[: LIMIT - len(wrong)]
        return np.sort(np.concatenate([wrong, others]))

    def _point(self, v):
        whole, params, begin = self.whole.copy(), {}, 0
        whole[self.chosen] = v
        for name, x in self.case.params.items():
            params[name] = whole[begin : begin + x.size].reshape(x.shape)
            begin += x.size
        return arranged(params, self.case.arrangement)

    def loss(self, v):
        """The loss at the vector `v`, as a float."""
        return float(called(self.counter.loss, self._point(v), self.case.arrangement))

    def gradient(self, v):
        """The gradient under test at the vector `v`, flattened as people do."""
        try:
            value = self.case.gradient
            if callable(value):
                value = called(value, self._point(v), self.case.arrangement)
            parts = [np.ravel(np.asarray(x, dtype=float)) for x in by_name(value, self.case).values()]
            return np.concatenate(parts)[self.chosen]
        except Exception as error:
            raise NoVectorError from error


class NoVectorError(Exception):
    """What was handed in cannot even be flattened: its author notices, whichever checker is used."""


def relative_error_rule(flat):
    """The rule of the courses: central differences with h = 1e-5; worst relative error of an entry."""
    h, mine, worst = 1e-5, flat.gradient(flat.start), 0.0
    for i in range(len(flat.start)):
        step = h * (np.arange(len(flat.start)) == i)
        numeric = (flat.loss(flat.start + step) - flat.loss(flat.start - step)) / (2 * h)
        gap = abs(mine[i] - numeric) / max(abs(mine[i]), abs(numeric), TINY)
        worst = max(worst, gap if np.isfinite(gap) else np.inf)
    return worst


def scipy_check_grad(flat):
    """Its norm of all differences, beside the norm of the gradient: it names no threshold itself."""
    from scipy.optimize import check_grad

    error = check_grad(flat.loss, flat.gradient, flat.start)
    size = np.linalg.norm(flat.gradient(flat.start))
    return error / size if size else error


def torch_gradcheck(**options):
    """0.0 if it agrees, 1.0 if not: the loss and its gradient as a custom Function in float64."""

    def ask(flat):
        import torch

        class Loss(torch.autograd.Function):
            @staticmethod
            def forward(context, v):
                context.save_for_backward(v)
                return torch.tensor(flat.loss(v.detach().numpy().copy()), dtype=torch.float64)

            @staticmethod
            def backward(context, upstream):
                (v,) = context.saved_tensors
                return upstream * torch.tensor(flat.gradient(v.detach().numpy().copy()))

        v = torch.tensor(flat.start, dtype=torch.float64, requires_grad=True)
        return float(not torch.autograd.gradcheck(Loss.apply, (v,), raise_exception=False, **options))

    return ask


def numdifftools_gradient(flat):
    """Largest difference beside ten of its own error estimates and 1e-8 of the entry."""
    import numdifftools

    found = numdifftools.Gradient(flat.loss, full_output=True)(flat.start)
    numeric, error = np.ravel(found.estimate), np.ravel(found.error_estimate)
    gap = np.abs(flat.gradient(flat.start) - numeric) / (10 * error + 1e-8 * np.abs(numeric) + 1e-12)
    return float(np.nan_to_num(gap, nan=np.inf).max())


# Name, module that must be there, the peer, and the score above which it says "wrong". None: the threshold that
# does best on these very cases, in hindsight.
PEERS = (
    ("course rule, rel. error < 1e-5", "numpy", relative_error_rule, 1e-5),
    ("course rule, best in hindsight", "numpy", relative_error_rule, None),
    ("scipy check_grad / norm < 1e-5", "scipy", scipy_check_grad, 1e-5),
    ("scipy check_grad, best in hindsight", "scipy", scipy_check_grad, None),
    ("torch gradcheck, as documented", "torch", torch_gradcheck(), 0.5),
    ("torch gradcheck, atol 1e-8 rtol 1e-5", "torch", torch_gradcheck(atol=1e-8, rtol=1e-5), 0.5),
    ("torch gradcheck, fast mode", "torch", torch_gradcheck(fast_mode=True), 0.5),
    ("numdifftools, ten of its errors", "numdifftools", numdifftools_gradient, 1.0),
)


def ask_peer(case, peer):
    """(score, evaluations, seconds); the score is NaN where the peer raised or ran out of budget."""
    started, flat = time.perf_counter(), None
    with quiet():
        try:
            flat = Flat(case)
            score = peer(flat) if flat.start.size else 0.0
        except NoVectorError:
            score = np.inf
        except (Exception, OutOfBudgetError):
            score = np.nan
    scale = flat.scale if flat else 1.0
    calls = flat.counter.calls if flat else 0
    return score, int(calls * scale), (time.perf_counter() - started) * scale


def answers_of(cases, peer, threshold, memory):
    if peer not in memory:
        memory[peer] = [(case, *ask_peer(case, peer)) for case in cases()]
    asked = memory[peer]
    if threshold is None:
        scores = np.array([score for _, score, _, _ in asked])
        right = np.array([case.right for case, *_ in asked])
        candidates = 10.0 ** np.arange(-10, 0, 0.25)
        gain = [(scores[~right] > t).mean() - (scores[right] > t).mean() for t in candidates]
        threshold = candidates[int(np.argmax(gain))]
        print(f"    best threshold in hindsight: {threshold:.1e}")
    for case, score, calls, seconds in asked:
        verdict = "refused" if np.isnan(score) else "wrong" if score > threshold else "right"
        yield Answer(case, verdict, evaluations=calls, seconds=seconds)


def percent(part, of):
    return f"{100 * part / of:6.1f}" if of else "     -"


def row(name, answers):
    wrong = [a for a in answers if not a.case.right]
    right = [a for a in answers if a.case.right]
    located = [a.located for a in wrong if a.located is not None]
    named = [a.named for a in wrong if a.named is not None and a.arrays is not None]
    calls = [a.evaluations for a in right]
    stray = sum(a.open for a in right if not a.may_stay_open)
    return (
        f"{name:<38}{percent(sum(a.verdict == 'wrong' for a in wrong), len(wrong))}"
        f"{percent(sum(a.alarmed for a in right), len(right))}"
        f"{sum(a.open for a in wrong):7}{sum(a.open for a in right):6}{stray:6}"
        f"{percent(sum(located), len(located))}{percent(sum(named), len(named))}"
        f"{statistics.median(calls):8.0f}{max(calls):9}{sum(a.seconds for a in answers):8.0f}"
    )


HEAD = (
    f"{'':38}{'detect':>6}{'alarm':>6}{'open':>7}{'open':>6}{'stray':>6}{'locat':>6}{'named':>6}"
    f"{'evals':>8}{'largest':>9}{'seconds':>8}\n"
    f"{'':38}{'%':>6}{'%':>6}{'wrong':>7}{'right':>6}{'':6}{'%':>6}{'%':>6}{'of right ones':>17}"
)


def details(answers):
    """By family of cases, and by group of codes: only for a checker that says this much."""
    print("\nbpcheck by family       wrong passed  open   right alarms  open")
    for family in dict.fromkeys(a.case.family for a in answers):
        mine = [a for a in answers if a.case.family == family]
        wrong, right = [a for a in mine if not a.case.right], [a for a in mine if a.case.right]
        print(
            f"    {family:<18}{len(wrong):7}{sum(a.passed for a in wrong):7}{sum(a.open for a in wrong):6}"
            f"{len(right):8}{sum(a.alarmed for a in right):7}{sum(a.open for a in right):6}"
        )
    print("\nbpcheck by group of codes: named of those that have one")
    for group in "GFCDV":
        named = [a.named for a in answers if a.case.code.startswith(group) and a.named is not None]
        print(f"    {group}  {sum(named):4} of {len(named)}")
    false = [a for a in answers if a.misnamed]
    unnamed = [a for a in answers if not a.case.right and not a.case.code and a.codes]
    print(f"    another name given: {len(false)}; a name where the corpus has none: {len(unnamed)}")


def naming(cases):
    """How many wrong gradients get their name, by where names come from; only bpcheck gives any."""
    print("\nnames given              with a code   named     %  only others  named without a code")
    for title, tape in (
        ("from numbers alone", ""),
        ("and the loss on a tape", "loss"),
        ("or a reference", "reference"),
    ):
        answers = [ask_bpcheck(case, tape) for case in cases() if not case.right]
        coded = [a for a in answers if a.case.code]
        named = sum(bool(a.named) for a in coded)
        free = sum(bool(a.codes - {"G9"}) for a in answers if not a.case.code)
        others = [a for a in coded if a.misnamed]
        print(
            f"{title:<25}{len(coded):11}{named:8}{percent(named, len(coded))}{len(others):13}{free:22}",
            flush=True,
        )
        for a in others:
            print(f"    {a.case.name}: {a.case.code}, called {', '.join(sorted(a.codes))}")


def failures(name, answers):
    found = [a for a in answers if a.fails]
    print(f"\n{name}: {len(found)} of {len(answers)} not as they should be")
    for a in found:
        print(
            f"  {'right' if a.case.right else 'WRONG'} called {a.verdict:<10} {a.case.name}   [{a.case.kind}] {a.said[:110]}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--failures", action="store_true", help="list the cases that each gets wrong")
    parser.add_argument("--alone", action="store_true", help="bpcheck without its peers")
    parser.add_argument("--naming", action="store_true", help="only count names, by where they come from")
    parser.add_argument("--only", default="", help="cases whose name holds this text")
    chosen = parser.parse_args()
    names = [name for name in corpus.names() if chosen.only in name]

    def cases():
        return (corpus.build(name, chosen.seed) for name in names)  # afresh for each: some have a memory

    if chosen.naming:
        naming(cases)
        return
    first = [case.right for case in cases()]
    print(
        f"seed {chosen.seed}: {len(first)} gradients, {first.count(False)} wrong, {first.count(True)} right\n{HEAD}"
    )
    table = [("bpcheck", [ask_bpcheck(case) for case in cases()])]
    print(row(*table[0]), flush=True)
    memory: dict[object, list[tuple[object, ...]]] = {}
    for name, module, peer, threshold in () if chosen.alone else PEERS:
        with contextlib.suppress(ImportError):
            __import__(module)
            table.append((name, list(answers_of(cases, peer, threshold, memory))))
            print(row(*table[-1]), flush=True)
            continue
        print(f"{name:<38}  skipped: {module} is not installed")
    print(
        f"\nEntry-wise peers were asked about at most {LIMIT} entries of a case, the wrong ones among them; their"
    )
    print(
        "evaluations and seconds are scaled up to all entries. Open: undecided, refused, or over the budget;"
    )
    print(
        "'stray' are the open right ones that are not at a kink. Evaluations: median and largest, right ones only."
    )
    details(table[0][1])
    for name, answers in table if chosen.failures else ():
        failures(name, answers)


if __name__ == "__main__":
    main()
