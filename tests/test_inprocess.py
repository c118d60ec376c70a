"""A student's function is stopped, heard and survived."""

import _thread
import sys
import threading
import time
import warnings

import pytest

from bpcheck.errors import AnswerTimedOut
from bpcheck.inprocess import InProcess


def endless(x):
    while True:
        x += 1


def test_a_function_without_end_is_given_up_at_the_limit():
    with pytest.raises(AnswerTimedOut, match=r"Stopped after 0\.2 s"):
        InProcess(endless, 0.2)(1)


def still_running():
    mine = (thread for thread in threading.enumerate() if thread.name == "bpcheck answer")
    return [thread for thread in mine if thread.is_alive()]


def test_a_stopped_function_leaves_no_thread_that_burns_on():
    with pytest.raises(AnswerTimedOut, match="Stopped after"):
        InProcess(endless, 0.1)(1)

    assert still_running() == []


def test_a_function_that_cannot_be_stopped_is_left_behind_and_said_to_go_on():
    end = threading.Event()
    with pytest.raises(AnswerTimedOut, match=r"cannot be stopped.*restart the kernel"):
        InProcess(end.wait, 0.1)(30)
    end.set()
    for thread in still_running():
        thread.join()


def test_the_stop_button_ends_the_answer_with_a_sentence():
    threading.Timer(0.2, _thread.interrupt_main).start()
    with pytest.raises(AnswerTimedOut, match="Stopped by you"):
        InProcess(endless, 20)(1)

    assert still_running() == []


def test_the_limit_holds_for_all_calls_together():
    asked = InProcess(lambda: time.sleep(0.15), 0.4)
    asked()
    asked()
    with pytest.raises(AnswerTimedOut):
        asked()
    for thread in still_running():
        thread.join()


def test_without_threads_an_endless_loop_is_stopped_too(monkeypatch):
    """The browser's Python cannot start a thread."""

    def no_threads(_self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", no_threads)
    before = sys.gettrace()

    assert InProcess(lambda x: x + 1, 5.0)(1) == 2
    with pytest.raises(AnswerTimedOut):
        InProcess(endless, 0.2)(1)
    assert sys.gettrace() is before


def test_prints_and_warnings_are_kept_and_nothing_reaches_the_terminal(capfd):
    def chatty():
        print("hello")
        print("oh", file=sys.stderr)
        warnings.warn("careful", stacklevel=1)
        return 1

    asked = InProcess(chatty, 1.0)

    assert asked() == 1
    assert asked.printed == "hello\noh\n"
    assert asked.warned == ["UserWarning: careful"]
    assert capfd.readouterr() == ("", "")


def test_an_exception_arrives_with_its_own_traceback():
    with pytest.raises(ZeroDivisionError) as caught:
        InProcess(lambda x: x / 0, 1.0)(1)

    assert any(entry.name == "<lambda>" for entry in caught.traceback)


def test_exit_is_an_exception_and_not_the_end():
    with pytest.raises(SystemExit):
        InProcess(lambda: sys.exit(3), 1.0)()
