"""IPython's shell for a notebook that nobody sits before: its outputs are collected as nbformat outputs.

What needs a terminal, a browser or a system shell is refused with a sentence, and the cell goes on.

Imports: IPython, the siblings `capture` and `outputs`.
"""

from __future__ import annotations

import builtins
import getpass
import sys
from base64 import b64encode
from typing import Any, NoReturn

from IPython.core.async_helpers import get_asyncio_loop
from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.error import StdinNotImplementedError
from IPython.core.interactiveshell import InteractiveShell
from traitlets import Type
from traitlets.config import Config

from bpcheck.sandbox.capture import Capture, Stream
from bpcheck.sandbox.outputs import JSON, structured

capture = Capture()  # of this process; there is one shell and one cell at a time

SCRIPTS = ("script", "bash", "sh", "perl", "ruby", "python", "python2", "python3", "pypy", "cmd")


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """What `display` shows."""

    def publish(
        self, data: Any, metadata: Any = None, *_: Any, transient: Any = None, update: bool = False, **__: Any
    ) -> None:
        self._validate_data(data, metadata)
        output = {"output_type": "display_data", **_bundle(data, metadata)}
        capture.add(output, (transient or {}).get("display_id"), update)

    def clear_output(self, wait: bool = False) -> None:
        capture.clear(wait)


class _Hook(DisplayHook):  # type: ignore[misc]
    """The value of a cell's last line."""

    def write_output_prompt(self) -> None:
        pass  # the number goes with the output

    def write_format_data(self, format_dict: Any, md_dict: Any = None) -> None:
        result = {"output_type": "execute_result", **_bundle(format_dict, md_dict)}
        capture.add({**result, "execution_count": self.prompt_count})

    def finish_displayhook(self) -> None:
        self._is_active = False


class Shell(InteractiveShell):  # type: ignore[misc]
    """IPython as a notebook knows it, without terminal, history and system shell."""

    displayhook_class = Type(_Hook)
    display_pub_class = Type(_Publisher)

    def _showtraceback(self, etype: Any, evalue: Any, stb: Any) -> None:
        lines = stb if isinstance(stb, list) else [stb]
        error = {"output_type": "error", "ename": etype.__name__, "evalue": str(evalue), "traceback": lines}
        capture.add(error)

    def system(self, cmd: Any) -> None:
        """Refuse `!command` politely."""
        _no_shell(f"!{cmd}")
        self.user_ns["_exit_code"] = 127

    system_raw = system_piped = system

    def getoutput(self, cmd: Any, split: bool = True, depth: int = 0) -> Any:  # noqa: ARG002 - IPython's names
        """Refuse `x = !command` politely."""
        _no_shell(f"!{cmd}")
        return [] if split else ""

    def enable_gui(self, gui: Any = None) -> None:
        """No window will open; figures are shown in the notebook."""

    def ask_exit(self) -> NoReturn:
        """End the cell: `exit()` is no order to the grader."""
        raise SystemExit


def _bundle(data: Any, metadata: Any) -> dict[str, Any]:
    bundle = {}
    for mime, value in data.items():
        if isinstance(value, bytes):
            bundle[mime] = b64encode(value).decode()
        elif isinstance(value, str) or JSON.fullmatch(mime):
            bundle[mime] = value if isinstance(value, str) else structured(value)
        else:
            bundle[mime] = str(value)
    return {"data": bundle, "metadata": structured(metadata or {}) or {}}


def _no_shell(command: str) -> None:
    print(
        f"Not run: {command.splitlines()[0]:.80}   (there is no system shell where answers are graded)",
        file=sys.stderr,
    )


def _no_input(*_: Any, **__: Any) -> NoReturn:
    raise StdinNotImplementedError("input() was called, but nobody sits before this notebook to answer.")


def make() -> Shell:
    """The shell of this process, ready for a notebook; call it once, in the zygote."""
    quiet = Config()
    quiet.HistoryManager.enabled = False  # it writes a file, from a thread
    quiet.InteractiveShell.colors = "neutral"
    quiet.InteractiveShell.autoindent = False
    shell: Shell = Shell.instance(config=quiet)
    builtins.input = _no_input
    getpass.getpass = _no_input
    for name in SCRIPTS:
        if name in shell.magics_manager.magics["cell"]:
            shell.magics_manager.magics["cell"][name] = _refuse_script
    sys.stdout, sys.stderr = Stream("stdout", capture), Stream("stderr", capture)
    _warm_up(shell)
    return shell


def _refuse_script(line: str, cell: str = "") -> None:
    _no_shell(f"%%script {line} {cell.strip()}")


def _warm_up(shell: Shell) -> None:
    """Import now, once, what the first cell, figure and error of every notebook would import."""
    capture.begin(1 << 20)
    for cell in (
        "%matplotlib inline",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]); plt.title('$x$')",
        "1/0",
        "%timeit -n1 -r1 1",
        "import asyncio; await asyncio.sleep(0)",
        "display({'a': [1]})",
    ):
        shell.run_cell(cell, store_history=False)
    # SECURITY: an event loop that children inherit is one kernel object for all of them.
    get_asyncio_loop().close()
    _draw_once(shell)
    _close_fonts()
    shell.reset(new_session=True)
    capture.finish()


def _draw_once(shell: Shell) -> None:
    """The inline backend draws every figure that it shows; pyplot would draw each a first time, for nothing."""
    import matplotlib.pyplot as plt

    draws = getattr(plt, "_draw_all_if_interactive", None)
    if draws in shell.events.callbacks["post_execute"]:
        shell.events.unregister("post_execute", draws)


def _close_fonts() -> None:
    """Forget fonts that are open: the child closes their files."""
    from matplotlib import font_manager, mathtext

    for holder, name in (
        (font_manager, "get_font"),
        (font_manager, "_get_font"),
        (mathtext.MathTextParser, "_parse_cached"),
    ):
        forget = getattr(getattr(holder, name, None), "cache_clear", None)
        if forget is not None:
            forget()
