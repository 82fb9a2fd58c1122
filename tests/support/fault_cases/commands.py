"""Commands with wrong input: tables of predictions, options, a log cut short."""

from __future__ import annotations

from pathlib import Path

from dataset_layouts import png

from boneage_kit.widgets.readings_file import append_reading, load_readings

from .base import Fault, command

PREDICTED = "image_id,sex,y_true,y_pred\n" + "".join(
    f"{i},{'FM'[i % 2]},{i % 15 + 1},{i % 15 + 1.5}\n" for i in range(40)
)


def log_cut_short(folder: Path) -> str:
    path = folder / "readings.csv"
    for number in range(3):
        append_reading(path, "me", f"hand {number}", 1, [5.0, 6.0, 17.5][number])
    path.write_bytes(path.read_bytes()[:-26])  # the machine stops in the middle of an age
    append_reading(path, "me", "hand 3", 1, 9.0)
    ages = load_readings(path)["bone_age"].tolist()
    return f"read, ages {ages} of [5.0, 6.0, 17.5, 9.0]: the hand that was cut off is asked again"


COMMANDS = [
    *(
        Fault(
            "a predictions table",
            tried,
            command("evaluate", "p.csv", files={"p.csv": text}),
            "exit 2: boneage-kit: ",
        )
        for tried, text in [
            ("a column missing", PREDICTED.replace("y_pred", "guess")),
            ("a prediction that is a word", PREDICTED + "99,F,5,much\n"),
            ("a prediction missing", PREDICTED + "99,F,5,\n"),
            ("an infinite prediction", PREDICTED + "99,F,5,inf\n"),
            ("sex missing", PREDICTED + "99,,5,5\n"),
            ("months as years", PREDICTED.replace(",5,", ",120,")),
            ("one id twice", PREDICTED + "0,F,1,1\n"),
            ("an empty file", ""),
            ("a picture", png(0)),
        ]
    ),
    Fault(
        "a command",
        "predict without the child's sex",
        command("predict", "film.png", files={"film.png": png(0)}),
        "exit 2",
    ),
    Fault(
        "a command",
        "predict of a text file",
        command("predict", "--sex", "F", "film.png", files={"film.png": "hello"}),
        "exit 2",
    ),
    Fault(
        "a command",
        "run with a notebook that is not there",
        command("run", "99", "--preset", "smoke", "--out", "r"),
        "exit 2",
    ),
    Fault(
        "a command",
        "run on data that are not there",
        command("run", "01", "--data", "rsna:none", "--out", "r"),
        "exit 2",
    ),
    Fault(
        "a command",
        "a folder of results that is a file",
        command("run", "01", "--preset", "smoke", "--out", "r/x", files={"r": "x"}),
        "exit 2",
    ),
    Fault(
        "a command",
        "a phantom of 45 years",
        command("phantom", "--sex", "F", "--age", "45", "-o", "a.png"),
        "exit 2",
    ),
    *(
        Fault("a command", f"`{' '.join(words)}`", command(*words), expected)
        for words, expected in [
            (["robustness", "--data", "phantom", "--n", "-1"], "not a whole number from 10"),
            (["robustness", "--data", "phantom", "--n", "0"], "not a whole number from 10"),
            (["robustness", "--data", "phantom", "--doses", "0"], "not a whole number from 2"),
            (["robustness", "--data", "phantom", "--only", "wind"], "no perturbation 'wind'"),
            (["predict", "--data", "folder:~nosuchuser", "--out", "p.csv"], "~nosuchuser"),
            (["predict", "--data", "phantom", "--n", "-5", "--out", "p.csv"], "not a whole number"),
            (
                ["train", "--data", "phantom", "--model", "bonet", "--seed", "-1", "--out", "t"],
                "not a whole number from 0",
            ),
            (
                ["train", "--data", "phantom", "--model", "bonet", "--n", "3", "--out", "t"],
                "at least 20",
            ),
            (
                [
                    "train",
                    "--data",
                    "phantom",
                    "--model",
                    "bonet",
                    "--preset",
                    "huge",
                    "--out",
                    "t",
                ],
                "no preset 'huge'",
            ),
            (["benchmark", "--data", "phantom", "--folds", "0", "--out", "b"], "from 2 to 100"),
            (["benchmark", "--data", "phantom", "--threads", "-1", "--out", "b"], "from 0 to 1024"),
            (["cohort", "--n", "0", "-o", "c"], "not a whole number from 1"),
            (["cohort", "--n", "5", "--size", "100000", "-o", "c"], "from 32 to 4096"),
            (["phantom", "--sex", "F", "--age", "8", "--seed", "-5", "-o", "a.png"], "from 0 to"),
            (["phantom", "--sex", "F", "--age", "nan", "-o", "a.png"], "no bone age of nan"),
            (["app", "--port", "99999999"], "from 1 to 65535"),
            (["figure", "leak", "-o", "leak.pdf"], "no .png"),
            (["prdict"], "invalid choice"),
            (["predict", "--sx", "F"], "nrecognized arguments"),
        ]
    ),
    Fault(
        "the reading room",
        "a log cut in the middle of a line",
        log_cut_short,
        "ages [5.0, 6.0, 9.0] of",
    ),
]
