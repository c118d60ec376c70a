"""What is in force is found out by trying, said truthfully, and enough at every level to go on grading."""

import os
import signal
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
from pathlib import Path

import as_user
import pytest

from bpcheck import cli
from bpcheck.errors import AnswerTimedOut, SandboxError
from bpcheck.sandbox import Limits, Sandbox, doctor, layers, probe, view
from bpcheck.sandbox.attacks import ATTACKS
from bpcheck.sandbox.doctor import Attempt, Examination, examine, table
from bpcheck.sandbox.layers import EVERY, Layer

HERE = Path(__file__).parent


@pytest.mark.parametrize("level", "ABCD")
def test_cells_run_and_functions_answer_at_every_level(sandbox_at, level):
    with sandbox_at(level).open([("a", "open('x', 'w').write('1')\ndef f(x): return x * 2")]) as session:
        assert session.errors == [None]
        assert session.call("f", 2.0) == 4.0


def test_libraries_that_lie_in_tmp_are_not_covered_by_a_submissions_own_folder(monkeypatch):
    """As in a clone that somebody made in /tmp."""
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        Path(folder, "lies_in_tmp.py").write_text("ANSWER = 42")
        monkeypatch.setenv("PYTHONPATH", folder)
        source = "import lies_in_tmp\nopen('x', 'w').write('1')\ndef f(): return lies_in_tmp.ANSWER"
        with (
            Sandbox.start(preload=("bpcheck", "lies_in_tmp")) as sandbox,
            sandbox.open([("a", source)]) as session,
        ):
            assert session.errors == [None]
            assert session.call("f") == 42


@pytest.fixture
def open_folder():
    """Where every user may write; pytest's own folders are closed to others."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o777)
        yield Path(folder)


@pytest.mark.parametrize("level", "CD")
def test_without_walls_nothing_of_a_submission_is_left_running_either(sandbox_at, level, open_folder):
    """Processes that leave their session and their parent are found by their way home to the zygote."""
    source = f"""
import os, time
for number in range(3):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            open({str(open_folder)!r} + f"/{{number}}", "w").write(str(os.getpid()))
            time.sleep(1000)
        os._exit(0)
while len(os.listdir({str(open_folder)!r})) < 3: time.sleep(0.01)
"""
    with sandbox_at(level).open([("a", source)]) as session:
        assert session.errors == [None]
        pids = [int(path.read_text() or 0) for path in open_folder.iterdir()]

    assert len(pids) == 3
    assert not [pid for pid in pids if pid and Path(f"/proc/{pid}").exists()]


def test_the_levels_are_named_after_what_holds():
    without = [layer for layer in EVERY if layer is not Layer.NAMESPACES]

    assert layers.level(EVERY) == "A"
    assert layers.level(without) == "B"
    assert layers.level([Layer.NAMESPACES, Layer.LANDLOCK, Layer.RLIMITS]) == "C"
    assert layers.level([Layer.LANDLOCK, Layer.SECCOMP]) == "D"


def test_a_layer_that_was_put_on_and_stops_nothing_counts_as_missing(monkeypatch):
    """Such kernels exist: the call succeeds, and a security module of the host has switched its effect off."""
    monkeypatch.setattr(layers.landlock, "restrict", lambda _: None)
    found = probe.found(EVERY, view.readable(["bpcheck"]))

    assert "did not stop: read a file of the grader" in found[Layer.LANDLOCK]
    assert found[Layer.RLIMITS] is None


def test_a_layer_that_cannot_be_put_on_counts_as_missing_with_the_kernels_reason(monkeypatch):
    def refused(_):
        raise OSError(1, "unshare: Operation not permitted")

    monkeypatch.setattr(layers.namespaces, "enter", refused)

    assert "Operation not permitted" in probe.found(EVERY, view.readable(["bpcheck"]))[Layer.NAMESPACES]


@pytest.fixture(scope="module")
def found():
    """What the doctor finds here."""
    return examine()


def test_the_doctor_tries_every_attack_and_names_who_stops_it(found):
    by = {one.name: one for one in found.attempts}

    assert set(by) == set(ATTACKS)
    if found.level != "A":
        pytest.skip(f"level {found.level} here: {found.missing}")
    assert all(one.stopped for one in found.attempts)
    assert by["start a process"].by == (Layer.SECCOMP,)
    assert by["more memory than allowed"].by == (Layer.RLIMITS,)
    assert {Layer.NAMESPACES, Layer.LANDLOCK} <= set(by["read a file of the grader"].by)


def test_the_doctors_table_begins_with_the_level_and_ends_with_the_signs(found):
    text = table(found)

    assert text.startswith("protection ")
    assert "attempts stopped" in text
    assert len({len(line.split("  ")[0]) for line in text.splitlines()}) > 3
    assert all(len(line) <= 110 for line in text.splitlines())


GOOD, BAD = Attempt("good", True, "EPERM", (Layer.SECCOMP,), False), Attempt("bad", False, "", (), False)


@pytest.mark.parametrize(
    ("found", "status"),
    [
        (Examination([GOOD], {}, root=False), 0),
        (Examination([GOOD, BAD], {}, root=True), 1),
        (Examination([GOOD], {Layer.LANDLOCK: "not known to this kernel"}, root=False), 1),
    ],
)
def test_the_doctors_status_is_0_only_if_nothing_is_missing_and_nothing_went_through(
    monkeypatch, capsys, found, status
):
    monkeypatch.setattr(doctor, "examine", lambda: found)

    assert cli.main(["doctor"]) == status
    assert capsys.readouterr().out == table(found) + "\n"


def test_a_doctor_who_cannot_work_is_our_fault(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "PATIENCE", 0.001)

    assert cli.main(["doctor"]) == 3
    assert "bpcheck: the attempts took more than 0.001 s" in capsys.readouterr().err


def test_an_attack_that_goes_through_is_said_first():
    text = table(Examination([GOOD, BAD], {Layer.LANDLOCK: "not known to this kernel"}, root=False))

    assert "1 of 2 attempts stopped" in text
    assert text.index("bad") < text.index("good")
    assert "not in force: Landlock (not known to this kernel)" in text


@pytest.mark.parametrize("platform", ["darwin", "win32", "emscripten"])
def test_elsewhere_the_package_is_importable_and_says_which_layers_are_missing(platform):
    """macOS, Windows and the browser's Python lack some of the standard library's modules, too."""
    code = f"""
import sys
import numpy, bpcheck.errors, subprocess, socket, tempfile, multiprocessing  # as far as these import on every platform
for name in ("resource", "fcntl", "pwd", "grp"):
    sys.modules[name] = None
sys.platform = {platform!r}
import bpcheck.sandbox
try:
    bpcheck.sandbox.Sandbox.start()
except bpcheck.errors.SandboxError as error:
    print(error)
import bpcheck.cli
sys.exit(bpcheck.cli.main(["doctor"]))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert done.returncode == 1, done.stderr
    assert f"There is no sandbox on {platform}: namespaces, Landlock and seccomp are Linux's" in done.stdout
    assert "protection D: a time limit only: no protection" in done.stdout
    assert all(f"not in force: {layer} ({platform} has no such thing)" in done.stdout for layer in EVERY)


def test_importing_the_sandbox_loads_no_ipython_and_no_matplotlib():
    code = "import sys, bpcheck.sandbox; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert not set(done.stdout.split()) & {"IPython", "matplotlib", "sympy", "nbformat", "traitlets"}


def test_an_unknown_processor_has_no_filter(monkeypatch):
    from bpcheck.sandbox import seccomp, syscalls

    monkeypatch.setattr(syscalls, "processor", lambda: "riscv64")
    with pytest.raises(OSError, match="no list of system calls for riscv64"):
        seccomp.program(77, True)


@pytest.mark.parametrize("processor", ["x86_64", "aarch64"])
def test_the_filter_can_be_built_for_both_processors(monkeypatch, processor):
    """Every jump stays in the program, and each of the numbers stands in it once."""
    from bpcheck.sandbox import seccomp, syscalls

    monkeypatch.setattr(syscalls, "processor", lambda: processor)
    program = seccomp.program.__wrapped__(1, True)
    lines = [program[i : i + 8] for i in range(0, len(program), 8)]

    assert len(lines) < 4096
    for place, line in enumerate(lines):
        if line[0] == 0x15:
            assert place + 1 + max(line[2], line[3]) < len(lines)


def test_readable_folders_never_hold_the_home_folder(monkeypatch):
    monkeypatch.setattr(sys, "base_prefix", str(Path.home().parent))
    with pytest.raises(SandboxError, match="holds the home folder"):
        view.readable(["bpcheck"])


# -- the life of the zygote ----------------------------------------------------------------------------


def test_when_the_grader_is_killed_nothing_is_left(tmp_path):
    """Whoever holds the other end of the control socket lives; then the zygote, then every child, ends."""
    script = tmp_path / "grader.py"
    script.write_text(
        textwrap.dedent("""
        from bpcheck.sandbox import Sandbox
        sandbox = Sandbox.start(preload=())
        session = sandbox.open([("a", "def f():\\n    while True: pass")])
        print(sandbox._keeper.process.pid, flush=True)
        session.call("f")
        """)
    )
    grader = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True)
    zygote = int(grader.stdout.readline())
    grader.send_signal(signal.SIGKILL)
    grader.wait()
    grader.stdout.close()
    gone_by = time.monotonic() + 30
    while Path(f"/proc/{zygote}").exists() and "Z" not in Path(f"/proc/{zygote}/stat").read_text().split()[2]:
        assert time.monotonic() < gone_by
        time.sleep(0.02)


def test_ctrl_c_during_a_call_ends_the_session_and_not_the_sandbox(sandbox):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it
    session = sandbox.open([("a", "import time\ndef f(x):\n    time.sleep(2)\n    return x")])
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        session.call("f", 1.0)
    signal.signal(signal.SIGINT, before)

    assert not session.alive
    with sandbox.open([("b", "def f(x): return x")]) as following:
        assert following.call("f", 3.0) == 3.0


def test_several_threads_open_submissions_at_once(sandbox):
    """A Dask worker has several threads and one sandbox."""
    said = {}

    def grade(number):
        with sandbox.open([("a", f"n = {number}\ndef f(x): return x + n")]) as session:
            said[number] = session.call("f", 100)

    threads = [threading.Thread(target=grade, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said == {number: 100 + number for number in range(8)}


def test_a_zygote_does_not_grow_with_the_submissions_it_served(sandbox):
    def size():
        with sandbox.open([("a", "x = list(range(10**5))")]) as session:
            session.close()
            return session.report["peak"]

    for _ in range(5):
        size()
    before = size()
    for _ in range(40):
        size()

    assert size() < before + (4 << 20)


def test_a_session_may_be_closed_twice_and_asked_no_more(sandbox):
    session = sandbox.open([("a", "def f(x): return x")])
    session.close()
    session.close()
    with pytest.raises(SandboxError, match="closed"):
        session.call("f", 1.0)


def test_limits_of_one_submission_do_not_bind_the_next(sandbox):
    source = "import time\ndef f(): time.sleep(1)"
    with (
        sandbox.open([("a", source)], limits=Limits(call_seconds=0.2)) as hasty,
        pytest.raises(AnswerTimedOut),
    ):
        hasty.call("f")
    with sandbox.open([("a", source)]) as patient:
        assert patient.call("f") is None


# -- as another user -----------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(
    os.geteuid() != 0, reason="whoever is no root has run these tests as an ordinary user already"
)
def test_the_walls_stand_for_an_ordinary_user_too():
    """Root sets the sandbox up in another way, and `as_user` shows root's Python to others."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(HERE / "test_walls.py")]
    done = subprocess.run(
        [sys.executable, as_user.__file__, "user", *command], capture_output=True, text=True, check=False
    )

    if done.returncode == as_user.NO_MOUNTS:
        pytest.skip(f"this root may not mount, and no other user can read its Python: {done.stderr}")
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-1000:]
    assert "skipped" not in done.stdout
