"""A Dask cluster on this machine: a scheduler in this process, workers in others."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import dask
import distributed

if TYPE_CHECKING:
    from distributed import LocalCluster

# A `LocalCluster` gives up a worker for good that is not there 15 s after a death; one of real machines does not.
# And two deaths prove as much as four, in less time.
PATIENT = {"distributed.deploy.lost-worker-timeout": "1 hour", "distributed.scheduler.allowed-failures": 1}


@contextlib.contextmanager
def local_cluster(workers: int) -> Iterator[LocalCluster]:
    """So many worker processes, with a thread each."""
    with (
        dask.config.set(PATIENT),
        distributed.LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=True,
            dashboard_address=":0",
            silence_logs=logging.CRITICAL,
        ) as made,
    ):
        yield made
