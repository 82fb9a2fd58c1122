"""Write the tables of README.md and of docs (results, benchmark, real data) from the results.

    make readme

The numbers come from the last full runs at the default preset and from the kept studies, all in
``boneage_kit/data/results``. A cell holds one number, with its interval where there is one.
``--check`` writes nothing, and ends with 1 if a page differs from the results.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

from boneage_kit import results
from boneage_kit.benchmark import kept, methods
from boneage_kit.presets import DEFAULT
from boneage_kit.training.schedule import near

ROOT = Path(__file__).resolve().parent.parent
README = ROOT / "README.md"
RESULTS = ROOT / "docs" / "results.md"
BENCHMARK = ROOT / "docs" / "benchmark.md"
REAL_DATA = ROOT / "docs" / "real_data.md"
FLOOR = "sex's median"
#: The two runs that are kept, and the heading of each.
SOURCES = {"phantom": "Phantoms", "real": "Real hands: RSNA 2017 thumbnails, 100 px"}
#: The methods of README's table and figure.
HEADLINE = (
    "constant",
    "by_hand_ridge",
    "frozen_lite0",
    "frozen_lite0_stages",
    "bonet",
    "lite0_fine_tuned",
    "lite0_imagenet_phantom",
)
#: What README says of the study behind its figure.
SOURCES_OF_CURVES = {
    "rsna": "RSNA 2017 thumbnails, 100 px",
    "rsna_512": "RSNA 2017 films of true proportions, 224 px",
}
#: The parts of the benchmark that are printed: study, training images, heading.
BOARDS = (
    ("phantom", 1112, "Phantoms, 1,112 training images"),
    ("rsna", 100, "Real hands, 100 training images"),
    ("rsna", 1112, "Real hands, 1,112 training images"),
    ("rsna", 8080, "Real hands, all but a fold for training"),
)


def table(header: list[str], rows: list[list[str]], numbers: int) -> str:
    """Return a Markdown table; the last ``numbers`` columns are aligned right."""
    words = len(header) - numbers
    lines = [header, ["---"] * words + ["---:"] * numbers, *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def interval(value: float, lower: float | None, upper: float | None, form: str = ".2f") -> str:
    """Return ``1.24 (1.09 to 1.44)``, or the number alone where it has no interval."""
    if lower is None or upper is None:
        return f"{value:{form}}"
    return f"{value:{form}} ({lower:{form}} to {upper:{form}})"


def errors(run: dict) -> list[dict]:
    """Return a run's rows that hold a mean absolute error in years."""
    return [
        row
        for row in run["rows"]
        if row["result"] == "MAE" and row["unit"] == "years" and row["value"] is not None
    ]


def is_floor(row: dict) -> bool:
    return bool(row["floor"])


def films_or(other: str) -> str:
    """Return the kept study of films of true proportions where it holds networks, else another."""
    return "rsna_512" if "rsna_512" in kept.studies() else other


def curves_explained() -> str:
    """Return README's figure in Markdown: alternative text from the numbers, picture, caption."""
    study = films_or("rsna")
    told, board = kept.provenance(study), kept.table(study)
    means = board.groupby(["method", "n_train"])["mae_years"].mean() * 12
    ends = []
    for name in curves_methods(board):
        line = means[name].sort_index()
        ends.append(
            f"{methods.labels()[name]}: {line.iloc[0]:.0f} months with {line.index[0]:,} images, "
            f"{line.iloc[-1]:.0f} with {line.index[-1]:,}"
        )
    return (
        "![Lines of error against the number of labelled images: "
        f"{'; '.join(ends)}.](docs/images/error_by_size.png)\n\n"
        f"*Mean absolute error. The figure: {SOURCES_OF_CURVES[study]}, {told['folds']} folds. "
        "The table: months, with 95 % intervals. [All methods and trainings](docs/benchmark.md).*"
    )


def curves_methods(board: pd.DataFrame) -> list[str]:
    return [name for name in HEADLINE if name in set(board["method"])]


def headline_table() -> str:
    """Return README's table: each method's error in months, on thumbnails and on films."""
    boards = {
        "1,112 thumbnails, 100 px": headline_board("rsna", 1112),
        "781 films, 224 px": headline_board(films_or("rsna_512_features"), 781),
    }
    labels = methods.labels()
    rows = [
        [labels[method], *(headline_cell(board, method) for board in boards.values())]
        for method in HEADLINE
    ]
    return table(["method", *boards], rows, len(boards))


def headline_board(study: str, images: int) -> pd.DataFrame:
    board = kept.leaderboard(study)
    return board[board["n_train"] == images].set_index("method")


def headline_cell(board: pd.DataFrame, method: str) -> str:
    if method not in board.index:
        return "not measured"
    row = board.loc[method]
    return interval(row["mae_months"], 12 * row["lower"], 12 * row["upper"], ".1f")


def notebook_table(run: dict, small: dict | None) -> str:
    """Return minutes and peak memory of each notebook: this run's, and a small machine's."""
    machine = run["machine"]
    beside = {entry["name"]: entry for entry in small["notebooks"]} if small else {}
    if set(beside) != {notebook["name"] for notebook in run["notebooks"]}:
        small, beside = None, {}  # it measured other notebooks
    rows = []
    for notebook in run["notebooks"]:
        cells = [
            f"[{notebook['title']}](../notebooks/{notebook['name']}.ipynb)",
            f"{notebook['minutes']:.1f}",
            gigabytes(notebook),
        ]
        if notebook["name"] in beside:
            lesser = beside[notebook["name"]]
            cells += [f"{lesser['minutes']:.1f}", gigabytes(lesser)]
        rows.append(cells)
    minutes = sum(notebook["minutes"] for notebook in run["notebooks"])
    total = ["all", f"{minutes:.1f}", ""]
    if small:
        total += [f"{sum(entry['minutes'] for entry in beside.values()):.1f}", ""]
    header = ["notebook", "minutes", "peak memory", "minutes, Binder", "peak memory, Binder"]
    said = (
        f"Measured by `make run` (preset {DEFAULT}) on {machine['cores']} cores "
        f"({machine['processor']}), with {run['run']['threads']} threads; "
        f"`make bench` measures yours.{small_machine_explained(small)}"
    )
    return f"{said}\n\n{table(header[: len(total)], [*rows, total], len(total) - 1)}"


def small_machine_explained(small: dict | None) -> str:
    if not small:
        return ""
    return (
        f"\nBinder is what mybinder.org gives at most: one core and {small['gigabytes']:g} GB, "
        "which the kernel enforced here\n(`sudo python studies/small_machine.py --keep`)."
    )


def gigabytes(notebook: dict) -> str:
    return f"{notebook['peak_memory_mb'] / 1000:.1f} GB"


def result_tables(runs: dict[str, dict]) -> str:
    """Return the MAE of every method, the floor first: one table per kind of radiograph."""
    return "\n\n".join(result_table(SOURCES[source], run) for source, run in runs.items())


def result_table(title: str, run: dict) -> str:
    """Return the MAE of every method of one run under its heading, with the run's command."""
    floors = [row for row in errors(run) if is_floor(row)]
    others = sorted(
        (row for row in errors(run) if not is_floor(row)), key=lambda row: row["notebook"]
    )
    rows = [
        [
            row["method"] + (", the floor" if is_floor(row) else ""),
            row["notebook"][:2],
            interval(row["value"], row["lower"], row["upper"]),
            f"{12 * row['value']:.1f}",
            number(row["n_train"]),
            number(row["n_test"]),
        ]
        for row in [*floors[:1], *others]
    ]
    header = [
        "method",
        "notebook",
        "MAE, years (95 %)",
        "MAE, months",
        "training images",
        "test images",
    ]
    command = f"boneage-kit run --preset {run['run']['preset']} --data {run['run']['data']}"
    return f"### {title}\n\n`{command}`\n\n{table(header, rows, 4)}\n\n{floor_span(floors)}"


def floor_span(floors: list[dict]) -> str:
    """Return in words how far the floor differs between notebooks."""
    values = [row["value"] for row in floors]
    notebooks = sorted({row["notebook"][:2] for row in floors})
    return (
        f"Over notebooks {', '.join(notebooks)} the floor lies between {min(values):.2f} and "
        f"{max(values):.2f} years."
    )


def number(count: float | None) -> str:
    """Return a count with a comma between thousands, or nothing where there is none."""
    return "" if count is None or pd.isna(count) else f"{int(count):,}"


def benchmark_tables() -> str:
    """Return the kept studies: one table per kind of radiograph and number of training images."""
    return "\n\n".join(
        f"#### {title}\n\n{board_table(study, size)}" for study, size, title in BOARDS
    )


def board_table(study: str, size: int) -> str:
    """Return the methods of one study at one number of training images."""
    board = kept.leaderboard(study)
    board = board[near(board["n_train"], size)].set_index("method")
    rows = []
    for name, method in methods.methods().items():
        if name in board.index:
            entry = board.loc[name]
            rows.append(
                [
                    method.label,
                    interval(entry["mae_years"], entry["lower"], entry["upper"]),
                    f"{entry['mae_months']:.1f}",
                    number(entry["children"]),
                ]
            )
    return table(["method", "MAE, years (95 %)", "MAE, months", "children"], rows, 3)


#: The kept studies, and the heading of each one's questions.
STUDIES = {
    "phantom": "Phantoms",
    "rsna": "Real hands, 100 px",
    "rsna_512_features": "Real hands of true proportions, 224 px",
    "rsna_512": "Real hands of true proportions, 224 px",
}


def ablation_tables() -> str:
    """Return each kept study's answers to the paper's questions, real and phantom hands apart."""
    return "\n\n".join(
        f"#### {title}\n\n{ablation_table(study)}"
        for study, title in STUDIES.items()
        if study in kept.studies()
    )


def ablation_table(study: str) -> str:
    answers = kept.ablations(study)
    rows = [
        [
            row.question,
            months(row.difference_years, row.lower, row.upper),
            number(row.children),
            number(row.cells),
            row.verdict,
        ]
        for row in answers.itertuples()
    ]
    header = ["question (below zero: the first errs less)", "difference, months (95 %)"]
    header += ["children", "trainings each", "verdict"]
    images = f"With {int(answers['n_train'].iloc[0]):,} training images."
    return f"{images}\n\n{table(header, rows, 0)}"


def picture_notes() -> str:
    """Return the table of how often ``predict`` notes what is wrong with a picture."""
    data = pd.read_csv(ROOT / "boneage_kit" / "data" / "results" / "picture_notes.csv")
    kinds = data["data"].unique()
    header = ["the picture"]
    for kind in kinds:
        n = data.loc[data["data"] == kind, "n"].max()
        header += [f"any note (%), {n} of {kind}", "the right note (%)"]
    rows = []
    for (change, dose), same in data.groupby(["change", "dose"], sort=False):
        unit = same["unit"].fillna("").iloc[0]
        row = [f"{change}, {dose:g} {unit}" if unit else change]
        for kind in kinds:
            one = same[same["data"] == kind].iloc[0]
            share, lower, upper = (100 * one[name] for name in ("noted", "lower", "upper"))
            right = "none is" if change == "as it is" else f"{100 * one['named']:.0f}"
            row += [interval(share, lower, upper, ".0f"), right]
        rows.append(row)
    return table(header, rows, 2 * len(kinds))


def months(value: float, lower: float, upper: float) -> str:
    """Return a difference in years as months, with its interval where it has one."""
    limits = (None, None) if pd.isna(lower) else (12 * lower, 12 * upper)
    return interval(12 * value, *limits, "+.1f")


def fill(text: str, name: str, content: str) -> str:
    """Put ``content`` between the markers ``<!-- name ... -->`` and ``<!-- /name -->``."""
    pattern = re.compile(rf"(<!-- {name}\b[^>]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"The markers <!-- {name} --> are lost.")
    return pattern.sub(lambda match: f"{match[1]}{content}\n{match[2]}", text)


def pages() -> dict[Path, str]:
    """Return the text of each page with its generated tables, as the committed results give it."""
    runs = {source: run for source in SOURCES if (run := results.committed(source, DEFAULT))}
    small = results.read_json(ROOT / "boneage_kit" / "data" / "results" / "small-machine.json")
    tables = {
        README: {"curves": curves_explained(), "headline": headline_table()},
        RESULTS: {
            "notebooks": notebook_table(runs["phantom"], small),
            "results": result_tables(runs),
        },
        REAL_DATA: {"picture notes": picture_notes()},
        BENCHMARK: {"benchmark": benchmark_tables(), "ablations": ablation_tables()},
    }
    texts = {}
    for path, contents in tables.items():
        text = path.read_text(encoding="utf-8")
        for name, content in contents.items():
            text = fill(text, name, content)
        texts[path] = text
    return texts


def picture(path: Path) -> None:
    """Draw README's picture: six phantoms of a girl's hand from infancy to adulthood."""
    from matplotlib import pyplot as plt

    from boneage_kit import phantom, plots

    plots.use_style()
    figure, axes = plt.subplots(1, 6, figsize=(12, 2.9))
    for ax, age in zip(axes, (1, 4, 7, 10, 13, 17), strict=True):
        ax.imshow(phantom.render(sex="F", bone_age=age, seed=3, size=512).pixels, cmap="gray")
        ax.set_title(f"{age} years" if age > 1 else "1 year")
        ax.axis("off")
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100, bbox_inches="tight")


def curves(path: Path) -> None:
    """Draw README's figure: the error on real hands against the number of labelled images."""
    from boneage_kit import plots

    plots.use_style()
    board = kept.table(films_or("rsna"))
    shown = {name: methods.labels()[name] for name in curves_methods(board)}
    ax = plots.learning_curves(board[board["method"].isin(shown)], shown, bands=False)
    ax.figure.savefig(path, dpi=100, bbox_inches="tight")


def main() -> int:
    """Write the pages and README's pictures; with ``--check``, only compare."""
    texts = pages()
    stale = [path.name for path, text in texts.items() if text != path.read_text(encoding="utf-8")]
    if "--check" in sys.argv:
        if stale:
            sys.stderr.write(f"{', '.join(stale)}: not what `make readme` writes. Run it.\n")
        return int(bool(stale))
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    picture(ROOT / "docs" / "images" / "readme_hands.png")
    curves(ROOT / "docs" / "images" / "error_by_size.png")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
