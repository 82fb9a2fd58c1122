"""Execute notebooks in order with papermill; a run that was stopped goes on where it stopped.

A notebook is done when ``state/<notebook>.json`` says so with the key of this run: a hash of the
notebook's source, the package's code, preset, data and its checksum, seed and library versions.
That file is written last, so a run that is killed at any moment redoes at most one notebook.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any

import psutil
from tqdm.auto import tqdm
from tqdm.contrib.logging import logging_redirect_tqdm

from .. import datasets, presets, provenance
from .._io import read_json, write_atomically, write_json
from ..errors import BadInput
from ..report.run_page import write_run_page
from ..results import committed, rows_of_run
from . import processor, run_folder, sequence
from .memory import PeakMemory

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """What one run is about: which notebooks, at which size, on which data, into which folder."""

    notebooks: tuple[Path, ...]
    preset: presets.Preset
    data: str
    out: Path
    source: str  # "phantom" or "real"
    data_checksum: str
    command: str = ""
    started: str = field(default_factory=provenance.now)

    def key(self, notebook: Path) -> str:
        """Return the hash of everything the notebook's results depend on.

        A notebook whose code reads recorded results also depends on those of the run's other
        notebooks, and on the rows that travel with the package.
        """
        parts = [
            sequence.source_hash(notebook), provenance.code_fingerprint(), self.preset.name,
            self.source, self.data_checksum, seed(), provenance.versions(),
            os.environ.get("BONEAGE_KIT_THREADS"), processor.kind(),
            os.environ.get("BONEAGE_KIT_DEVICE"), provenance.machine().get("gpu"),
        ]  # fmt: skip
        if sequence.reads_results(notebook):
            parts += [row for row in rows_of_run(self.out) if row["notebook"] != notebook.stem]
            parts += self._kept_rows(notebook)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def _kept_rows(self, notebook: Path) -> list[Any]:
        """Return the package's rows that a notebook may read: none of its own, of these data."""
        other = "real" if self.source == "phantom" else "phantom"
        kept = {source: committed(source, self.preset.name)
                or committed(source, presets.DEFAULT) for source in (self.source, other)}
        return [row for source, run in kept.items() if run for row in run["rows"]
                if source == other or row["notebook"] != notebook.stem]

    def heading(self) -> dict[str, Any]:
        """Return the provenance part of ``results.json``."""
        return {
            "kit": provenance.kit(),
            "run": {
                "preset": self.preset.name, "data": public(self.data), "source": self.source,
                "data_checksum": self.data_checksum, "seed": seed(),
                "threads": self.preset.threads, "processor": processor.kind(),
                "device": os.environ.get("BONEAGE_KIT_DEVICE"),
                "command": " ".join(public(word) for word in self.command.split()),
                "started": self.started, "finished": provenance.now(),
            },
            "machine": provenance.machine(),
            "versions": provenance.versions(),
        }  # fmt: skip


@dataclass(frozen=True)
class Step:
    """How one notebook went: the entry of ``results.json`` under ``notebooks``."""

    name: str
    title: str
    status: str  # "done" or "failed"
    minutes: float
    peak_memory_mb: int
    cells: int
    error: str | None
    key: str
    finished: str

    def dump(self) -> dict[str, Any]:
        """Return the entry as a plain dict."""
        return dict(vars(self))


def prepare(
    names: Sequence[str] = (), *, preset: str = presets.DEFAULT, data: str = "phantom",
    out: Path | None = None, command: str = "",
) -> Job:  # fmt: skip
    """Check everything that can be wrong before the first notebook starts.

    Parameters
    ----------
    names
        Notebooks by number, stem or path; none for all.
    preset
        One of ``presets.NAMES``.
    data
        A data specification of :func:`boneage_kit.datasets.load`.
    out
        The run's folder; default ``out/<preset>-<kind of data>``.
    command
        The command line, kept in the provenance.

    Raises
    ------
    BadInput
        For an unknown notebook or preset, unreadable data, or a folder that cannot be written.
    """
    chosen = tuple(sequence.notebooks(names))
    sizes = presets.get(preset)
    dataset = datasets.load(data)
    folder = out or Path("out") / f"{preset}-{data.split(':')[0]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / ".probe").write_text("")
        (folder / ".probe").unlink()
    except OSError as error:
        raise BadInput(f"The folder {folder} cannot be written ({error.strerror}).",
                       "Choose another with --out.") from None
    source = "phantom" if dataset.is_phantom else "real"
    return Job(chosen, sizes, data, folder, source, dataset.checksum(), command)


def run(job: Job, *, progress: bool = True, inject: bool = True) -> list[Step]:
    """Execute the notebooks that are not done yet; return how each one went, in order.

    Parameters
    ----------
    job
        From :func:`prepare`.
    progress
        Whether to show progress bars.
    inject
        Whether to put preset and data into a cell of their own, as papermill does. Without, the
        notebooks run with what their parameters cell says.

    ``results.json`` and ``report.html`` are brought up to date after every notebook. A notebook
    that fails does not stop those after it: they do not build on one another.
    """
    steps: list[Step] = []
    with _only_one(job.out), logging_redirect_tqdm(), tqdm(
        total=len(job.notebooks), desc="notebooks", unit="notebook", disable=not progress
    ) as bar:
        for notebook in job.notebooks:
            steps.append(finished(job, notebook)
                         or execute(job, notebook, progress=progress, inject=inject))
            write_results(job)
            bar.update()
        write_run_page(job.out)
    return steps


def finished(job: Job, notebook: Path) -> Step | None:
    """Return the step if this very notebook was done before with the same key."""
    state = read_json(_state_file(job, notebook))
    done = state and state.get("status") == "done" and state.get("key") == job.key(notebook)
    if not done or not (job.out / "notebooks" / notebook.name).exists():
        return None
    log.info("%s: done before", notebook.stem)
    return Step(**state)


def execute(
    job: Job, notebook: Path, *, progress: bool = True, inject: bool = True
) -> Step:
    """Execute one notebook from a clean slate and write down how it went."""
    _forget(job, notebook)
    began = time.monotonic()
    with PeakMemory() as memory:
        executed, error = _papermill(job, notebook, progress=progress, inject=inject)
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
    write_json(_state_file(job, notebook), step.dump())
    log.info("%s: %s in %.1f minutes, %d MB%s", step.name, step.status, step.minutes,
             step.peak_memory_mb, f". {error}" if error else "")
    return step


def write_results(job: Job) -> Path:
    """Write ``results.json`` from everything that is done in the run's folder so far."""
    states = [read_json(path) for path in sorted((job.out / "state").glob("*.json"))]
    content = run_folder.collect(job.out, job.heading(), [state for state in states if state])
    return write_json(job.out / "results.json", content)


def _papermill(
    job: Job, notebook: Path, *, progress: bool, inject: bool
) -> tuple[Any, str | None]:
    import nbformat
    import papermill
    from nbclient.exceptions import DeadKernelError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    scratch = job.out / ".running" / notebook.name
    scratch.parent.mkdir(parents=True, exist_ok=True)
    error = None
    with _environment(BONEAGE_KIT_OUT=str(job.out.resolve()), MPLBACKEND=None,
                      PYDEVD_DISABLE_FILE_VALIDATION="1", **processor.variables()):
        try:
            papermill.execute_notebook(
                str(notebook), str(scratch),
                parameters={"preset": job.preset.name, "data": job.data} if inject else None,
                kernel_name="python3", language="python", request_save_on_cell_execute=True,
                extra_arguments=["--log-level=40"],
                progress_bar={"desc": notebook.stem, "position": 1, "leave": False,
                              "disable": not progress},
            )  # fmt: skip
        except papermill.PapermillExecutionError as failure:
            error = _one_line(failure)
        except DeadKernelError:
            error = ("The kernel died, most likely for want of memory: choose a smaller preset "
                     "or close other programs.")
    executed = nbformat.read(scratch, as_version=4)
    shutil.rmtree(scratch.parent, ignore_errors=True)
    return executed, error


def _one_line(failure: Any) -> str:
    first = next((line for line in failure.source.splitlines() if line.strip()), "")
    message = " ".join(str(failure.evalue).split())
    return f"Cell [{failure.exec_count}] ({first.strip()!r}) stopped: {failure.ename}: {message}"


def save_notebook(notebook: Any, path: Path) -> Path:
    """Write an executed notebook without what belongs to this machine or this hour.

    Paths, times and environment variables of papermill, widget state (its static fallback is in
    the outputs) and the exact Python version go; parameters, tags and outputs stay.
    """
    import nbformat

    notebook.metadata.pop("widgets", None)
    parameters = notebook.metadata.pop("papermill", {}).get("parameters")
    if parameters:
        notebook.metadata["papermill"] = {"parameters": parameters}
    notebook.metadata["kernelspec"] = {
        "display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata["language_info"] = {"name": "python"}
    for cell in notebook.cells:
        kept = {"tags": cell.metadata.get("tags"), "tolerance": cell.metadata.get("tolerance")}
        cell.metadata = nbformat.from_dict({name: value for name, value in kept.items() if value})
        if cell.cell_type == "code":
            cell.outputs = joined(cell.outputs)
    text = nbformat.writes(notebook) + "\n"
    return write_atomically(path, lambda place: place.write_text(text, encoding="utf-8"))


def joined(outputs: list[Any]) -> list[Any]:
    """Return outputs with pieces of the same stream joined: how it was cut is a matter of timing.

    >>> piece = {"output_type": "stream", "name": "stdout", "text": "a"}
    >>> [output["text"] for output in joined([dict(piece), dict(piece)])]
    ['aa']
    """
    whole: list[Any] = []
    for output in outputs:
        last = whole[-1] if whole else {}
        if output["output_type"] == "stream" and last.get("name") == output["name"]:
            last["text"] += output["text"]
        else:
            whole.append(output)
    return whole


def _state_file(job: Job, notebook: Path) -> Path:
    return job.out / "state" / f"{notebook.stem}.json"


def _forget(job: Job, notebook: Path) -> None:
    """Remove what an earlier, unfinished or outdated execution of this notebook left."""
    _state_file(job, notebook).unlink(missing_ok=True)
    (job.out / "notebooks" / notebook.name).unlink(missing_ok=True)
    shutil.rmtree(job.out / "figures" / notebook.stem, ignore_errors=True)
    for path in (job.out / "records").rglob("*.json"):
        content = read_json(path)
        rows = content if isinstance(content, list) else [content]
        if all(not isinstance(row, dict) or row.get("notebook") == notebook.stem for row in rows):
            path.unlink()


@contextmanager
def _environment(**variables: str | None) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in variables}
    _set(variables)
    try:
        yield
    finally:
        _set(before)


def _set(variables: dict[str, str | None]) -> None:
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@contextmanager
def _only_one(out: Path) -> Iterator[None]:
    """Hold the run's folder; a second run that wants it is told so. A dead holder is replaced."""
    lock = out / ".lock"
    holder = read_json(lock)
    if holder and _alive(holder):
        raise BadInput(f"Another run (process {holder['pid']}) is writing to {out}.",
                       "Wait for it, or choose another folder with --out.")
    me = psutil.Process()
    write_json(lock, {"pid": me.pid, "since": me.create_time()})
    try:
        yield
    finally:
        lock.unlink(missing_ok=True)


def _alive(holder: dict[str, Any]) -> bool:
    try:
        return psutil.Process(holder["pid"]).create_time() == holder["since"]
    except psutil.Error:
        return False


def seed() -> int:
    """Return the seed of the lessons: 0, or ``$BONEAGE_KIT_SEED``.

    >>> seed() >= 0
    True
    """
    return int(os.environ.get("BONEAGE_KIT_SEED", 0))


def public(word: str) -> str:
    """Return a word of the command line without the folders of this machine.

    >>> public("rsna:/home/ada/bones.zip"), public("../shared/real/bones.zip"), public("binder")
    ('rsna:bones.zip', '../shared/real/bones.zip', 'binder')
    """
    kind, colon, place = word.partition(":") if word.find(":") > 1 else ("", "", word)
    absolute = place.startswith("/") or PureWindowsPath(place).is_absolute()
    return kind + colon + PureWindowsPath(place).name if absolute else word


def interactive() -> bool:
    """Return whether progress bars have somebody to look at them."""
    return sys.stderr.isatty()
