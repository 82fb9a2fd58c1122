"""Execute notebooks in order; a run that was stopped goes on where it stopped.

A notebook is done when ``state/<notebook>.json`` says so with the key of this run: a hash of the
notebook's source, the package's code, preset, data and its checksum, seed and library versions.
That file is written last, so a run that is killed at any moment redoes at most one notebook.
"""

from __future__ import annotations

import logging
import shutil
import time
from pathlib import Path

from tqdm.auto import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from .. import provenance
from .._io import held_alone, read_json, write_json
from ..report import write_run_page
from . import kernel_run, left_files, run_folder, sequence
from .executed_notebook import save_notebook
from .job import Job
from .memory import PeakMemory
from .step import Step, read_step, state_file, steps_of, write_step

_log = logging.getLogger(__name__)


def run(job: Job, *, progress: bool = True, inject: bool = True) -> list[Step]:
    """Execute the notebooks that are not done yet; return how each one went, in order.

    Parameters
    ----------
    job
        From :func:`.job.prepare`.
    progress
        Whether to show progress bars.
    inject
        Whether to put preset and data into a cell of their own, as papermill does. Without, the
        notebooks run with what their parameters cell says.

    ``results.json`` and ``report.html`` are brought up to date after every notebook. A notebook
    that fails does not stop those after it: they do not build on one another.

    Raises
    ------
    BadInput
        If another process runs in the same folder.
    """
    steps: list[Step] = []
    with (
        held_alone(job.out),
        logging_redirect_tqdm(),
        tqdm(
            total=len(job.notebooks), desc="notebooks", unit="notebook", disable=not progress
        ) as bar,
    ):
        for notebook in job.notebooks:
            steps.append(
                finished(job, notebook) or execute(job, notebook, progress=progress, inject=inject)
            )
            write_results(job)
            bar.update()
        write_run_page(job.out)
    return steps


def finished(job: Job, notebook: Path) -> Step | None:
    """Return the step if this very notebook was done before with the same key."""
    step = read_step(job.out, notebook.stem)
    if step is None or step.status != "done" or step.key != job.key(notebook):
        return None
    if not (job.out / "notebooks" / notebook.name).exists():
        return None
    if name := left_files.damaged(job.out, notebook.stem):
        _log.warning("%s is missing or was changed: %s is executed again.", name, notebook.stem)
        return None
    _log.info("%s: done before", notebook.stem)
    return step


def execute(job: Job, notebook: Path, *, progress: bool = True, inject: bool = True) -> Step:
    """Execute one notebook from a clean slate and write down how it went."""
    _forget(job.out, notebook)
    began = time.monotonic()
    with PeakMemory() as memory:
        executed, error = kernel_run.execute(job, notebook, progress=progress, inject=inject)
    step = Step(
        name=notebook.stem,
        title=sequence.title(notebook),
        status="failed" if error else "done",
        minutes=round((time.monotonic() - began) / 60, 2),
        peak_memory_mb=round(memory.megabytes),
        cells=sum(cell.cell_type == "code" for cell in executed.cells),
        error=error,
        key=job.key(notebook),
        finished=provenance.now(),
    )
    save_notebook(executed, job.out / "notebooks" / notebook.name)
    left_files.note(job.out, notebook.stem)
    write_step(job.out, step)
    _log.info(
        "%s: %s in %.1f minutes, %d MB%s",
        step.name,
        step.status,
        step.minutes,
        step.peak_memory_mb,
        f". {error}" if error else "",
    )
    return step


def write_results(job: Job) -> Path:
    """Write ``results.json`` from everything that is done in the run's folder so far."""
    notebooks = [step.dump() for step in steps_of(job.out)]
    return write_json(
        job.out / "results.json", run_folder.collect(job.out, job.heading(), notebooks)
    )


def _forget(out: Path, notebook: Path) -> None:
    """Remove what an earlier, unfinished or outdated execution of this notebook left."""
    state_file(out, notebook.stem).unlink(missing_ok=True)
    left_files.list_file(out, notebook.stem).unlink(missing_ok=True)
    (out / "notebooks" / notebook.name).unlink(missing_ok=True)
    for folder in left_files.FOLDERS:
        shutil.rmtree(out / folder / notebook.stem, ignore_errors=True)
    for path in (out / "records").rglob("*.json"):
        content = read_json(path)
        rows = content if isinstance(content, list) else [content]
        if all(not isinstance(row, dict) or row.get("notebook") == notebook.stem for row in rows):
            path.unlink()
