"""Write README's notebook and results tables, and its picture, from the committed results.

    make readme

The numbers are those of the last full runs at the default preset, kept in
``boneage_kit/data/results``; the commands that made them stand above each table.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pandas as pd

from boneage_kit.benchmark import kept, methods
from boneage_kit.benchmark.sizes import near
from boneage_kit.execution import results
from boneage_kit.execution.report import is_floor
from boneage_kit.presets import DEFAULT

ROOT = Path(__file__).resolve().parent.parent
BENCHMARK = ROOT / "docs" / "benchmark.md"
COLUMNS = ("phantom", "real")


def notebook_table(phantom: dict, small: dict | None) -> str:
    """Return minutes and peak memory of each notebook: the phantom run's, and a small machine's."""
    machine = phantom["machine"]
    lines = [
        f"Measured by `make run` (preset {DEFAULT}) on {machine['cores']} cores "
        f"({machine['processor']}), with {phantom['run']['threads']} threads; "
        "`make bench` measures yours.", *_explained(small), "",
        "| notebook | minutes | peak memory |" + (" minutes, small | peak, small |" * bool(small)),
        "| --- | ---: | ---: |" + (" ---: | ---: |" * bool(small)),
    ]
    beside = {one["name"]: one for one in small["notebooks"]} if small else {}
    for notebook in phantom["notebooks"]:
        lesser = beside.get(notebook["name"])
        cells = [f"[{notebook['title']}](notebooks/{notebook['name']}.ipynb)",
                 f"{notebook['minutes']:.1f}", _gigabytes(notebook)]
        cells += [f"{lesser['processor_minutes']:.1f}", _gigabytes(lesser)] if lesser else []
        lines.append(f"| {' | '.join(cells)} |")
    total = f"| all | {sum(one['minutes'] for one in phantom['notebooks']):.1f} | |"
    alone = sum(one["processor_minutes"] for one in beside.values())
    return "\n".join([*lines, total + (f" {alone:.1f} | |" if small else "")])


def _explained(small: dict | None) -> list[str]:
    if not small:
        return []
    return [f"Small: one thread, minutes of the processor, and at most {small['gigabytes']:g} GB, "
            "which the kernel enforces (`sudo python benchmarks/small_machine.py --keep`)."]


def _gigabytes(notebook: dict) -> str:
    return f"{notebook['peak_memory_mb'] / 1000:.1f} GB"


def small_machine() -> dict | None:
    """Return what benchmarks/small_machine.py kept, or None."""
    return results.read_json(ROOT / "boneage_kit" / "data" / "results" / "small-machine.json")


def result_table(runs: dict[str, dict]) -> str:
    """Return the MAE of every method, phantom and real beside each other, the floor first."""
    cells: dict[tuple[str, str], dict[str, str]] = {}
    floors: dict[str, list[dict]] = {source: [] for source in runs}
    for source, run in runs.items():
        for row in run["rows"]:
            if row["result"] == "MAE" and row["unit"] == "years" and row["value"] is not None:
                if is_floor(row["method"]):
                    floors[source].append(row)
                else:
                    cells.setdefault((row["notebook"], row["method"]), {})[source] = _cell(row)
    shown = " | ".join(_floor_cell(floors.get(source, [])) for source in COLUMNS)
    lines = [
        "MAE in years (months) with its 95 % bootstrap interval, and the number of training and "
        f"test images, at preset `{DEFAULT}`, seed 0. The first row is the floor, which reads no "
        "image: the sex's median of the training children; the notebooks' splits differ, and so "
        "do its errors. Written by `make readme` from",
        "",
        *(f"- {source}: `{_command(run)}`" for source, run in runs.items()),
        "",
        "| method (notebook) | phantom | real: RSNA 2017 thumbnails, 100 px |",
        "| --- | --- | --- |",
        f"| sex's median, the floor ({_notebooks(floors)}) | {shown} |",
    ]
    for key in sorted(cells, key=lambda key: key[0]):
        notebook, method = key
        values = " | ".join(cells[key].get(source, "not run") for source in COLUMNS)
        lines.append(f"| {method} ({notebook[:2]}) | {values} |")
    return "\n".join(lines)


def benchmark_table() -> str:
    """Return the kept studies: methods by training images, phantom and real beside each other."""
    boards = {study: kept.leaderboard(study) for study in kept.STUDIES}
    columns = [("phantom", 1112), *(("rsna", size) for size in (100, 1112, 8080))]
    lines = [
        "MAE in years (months) with its 95 % bootstrap interval over children; differences between "
        "methods are paired in [`docs/benchmark.md`](docs/benchmark.md), with the commands.",
        "",
        "| method, by training images | phantom: 1,112 | real: 100 | real: 1,112 | real: all but a "
        "fold |", "| --- | --- | --- | --- | --- |"]
    for name, method in methods.methods().items():
        found = [_board_cell(boards[study], name, size) for study, size in columns]
        if any(found):
            lines.append(f"| {method.label} | " + " | ".join(one or "not run" for one in found)
                         + " |")
    return "\n".join(lines)


def _board_cell(board: pd.DataFrame, name: str, size: int) -> str:
    part = board[(board["method"] == name) & near(board["n_train"], size)]
    if part.empty:
        return ""
    row = part.iloc[0]
    return (f"{row['mae_years']:.2f} ({row['mae_months']:.1f}), {row['lower']:.2f} to "
            f"{row['upper']:.2f}; n {row['children']:,}")


def ablation_table() -> str:
    """Return the paired answers to the paper's questions, real and phantom hands apart."""
    lines = ["| question (below zero: the first is better) | phantom, months | verdict | real, "
             "months | verdict |", "| --- | --- | --- | --- | --- |"]
    tables = {study: kept.ablations(study).set_index("question") for study in kept.STUDIES}
    for question in dict.fromkeys(q for study in ("rsna", "phantom") for q in tables[study].index):
        cells = []
        for study in ("phantom", "rsna"):
            if question in tables[study].index:
                row = tables[study].loc[question]
                cells += [f"{12 * row['difference_years']:+.1f} ({12 * row['lower']:+.1f} to "
                          f"{12 * row['upper']:+.1f}); n {row['children']:,}", row["verdict"]]
            else:
                cells += ["not run", "-"]
        lines.append(f"| {question} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _notebooks(floors: dict[str, list[dict]]) -> str:
    """Return the numbers of the notebooks that name the floor: ``"02-06"``."""
    numbers = sorted({row["notebook"][:2] for rows in floors.values() for row in rows})
    return f"{numbers[0]}-{numbers[-1]}" if len(numbers) > 1 else "".join(numbers)


def _floor_cell(rows: list[dict]) -> str:
    """Return the first notebook's floor, and from where to where those of the others lie."""
    if not rows:
        return "not run"
    values = [row["value"] for row in rows]
    span = f"; {min(values):.2f} to {max(values):.2f} over the notebooks"
    return _cell(rows[0]) + (span if max(values) - min(values) >= 0.005 else "")


def _cell(row: dict) -> str:
    months = 12 * row["value"]
    text = f"{row['value']:.2f} ({months:.1f})"
    if row["lower"] is not None:
        text += f", {row['lower']:.2f} to {row['upper']:.2f}"
    return f"{text}; n {row['n_train'] or '-'} / {row['n_test'] or '-'}"


def _command(run: dict) -> str:
    return f"boneage-kit run --preset {run['run']['preset']} --data {run['run']['data']}"


def fill(text: str, name: str, content: str) -> str:
    """Put ``content`` between the markers ``<!-- name ... -->`` and ``<!-- /name -->``."""
    pattern = re.compile(rf"(<!-- {name}\b[^>]*-->\n).*?(<!-- /{name} -->)", re.DOTALL)
    if not pattern.search(text):
        raise SystemExit(f"The markers <!-- {name} --> are lost.")
    return pattern.sub(lambda found: f"{found[1]}{content}\n{found[2]}", text)


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


def readme_text() -> str:
    """Return README.md as it should be, by the committed results."""
    runs = {source: run for source in COLUMNS if (run := results.committed(source, DEFAULT))}
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    if "phantom" in runs:
        text = fill(text, "notebooks", notebook_table(runs["phantom"], small_machine()))
    text = fill(text, "results", result_table(runs))
    return fill(text, "benchmark", benchmark_table())


def benchmark_text() -> str:
    """Return docs/benchmark.md as it should be, by the kept studies."""
    return fill(BENCHMARK.read_text(encoding="utf-8"), "ablations", ablation_table())


def main() -> None:
    """Write README.md and its picture; with ``--check``, only compare."""
    readme = ROOT / "README.md"
    texts = {readme: readme_text(), BENCHMARK: benchmark_text()}
    if "--check" in sys.argv:
        old = [path.name for path, text in texts.items()
               if text != path.read_text(encoding="utf-8")]
        raise SystemExit(f"{' and '.join(old)}: not what `make readme` writes; run it."
                         if old else 0)
    for path, text in texts.items():
        path.write_text(text, encoding="utf-8")
    picture(ROOT / "docs" / "images" / "readme_hands.png")


if __name__ == "__main__":
    main()
