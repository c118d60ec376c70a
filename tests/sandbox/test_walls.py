"""What a submission tries to reach outside of its process: each attempt fails, at every level that is a boundary.

An attack is a few lines that run in a function of one notebook, before `return "through"`. The deserved outcome is always the same: the code meets an error, and nothing else changes.
"""

import os
import select
import stat
import textwrap

import pytest

from bpcheck.errors import AnswerDied, AnswerRaised
from bpcheck.sandbox.child import ENVIRONMENT

PREAMBLE = """
import ctypes, fcntl, mmap, os, pathlib, resource, signal, socket, struct, subprocess, sys, threading
from bpcheck.sandbox.kernel import call
SECRET, COURSE, GRADER = {secret!r}, {course!r}, {grader}
"""

FILES = {
    "reads another student's file": "open(SECRET).read()",
    "lists the course": "os.listdir(COURSE)",
    "walks up from where it is": "assert sorted(os.listdir('/')) and os.listdir('..') and os.listdir(COURSE)",
    "changes another student's file": "open(SECRET, 'r+').write('x')",
    "empties another student's file": "open(SECRET, 'w')",
    "cuts it short by its path": "os.truncate(SECRET, 3)",
    "removes it": "os.unlink(SECRET)",
    "renames it": "os.rename(SECRET, COURSE + '/gone')",
    "takes it away": "os.rename(SECRET, 'mine')",
    "adds a file to the course": "open(COURSE + '/new', 'x')",
    "adds a folder to the course": "os.mkdir(COURSE + '/new')",
    "changes its mode": "os.chmod(SECRET, 0)",
    "changes its time": "os.utime(SECRET, (5, 5))",
    "changes its mode by a descriptor": "os.fchmod(os.open(SECRET, os.O_RDONLY), 0)",
    "sets an attribute on it": "os.setxattr(SECRET, 'user.x', b'1')",
    "reads it by a symbolic link": "os.symlink(SECRET, 'link'); open('link').read()",
    "reads it by a hard link": "os.link(SECRET, 'link'); open('link').read()",
    "reads it by a handle": "call('name_to_handle_at', -100, SECRET.encode(), b'\\x80' + bytes(200), bytes(8), 0)",
    "locks the gradebook": "fcntl.flock(os.open(SECRET, os.O_RDONLY), fcntl.LOCK_EX)",
    "reads the list of users": "open('/etc/passwd').read()",
    "reads the passwords": "open('/etc/shadow').read()",
    "lists the home folders": "os.listdir('/home'), os.listdir('/root')",
    "reads the environment of the grader": "open(f'/proc/{GRADER}/environ', 'rb').read()",
    "goes through the grader's folder in /proc": "os.listdir(f'/proc/{GRADER}/cwd')",
    "reads what it was started with": "open('/proc/self/environ', 'rb').read()",
    "writes where everybody may": "open('/dev/shm/bpcheck', 'x')",
    "writes into another temporary folder": "open('/var/tmp/bpcheck', 'x')",
    "changes Python for all": "open(os.__file__, 'a')",
    "adds a module for all": "open(os.path.join(os.path.dirname(os.__file__), 'new_module.py'), 'x')",
    "changes the checker for all": "import bpcheck; open(bpcheck.__file__, 'a')",
    "reads the disk": "[open('/dev/' + name, 'rb') for name in ('vda', 'sda', 'nvme0n1', 'mem')]",
    "makes a device": "call('mknodat', -100, b'null', 0o20666, 259)",
    "changes its root": "os.chroot('.')",
    "mounts a file system": "call('mount', b'none', b'.', b'tmpfs', 0, None)",
    "unmounts what hides the rest": "call('umount2', b'/tmp', 2)",
    "makes a file that no listing shows": "os.open('.', os.O_TMPFILE | os.O_RDWR)",
}

PROCESSES = {
    "reads the grader's memory": "open(f'/proc/{GRADER}/mem', 'rb')",
    "reads the zygote's memory": "open(f'/proc/{os.getppid()}/mem', 'rb')",
    "copies the grader's memory": "call('process_vm_readv', GRADER, bytes(16), 1, bytes(16), 1, 0)",
    "changes the grader's memory": "call('process_vm_writev', GRADER, bytes(16), 1, bytes(16), 1, 0)",
    "traces the grader": "call('ptrace', 16, GRADER, 0, 0)",
    "lets itself be traced": "call('ptrace', 0, 0, 0, 0)",
    "holds the grader by a handle": "os.pidfd_open(GRADER)",
    "takes the grader's descriptors": "call('pidfd_getfd', 3, 0, 0)",
    "compares itself with the grader": "call('kcmp', os.getpid(), GRADER, 0, 0, 0)",
    "kills the grader": "os.kill(GRADER, signal.SIGKILL)",
    "kills the zygote": "os.kill(os.getppid() or 1, signal.SIGKILL) or os.kill(os.getppid(), 9)",
    "kills everybody": "os.kill(-1, signal.SIGKILL)",
    "kills its group": "os.killpg(0, signal.SIGKILL)",
    "signals the grader by a handle": "signal.pidfd_send_signal(3, signal.SIGTERM)",
    "signals the grader through a file": "r, w = os.pipe(); fcntl.fcntl(r, fcntl.F_SETOWN, GRADER)",
    "chooses the signal of a file": "r, w = os.pipe(); fcntl.fcntl(r, fcntl.F_SETSIG, signal.SIGKILL)",
    "changes the grader's limits": "resource.prlimit(GRADER, resource.RLIMIT_CPU, (1, 1))",
    "slows the grader down": "os.setpriority(os.PRIO_PROCESS, GRADER, 19)",
    "takes a processor from the grader": "os.sched_setaffinity(GRADER, [0])",
    "makes itself more important": "os.nice(-5)",
    "starts a process": "os.fork()",
    "starts a program": "subprocess.run([sys.executable, '-c', ''], check=True)",
    "starts a shell": "assert os.system('true') == 0, PermissionError",
    "becomes a shell": "os.execv('/bin/sh', ['sh'])",
    "starts a program that makes it root": "os.execv('/usr/bin/su', ['su'])",
    "starts workers": "import multiprocessing as m; m.get_context('fork').Process(target=print).start()",
    "becomes root": "os.setuid(0)",
    "takes rights back": "call('capset', struct.pack('=Ii', 0x20080522, 0), b'\\xff' * 24)",
    "takes its own limits away": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "outlives the zygote": "call('prctl', 1, 0, 0, 0, 0)",
    "lets others look into it": "call('prctl', 4, 1, 0, 0, 0)",
}

NETWORK = {
    "connects to a server": "socket.create_connection({tcp!r}, timeout=2)",
    "sends a packet": "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', {tcp!r})",
    "sends a packet by the newer protocol": "socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)",
    "opens a server of its own": "socket.create_server(('127.0.0.1', 0))",
    "asks for a name": "socket.getaddrinfo('example.org', 80)",
    "connects to a socket file": "s = socket.socket(socket.AF_UNIX); s.connect({path!r})",
    "connects to a nameless socket": "s = socket.socket(socket.AF_UNIX); s.connect({abstract!r})",
    "sends from one end of a pair": "a, b = socket.socketpair(type=socket.SOCK_DGRAM); a.sendto(b'x', {path!r})",
    "talks to the kernel": "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)",
    "listens to all traffic": "socket.socket(socket.AF_PACKET, socket.SOCK_RAW)",
    "talks to the host of the machine": "socket.socket(socket.AF_VSOCK, socket.SOCK_STREAM)",
}

KERNEL = {
    "makes namespaces": "call('unshare', 0x10000000)",
    "makes a mount namespace": "call('unshare', 0x00020000)",
    "makes a namespace by a fork": "call('clone', 0x10000000 | 17, 0, 0, 0, 0)",
    "makes a process by the newer call": "call('clone3', bytes(88), 88)",
    "enters another namespace": "call('setns', 3, 0)",
    "uses io_uring": "call('io_uring_setup', 1, bytes(120))",
    "loads a BPF program": "call('bpf', 5, bytes(72), 72)",
    "keeps a key": "call('add_key', b'user', b'name', b'x', 1, -2)",
    "reads keys": "call('keyctl', 0, -3, 1, 0, 0)",
    "watches the processor": "call('perf_event_open', bytes(112), 0, -1, -1, 0)",
    "handles page faults": "call('userfaultfd', 0)",
    "takes memory that no limit counts": "os.memfd_create('x')",
    "takes memory that outlives it": "call('shmget', 0, 4096, 0o1600)",
    "changes how addresses are drawn": "call('personality', 0x0040000)",
    "opens a file by a call of the newest kind": "call('openat2', -100, SECRET.encode(), bytes(24), 24)",
    "changes the names of the machine": "socket.sethostname('mine')",
    "mounts by the newer call": "call('mount_setattr', -100, b'/', 0, bytes(32), 32)",
}

ALL = {**FILES, **PROCESSES, **NETWORK, **KERNEL}

# what a wall says; a slip in the attack itself would read differently
REFUSED = (
    r"PermissionError|FileNotFoundError|ProcessLookupError|OSError: \[Errno (38|95|97|101)\]|ConnectionRefusedError"
    r"|Read-only file system|gaierror"
    r"|not allowed to raise maximum limit|AssertionError: <class 'PermissionError'>"
)


# int 0x80 counts otherwise: 26 is ptrace there, and something harmless in the list of 64 bits
CALL_OF_32_BITS = (
    "m = mmap.mmap(-1, 4096, prot=7); m.write(b'\\xb8\\x1a\\x00\\x00\\x00\\xcd\\x80\\xc3')\n"
    "ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(m)))()"
)


@pytest.fixture(scope="module")
def source(course, listening):
    """Every attack as a function of one notebook."""
    lines = [PREAMBLE.format(secret=str(course / "s002.ipynb"), course=str(course), grader=os.getpid())]
    for number, body in enumerate([*ALL.values(), CALL_OF_32_BITS]):
        body = body.format(**listening) if "!r}" in body else body
        lines += [f"def attack{number}(x):", textwrap.indent(body, "    "), "    return 'through'"]
    return "\n".join(lines)


@pytest.fixture(scope="module")
def sessions():
    """By the level; one that an attack has ended is replaced."""
    opened = {}
    yield opened
    for session in opened.values():
        session.close()


@pytest.fixture
def attack(walled, source, sessions):
    """Call one attack; whatever it does, the next submission is served."""

    def run(number):
        if walled.level not in sessions or not sessions[walled.level].alive:
            sessions[walled.level] = walled.open([("attacks", source)])
        session = sessions[walled.level]
        assert session.errors == [None]
        try:
            return session.call(f"attack{number}", 1.0)
        finally:
            if not session.alive:
                with walled.open([("next", "def f(x): return 2 * x")]) as following:
                    assert following.call("f", 2.0) == 4.0

    return run


@pytest.mark.parametrize("name", ALL)
def test_a_submission_that(name, attack, course):
    with pytest.raises(AnswerRaised, match=REFUSED):
        attack([*ALL].index(name))

    victim = course / "s002.ipynb"
    assert victim.read_text() == "the work of somebody else"
    assert victim.stat().st_mtime == 1
    assert stat.S_IMODE(victim.stat().st_mode) == 0o666
    assert [path.name for path in course.iterdir()] == ["s002.ipynb"]


@pytest.mark.skipif(os.uname().machine != "x86_64", reason="only x86_64 has 32-bit calls beside its own")
def test_a_32_bit_call_by_which_another_number_would_be_meant_ends_the_submission(attack):
    with pytest.raises(AnswerDied):
        attack(len(ALL))


def test_a_child_has_the_channel_and_nothing_else_open(walled):
    source = """
import os
def f():
    found = []
    for number in range(200):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    return found
"""
    with walled.open([("a", source)]) as session:
        assert session.call("f") == [0, 1, 2, 3, 4]


def test_with_the_session_ends_the_process_and_every_thread_in_it(walled):
    """No process of its own may a submission start; so this one is all there is to end."""
    endless = "import threading\ndef spin():\n    while True: pass\nthreading.Thread(target=spin, daemon=False).start()"
    session = walled.open([("a", endless)])
    process = os.dup(session._channel.handle)
    session.close()
    ended, _, _ = select.select([process], [], [], 0)
    os.close(process)

    assert ended


def test_a_submission_may_use_its_own_folder_and_what_it_leaves_there_goes_with_it(walled):
    write = "open('mine.txt', 'w').write('x'); print(open('mine.txt').read())"
    with walled.open([("a", write)]) as session:
        assert session.errors == [None]
    with walled.open([("b", "import os\ndef f(): return [*os.listdir('.')]")]) as session:
        assert session.call("f") == []


def test_threads_and_event_loops_still_work(walled):
    source = """
import asyncio, threading, tempfile, numpy as np, matplotlib.pyplot as plt
def f():
    done = []
    thread = threading.Thread(target=done.append, args=(1,))
    thread.start()
    thread.join()
    asyncio.run(asyncio.sleep(0))
    plt.plot([1, 2])
    plt.savefig("figure.png")
    np.save("numbers.npy", np.ones(3))
    return len(done), float(np.load("numbers.npy").sum())
"""
    with walled.open([("a", source)]) as session:
        assert session.call("f") == (1, 3.0)


def test_the_environment_tells_nothing(walled, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "1")
    with walled.open([("a", "import os\ndef f(): return [*os.environ.keys()]")]) as session:
        assert set(session.call("f")) <= set(ENVIRONMENT)
