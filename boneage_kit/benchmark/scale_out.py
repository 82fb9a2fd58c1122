"""Cells as tasks on Dask: this machine's processes, or a cluster that is there already.

A worker returns a cell's predictions and the process that asked writes them. A worker that dies
loses only the cell it was at, which Dask hands to another one; what was written stays.
"""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import psutil
from tqdm.auto import tqdm

from .. import _process
from .._progress import is_interactive
from ..errors import BadInput
from ..provenance import machine
from . import methods
from .study import Cell, Study

if TYPE_CHECKING:
    import pandas as pd
    from distributed import Client

#: Memory that a worker needs at the sizes of the methods (the largest is features of 10,000 hands).
GIGABYTES_PER_WORKER = 1.8
_DEATHS = 3  # so many workers may die over one cell before it is given up
_TRACKER = "ignore:resource_tracker:UserWarning"
_log = logging.getLogger(__name__)


def run(
    study: Study,
    cells: Sequence[Cell],
    *,
    scheduler: str | None = None,
    workers: int | None = None,
    client: Client | None = None,
) -> dict[Cell, BadInput]:
    """Run the cells that are not there yet, and return those that could not be run, and why.

    Parameters
    ----------
    study, cells
        What to run.
    scheduler
        Address of a running Dask scheduler (``tcp://host:8786``) or a scheduler file. Its
        workers need the kit and the data under the same path.
    workers
        Without a scheduler: processes on this machine. Default: as many as cores, memory and
        GPUs allow; 0 runs the cells in this process, one after the other.
    client
        A Dask client that is there already, instead of both.

    Raises
    ------
    BadInput
        If the scheduler cannot be reached, or the folder holds another study.
    """
    study.claim_folder()
    todo = [cell for cell in cells if not study.done(cell)]
    _log.info("%d of %d cells are there already.", len(cells) - len(todo), len(cells))
    if not todo:
        return {}
    with _progress(study, todo) as done:
        if client is not None:
            return _on_dask(study, todo, client, done)
        if workers == 0 and not scheduler:
            return _here(study, todo, done)
        with _client(study, scheduler, workers, len(todo)) as own:
            return _on_dask(study, todo, own, done)


def _here(
    study: Study, cells: Sequence[Cell], done: Callable[[Cell], None]
) -> dict[Cell, BadInput]:
    """Prepare each method once, then its cells, one after the other."""
    prepared: set[str] = set()
    refused: dict[str, BadInput] = {}
    failed = {}
    for cell in cells:
        try:
            if cell.method not in prepared | set(refused):
                _prepare(study, cell.method)
                prepared.add(cell.method)
            if cell.method in prepared:
                study.write(cell, study.predict(cell))
            else:
                failed[cell] = refused[cell.method]
        except BadInput as error:
            failed[cell] = error
            if cell.method not in prepared:
                refused[cell.method] = error
        done(cell)
    return failed


def _on_dask(
    study: Study, cells: Sequence[Cell], client: Client, done: Callable[[Cell], None]
) -> dict[Cell, BadInput]:
    """Prepare each method once, then its cells; write each result as it comes."""
    from distributed import KilledWorker, as_completed

    ready = {
        name: client.submit(_prepare, study, name, pure=False)
        for name in dict.fromkeys(cell.method for cell in cells)
    }
    tasks = {
        client.submit(_predict, study, cell, ready[cell.method], pure=False, priority=-number): cell
        for number, cell in enumerate(cells)
    }
    failed = {}
    try:
        for future in as_completed(tasks):
            cell = tasks[future]
            try:
                study.write(cell, future.result())
            except BadInput as error:
                failed[cell] = error
            except KilledWorker:
                failed[cell] = BadInput(
                    f"Every worker that took {cell.file} died.",
                    "It may need more memory: use fewer --workers.",
                )
            done(cell)
            future.release()
    finally:
        client.cancel(list(tasks))
    return failed


def _prepare(study: Study, name: str) -> None:
    """What all cells of a method share, done once."""
    methods.prepare(methods.get(name), study.dataset(), study.sizes, study.out / "pretrained")


def _predict(study: Study, cell: Cell, _ready: None) -> pd.DataFrame:
    return study.predict(cell)


@contextmanager
def _client(
    study: Study, scheduler: str | None, workers: int | None, tasks: int
) -> Iterator[Client]:
    from distributed import Client

    if scheduler:
        try:
            named = (
                {"scheduler_file": scheduler}
                if os.path.exists(scheduler)
                else {"address": scheduler}
            )
            client = Client(**named, timeout="20s")
        except (OSError, ValueError) as error:
            raise BadInput(
                f"No Dask scheduler answers at {scheduler}.",
                "Start one with `dask scheduler`, and workers with `dask worker "
                f"{scheduler} --nthreads 1`.",
            ) from error
        with client:
            yield client
        return
    number = min(workers or most_workers(study.threads), tasks)
    with local_cluster(number, study.threads) as cluster, Client(cluster) as client:
        _log.info("%d worker process(es) of %d thread(s).", number, study.threads)
        yield client


@contextmanager
def local_cluster(workers: int, threads: int) -> Iterator[object]:
    """Start worker processes on this machine, each with one task at a time.

    Each gets ``threads`` threads for its numerical libraries, and a GPU of its own where there
    are some.
    """
    import dask
    from distributed import Nanny, Scheduler, SpecCluster

    _be_quiet()
    _be_quiet_after_an_interrupt()
    graphics = _graphics_cards()
    specs = {}
    for number in range(workers):
        card = {"CUDA_VISIBLE_DEVICES": str(number % graphics)} if graphics else {}
        specs[number] = {
            "cls": Nanny,
            "options": {
                "nthreads": 1,
                "env": card,
                "memory_limit": 0,
                "host": "127.0.0.1",
                "silence_logs": logging.CRITICAL,
            },
        }
    settings = {
        "distributed.scheduler.allowed-failures": _DEATHS,
        # Dask's own number would keep the workers from keeping their memory (_process)
        "distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None,
    }
    for name in _process.THREADS:
        settings[f"distributed.nanny.pre-spawn-environ.{name}"] = threads
    scheduler = {
        "cls": Scheduler,
        "options": {"host": "127.0.0.1", "dashboard": False, "dashboard_address": "127.0.0.1:0"},
    }
    with dask.config.set(settings), _environment_restored(), ExitStack() as stack:
        with _interrupts_ignored():
            cluster = stack.enter_context(
                SpecCluster(specs, scheduler, silence_logs=logging.CRITICAL)
            )
        yield cluster


@contextmanager
def _environment_restored() -> Iterator[None]:
    """Take back what Dask's nannies write into the environment of this process for their workers.

    Else each process that a notebook starts later would get the threads of one worker.
    """
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in set(os.environ) - set(before):
            del os.environ[name]
        os.environ.update(before)


@contextmanager
def _interrupts_ignored() -> Iterator[None]:
    """Ignore Ctrl-C while workers start: they inherit it, and so end by this process's word.

    A terminal sends Ctrl-C to every process; a worker that took it would show its traceback.
    """
    try:
        before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    except ValueError:  # not the main thread
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _be_quiet() -> None:
    """Silence Dask's messages about connections, so that those about cells are seen."""
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("distributed", "bokeh", "tornado")):
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _be_quiet_after_an_interrupt() -> None:
    """Let Python's tracker of semaphores count what an interrupt left, and say nothing of it."""
    given = os.environ.get("PYTHONWARNINGS", "")
    if _TRACKER not in given:
        os.environ["PYTHONWARNINGS"] = ",".join(part for part in (given, _TRACKER) if part)


def most_workers(threads: int) -> int:
    """Return how many workers of so many threads fit this machine, or one for each GPU.

    >>> most_workers(10_000)
    1
    """
    graphics = _graphics_cards()
    if graphics:
        return graphics
    memory = psutil.virtual_memory().available / 2**30 / GIGABYTES_PER_WORKER
    return max(1, min(int(machine()["cores"]) // max(threads, 1), int(memory)))


def _graphics_cards() -> int:
    import torch

    return torch.cuda.device_count()


@contextmanager
def _progress(study: Study, cells: Sequence[Cell]) -> Iterator[Callable[[Cell], None]]:
    """A bar in work, not cells: a training on 2,500 images counts for more than one on 25."""
    total = sum(study.cost(cell) for cell in cells)
    with tqdm(
        total=round(total, 1),
        desc="Benchmark",
        smoothing=0.1,
        bar_format="{desc} {percentage:3.0f}% |{bar}| {elapsed}, {remaining} left {postfix}",
        disable=not is_interactive(),
    ) as bar:
        left = len(cells)

        def done(cell: Cell) -> None:
            nonlocal left
            left -= 1
            bar.set_postfix_str(f"({left} cells)")
            bar.update(study.cost(cell))

        yield done
