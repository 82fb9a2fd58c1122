"""What a notebook gets from `lesson.begin`: data, figures in words, results, threads."""

import base64
import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from IPython.utils.capture import capture_output
from matplotlib.figure import Figure

import boneage_kit as bk
from boneage_kit import _runtime, results
from boneage_kit.errors import BadInput
from boneage_kit.plots import shown_figure
from boneage_kit.teaching import colab

NOTEBOOKS = sorted((Path(__file__).parents[2] / "notebooks").glob("[0-9]*.ipynb"))

ALT = "One line rising from the lower left to the upper right."


@pytest.fixture
def lesson():
    return bk.teaching.begin("00_test", preset="smoke", data=None)


@pytest.fixture
def out(tmp_path, monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_OUT", str(tmp_path))
    return tmp_path


def a_figure():
    figure = Figure(figsize=(9, 4))
    figure.subplots().plot([0, 1], [0, 1])
    return figure


def run_python(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_begin_imports_neither_torch_nor_fastai():
    code = (
        "import sys, boneage_kit as bk; bk.teaching.begin('01_x', preset='smoke', data=None);"
        "print([m for m in ('torch', 'fastai', 'sklearn', 'scipy') if m in sys.modules])"
    )
    assert run_python(code).splitlines()[-1] == "[]"


@pytest.mark.slow
def test_torch_gets_threads_and_seed_when_it_is_imported():
    code = (
        "import boneage_kit as bk; bk.teaching.begin('01_x', preset='smoke', data=None);"
        "import torch; a = torch.rand(1).item(); n = torch.get_num_threads();"
        "torch.manual_seed(0); print(n, a == torch.rand(1).item())"
    )
    assert run_python(code).splitlines()[-1] == "2 True"


def test_threads_can_be_overridden_from_outside(monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_THREADS", "1")
    code = (
        "import boneage_kit as bk; bk.teaching.begin('01_x', preset='smoke', data=None);"
        "import torch; print(torch.get_num_threads())"
    )
    assert run_python(code).splitlines()[-1] == "1"


def test_a_second_begin_replaces_the_waiting_seed():
    code = (
        "from boneage_kit import _runtime;"
        "_runtime.fix_seed_and_threads(1, 2); _runtime.fix_seed_and_threads(0, 1);"
        "import torch; a = torch.rand(1).item(); torch.manual_seed(0);"
        "print(torch.get_num_threads(), a == torch.rand(1).item())"
    )
    assert run_python(code) == "1 True"


def test_the_seed_fixes_numpy():
    _runtime.fix_seed_and_threads(3, 0)
    first = np.random.rand(4)
    _runtime.fix_seed_and_threads(3, 0)
    assert (np.random.rand(4) == first).all()


@pytest.mark.parametrize("gpu, words", [("Tesla T4", "Tesla T4"), (None, "without a GPU")])
def test_colab_names_its_gpu(monkeypatch, gpu, words):
    monkeypatch.setenv("COLAB_RELEASE_TAG", "x")
    monkeypatch.setattr(colab, "gpu_name", lambda: gpu)
    assert words in colab.colab_advice("binder")


def test_kaggle_names_its_own_menu(monkeypatch):
    monkeypatch.setenv("KAGGLE_KERNEL_RUN_TYPE", "Interactive")
    monkeypatch.setattr(colab, "gpu_name", lambda: None)
    assert "Settings > Accelerator" in colab.colab_advice("binder")


def test_unknown_preset_and_missing_data_are_explained(lesson):
    with pytest.raises(BadInput, match="no preset 'huge'"):
        bk.teaching.begin("00_test", preset="huge", data=None)
    with pytest.raises(BadInput, match="without data"):
        _ = lesson.dataset
    with pytest.raises(BadInput, match="no notebook's name"):
        bk.teaching.begin("../x", preset="smoke", data=None)


def test_real_data_is_named_real_and_its_path_never_shown():
    real = bk.teaching.begin("00_test", preset="smoke", data="rsna:/home/someone/secret.zip")
    assert real.source == "real" and not real.is_phantom
    assert "secret" not in real.describe()
    real.record(result="MAE", method="m", value=1.0)
    assert real._rows[0]["data"] == "rsna"


def test_a_figure_is_shown_with_its_description(lesson, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    shown = []
    monkeypatch.setattr("boneage_kit.teaching.lesson_figures.display", shown.append)
    lesson.figure(a_figure(), "line", alt=ALT, caption="A phantom line.")
    assert len(shown) == 1 and ALT in repr(shown[0])
    shown_html = shown[0]._repr_html_()
    assert f'alt="{ALT}"' in shown_html and "A phantom line." in shown_html
    assert base64.b64decode(re.search(r"base64,([^\"]+)", shown_html)[1]).startswith(b"\x89PNG")
    assert list(tmp_path.iterdir()) == [], "nothing is written outside a run"


def test_a_run_keeps_the_figure_and_its_words(lesson, out):
    lesson.figure(a_figure().axes[0], "line", alt=ALT, caption="c")
    folder = out / "figures" / "00_test"
    assert json.loads((folder / "line.json").read_text()) == {"alt": ALT, "caption": "c"}
    from PIL import Image

    assert Image.open(folder / "line.png").size == (900, 400)


def test_a_figure_without_words_or_with_a_path_for_a_name_is_refused(lesson):
    with pytest.raises(BadInput, match="describes nothing"):
        lesson.figure(a_figure(), "line", alt="A plot")
    with pytest.raises(BadInput, match="no figure's name"):
        lesson.figure(a_figure(), "../line", alt=ALT)


def test_fewer_colours_do_not_change_a_radiograph_visibly():
    from PIL import Image

    figure = Figure(figsize=(3, 3), layout="none")
    axes = figure.add_axes((0, 0, 1, 1))
    ramp = np.random.default_rng(0).random((300, 300))
    axes.imshow(ramp, cmap="gray")
    import io

    raw = io.BytesIO()
    figure.savefig(raw, format="png", dpi=100)
    before = np.asarray(Image.open(raw).convert("RGB"), float)
    after = np.asarray(Image.open(io.BytesIO(shown_figure.to_png(figure))).convert("RGB"), float)
    assert np.abs(before - after).mean() < 2.0


def test_results_are_kept_written_and_replaced(lesson, out):
    lesson.record(result="MAE", method="a", value=1.0, lower=0.9, upper=1.1, n_train=50)
    lesson.record(result="MAE", method="a", value=2.0, n_train=100)
    shown = lesson.record(result="MAE", method="a", value=np.float32(0.5), n_train=100)
    rows = json.loads((out / "records" / "00_test.json").read_text())
    assert [row["value"] for row in rows] == [1.0, 0.5]
    assert list(rows[0]) == list(results.RESULT_COLUMNS)
    assert rows[0]["source"] == "phantom" and rows[0]["preset"] == "smoke"
    assert shown.loc[1, "value"] == "0.50 years (6.0 months)"
    assert len(lesson.results()) == 2
    assert results.read([out / "records" / "00_test.json"])["value"].tolist() == [1.0, 0.5]


@pytest.mark.parametrize(
    "bad, words",
    [
        ({"value": float("nan")}, "finite"),
        ({"value": "0.8"}, "finite"),
        ({"value": 1.0, "lower": 1.5}, "does not fit"),
        ({"value": 1.0, "upper": 0.5}, "does not fit"),
    ],
)
def test_a_result_that_is_none_is_refused(lesson, bad, words):
    with pytest.raises(BadInput, match=words):
        lesson.record(result="MAE", method="a", **bad)


def test_record_predictions_gives_the_mae_and_keeps_the_table(lesson, out):
    pytest.importorskip("boneage_kit.evaluation")
    rng = np.random.default_rng(0)
    truth = rng.uniform(1, 18, 60)
    table = pd.DataFrame(
        {
            "image_id": np.arange(60).astype(str),
            "sex": ["F", "M"] * 30,
            "y_true": truth,
            "y_pred": truth + rng.normal(0, 1, 60),
        }
    )
    lesson.record_predictions("BoNet, small", table, n_train=40)
    row = lesson._rows[0]
    assert row["value"] == pytest.approx((table.y_pred - table.y_true).abs().mean())
    assert row["lower"] < row["value"] < row["upper"]
    assert (row["n_train"], row["n_test"]) == (40, 60)
    kept = pd.read_csv(out / "predictions" / "00_test" / "bonet_small_n40.csv")
    assert len(kept) == 60


def test_check_hint_and_solution_are_shown_in_the_notebook(lesson):
    from boneage_kit.teaching import exercises

    @exercises.exercise("99.1", hint="a hint", solution="42", passes=[42], fails=[41])
    def answer(value):
        if value != 42:
            raise exercises.Wrong("It is not forty-two.")

    with capture_output() as captured:
        lesson.check("99.1", 41)
        lesson.check("99.1", 42)
        lesson.hint("99.1")
        lesson.solution("99.1")
    del exercises._registry["99.1"]
    text = captured.stdout + "".join(str(out) for out in captured.outputs)
    for words in ("not forty-two", "99.1: right", "a hint", "42"):
        assert words in text


def test_a_phantom_cohort_on_disk_is_not_taken_for_real(tmp_path):
    from boneage_kit.cli import main

    assert main(["cohort", "--n", "16", "--size", "64", "-o", str(tmp_path / "cohort")]) == 0
    begun = bk.teaching.begin("04_films_as_files", preset="smoke", data=f"dha:{tmp_path}/cohort")
    assert begun.source == "phantom"


def test_a_row_says_whether_its_method_is_a_floor_and_what_it_stands_on():
    lesson = bk.teaching.begin("03_x", preset="smoke", data="phantom")
    table = pd.DataFrame(
        {"image_id": list("abc"), "sex": "F", "y_true": [5.0, 6, 7], "y_pred": [6.0, 6, 6]}
    )
    lesson.record_predictions("sex's median", table, floor=True)
    lesson.record_predictions(
        "BoNet with constant learning rate", table, folds=5, seeds=3, pixels=96
    )
    floor, network = lesson.rows
    assert floor["floor"] is True and floor["pixels"] == lesson.preset.pixels
    assert floor["folds"] is None and floor["seeds"] == 1
    assert [network[name] for name in ("floor", "folds", "seeds", "pixels")] == [False, 5, 3, 96]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_say_which_of_their_rows_are_floors(path):
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        source = "".join(cell["source"])
        for call in re.findall(r"record_predictions\(([^\n]*(?:\n  +[^\n]*)*)", source):
            if "median" in call or "read.items()" in source:
                assert "floor=" in call
