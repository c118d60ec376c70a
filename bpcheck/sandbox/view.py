"""What a submission sees of the machine: Python, its libraries, and nothing else.

The same list serves the mount namespace, where the rest is not there, and Landlock, where the rest
cannot be opened.

Imports: bpcheck.errors, the sibling `kernel`.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path

from bpcheck.errors import SandboxError
from bpcheck.sandbox import kernel

STAGE = "/tmp"  # of the machine: where the new root is put together
PLACE = "/tmp"  # of the view: a submission's own folder ...
ELSEWHERE = "/submission"  # ... if Python does not lie in /tmp itself, which must not be covered then
DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
_SYSTEM = (
    "/lib", "/lib32", "/lib64", "/usr/lib", "/usr/lib32", "/usr/lib64", "/etc/ld.so.cache", "/etc/localtime",
    "/usr/share/zoneinfo", "/usr/share/fonts", "/etc/fonts",
)  # fmt: skip


def readable(modules: Iterable[str]) -> list[str]:
    """Absolute paths of the folders and files that a submission may read.

    Parameters
    ----------
    modules : to be preloaded; one that is not installed beside the others brings its own folder

    Raises
    ------
    SandboxError : a module is not installed; or Python's folder holds the home folder too.
    """
    paths = [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix]
    paths += [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    paths += [entry for entry in sys.path if Path(entry).name in ("site-packages", "dist-packages")]
    for module in modules:
        paths += _where(module)
    _require_no_home(paths)
    return sorted({path for path in [*paths, *_SYSTEM] if os.path.exists(path)}, key=len)  # noqa: PTH110


def _where(module: str) -> list[str]:
    """The folder of a package, or the file of a module, without importing it."""
    spec = importlib.util.find_spec(module.partition(".")[0])
    if spec is None:
        raise SandboxError(f"no module {module!r} can be imported here.")
    if spec.submodule_search_locations:
        return list(spec.submodule_search_locations)
    return [spec.origin] if spec.has_location and spec.origin else []


def _require_no_home(paths: Iterable[str]) -> None:
    try:
        home = Path.home().resolve()
    except RuntimeError:
        return  # a user without a home
    for path in paths:
        if home.is_relative_to(Path(path).resolve()):
            raise SandboxError(
                f"Python's folder {path} holds the home folder {home}, which no submission may see. Install "
                "bpcheck in an environment of its own (python -m venv)."
            )


def build(paths: Iterable[str]) -> None:
    """Make a root that holds `paths`, read-only, some devices and an empty folder; all else is gone.

    In a mount namespace of its own, with the right to mount.
    """
    own = place(paths)
    wanted = {path: os.path.realpath(path) for path in [*paths, *DEVICES]}
    kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("none", STAGE, "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755")
    old, new = Path(STAGE, "old"), Path(STAGE, "new")
    old.mkdir()
    new.mkdir()
    os.chdir(STAGE)
    kernel.call("pivot_root", b".", b"old")
    os.chdir("/")
    kernel.mount("none", "/new", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755")
    shown: list[str] = []
    for path, real in wanted.items():
        _show(path, real, shown)
    Path("/new" + own).mkdir()
    kernel.make_read_only("/new")
    kernel.call("umount2", b"/old", kernel.MNT_DETACH)
    kernel.set_root("/new")
    own_folder(own, 64 << 20, 1000)


def _show(path: str, real: str, shown: list[str]) -> None:
    """Bind what `path` really is into the new root, and make `path` lead there."""
    if not _within(real, shown):
        target = Path("/new" + real)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.mkdir(exist_ok=True) if Path("/old" + real).is_dir() else target.touch()
        kernel.bind_read_only("/old" + real, str(target))
        shown.append(real)
    if path != real and not _within(path, shown):
        link = Path("/new" + path)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(real)
        shown.append(path)


def _within(path: str, shown: Iterable[str]) -> bool:
    return any(path == tree or path.startswith(tree + "/") for tree in shown)


def place(paths: Iterable[str]) -> str:
    """Where a submission's own folder is, so that it covers none of `paths`.

    >>> place(["/usr/lib/python3"]), place(["/usr/lib/python3", "/tmp/clone/.venv"])
    ('/tmp', '/submission')
    """
    return ELSEWHERE if any(_within(os.path.realpath(path), [PLACE]) for path in paths) else PLACE


def own_folder(folder: str, size: int, files: int) -> None:
    """Put an empty folder of `size` bytes and `files` files over `folder` and go there."""
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("none", folder, "tmpfs", flags, f"mode=777,size={size},nr_inodes={files + 2}")
    os.chdir(folder)
