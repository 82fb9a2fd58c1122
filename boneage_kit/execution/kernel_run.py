"""One notebook executed by papermill in a kernel of its own."""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
from nbformat import NotebookNode

from . import processor
from .job import Job

if TYPE_CHECKING:
    from papermill.exceptions import PapermillExecutionError

#: Seconds: on a machine with a load of 20 a kernel took more than the minute that is usual.
KERNEL_STARTS_WITHIN = 600


def execute(
    job: Job, notebook: Path, *, progress: bool, inject: bool
) -> tuple[NotebookNode, str | None]:
    """Execute a notebook; return it with its outputs, and in one line why it stopped, or None."""
    import papermill  # 0.4 s, and only needed where a notebook is executed
    from nbclient.exceptions import DeadKernelError

    logging.getLogger("papermill").setLevel(logging.ERROR)
    scratch = job.out / ".running" / notebook.name
    scratch.parent.mkdir(parents=True, exist_ok=True)
    error = None
    with _environment(
        BONEAGE_KIT_OUT=str(job.out.resolve()),
        MPLBACKEND=None,
        PYDEVD_DISABLE_FILE_VALIDATION="1",
        **processor.variables(),
    ):
        try:
            papermill.execute_notebook(
                _literally(notebook), _literally(scratch),
                parameters={"preset": job.preset.name, "data": job.data} if inject else None,
                kernel_name="python3", language="python", request_save_on_cell_execute=True,
                start_timeout=KERNEL_STARTS_WITHIN,
                extra_arguments=["--log-level=50"],
                progress_bar={"desc": notebook.stem, "position": 1, "leave": False,
                              "disable": not progress},
            )  # fmt: skip
        except papermill.PapermillExecutionError as failure:
            error = _one_line(failure)
        except DeadKernelError:
            error = (
                "The kernel died, most likely for want of memory: choose a smaller preset "
                "or close other programs."
            )
    executed = nbformat.read(scratch, as_version=4)
    shutil.rmtree(scratch.parent, ignore_errors=True)
    return executed, error


def _literally(path: Path) -> str:
    """Return a path that papermill takes as it is: it would fill in what stands in braces.

    >>> _literally(Path("runs {term}"))
    'runs {{term}}'
    """
    return str(path).replace("{", "{{").replace("}", "}}")


def _one_line(failure: PapermillExecutionError) -> str:
    first = next((line for line in failure.source.splitlines() if line.strip()), "")
    message = " ".join(str(failure.evalue).split())
    return f"Cell [{failure.exec_count}] ({first.strip()!r}) stopped: {failure.ename}: {message}"


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
