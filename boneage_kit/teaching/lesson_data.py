"""What a lesson runs on: its preset, its data set and its split."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from .. import _settings, datasets, presets
from ..errors import BadInput

if TYPE_CHECKING:
    from ..datasets import Dataset, Split


class LessonData:
    """One notebook's preset, seed and data; :class:`boneage_kit.teaching.Lesson` adds the rest.

    Attributes
    ----------
    notebook, preset, seed
        As given to :func:`boneage_kit.teaching.begin`; ``preset`` is a
        :class:`boneage_kit.presets.Preset`.
    spec
        The ``data`` text.
    """

    def __init__(self, notebook: str, preset: presets.Preset, data: str | None, seed: int) -> None:
        if not re.fullmatch(r"[\w.-]+", notebook):
            raise BadInput(
                f"{notebook!r} is no notebook's name.",
                'Give the file name without .ipynb, "06_a_network_from_scratch".',
            )
        self.notebook = notebook
        self.preset = preset
        self.seed = seed
        self.spec = data

    @cached_property
    def dataset(self) -> Dataset:
        """The data set, at most ``preset.images`` of it (a stratified, seeded subset)."""
        if self.spec is None:
            raise BadInput("This lesson was begun without data.", 'Begin it with data="phantom".')
        loaded = datasets.load(self.spec, n=self.preset.images or None, seed=self.seed)
        return loaded if self._named_phantom else loaded.decodable(self.preset.pixels)

    @cached_property
    def split(self) -> Split:
        """Row numbers for training, validation and test: patient-wise, by sex and age."""
        return datasets.split(self.dataset.table, seed=self.seed)

    @property
    def is_phantom(self) -> bool:
        """Whether the radiographs are drawn by the kit; then no result is a clinical one.

        A cohort of phantoms in the Digital Hand Atlas' layout is one too: the data set says so.
        """
        on_disk = self.spec is not None and self.spec.partition(":")[0] == "dha"
        return self._named_phantom or (on_disk and self.dataset.is_phantom)

    @property
    def _named_phantom(self) -> bool:
        return self.spec is None or self.spec.partition(":")[0] == "phantom"

    @property
    def source(self) -> str:
        """``"phantom"`` or ``"real"``: which column a result belongs in."""
        return "phantom" if self.is_phantom else "real"

    def describe(self) -> str:
        """Return what data this notebook runs on, in two sentences."""
        size = f"at most {self.preset.images} images" if self.preset.images else "all images"
        first = f"Preset {self.preset.name}: {size} at {self.preset.pixels} px, seed {self.seed}."
        if self.spec is None or self._named_phantom:
            return (
                f"{first} Data: phantom radiographs, drawn by the kit; no number made from "
                "them is a clinical one."
            )
        return f"{first} Data: {self.spec.partition(':')[0]}."

    def _data_name(self) -> str | None:
        """The data set's own name where it is loaded; never a path of this machine."""
        if "dataset" in self.__dict__:
            return self.dataset.name
        return None if self.spec is None else self.spec.partition(":")[0]

    @property
    def out(self) -> Path | None:
        """The run's folder (``$BONEAGE_KIT_OUT``), or None outside ``boneage-kit run``."""
        return _settings.run_folder()
