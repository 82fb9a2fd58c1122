"""How often the rule for verdicts is wrong, and what it finds (figures in docs/benchmark.md).

    python studies/verdict_rule.py              # 1,000 studies per row, 3 minutes of one core
    python studies/verdict_rule.py --studies 200

The script draws studies in which the truth is known, and asks the rule.

*Layouts.* Children of ``folds`` folds are predicted by several methods, each trained with ``seeds``
seeds per fold. The methods share a part of each child's error (a hard hand is hard for all). Each
training has its own size of error (SD ``training``), its own tilt along the age, which moves many
children at once, and its own error on each child. All trainings of a fold share a part (SD
``fold``), as they share their training images. ``training`` 0.09 years is what
``studies/seed_spread.py`` measured for BoNet on 400 images; 0.03 stands for longer trainings.

*Cross-validation.* Real ridge regressions on drawn features, with real folds: their training images
overlap, which no layout above contains.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

import numpy as np

from boneage_kit.evaluation.two_way import two_way
from boneage_kit.evaluation.verdict import (
    ALIKE,
    FIRST_ERRS_LESS,
    MARGIN,
    SECOND_ERRS_LESS,
    Evidence,
    corrected,
    evidence_of,
    word,
)

#: folds, seeds, children
LAYOUTS = (
    (1, 2, 200), (1, 5, 400), (1, 15, 400), (2, 1, 1000), (2, 3, 400), (5, 1, 976), (5, 3, 976)
)  # fmt: skip
#: SD in years of the trainings, and of what the trainings of a fold share.
CHANCES = ((0.09, 0.0), (0.03, 0.02))
DIFFERENCES = (0.1, 0.25, 0.5)
SHARED, OWN, BOTH, TILT = 0.6, 0.4, 0.4, 0.15  # SDs in years: of a child, see errors()
ERROR = 0.8  # mean absolute error in years, about


def errors(
    rng: np.random.Generator,
    layout: tuple[int, int, int],
    chance: tuple[float, float],
    methods: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Return absolute errors (methods, seeds, children) in years, and each child's fold."""
    (folds, seeds, children), (training, of_fold) = layout, chance
    fold, age = np.arange(children) % folds, rng.normal(size=children)
    size = (methods, seeds, folds)
    child = rng.normal(0, SHARED, children) + rng.normal(0, OWN, (methods, 1, children))
    child = child + rng.normal(0, BOTH, (methods, seeds, children))
    child = child + rng.normal(0, TILT, size)[..., fold] * age
    own = rng.normal(0, training, size) + rng.normal(0, of_fold, (methods, 1, folds))
    return np.abs(child) * (1.2 + own[..., fold] / (ERROR / 1.2)), fold


def evidence(first: np.ndarray, second: np.ndarray, fold: np.ndarray) -> Evidence:
    """Return the evidence of two methods' errors (seeds, children)."""
    gain = first - second
    seed, child = np.indices(gain.shape)
    found = two_way(gain.ravel(), child.ravel(), fold[child.ravel()], seed.ravel())
    return evidence_of(float(gain.mean()), found, found.trainings)


def claims(
    studies: int,
    layout: tuple[int, int, int],
    chance: tuple[float, float],
    questions: int,
    true: float,
) -> tuple[float, float]:
    """Return the share of studies with any claim of a difference, and with any "alike".

    ``questions`` methods are compared with one; each errs ``true`` years more than that one.
    """
    rng = np.random.default_rng(0)
    counts = np.zeros(2)
    for _ in range(studies):
        table, fold = errors(rng, layout, chance, questions + 1)
        asked = [evidence(table[0], table[k] + true, fold) for k in range(1, questions + 1)]
        words = {word(found) for found in corrected(asked)}
        counts += [bool(words & {FIRST_ERRS_LESS, SECOND_ERRS_LESS}), ALIKE in words]
    return float(counts[0] / studies), float(counts[1] / studies)


def cross_validated(studies: int, n: int, few: int | None, seeds: int) -> float:
    """Return how often ridge on one half of the features "differs" from ridge on the other half.

    Both halves say equally much about the age. ``few``: train on so many images of the other
    folds, drawn anew for each seed; None: on all of them, once.
    """
    rng = np.random.default_rng(1)
    wrong = 0
    for _ in range(studies):
        age = rng.normal(0, 3, n)
        fold = rng.permutation(n) % 5
        halves = [age[:, None] / 3 + rng.normal(0, 3, (n, 30)) for _ in range(2)]
        gains = [list(_ridge_errors(rng, x, age, fold, few, seeds)) for x in halves]
        found = evidence(np.array(gains[0]), np.array(gains[1]), fold)
        wrong += word(found) in (FIRST_ERRS_LESS, SECOND_ERRS_LESS)
    return wrong / studies


def _ridge_errors(
    rng: np.random.Generator,
    x: np.ndarray,
    age: np.ndarray,
    fold: np.ndarray,
    few: int | None,
    seeds: int,
) -> Iterator[np.ndarray]:
    for _ in range(seeds):
        wrong = np.empty(age.size)
        for k in range(5):
            train = np.flatnonzero(fold != k)
            train = rng.choice(train, few, replace=False) if few else train
            a, centre = x[train] - x[train].mean(0), age[train].mean()
            weights = np.linalg.solve(
                a.T @ a + 10 * np.eye(x.shape[1]), a.T @ (age[train] - centre)
            )
            out = (x[fold == k] - x[train].mean(0)) @ weights + centre
            wrong[fold == k] = np.abs(out - age[fold == k])
        yield wrong


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=1000)
    studies = parser.parse_args().studies
    apart = 196 * np.sqrt(0.05 * 0.95 / studies)
    print(f"{studies:,} studies per row; 5 % is known within {apart:.1f} points.\n")
    header = ["folds", "seeds", "children", "SD training", "SD fold", "differs, 1 question"]
    header += ["differs, any of 8", f"alike at {MARGIN:g}"]
    header += [f"differs at {true:g}" for true in DIFFERENCES]
    print(_line(header), _line(["---:"] * len(header)), sep="\n")
    for layout in LAYOUTS:
        for chance in CHANCES if layout[0] > 1 else [(sd, 0.0) for sd, _ in CHANCES]:
            one, eight = (claims(studies, layout, chance, k, 0.0)[0] for k in (1, 8))
            told = [claims(studies, layout, chance, 1, true) for true in DIFFERENCES]
            shares = [one, eight, told[0][1], *(share for share, _ in told)]
            print(_line([*layout, *chance, *(f"{100 * x:.1f} %" for x in shares)]), flush=True)
    print("\nCross-validated ridge, five folds, two equally good sets of features:")
    for n, few, seeds in ((200, None, 1), (976, None, 1), (976, 50, 3), (976, 200, 3)):
        share = cross_validated(studies // 2, n, few, seeds)
        how = f"{few} training images, {seeds} seeds" if few else "all training images"
        print(f"{n} children, {how}: a difference in {100 * share:.1f} % of studies", flush=True)


def _line(cells: list) -> str:
    return f"| {' | '.join(map(str, cells))} |"


if __name__ == "__main__":
    main()
