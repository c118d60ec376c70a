"""Calls a student's function where it lives, in this process, and comes back whatever it does.

The function runs in a thread of its own: an endless loop is stopped from outside at the time limit, and
even one that cannot be stopped leaves the kernel alive. What it prints and warns is kept, so that nothing
of it reaches stderr (nbgrader gives 0 points for that). This is no wall: grading has the sandbox.

Imports: bpcheck.errors; IPython if it is there.
"""

from __future__ import annotations

import contextlib
import ctypes
import inspect
import io
import sys
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn

from bpcheck.errors import AnswerTimedOut

PATIENCE = 0.5  # seconds for attempts to stop a function that does not want to; then it is left to itself
TICK = 0.02  # seconds between two attempts, or between two looks at the stop button


@dataclass(slots=True)
class InProcess:
    """A callable that asks `function` under a time limit; collects what it said on the side.

    Parameters
    ----------
    function : the student's
    seconds : for all calls together
    """

    function: Callable[..., Any]
    seconds: float
    printed: str = ""
    warned: list[str] = field(default_factory=list)
    used: float = 0.0  # seconds that all calls so far took

    @property
    def __signature__(self) -> inspect.Signature:
        """That of the function: `inspect.signature` looks here first."""
        return inspect.signature(self.function)

    def __call__(self, *args: Any) -> Any:
        """The function's result, or its exception; AnswerTimedOut when the time is over."""
        started = time.monotonic()
        out = io.StringIO()
        try:
            with _collected(out, self.warned), _exit_kept_from_the_kernel():
                return self._limited(args)
        finally:
            self.used += time.monotonic() - started
            self.printed = self.printed or out.getvalue()  # every call prints much the same

    def _limited(self, args: tuple[Any, ...]) -> Any:
        result: list[Any] = []
        error: list[BaseException] = []

        def run() -> None:
            try:
                result.append(self.function(*args))
            except BaseException as raised:  # carried over to the caller's thread, SystemExit too
                error.append(raised)

        thread = threading.Thread(target=run, daemon=True, name="bpcheck answer")
        try:
            thread.start()
        except RuntimeError:  # the browser's Python has no threads
            return _traced(self.function, args, self.seconds - self.used)
        try:
            _wait(thread, self.seconds - self.used)
        except KeyboardInterrupt:  # the kernel's stop button
            _stop(thread)
            raise AnswerTimedOut("G12", "Stopped by you, before it gave an answer.") from None
        if thread.is_alive():
            _stop(thread)
            raise _timed_out(self.seconds, still_running=thread.is_alive())
        if error:
            raise error[0]
        return result[0]


def _timed_out(seconds: float, still_running: bool = False) -> AnswerTimedOut:
    sentence = (
        f"Stopped after {seconds:g} s. Probably an endless loop: is there a `while` whose condition never "
        "becomes false? Or a Python loop where one array operation would do."
    )
    if still_running:
        sentence = (
            f"No answer after {seconds:g} s, and it cannot be stopped from outside: it waits for something, or a bare "
            "`except:` catches even the order to stop. It may go on in the background and slow everything down: "
            "restart the kernel. Catch only the exception that you mean, as in `except ValueError:`."
        )
    return AnswerTimedOut("G12", sentence)


def _wait(thread: threading.Thread, seconds: float) -> None:
    """Until `thread` ends or the time is over; in slices, because not every platform interrupts a long wait."""
    give_up = time.monotonic() + seconds
    while thread.is_alive() and time.monotonic() < give_up:
        thread.join(TICK)


def _stop(thread: threading.Thread) -> None:
    """Raise SystemExit in `thread` until it is gone or PATIENCE is over."""
    give_up = time.monotonic() + PATIENCE
    while thread.is_alive() and time.monotonic() < give_up:
        assert thread.ident is not None
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident), ctypes.py_object(SystemExit))
        thread.join(TICK)


def _traced(function: Callable[..., Any], args: tuple[Any, ...], seconds: float) -> Any:
    """Without threads: every line of the function looks at the clock. Slow, but it ends."""
    deadline = time.monotonic() + seconds

    def look(*_: Any) -> Any:
        if time.monotonic() > deadline:
            raise _timed_out(seconds)
        return look

    before = sys.gettrace()
    sys.settrace(look)
    try:
        return function(*args)
    finally:
        sys.settrace(before)


@contextlib.contextmanager
def _collected(out: io.StringIO, warned: list[str]) -> Iterator[None]:
    """What is printed goes to `out`, what is warned to `warned`."""
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(out),
        warnings.catch_warnings(record=True) as caught,
    ):
        warnings.simplefilter("always")
        try:
            yield
        finally:
            warned += [f"{w.category.__name__}: {w.message}" for w in caught]


@contextlib.contextmanager
def _exit_kept_from_the_kernel() -> Iterator[None]:
    """In IPython `exit()` is an order to the kernel; while an answer runs it is an exception."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        yield
        return

    def ask_exit() -> NoReturn:
        raise SystemExit

    before = vars(shell).get("ask_exit")
    shell.ask_exit = ask_exit
    try:
        yield
    finally:
        if before is None:
            del shell.ask_exit
        else:
            shell.ask_exit = before
