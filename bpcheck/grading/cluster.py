"""The workers of a Dask cluster that is there already, as a crew.

Dask sends a unit whose worker is gone to another one by itself, a few times (its own setting
`distributed.scheduler.allowed-failures`). A result counts once, however often it was computed. What Dask adds to a task,
some 30 ms, is shared by the submissions of a unit.

Imports: bpcheck.errors; distributed on call.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import TYPE_CHECKING, Any, Self, TypeVar
from uuid import uuid4

from bpcheck import __version__
from bpcheck.errors import SandboxError, UsageError

if TYPE_CHECKING:
    from distributed import Client, Worker
    from distributed import Future as DaskFuture

T = TypeVar("T")
R = TypeVar("R")

PATIENCE = 30.0  # seconds for the scheduler to answer, and for its first worker to come
FETCHES = 5  # of one result: a worker that dies meanwhile breaks the connection
GONE = "the Dask scheduler is gone ({})"
AHEAD = 2  # units per thread of a worker: the next one is there when one is done


class Cluster:
    """A Dask cluster's workers.

    Parameters
    ----------
    address : of the scheduler, "tcp://host:8786"
    prepare : done by every worker before its first unit, also by one that comes later; a function of a module
    leave : done by every worker when all is over, so that nothing of ours stays there
    unit : tasks that travel together

    Raises
    ------
    UsageError : no scheduler answers there, or it has no worker, or a worker holds another bpcheck.
    """

    def __init__(
        self,
        address: str,
        prepare: Callable[[], object] = int,
        leave: Callable[[], object] = int,
        unit: int = 16,
    ) -> None:
        from distributed import KilledWorker

        self.unit = unit
        self.lost: tuple[type[BaseException], ...] = (KilledWorker,)
        self._client = _connect(address)
        try:
            _require_same_version(self._client)
            self._plugin = f"bpcheck-{uuid4()}"  # two runs may use the cluster at once
            self._client.register_plugin(_plugin(prepare, leave), name=self._plugin)
        except BaseException:
            self._client.close()
            raise
        self._under_way: dict[Future[Any], DaskFuture] = {}  # Dask drops what nobody holds
        self.room = self._count()

    def submit(self, work: Callable[[Sequence[T]], R], tasks: Sequence[T]) -> Future[R]:
        """Have `work(tasks)` done by some worker."""
        # Not `Client.get_executor`: where a worker dies with a finished result, its futures never end, or
        # end in a ValueError of its own (distributed 2026.8).
        self.room = self._count()
        here: Future[R] = Future()
        self._under_way[here] = there = self._client.submit(work, tasks, pure=False)
        here.add_done_callback(self._under_way.pop)
        there.add_done_callback(partial(_hand_over, here))
        return here

    def _count(self) -> int:
        """Units that may be under way at once; asked again for each, because clusters grow and shrink."""
        try:
            threads: int = sum(self._client.nthreads().values())
        except OSError as error:
            raise SandboxError(GONE.format(error)) from None
        return AHEAD * max(threads, 1)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Forget what is under way; the cluster stays, without anything of ours."""
        with contextlib.suppress(OSError, CancelledError):  # the scheduler may be gone
            self._client.cancel(list(self._under_way.values()))
            self._client.unregister_worker_plugin(self._plugin)
        self._client.close()


def _hand_over(here: Future[Any], there: DaskFuture) -> None:
    """Fetch a result; where its worker is gone by now, Dask has it computed again."""
    for fetch in range(1, FETCHES + 1):
        try:
            return here.set_result(there.result())
        except OSError as error:  # the worker that held it died while it was on its way
            if fetch == FETCHES:
                here.set_exception(error)
        except CancelledError as error:
            return here.set_exception(SandboxError(GONE.format(error)))
        except BaseException as error:
            return here.set_exception(error)
    return None


def _connect(address: str) -> Client:
    from distributed import Client
    from distributed.comm import get_address_host_port

    try:
        get_address_host_port(address)  # a Client that it was wrong for waits for a minute when all is over
        client = Client(address, timeout=PATIENCE, set_as_default=False)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"no Dask scheduler answers at {address} ({error}). Start one: dask scheduler"
        ) from None
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except TimeoutError:
        client.close()
        raise UsageError(
            f"the Dask scheduler at {address} has no workers. Start some: dask worker {address} --nthreads 1"
        ) from None
    return client


def _require_same_version(client: Client) -> None:
    """Two versions of an exercise would give two students different marks."""
    for worker, version in client.run(_version).items():
        if version != __version__:
            raise UsageError(
                f"the Dask worker {worker} has bpcheck {version}, this is bpcheck {__version__}. Install the same everywhere."
            )


def _version() -> str:
    return __version__


def _plugin(prepare: Callable[[], object], leave: Callable[[], object]) -> Any:
    from distributed import WorkerPlugin

    class Prepared(WorkerPlugin):  # type: ignore[misc]  # Dask has no complete types
        """Sets a worker up for us, and leaves it as it was."""

        def setup(self, worker: Worker) -> None:  # noqa: ARG002 - Dask calls it so
            prepare()

        def teardown(self, worker: Worker) -> None:  # noqa: ARG002
            leave()

    return Prepared()
