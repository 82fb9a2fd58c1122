"""What one run is about, and the key that tells whether a notebook of it is done."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PureWindowsPath
from typing import Any

from .. import _settings, datasets, presets, provenance
from .._io import check_writable
from ..datasets import Dataset
from ..results import committed, rows_of_run
from . import sequence


@dataclass(frozen=True)
class Job:
    """Which notebooks, at which size, on which data, into which folder."""

    notebooks: tuple[Path, ...]
    preset: presets.Preset
    data: str
    out: Path
    dataset: Dataset = field(repr=False, compare=False)
    data_checksum: str
    command: str = ""
    started: str = field(default_factory=provenance.now)

    @property
    def source(self) -> str:
        """``"phantom"`` or ``"real"``."""
        return "phantom" if self.dataset.is_phantom else "real"

    def key(self, notebook: Path) -> str:
        """Return the hash of everything the notebook's results depend on.

        A notebook whose code reads recorded results also depends on those of the run's other
        notebooks, and on the rows that travel with the package.
        """
        parts = [
            sequence.source_hash(notebook), provenance.code_fingerprint(), self.preset.name,
            self.source, self.data_checksum, _settings.seed(), provenance.versions(),
            _settings.threads(self.preset.threads), _settings.processor(), _settings.device(),
            provenance.machine().get("gpu"),
        ]  # fmt: skip
        if sequence.reads_results(notebook):
            parts += [row for row in rows_of_run(self.out) if row["notebook"] != notebook.stem]
            parts += self._kept_rows(notebook)
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:16]

    def _kept_rows(self, notebook: Path) -> list[Any]:
        """Return the package's rows that a notebook may read: none of its own, of these data."""
        other = "real" if self.source == "phantom" else "phantom"
        kept = {
            source: committed(source, self.preset.name) or committed(source, presets.DEFAULT)
            for source in (self.source, other)
        }
        return [
            row
            for source, run in kept.items()
            if run
            for row in run["rows"]
            if source == other or row["notebook"] != notebook.stem
        ]

    def heading(self) -> dict[str, Any]:
        """Return the provenance part of ``results.json``."""
        return {
            "kit": provenance.kit(),
            "run": {
                "preset": self.preset.name, "data": public(self.data), "source": self.source,
                "data_checksum": self.data_checksum, "seed": _settings.seed(),
                "threads": _settings.threads(self.preset.threads),
                "processor": _settings.processor(), "device": _settings.device(),
                "command": " ".join(public(word) for word in self.command.split()),
                "started": self.started, "finished": provenance.now(),
            },
            "machine": provenance.machine(),
            "versions": provenance.versions(),
        }  # fmt: skip


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
        For an unknown notebook or preset, unreadable data, a folder that cannot be written, or
        an environment variable of the kit with a value that is not allowed.
    """
    _settings.check()
    chosen = tuple(sequence.notebooks(names))
    sizes = presets.get(preset)
    folder = out or Path("out") / f"{preset}-{data.split(':')[0]}"
    check_writable(folder)
    dataset = datasets.load(data)
    return Job(chosen, sizes, data, folder, dataset, dataset.checksum(), command)


def public(word: str) -> str:
    """Return a word of the command line without the folders of this machine.

    >>> public("rsna:/home/ada/bones.zip"), public("../shared/real/bones.zip"), public("binder")
    ('rsna:bones.zip', '../shared/real/bones.zip', 'binder')
    """
    kind, colon, path = word.partition(":") if word.find(":") > 1 else ("", "", word)
    absolute = path.startswith("/") or PureWindowsPath(path).is_absolute()
    return kind + colon + PureWindowsPath(path).name if absolute else word
