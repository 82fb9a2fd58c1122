"""The layers of a network, and what its deformation layer does to hands."""

import numpy as np
import pandas as pd
import pytest
import torch

from boneage_kit import models, probing
from boneage_kit.errors import BadInput
from boneage_kit.evaluation.verdict import ONE_TRAINING


def _grid(turn=0.0, zoom=1.0, shift=0.0, n=8):
    """Return where a layer reads that turns its grid counter-clockwise, as an image shows it."""
    ticks = (np.arange(n) + 0.5) * 2 / n - 1
    x, y = np.meshgrid(ticks, ticks)
    c, s = np.cos(np.radians(turn)) / zoom, np.sin(np.radians(turn)) / zoom
    return np.stack([c * x + s * y + shift, -s * x + c * y], -1)


def test_the_table_counts_every_weight_once_and_follows_the_maps():
    model = models.create("bonet", sex_input=True, n_conv=3)
    table = probing.layer_table(model, 64)
    assert table["weights"].sum() == sum(value.numel() for value in model.parameters())
    maps = probing.convolution_maps(model, np.zeros((64, 64), np.uint8))
    rows = table[table["part"].str.startswith("layer")]
    assert [len(one) for one in maps] == list(rows["maps"])
    assert [one.shape[1] for one in maps] == list(rows["side"])
    assert "deformation layer" in set(table["part"])


def test_one_number_of_a_map_depends_on_as_many_pixels_as_the_table_says():
    model = models.create("bonet", deformation=None, local_contrast=False).eval()
    table = probing.layer_table(model, 64).set_index("part")
    for number in (1, 2):
        image = torch.rand(1, 1, 64, 64, requires_grad=True)
        values, relus = image, 0
        for layer in model.body.children():
            values = layer(values)
            relus += isinstance(layer, torch.nn.ReLU)
            if relus == number:
                break
        middle = values.shape[-1] // 2
        values[0, :, middle, middle].sum().backward()
        touched = np.flatnonzero(image.grad[0, 0].abs().sum(0).numpy())
        assert np.ptp(touched) + 1 <= table.loc[f"layer {number}", "sees"]
        assert np.ptp(touched) + 1 >= 0.6 * table.loc[f"layer {number}", "sees"]


def test_a_network_that_is_no_sequence_is_refused():
    with pytest.raises(BadInput, match="no plain sequence"):
        probing.first_filters(models.create("efficientnet_lite0", pretrained=False))


def test_a_grid_that_turns_zooms_and_shifts_is_measured():
    table = probing.deformation_of([_grid(turn=20, zoom=1.25), _grid(shift=0.2)])
    np.testing.assert_allclose(table["turn"], [20, 0], atol=1e-6)
    np.testing.assert_allclose(table["zoom"], [1.25, 1], atol=1e-6)
    assert table["moved"][1] == pytest.approx(10)  # 0.2 of -1..1 is a tenth of the side
    same = probing.deformation_of([_grid(turn=20)] * 3)
    assert same["own"].max() == pytest.approx(0, abs=1e-9) and same["moved"].min() > 1


def test_a_layer_that_turns_as_the_hand_does_reads_it_upright():
    hand = np.zeros((64, 64), np.uint8)
    hand[4:30, 30:34] = 255  # a finger that points upwards
    lying = torch.from_numpy(probing.turned(hand, 25))[None, None].float()
    grid = torch.from_numpy(_grid(turn=25, n=64))[None].float()
    read = torch.nn.functional.grid_sample(lying, grid, align_corners=False)[0, 0].numpy()
    assert np.abs(read - hand).mean() < 3


def test_the_sentence_says_what_the_grids_did():
    turns = [-20.0, -10.0, 0.0, 10.0, 20.0]
    say = probing.straightening_in_words
    assert say(turns, [0.9 * turn for turn in turns], 6.0).startswith("The layer straightens")
    assert "by 9.0 degrees." in say(turns, [0.9 * turn for turn in turns], 6.0)
    assert "only a little" in say(turns, [0.2 * turn for turn in turns], 2.0)
    assert "does not straighten" in say(turns, [0.0] * 5, 0.0)
    assert "by 0.0 degrees." in say(turns, [-0.001 * turn for turn in turns], 0.0)
    assert "does not straighten" in say(turns, [-0.8 * turn for turn in turns], 6.0)
    assert "does not straighten" in say(turns, [9.0, -8, 4, -7, 12], 6.0)  # no steady answer
    assert "hardly differ" in say(turns, [0.0] * 5, 0.2) and "hardly" not in say(turns, turns, 4)
    with pytest.raises(BadInput, match="turned alike"):
        say([5.0, 5.0], [0.0, 1.0], 0.0)


def test_the_grids_of_an_untrained_layer_leave_every_hand_as_it_is():
    model = models.create("bonet")
    grids = probing.deformation_grids(model, np.zeros((2, 64, 64), np.uint8))
    table = probing.deformation_of(grids)
    assert table["moved"].max() < 5  # it starts near the identity


def test_filters_in_words_tells_a_small_change_from_a_new_filter():
    rng = np.random.default_rng(0)
    start = rng.normal(size=(24, 5, 5))
    say = probing.filters_in_words
    assert say(start, start + 0.1 * rng.normal(size=start.shape)).startswith(
        "Training changed the filters only a little"
    )
    assert "can still be seen" in say(start, start + rng.normal(size=start.shape))
    assert "other filters" in say(start, rng.normal(size=start.shape))


def test_a_small_difference_of_single_trainings_is_said_to_tell_nothing():
    say = probing.ablations_in_words
    assert "0.60 years larger. This is more than another seed" in say({"a part": 0.6})
    assert "0.60 years smaller. This is more than another seed" in say({"a part": -0.6})
    assert "verdict needs more than one training" in say({"a part": 0.6})
    assert "0.10 years larger. Another seed could" in say({"a part": 0.1})
    assert "0.20 years smaller. Another seed could" in say({"a part": -0.2})


def test_two_methods_in_words_name_the_better_one_or_say_that_it_cannot_be_told():
    rng, ages = np.random.default_rng(0), np.linspace(2, 17, 60)
    table = pd.DataFrame({"image_id": range(60), "sex": "F", "y_true": ages})
    tables = {
        "good": table.assign(y_pred=ages + rng.normal(0, 0.3, 60)),
        "bad": table.assign(y_pred=ages + rng.normal(0, 3.0, 60)),
        "as good": table.assign(y_pred=ages + rng.normal(0, 0.3, 60)),
    }
    say = probing.compared_in_words
    assert '"good" errs less than "bad", by' in say(tables, "good", "bad")
    assert '"good" errs less than "bad", by' in say(tables, "bad", "good")
    assert "cannot be told" in say(tables, "good", "as good")


def test_verdicts_in_words_name_each_verdict_and_count_the_others():
    say = probing.verdicts_in_words
    asked = pd.DataFrame(
        {"question": ["A", "B", "C"], "verdict": ["alike", "cannot be told", "cannot be told"]}
    )
    assert say(asked) == '"A": alike. On 2 questions it cannot be told.'
    none = asked.assign(verdict=ONE_TRAINING)
    assert say(none).startswith("On 3 questions there is no verdict")
