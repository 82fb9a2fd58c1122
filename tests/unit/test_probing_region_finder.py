"""The finder of regions is judged by the phantom's own joints."""

import numpy as np
import pandas as pd

from boneage_kit import phantom, plots, probing
from boneage_kit.datasets.phantom import PhantomPixels, prepared


def _hands(n):
    children = phantom.cohort(n, 4, difficulty=0.0).reset_index(drop=True)
    pixels = PhantomPixels(children)
    return children, np.stack([prepared(pixels.load(row, 96), 96) for row in range(n)])


def test_regions_on_the_right_hand_hit_and_on_another_hand_miss():
    children, images = _hands(4)
    right = probing.region_hits(children, images)
    wrong = probing.region_hits(children, np.zeros_like(images))  # average places
    assert right["miss"].mean() < wrong["miss"].mean()
    assert right["inside"].mean() > 0.6
    assert set(right["kind"]) == {"MCP", "PIP", "DIP", "Radius", "Ulna"}
    assert len(right) == 4 * 16


def test_the_sentence_names_the_worst_kind_or_none():
    table = pd.DataFrame(
        {"image_id": ["a", "a", "b", "b"], "kind": ["MCP", "DIP"] * 2, "inside": [True] * 4}
    )
    assert "No kind of region misses" in probing.region_hits_in_words(table)
    worse = table.assign(inside=[True, False, True, True])
    assert "worst kind of region is DIP: 50 %" in probing.region_hits_in_words(worse)


def test_the_figure_names_the_boxes_of_the_wrist_and_draws_the_true_joints():
    children, images = _hands(1)
    truth = probing.true_places(children.iloc[0])
    ax = plots.regions_by_hand(images[0], truth=truth)
    assert {"wrist", "radius", "ulna"} <= {text.get_text() for text in ax.texts}
    dots = ax.collections[-1].get_offsets()
    assert len(dots) == len(truth)
