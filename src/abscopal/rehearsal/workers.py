"""Who does the tasks: processes of this machine, or a Dask cluster; and where finished rows are kept.

Rows are kept as soon as they come. An interrupt, a full disk or a killed worker costs at most the tasks that
were under way, and never changes a number.
"""

import errno
import importlib
import io
import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from abscopal.errors import OptionError, OutputError, UserError
from abscopal.rehearsal.tasks import Task, simulate_task

IGNORING_INTERRUPTS = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
MOST_RESTARTS = 3
DASK_TIMEOUT = "20s"
WORTH_PROCESSES = 12
"""Tasks below which one process is done before others have compiled the model."""
Report = Callable[[int, int], None]
Simulate = Callable[[Task], pl.DataFrame]
Finished = Generator[tuple[int, pl.DataFrame], None, None]


class RehearsalInterrupted(UserError):
    """Somebody stopped the rehearsal; what is finished is kept."""


@dataclass(frozen=True, slots=True)
class Workforce:
    """Who does the work.

    Args:
        processes: processes of this machine; 1 works in this one.
        dask: address of a scheduler, or `local` for a cluster on this machine; None without Dask.
    """

    processes: int = 1
    dask: str | None = None


@dataclass(frozen=True, slots=True)
class Cache:
    """Rows of finished tasks, one Parquet file a task, named by content.

    Args:
        folder: where they are kept.
    """

    folder: Path

    def path(self, task: Task) -> Path:
        """The file of a task."""
        return self.folder / f"{task.key}.parquet"

    def read(self, task: Task) -> pl.DataFrame | None:
        """The rows of a task; None where they are not there, or the file is damaged."""
        path = self.path(task)
        if not path.exists():
            return None
        try:
            return pl.read_parquet(path)
        except (pl.exceptions.PolarsError, OSError):
            return None

    def write(self, task: Task, rows: pl.DataFrame) -> None:
        """Keep the rows of a task: written aside, then moved, so that no half file is ever read."""
        path = self.path(task)
        aside = path.with_suffix(f".{os.getpid()}.part")
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            # In memory first: on a full disk the writer of Parquet fails with words of its own.
            packed = io.BytesIO()
            rows.write_parquet(packed)
            aside.write_bytes(packed.getbuffer())
            aside.replace(path)
        except OSError:
            with suppress(OSError):
                aside.unlink(missing_ok=True)
            raise


def simulate_tasks(
    tasks: Sequence[Task],
    *,
    cache: Cache,
    workforce: Workforce,
    report: Report,
    simulate: Simulate = simulate_task,
) -> list[pl.DataFrame]:
    """Do the tasks that are not yet done, and give the rows of all of them.

    Args:
        tasks: the tasks.
        cache: where rows are kept.
        workforce: who does them.
        report: called with the number of tasks done and of all tasks, whenever one is done.
        simulate: what a worker does.

    Returns:
        The rows, in the order of the tasks.

    Raises:
        RehearsalInterrupted: somebody pressed Ctrl-C.
        OutputError: the rows cannot be kept, such as on a full disk.
        OptionError: no Dask scheduler answers.
    """
    rows = [cache.read(task) for task in tasks]
    done = sum(item is not None for item in rows)
    report(done, len(tasks))
    missing = [place for place, item in enumerate(rows) if item is None]
    try:
        with closing(_work([tasks[place] for place in missing], workforce, simulate)) as finished:
            for place, frame in finished:
                _keep(cache, tasks[missing[place]], frame, done, len(tasks))
                rows[missing[place]] = frame
                done += 1
                report(done, len(tasks))
    except KeyboardInterrupt as interrupt:
        raise RehearsalInterrupted(
            f"Interrupted: {done} of {len(tasks)} chunks of patients are finished and kept.",
            where=str(cache.folder),
            remedy="Give the same command again to go on from there.",
        ) from interrupt
    return [frame for frame in rows if frame is not None]


def _keep(cache: Cache, task: Task, frame: pl.DataFrame, done: int, total: int) -> None:
    try:
        cache.write(task, frame)
    except OSError as error:
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT) or "space left" in str(error)
        why = "the disk is full" if is_full else "this place cannot be written to"
        raise OutputError(
            f"{why}; {done} of {total} chunks of patients are finished and kept.",
            where=str(cache.folder),
            remedy="Make room and give the same command again to go on from there."
            if is_full
            else "Choose another folder with --out.",
        ) from error


def _work(tasks: Sequence[Task], workforce: Workforce, simulate: Simulate) -> Finished:
    """Place and rows of each task, as they are finished."""
    if workforce.dask is not None and tasks:
        yield from _work_with_dask(tasks, workforce, simulate)
    elif workforce.processes > 1 and len(tasks) >= WORTH_PROCESSES:
        yield from _work_in_processes(tasks, workforce.processes, simulate)
    else:
        yield from ((place, simulate(task)) for place, task in enumerate(tasks))


def _work_in_processes(tasks: Sequence[Task], processes: int, simulate: Simulate) -> Finished:
    waiting = set(range(len(tasks)))
    for _ in range(MOST_RESTARTS):
        pool = ProcessPoolExecutor(
            min(processes, len(waiting)),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_ignore_interrupts,
        )
        try:
            futures = {pool.submit(simulate, tasks[place]): place for place in sorted(waiting)}
            for future in _as_completed(futures):
                yield futures[future], future.result()
                waiting.discard(futures.pop(future))
            return
        except BrokenProcessPool:
            # A worker was killed, such as for want of memory: what it held is done again by others.
            continue
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    raise OptionError(
        f"Workers were killed {MOST_RESTARTS} times.",
        where="--workers",
        remedy="Memory may be short: give fewer workers, and the same command goes on from what is kept.",
    )


def _as_completed(futures: dict[Future[pl.DataFrame], int]) -> Iterator[Future[pl.DataFrame]]:
    """Futures as they finish; a future that was read is let go, with its rows."""
    pending = set(futures)
    while pending:
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        yield from done


def _ignore_interrupts() -> None:
    """Ctrl-C reaches the whole group of processes; the first one alone decides what happens."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _start_local_cluster(distributed: Any, processes: int) -> Any:
    """A cluster whose workers leave Ctrl-C to this process, those too that take the place of a killed one."""
    before = signal.getsignal(signal.SIGINT)
    in_main_thread = threading.current_thread() is threading.main_thread()
    if in_main_thread:
        _ignore_interrupts()  # a process inherits that a signal is ignored
    try:
        return distributed.LocalCluster(
            n_workers=processes,
            threads_per_worker=1,
            dashboard_address=None,
            preload=[IGNORING_INTERRUPTS],
            silence_logs=logging.ERROR,
        )
    finally:
        if in_main_thread:
            signal.signal(signal.SIGINT, before)


def _work_with_dask(tasks: Sequence[Task], workforce: Workforce, simulate: Simulate) -> Finished:
    try:
        distributed: Any = importlib.import_module("distributed")
    except ImportError as error:
        raise OptionError(
            "Dask is not installed.", where="--dask", remedy="Install it: pip install 'abscopal[scale]'."
        ) from error
    cluster: Any = None
    try:
        if workforce.dask == "local":
            cluster = _start_local_cluster(distributed, workforce.processes)
        client = distributed.Client(cluster or workforce.dask, timeout=DASK_TIMEOUT)
    except (OSError, ValueError) as error:
        raise OptionError(
            f"No Dask scheduler answers at {workforce.dask}.",
            where="--dask",
            remedy="Give its address, such as tcp://host:8786, or local.",
        ) from error
    try:
        # The key tells the scheduler what a task is; a worker that dies gives its tasks back.
        futures = {
            client.submit(simulate, task, key=f"rehearse-{task.key}", retries=MOST_RESTARTS): place
            for place, task in enumerate(tasks)
        }
        for future in distributed.as_completed(list(futures)):
            place = futures.pop(future)
            yield place, future.result()
            future.release()
    finally:
        client.close()
        if cluster is not None:
            cluster.close()
