"""The benchmark: cells, resuming, workers that die, and what its tables say."""

import importlib.util
import io
import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pandas as pd
import pytest
from conftest import ROOT

from boneage_kit import plots
from boneage_kit.benchmark import kept, leaderboard, methods, questions, scale_out, summary
from boneage_kit.benchmark.methods import Sizes
from boneage_kit.benchmark.study import Cell, Study
from boneage_kit.cli import main
from boneage_kit.errors import BadInput
from boneage_kit.training.schedule import merged

KEPT = ROOT / "boneage_kit" / "data" / "results" / "benchmark"
TINY = Sizes(pixels=32, epochs=2)


def study(folder, **options):
    return Study("phantom", folder, **{"n": 40, "folds": 2, "threads": 1, "sizes": TINY, **options})


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "cells").rglob("[!.]*.csv"))
    }


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    own = study(tmp_path_factory.mktemp("undisturbed"))
    cells = own.cells(["constant", "bonet"], [10, 0], seeds=2)
    assert len(cells) == 14
    assert scale_out.run(own, cells, workers=0) == {}
    return own, cells


def test_every_method_names_a_thing_that_exists_and_its_place_in_the_paper():
    from boneage_kit import models

    networks = set(models.names()["name"])
    for method in methods.methods().values():
        assert method.in_the_paper and method.label
        if method.kind == "network":
            assert method.source in networks
    families = {method.family for method in methods.methods().values()}
    assert {"by hand", "from scratch", "general imagery", "phantom"} <= families


@pytest.mark.slow
def test_no_child_is_in_training_and_test_and_all_are_read_once_out_of_fold(undisturbed):
    own, _ = undisturbed
    number = own.fold_numbers()
    for cell in (Cell(10, "bonet", 0, 1), Cell(0, "bonet", 1, 0)):
        train, test = own._rows(number, cell)
        assert not set(train) & set(test)
    table = leaderboard.predictions(own)
    whole = table[(table["method"] == "constant") & (table["n_train"] == 20)]
    assert sorted(whole["image_id"]) == sorted(own.dataset().table["image_id"])


@pytest.mark.slow
def test_subsets_of_a_seed_are_nested_and_seeds_differ(undisturbed):
    own, _ = undisturbed
    number = own.fold_numbers()
    few, more, other = (
        set(own._rows(number, Cell(n, "bonet", 0, seed))[0])
        for n, seed in ((8, 0), (15, 0), (8, 1))
    )
    assert few < more
    assert few != other


def test_nothing_is_done_twice_and_a_larger_comparison_adds_to_it(undisturbed):
    own, cells = undisturbed
    before = contents(own.out)
    assert scale_out.run(own, cells, workers=0) == {}
    assert contents(own.out) == before


def test_another_study_is_refused_in_the_same_folder(undisturbed):
    own, cells = undisturbed
    other = study(own.out, sizes=Sizes(pixels=32, epochs=3))
    with pytest.raises(BadInput, match="another epochs"):
        scale_out.run(other, cells, workers=0)


@pytest.mark.slow
def test_a_killed_worker_loses_no_result_and_the_digits_are_the_same(undisturbed, tmp_path):
    from distributed import Client

    own, cells = undisturbed
    again = study(tmp_path)
    killed, environment = [], dict(os.environ)
    with scale_out.local_cluster(2, 1) as cluster, Client(cluster) as client:
        pids = list(client.run(os.getpid).values())
        kept = client.run(lambda: os.environ.get("MALLOC_TRIM_THRESHOLD_"))
        assert set(kept.values()) == {None}  # Dask's number would undo _process.keep_free_memory

        def kill_one() -> None:
            while not contents(tmp_path):
                time.sleep(0.01)
            os.kill(pids[0], signal.SIGKILL)
            killed.append(pids[0])

        thread = threading.Thread(target=kill_one, daemon=True)
        thread.start()
        assert scale_out.run(again, cells, client=client) == {}
        thread.join(timeout=60)
        assert killed
        assert pids[0] not in client.run(os.getpid).values()
    assert contents(tmp_path) == contents(own.out)
    changed = {name for name in os.environ if os.environ[name] != environment.get(name)}
    assert changed <= {"PYTHONWARNINGS"}  # Dask writes a worker's threads into its parent


@pytest.mark.slow
def test_a_killed_command_goes_on_and_ends_with_the_same_bytes(undisturbed, tmp_path):
    own, cells = undisturbed
    command = [
        sys.executable,
        "-m",
        "boneage_kit",
        "benchmark",
        "--data",
        "phantom",
        "--n",
        "40",
        "--folds",
        "2",
        "--methods",
        "constant",
        "bonet",
        "--sizes",
        "10",
        "all",
        "--seeds",
        "2",
        "--pixels",
        "32",
        "--epochs",
        "2",
        "--threads",
        "1",
        "--workers",
        "0",
        "--out",
        str(tmp_path),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 120
    while len(contents(tmp_path)) < 5 and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.01)
    process.kill()
    process.wait()
    there = len(contents(tmp_path))
    assert there < len(cells)
    (tmp_path / "cells" / "constant" / ".torn.csv").touch()  # as a kill amid a write leaves it
    assert main(command[3:]) == 0
    assert contents(tmp_path) == contents(own.out)
    for name in (
        "table.csv",
        "leaderboard.md",
        "leaderboard.csv",
        "learning_curves.png",
        "learning_curves.txt",
        "provenance.json",
    ):
        assert (tmp_path / name).stat().st_size > 0
    assert "no clinical figures" in (tmp_path / "leaderboard.md").read_text(encoding="utf-8")


def test_a_method_that_cannot_run_is_told_and_the_others_go_on(tmp_path, monkeypatch, capsys):
    def no_network(name, *_given, **_options):
        raise BadInput(f"The weights of {name} cannot be had.", "Use another.")

    monkeypatch.setattr("boneage_kit.models.create", no_network)
    code = main(
        [
            "benchmark",
            "--data",
            "phantom",
            "--n",
            "40",
            "--folds",
            "2",
            "--sizes",
            "10",
            "--methods",
            "vgg16_fine_tuned",
            "constant",
            "--pixels",
            "32",
            "--workers",
            "0",
            "--out",
            str(tmp_path),
        ]
    )
    told = capsys.readouterr()
    assert code == 2
    assert "2 of 4 cells could not be run" in told.err and "vgg16 cannot be had" in told.err
    assert "floor" in told.out


def table_of(seeds=3, **errors):
    rows = []
    rng = np.random.default_rng(0)
    ages = np.linspace(2, 17, 60)
    for method, size in errors.items():
        for seed in range(seeds):
            off = size * np.where(np.arange(60) % 2, 1, -1) + rng.normal(0, 0.05, 60)
            rows.append(
                pd.DataFrame(
                    {
                        "image_id": np.arange(60).astype(str),
                        "sex": "F",
                        "y_true": ages,
                        "y_pred": ages + off,
                        "method": method,
                        "n_train": 100,
                        "fold": 0,
                        "seed": seed,
                    }
                )
            )
    return pd.concat(rows, ignore_index=True)


def test_the_leaderboard_orders_methods_and_pairs_them_with_the_best():
    board = leaderboard.leaderboard(table_of(bonet=1.0, by_hand_ridge=0.5), 100)
    assert board["method"].tolist() == ["by_hand_ridge", "bonet"]
    assert board["behind_years"].iloc[1] == pytest.approx(0.5, abs=0.05)
    assert board["behind_lower"].iloc[1] > 0.4
    assert board["mae_months"].iloc[0] == pytest.approx(6, abs=0.3)
    once = leaderboard.leaderboard(table_of(seeds=1, bonet=1.0, by_hand_ridge=0.5), 100)
    assert once["behind_years"].iloc[1] == pytest.approx(0.5, abs=0.05)
    assert pd.isna(once["behind_lower"].iloc[1])


@pytest.mark.parametrize(
    "seeds, bonet, without, verdict",
    [
        (3, 0.5, 1.0, "the first errs less"),
        (3, 1.0, 0.5, "the second errs less"),
        (3, 1.0, 1.0, "alike"),
        (1, 0.5, 1.0, "one training: no verdict"),
    ],
)
def test_a_question_is_answered_by_the_one_rule(seeds, bonet, without, verdict):
    table = table_of(seeds, bonet=bonet, bonet_no_deformation=without)
    answers = questions.ablations(table, 100)
    assert answers["verdict"].tolist() == [verdict]
    assert answers["cells"].tolist() == [seeds]


def test_errors_of_trainings_answer_by_the_spread_between_folds():
    cells = pd.DataFrame(
        {
            "method": ["bonet"] * 5 + ["bonet_no_deformation"] * 5,
            "n_train": 100,
            "fold": [*range(5)] * 2,
            "seed": 0,
            "n_test": 60,
            "mae_years": [0.5, 0.6, 0.55, 0.5, 0.6] + [1.0, 1.1, 1.1, 1.0, 1.05],
        }
    )
    assert questions.ablations_of_cells(cells, 100)["verdict"].tolist() == ["the first errs less"]
    one_fold = questions.ablations_of_cells(cells[cells["fold"] == 0], 100)
    assert one_fold["verdict"].tolist() == ["one training: no verdict"]


@pytest.mark.parametrize("study", kept.studies())
def test_kept_tables_are_those_computed_from_what_is_kept(study):
    for name, made in kept.rebuilt(study).items():
        committed = pd.read_csv(KEPT / study / name)
        made = pd.read_csv(io.StringIO(made.to_csv(index=False)))
        pd.testing.assert_frame_equal(made, committed, check_dtype=False, atol=1e-4)


@pytest.mark.slow
def test_a_study_is_kept_by_its_predictions_and_its_tables_come_back(undisturbed, tmp_path):
    spec = importlib.util.spec_from_file_location(
        "keep_benchmark", ROOT / "tools/keep_benchmark.py"
    )
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    own, cells = undisturbed
    summary.write(own)
    tool.keep(own.out, "rsna_512", tmp_path)
    table = pd.read_csv(tmp_path / kept.PREDICTIONS, dtype={"image_id": str})
    assert list(table.columns) == list(kept.COLUMNS)
    assert len(table[["method", "n_train", "fold", "seed"]].drop_duplicates()) == len(cells)
    again = summary.tables(table)["leaderboard.csv"]
    committed = pd.read_csv(tmp_path / "leaderboard.csv")
    assert again["mae_years"].tolist() == pytest.approx(committed["mae_years"].tolist())


def test_sizes_that_differ_by_a_fold_are_one_point_of_the_curve():
    rows = leaderboard.tidy(
        pd.concat(
            [
                table_of(bonet=1.0).assign(n_train=8080, fold=0),
                table_of(bonet=0.9).assign(n_train=8081, fold=1),
                table_of(bonet=1.4).assign(n_train=100, fold=1),
            ]
        )
    )
    assert list(dict.fromkeys(merged(rows["n_train"]).values())) == [100, 8080]
    line = plots.learning_curves(rows).lines[0]
    assert line.get_xdata().tolist() == [100, 8080]
    assert line.get_ydata() == pytest.approx([16.8, 11.4], abs=0.3)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--methods", "magic"], "no method 'magic'"),
        (["--only-folds", "7"], "no fold 7"),
        (["--scheduler", "tcp://127.0.0.1:9"], "No Dask scheduler answers"),
    ],
)
@pytest.mark.slow
def test_bad_arguments_are_told_in_a_sentence(arguments, words, tmp_path, capsys):
    code = main(
        [
            "benchmark",
            "--data",
            "phantom",
            "--n",
            "40",
            "--folds",
            "2",
            "--sizes",
            "10",
            "--out",
            str(tmp_path / "out"),
            "--methods",
            "constant",
            *arguments,
        ]
    )
    assert code == 2
    assert words in capsys.readouterr().err


def test_a_size_that_is_none_is_refused(tmp_path, capsys):
    assert main(["benchmark", "--data", "phantom", "--sizes", "3", "--out", str(tmp_path)]) == 2
    assert "no training size" in capsys.readouterr().err


def test_methods_are_listed(capsys):
    assert main(["benchmark", "--list"]) == 0
    assert "OxfordNet" in capsys.readouterr().out


def test_the_kit_imports_no_dask_before_it_is_asked_to():
    code = (
        "import sys, boneage_kit.cli as c; c._parser('benchmark'); "
        "print('distributed' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "False"
