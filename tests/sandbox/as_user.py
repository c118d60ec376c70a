"""Run a command as an ordinary user who can read Python and this repository, wherever they are.

    python as_user.py user COMMAND ...        by root
    python as_user.py root COMMAND ...        as root still, in a view where everybody could read them

Where a private folder (root's home) stands in the way, a mount namespace of its own shows what is needed of it.
Ends with status NO_MOUNTS where this root may make none, as in a container without rights.
"""

import os
import shutil
import stat
import sys
import tempfile
from pathlib import Path

from bpcheck.sandbox import kernel, namespaces

ROOT = Path(__file__).resolve().parents[2]
NO_MOUNTS = 77


def private_ancestor(path):
    """The first folder on the way to `path` that others may not go through."""
    return next((p for p in [*reversed(path.parents), path] if not p.stat().st_mode & stat.S_IXOTH), None)


def hidden():
    """Folders that Python needs here and that lie in a private one, which stands beside each."""
    needed = [sys.prefix, sys.base_prefix, ROOT, *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    trees = {Path(folder).resolve() for folder in needed if folder}
    return {tree: private for tree in trees if (private := private_ancestor(tree))}


def show(trees):
    """Make every tree reachable for others, in this process's view only."""
    kernel.call("unshare", kernel.CLONE_NEWNS)
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    handles = {tree: os.open(tree, os.O_PATH) for tree in trees}
    for private in set(trees.values()):
        kernel.mount("none", str(private), "tmpfs", 0, "mode=755")
    for tree, handle in handles.items():
        tree.mkdir(parents=True, exist_ok=True)
        kernel.mount(f"/proc/self/fd/{handle}", str(tree), None, kernel.MS_BIND | kernel.MS_REC)


def main():
    home = Path(tempfile.mkdtemp(prefix="bpcheck-home-"))
    child = os.fork()
    if child == 0:
        if trees := hidden():
            try:
                show(trees)
            except OSError as error:
                print(error, file=sys.stderr)
                os._exit(NO_MOUNTS)
        home.chmod(0o777)
        if sys.argv[1] == "user":
            namespaces.become_spare_user()
            os.environ.update(HOME=str(home), USER="spare", LOGNAME="spare")
        os.environ["TMPDIR"] = str(home)
        os.chdir(ROOT)
        os.execvp(sys.argv[2], sys.argv[2:])
    _, status = os.waitpid(child, 0)
    shutil.rmtree(home, ignore_errors=True)
    sys.exit(os.waitstatus_to_exitcode(status))


if __name__ == "__main__":
    main()
