"""The sandbox as graders use it: open the cells of a notebook, call its functions, get numbers or an error.

    with Sandbox.start(Limits()) as sandbox:
        with sandbox.open(cells) as session:
            outcome = examine(exercise, session.answer("two_roads"), seed)

Everything that a child sends is checked here, and none of it is a verdict. What a child does to itself
ends its session; the next one begins in a fresh child.

Imports: bpcheck.errors, the siblings.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Mapping, Sequence
from typing import Self

from bpcheck.errors import SandboxError
from bpcheck.sandbox import layers
from bpcheck.sandbox.keeper import Keeper, Kind
from bpcheck.sandbox.layers import EVERY, Layer
from bpcheck.sandbox.limits import Limits
from bpcheck.sandbox.session import Cell, Session

PROBES = "bpcheck.exercises."  # only functions of modules whose names begin so may run beside an answer


class Sandbox:
    """Opens submissions, each in a process of its own. `Sandbox.start` makes one; close it, or use `with`."""

    def __init__(
        self, limits: Limits, wanted: Collection[Layer], preload: Sequence[str], probes_from: str
    ) -> None:
        self.limits = limits
        self._wanted, self._preload, self._probes_from = tuple(wanted), tuple(preload), probes_from
        self._keeper = Keeper(self._wanted, self._preload)

    @classmethod
    def start(
        cls,
        limits: Limits | None = None,
        *,
        wanted: Collection[Layer] = EVERY,
        preload: Sequence[str] = ("bpcheck",),
        probes_from: str = PROBES,
    ) -> Self:
        """Import the libraries once and find out which protection is in force here, by trying.

        Parameters
        ----------
        limits : for each submission; `open` may be given others
        wanted : layers to put on where they can be had; fewer only for tests and for diagnosis
        preload : modules that notebooks import, beside NumPy, SymPy, matplotlib and IPython
        probes_from : the beginning of the names of modules that probes may come from

        Raises
        ------
        SandboxError : this is not Linux, or the sandbox's own process cannot be started.
        """
        layers.require_linux()
        return cls(limits or Limits(), wanted, preload, probes_from)

    def open(
        self,
        cells: Sequence[Cell | tuple[str, str]],
        *,
        probes: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> Session:
        """Run the cells of one notebook in a new child.

        Parameters
        ----------
        cells : the code cells in order, as (id, source)
        probes : function's name -> "module:attribute" of the probe that drives it in the child
        limits : for this one, in the place of the sandbox's

        Returns
        -------
        Session, whatever the cells did: `errors` says which of them failed. Close it, or use `with`.

        Raises
        ------
        SandboxError : no child could be made; ours, and nothing of it is the student's.
        """
        allowed = limits or self.limits
        pid, channel = self._keeper.fork(Kind(allowed, dict(probes or {}), self._probes_from))
        session = Session(self._keeper, pid, channel, allowed)
        try:
            session.run([Cell(*cell) for cell in cells])
        except BaseException:
            session.close()
            raise
        return session

    @property
    def layers(self) -> frozenset[Layer]:
        """The layers in force."""
        return self._keeper.layers

    @property
    def missing(self) -> dict[Layer, str]:
        """The layers that are not in force, with the reason."""
        return dict(self._keeper.missing)

    @property
    def level(self) -> str:
        """The letter for the layers in force, "A" (everything) to "D" (a time limit only)."""
        return layers.level(self.layers)

    @property
    def seconds(self) -> float:
        """That the zygote took to be ready."""
        return self._keeper.seconds

    @property
    def alive(self) -> bool:
        """Whether it can open submissions; if not, `restart`."""
        return self._keeper.alive

    def restart(self) -> None:
        """Begin again with a new zygote; open sessions end."""
        self.close()
        self._keeper = Keeper(self._wanted, self._preload)

    def close(self) -> None:
        """End the zygote, and with it every open session."""
        with contextlib.suppress(SandboxError):
            self._keeper.stop()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
