"""What a notebook needs around its lesson: data, described figures, results, exercises.

A notebook starts with ``lesson = bk.teaching.begin("06_a_network_from_scratch", preset=preset,
data=data)`` and uses the :class:`Lesson` it gets. Outside ``boneage-kit run`` nothing is written
but the cache; inside, ``$BONEAGE_KIT_OUT`` names the run's folder, and there appear

* ``figures/<notebook>/<name>.png`` with ``<name>.json`` (its alt text and caption),
* ``records/<notebook>.json`` (the rows of :data:`RESULT_COLUMNS`),
* ``predictions/<notebook>/<method>.csv`` (the predictions tables).
"""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display

from .. import _runtime, _settings, datasets, evaluation, presets, results
from .._io import write_atomically
from ..errors import BadInput
from ..plots import shown_figure, use_style
from ..results import RESULT_COLUMNS
from . import colab, exercises, questions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from ..datasets import Dataset, Split
    from ..widgets.quiz import Answer
    from ..widgets.sliders import Slider
    from .questions import Question

__all__ = ["RESULT_COLUMNS", "Lesson", "begin"]


def begin(notebook: str, *, preset: str, data: str | None, seed: int = 0) -> Lesson:
    """Start a notebook: fix seed and threads, set the figures' style, say what it runs on.

    Parameters
    ----------
    notebook
        The file's name without ``.ipynb``, such as ``"06_a_network_from_scratch"``.
    preset
        ``"smoke"``, ``"binder"``, ``"colab"`` or ``"paper"``: every size of the run.
    data
        ``"phantom"``, ``"rsna:PATH"``, ``"dha:PATH"`` or ``"folder:PATH"``, loaded when first
        used; None for a lesson without a data set.
    seed
        Of the split, the subset, NumPy and torch. Torch itself is not imported here.
        ``BONEAGE_KIT_SEED`` overrides it, to see how far results depend on it.

    Raises
    ------
    BadInput
        For an unknown preset or a notebook name that is no file name.

    >>> lesson = begin("01_a_child_and_a_film", preset="smoke", data="phantom")
    Preset smoke: at most 120 images at 64 px, seed 0. Data: phantom radiographs, drawn by the
    kit; no number made from them is a clinical one.
    >>> lesson.is_phantom, lesson.preset.pixels
    (True, 64)
    """
    seed = _settings.seed(seed)
    lesson = Lesson(notebook, presets.get(preset), data, seed)
    _runtime.fix_seed_and_threads(seed, lesson.preset.threads)
    use_style()
    display(exercises.Feedback(f"{lesson.describe()} {colab.colab_advice(preset)}".strip()))
    return lesson


class Lesson:
    """One notebook's run; made by :func:`begin`.

    Attributes
    ----------
    notebook, preset, seed
        As given to :func:`begin`; ``preset`` is a :class:`boneage_kit.presets.Preset`.
    spec
        The ``data`` text.
    answers
        The student's answers to the questions of :meth:`ask`, by number.
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
        self._rows: list[dict[str, Any]] = []
        self.answers: dict[str, Answer] = {}

    # -- data ------------------------------------------------------------------------------

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

    # -- figures ---------------------------------------------------------------------------

    def figure(self, fig: Figure | Axes, name: str, *, alt: str, caption: str = "") -> None:
        """Show a figure with its description in words, keep both in a run, and close it.

        Parameters
        ----------
        fig
            A matplotlib figure, or axes on it. Nine inches wide fill a projected notebook.
        name
            The file's name in the run's folder: letters, digits, ``_`` and ``-``.
        alt
            What the figure shows, for somebody who cannot see it: a sentence or two.
        caption
            A line under the figure for everybody. Say "phantom" where it is one.

        Raises
        ------
        BadInput
            For a name that is no file name, or an alt text that describes nothing.
        """
        shown = shown_figure.ShownFigure(
            shown_figure.to_png(fig), shown_figure.check_alt(alt), caption
        )
        self._keep_figure(name, shown)
        plt.close(shown_figure.figure_of(fig))
        display(shown)

    def explore(
        self,
        function: Callable[..., Any],
        *,
        name: str,
        alt: str | Callable[..., str] = "",
        caption: str = "",
        **parameters: Sequence[Any] | Slider,
    ) -> None:
        """Show what a function gives, with a slider for each parameter.

        Parameters
        ----------
        function
            Takes the parameters by name; returns a matplotlib figure or axes, or a DataFrame. Each
            position of the sliders must take less than a second or two.
        name
            The file's name in the run's folder, for a figure.
        alt
            What a figure shows: a text, or a function of the same parameters that returns it.
        caption
            A line under a figure.
        parameters
            For each parameter its allowed values, of which the first is shown first; or
            ``bk.widgets.Slider(values, label, unit, start)``.

        Raises
        ------
        BadInput
            For fewer than two values, or a figure without a description.

        >>> lesson = begin("06_example", preset="smoke", data=None)
        Preset smoke: ...
        >>> lesson.explore(lambda n: pd.DataFrame({"half": [n / 2]}), name="halves", n=[2, 4])
           half
        0   1.0
        Shown here: n 2. In JupyterLab you can move: n (2, 4).
        """
        from ..widgets.sliders import Slider, SliderPanel  # keeps scipy out of a light start

        sliders = {
            key: given if isinstance(given, Slider) else Slider(given)
            for key, given in parameters.items()
        }
        panel = SliderPanel(function, sliders, alt, caption)
        shown = panel.at(**panel.start())
        if isinstance(shown, shown_figure.ShownFigure):
            self._keep_figure(name, shown)
        display(panel)

    def _keep_figure(self, name: str, shown: shown_figure.ShownFigure) -> None:
        """Write a figure and its description into the run's folder, if there is one."""
        if not re.fullmatch(r"[\w-]+", name):
            raise BadInput(f"{name!r} is no figure's name.", "Use letters, digits, _ and -.")
        if self.out is not None:
            folder = self.out / "figures" / self.notebook
            shown_figure.save(folder, name, shown.png, shown.alt, shown.caption)

    # -- results ---------------------------------------------------------------------------

    @property
    def out(self) -> Path | None:
        """The run's folder (``$BONEAGE_KIT_OUT``), or None outside ``boneage-kit run``."""
        return _settings.run_folder()

    def record(
        self,
        *,
        result: str,
        method: str,
        value: float,
        lower: float | None = None,
        upper: float | None = None,
        unit: str = "years",
        n_train: int | None = None,
        n_test: int | None = None,
        floor: bool = False,
        folds: int | None = None,
        seeds: int = 1,
        pixels: int | None = None,
        note: str = "",
    ) -> pd.DataFrame:
        """Keep one number of this run, and return it as a row to show.

        The same result of the same method and training size, recorded again, replaces the
        earlier one, so a cell can be run twice.

        Parameters
        ----------
        result
            What was measured: ``"MAE"``, ``"bias"``, ``"limits of agreement"``.
        method
            What it was measured on: ``"BoNet from scratch"``, ``"sex's median"``.
        value, lower, upper
            The number and its 95 % interval, in ``unit`` (``"years"`` unless said).
        n_train, n_test
            Images trained and tested on.
        floor
            Whether the method never looks at an image: the error that every model must beat.
        folds, seeds
            Folds of a cross-validation (None: one split) and trainings that were averaged.
        pixels
            Side of the images in pixels; the preset's unless given.
        note
            What a reader of the table must know besides.

        >>> lesson = begin("03_example", preset="smoke", data=None)
        Preset smoke: ...
        >>> _ = lesson.record(result="MAE", method="sex's median", value=2.5, floor=True)
        >>> lesson.rows[0]["floor"], lesson.rows[0]["pixels"]
        (True, 64)
        """
        row = results.row(
            notebook=self.notebook,
            result=result,
            method=method,
            value=value,
            lower=lower,
            upper=upper,
            unit=unit,
            n_train=n_train,
            n_test=n_test,
            folds=folds,
            seed=self.seed,
            seeds=seeds,
            pixels=pixels or self.preset.pixels,
            source=self.source,
            data=self._data_name(),
            preset=self.preset.name,
            floor=floor,
            note=note,
        )
        results.add(self._rows, row)
        if self.out is not None:
            results.write(self._rows, self.out / "records" / f"{self.notebook}.json")
        return results.for_display([row])

    def _data_name(self) -> str | None:
        """The data set's own name where it is loaded; never a path of this machine."""
        if "dataset" in self.__dict__:
            return self.dataset.name
        return None if self.spec is None else self.spec.partition(":")[0]

    def record_predictions(
        self,
        method: str,
        predictions: pd.DataFrame,
        *,
        n_train: int | None = None,
        floor: bool = False,
        folds: int | None = None,
        seeds: int = 1,
        pixels: int | None = None,
        note: str = "",
    ) -> pd.DataFrame:
        """Record a predictions table's MAE with its bootstrap interval, and keep the table.

        Parameters
        ----------
        method
            Whose predictions they are.
        predictions
            ``image_id, sex, y_true, y_pred`` in years, and what else is known.
        n_train
            Images it was trained on.
        floor, folds, seeds, pixels, note
            As of :meth:`record`.
        """
        value, lower, upper = evaluation.bootstrap_interval(
            evaluation.mae, predictions, n=self.preset.bootstrap, seed=self.seed
        )
        if self.out is not None:
            size = "" if n_train is None else f"_n{n_train}"
            name = re.sub(r"\W+", "_", method.lower()).strip("_") + size
            write_atomically(
                self.out / "predictions" / self.notebook / f"{name}.csv",
                lambda path: predictions.to_csv(path, index=False),
            )
        return self.record(
            result="MAE",
            method=method,
            value=value,
            lower=lower,
            upper=upper,
            n_train=n_train,
            n_test=predictions["image_id"].nunique(),
            floor=floor,
            folds=folds,
            seeds=seeds,
            pixels=pixels,
            note=note,
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """What was recorded so far, unrounded: dicts with the keys of ``RESULT_COLUMNS``."""
        return [dict(row) for row in self._rows]

    def results(self) -> pd.DataFrame:
        """Return what was recorded so far, rounded, in years and months."""
        return results.for_display(self._rows)

    # -- exercises -------------------------------------------------------------------------

    def check(self, exercise: str, answer: object) -> None:
        """Say what is right or wrong about an answer; ``...`` counts as not answered yet.

        It never stops the notebook: a wrong answer is a sentence, not an error.
        """
        display(exercises.check(exercise, answer, lesson=self))

    def hint(self, exercise: str) -> None:
        """Show an exercise's hint."""
        display(exercises.Feedback(exercises.get(exercise).hint))

    def solution(self, exercise: str) -> None:
        """Show an exercise's solution."""
        display(exercises.Feedback(exercises.get(exercise).solution, code=True))

    # -- questions without code ------------------------------------------------------------

    def ask(self, *asked: str | Question) -> None:
        """Show questions by number; several are a self-test, which counts the right answers.

        Questions of your own come from ``bk.teaching.questions.load("u97.toml")``.

        Raises
        ------
        BadInput
            If there is no such question.

        >>> lesson = begin("06_example", preset="smoke", data=None)
        Preset smoke: ...
        >>> lesson.ask("06.a")
        Question 06.a. ...
        """
        display(questions.quiz(asked, self.answers))
