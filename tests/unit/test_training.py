import sys

import numpy as np
import pandas as pd
import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

import boneage_kit as bk
from boneage_kit import models, training
from boneage_kit.models import device
from boneage_kit.training import Augmentation, Batches, callbacks, checkpoint
from boneage_kit.training.callbacks import EpochHistory

SMALL = {"channels": (4, 8, 8, 8, 8), "hidden": 16, "local_contrast": False}


@pytest.fixture(scope="module")
def hands():
    """Squares whose size is the age: what any network must learn at once."""
    rng = np.random.default_rng(0)
    ages = rng.uniform(2, 16, 64)
    images = rng.integers(0, 30, (64, 32, 32), dtype=np.uint8)
    for image, age in zip(images, ages, strict=True):
        half = round(age * 0.9)
        image[16 - half : 16 + half, 16 - half : 16 + half] = 200
    return images, ages, np.array(["F", "M"] * 32)


@pytest.fixture(autouse=True)
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


def fit(hands, **options):
    settings = {"epochs": 3, "batch": 16, "progress": False, **SMALL, **options}
    return training.fit("bonet", *hands, **settings)


def digits(fitted):
    return torch.cat([tensor.flatten().double() for tensor in fitted.model.state_dict().values()])


@pytest.mark.slow
def test_a_network_learns_what_can_be_learnt(hands):
    fitted = fit(hands, epochs=15, learning_rate=0.01, validation=hands)
    ages = training.predict(fitted.model, hands[0], hands[2])
    assert np.abs(ages - hands[1]).mean() < 1.2  # the constant: about 3.5
    assert fitted.history["valid_mae"].iloc[-1] == pytest.approx(
        np.abs(ages - hands[1]).mean(), abs=1e-4
    )
    assert fitted.history["epoch"].tolist() == list(range(1, 16))


@pytest.mark.slow
def test_same_seed_same_digits_and_another_seed_others(hands):
    first, second, other = (digits(fit(hands, seed=seed)) for seed in (1, 1, 2))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)


def test_training_leaves_the_callers_random_numbers_alone(hands):
    torch.manual_seed(5)
    expected = torch.rand(3)
    torch.manual_seed(5)
    fit(hands, epochs=1)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("schedule", ["one_cycle", "fine_tune"])
@pytest.mark.parametrize("stop_after", [1, 3])
@pytest.mark.slow
def test_an_interrupted_training_ends_with_the_same_digits(
    hands, tmp_path, monkeypatch, schedule, stop_after
):
    whole = fit(hands, epochs=3, schedule=schedule, validation=hands)
    path = tmp_path / "state.pt"
    original = EpochHistory.after_epoch
    seen = []

    def interrupt(self):
        original(self)
        seen.append(1)
        if len(seen) == stop_after:
            raise KeyboardInterrupt

    monkeypatch.setattr(EpochHistory, "after_epoch", interrupt)
    with pytest.raises(KeyboardInterrupt):
        fit(hands, epochs=3, schedule=schedule, validation=hands, checkpoint=path)
    monkeypatch.setattr(EpochHistory, "after_epoch", original)
    resumed = fit(hands, epochs=3, schedule=schedule, validation=hands, checkpoint=path)
    assert torch.equal(digits(whole), digits(resumed))
    pd.testing.assert_frame_equal(whole.history, resumed.history)


def test_a_long_training_returns_free_memory_as_it_goes(hands, monkeypatch):
    returned = []
    monkeypatch.setattr(callbacks, "return_free_memory", lambda: returned.append(True))
    fit(hands, epochs=2)
    assert not returned  # a short one is not held up
    monkeypatch.setattr(callbacks.FreeMemory, "SECONDS", 0.0)
    fitted = fit(hands, epochs=2)
    assert len(returned) >= len(fitted.history)


def test_a_finished_training_is_not_done_again(hands, tmp_path):
    path = tmp_path / "state.pt"
    first = fit(hands, checkpoint=path)
    stamp = path.stat().st_mtime_ns
    again = fit(hands, checkpoint=path)
    assert path.stat().st_mtime_ns == stamp
    assert torch.equal(digits(first), digits(again))


def test_a_checkpoint_of_another_training_is_refused(hands, tmp_path):
    path = tmp_path / "state.pt"
    fit(hands, checkpoint=path)
    with pytest.raises(bk.BadInput, match="other settings or other data"):
        fit(hands, checkpoint=path, seed=3)
    with pytest.raises(bk.BadInput, match="other settings or other data"):
        fit((hands[0], hands[1] + 1, hands[2]), checkpoint=path)
    path.write_text("not a checkpoint")
    with pytest.raises(bk.BadInput, match="not a checkpoint"):
        fit(hands, checkpoint=path)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit of file sizes")
def test_a_full_disk_gives_an_error_of_the_system_and_leaves_the_checkpoint_before(tmp_path):
    import resource

    path = tmp_path / "state.pt"
    checkpoint.save(path, {"identity": "a"})
    before, limits = path.read_bytes(), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8192, limits[1]))  # as a full disk: then it fails
    try:
        with pytest.raises(OSError, match="File too large"):
            checkpoint.save(path, {"identity": "a", "weights": torch.zeros(9000)})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_fine_tune_takes_the_steps_of_fastais_own(hands):
    from boneage_kit.training.callbacks import SeededEpochs
    from boneage_kit.training.learner import _learner, _phases, _run

    def trained(run):
        torch.manual_seed(0)
        model = models.create("bonet", dropout=0.0, **SMALL)
        learner = _learner(model, Batches(*hands, batch=16), [], "l1", 0.01, torch.device("cpu"))
        run(learner)
        return torch.cat([p.detach().flatten() for p in model.parameters()])

    def theirs(learner):
        with learner.no_bar(), learner.no_logging():
            learner.fine_tune(2, base_lr=4e-3, freeze_epochs=1, cbs=SeededEpochs(0, 0))

    phases = _phases("fine_tune", 2, 1, 4e-3)
    mine = trained(lambda learner: _run(learner, phases, 0, {}, None, False))
    assert torch.equal(mine, trained(theirs))


def test_a_frozen_body_does_not_move(hands):
    torch.manual_seed(0)
    model = models.create("bonet", batch_norm=False, **SMALL)
    before = [p.clone() for p in model.body.parameters()]
    head = model.head.layers[-1].weight.clone()
    training.fit(model, *hands, epochs=1, batch=16, schedule="head_only", progress=False)
    assert all(torch.equal(a, b) for a, b in zip(before, model.body.parameters(), strict=True))
    assert not torch.equal(head, model.head.layers[-1].weight)


def test_a_loss_that_explodes_is_named(hands):
    with pytest.raises(bk.BadInput, match="smaller learning_rate"):
        fit(hands, learning_rate=1e30, loss="mse", epochs=4)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ages": [100.0] * 64}, "months"),
        ({"ages": [float("nan")] * 64}, "missing"),
        ({"ages": [8.0] * 63}, "one age per image"),
        ({"sexes": ["F"] * 63}, "each image"),
        ({"sexes": ["?"] * 64}, "not known"),
        ({"images": np.zeros((64, 32, 32))}, "uint8"),
        ({"epochs": 0}, "epochs=0"),
        ({"schedule": "twice"}, "'twice'"),
        ({"loss": "huber"}, "'huber'"),
        ({"batch": 0}, "batch of 0"),
        ({"device": "abacus"}, "abacus"),
    ],
)
def test_bad_input_is_refused_in_a_sentence(hands, change, says):
    arguments = dict(zip(("images", "ages", "sexes"), hands, strict=True)) | SMALL | change
    with pytest.raises(bk.BadInput, match=says):
        training.fit("bonet", progress=False, **arguments)


def test_every_image_is_seen_once_an_epoch_and_in_another_order():
    ages = np.arange(1, 11.0)
    batches = Batches(np.zeros((10, 8, 8), np.uint8), ages, ["F"] * 10, batch=4, shuffle=True)
    epochs = []
    for batches.epoch in (0, 1):
        epochs.append(torch.cat([part for _, _, part in batches])[:, 0].tolist())
    assert sorted(epochs[0]) == sorted(epochs[1]) == ages.tolist()
    assert epochs[0] != epochs[1]


def test_a_batch_is_the_images_in_0_to_1_with_their_own_labels():
    images = np.arange(6, dtype=np.uint8)[:, None, None].repeat(8, 1).repeat(8, 2) * 40
    batches = Batches(images, np.arange(6.0), ["F", "M"] * 3, batch=4, shuffle=True)
    for floats, sexes, ages in batches:
        torch.testing.assert_close(floats[:, 0, 0, 0], ages[:, 0] * 40 / 255)
        assert sexes.tolist() == [int(age % 2) for age in ages[:, 0]]


def test_no_augmentation_changes_nothing_and_each_draw_differs():
    images = torch.randint(0, 255, (4, 1, 24, 24), dtype=torch.uint8)
    nothing = Augmentation(0, 0, 0, 0, 0, 0, 0)
    same = nothing(images, torch.Generator())
    torch.testing.assert_close(same, images / 255, atol=1e-5, rtol=0)
    changed = Augmentation()(images[:1].repeat(4, 1, 1, 1), torch.Generator().manual_seed(0))
    assert (changed[0] - changed[1]).abs().max() > 0.05
    assert changed.min() >= 0 and changed.max() <= 1


def test_a_left_hand_stays_a_left_hand_unless_asked():
    images = torch.zeros(64, 1, 16, 16, dtype=torch.uint8)
    images[..., :3] = 255  # the thumb's side
    still = {"rotation": 0, "shift": 0, "scale": 0, "noise": 0}
    default = Augmentation(**still)(images, torch.Generator().manual_seed(0))
    assert (default[..., 0].mean((1, 2)) > default[..., -1].mean((1, 2))).all()
    flipped = Augmentation(**still, flip=0.5)(images, torch.Generator().manual_seed(0))
    right = (flipped[..., 0].mean((1, 2)) < flipped[..., -1].mean((1, 2))).sum()
    assert 16 < right < 48


def test_predictions_do_not_depend_on_the_batch_and_views_average(hands):
    model = fit(hands, epochs=1, sex_input=True).model
    one, many = (training.predict(model, hands[0], hands[2], batch=size) for size in (1, 64))
    near = 1e-4 if models.choose_device().type == "cpu" else 2e-2  # GPUs multiply in TF32
    np.testing.assert_allclose(one, many, atol=near)
    averaged = training.predict(model, hands[0], hands[2], test_time_augmentation=True)
    assert averaged.shape == one.shape and not np.allclose(averaged, one)
    with pytest.raises(bk.BadInput, match="sex"):
        training.predict(model, hands[0], None)


def test_a_broken_model_gives_no_ages(hands):
    model = fit(hands, epochs=1).model
    with torch.no_grad():
        model.head.layers[-1].bias.fill_(float("nan"))
    with pytest.raises(bk.BadInput, match="not a number"):
        training.predict(model, hands[0], hands[2])


def test_the_first_guess_is_the_mean_age(hands):
    model = models.create("bonet", **SMALL)
    model.head.set_target(hands[1])
    torch.nn.init.zeros_(model.head.layers[-1].weight)
    torch.nn.init.zeros_(model.head.layers[-1].bias)
    ages = training.predict(model, hands[0], None)
    np.testing.assert_allclose(ages, hands[1].mean(), rtol=1e-5)


def test_the_device_is_the_one_asked_for(monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_DEVICE", "cpu")
    assert models.choose_device().type == "cpu"


class Dtypes(TorchDispatchMode):
    """Note what kinds of numbers are made on a device that has no digits of its own."""

    def __init__(self):
        super().__init__()
        self.made = set()

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        found = func(*args, **(kwargs or {}))
        if isinstance(found, torch.Tensor) and found.device.type == "meta":
            self.made.add(found.dtype)
        return found


def test_a_device_meets_no_float64(hands):
    """MPS has none. "meta" runs every operation but holds no digits, so none can be fetched."""
    model = models.create("bonet", sex_input=True, **SMALL)
    with Dtypes() as dtypes, pytest.raises(NotImplementedError, match="meta"):
        training.predict(model, hands[0], hands[2], test_time_augmentation=True, device="meta")
    assert torch.float32 in dtypes.made and torch.float64 not in dtypes.made


def test_maps_of_a_network_are_made_where_the_network_is(monkeypatch):
    """Frozen features leave it on the chosen device; "meta" stands for any that is not the CPU."""
    from boneage_kit.features import frozen

    network = models.create("efficientnet_lite0", pretrained=False)
    monkeypatch.setattr(frozen, "_network", lambda name: network)
    monkeypatch.setattr(frozen, "choose_device", lambda: torch.device("meta"))
    with pytest.raises(NotImplementedError, match="meta"):  # only at the end, for its digits
        frozen.maps("efficientnet_lite0", np.zeros((64, 64), np.uint8))


def test_what_a_gpu_computes_is_kept_apart_from_what_the_cpu_does(monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_DEVICE", "cpu")
    assert device.device_key() == ""
    monkeypatch.setenv("BONEAGE_KIT_DEVICE", "meta")
    assert device.device_key() == "-meta"


def test_training_asks_cudnn_for_the_same_digits_and_leaves_the_setting(hands, monkeypatch):
    seen = []
    original = EpochHistory.after_epoch
    monkeypatch.setattr(
        EpochHistory,
        "after_epoch",
        lambda self: (seen.append(torch.backends.cudnn.deterministic), original(self))[1],
    )
    before = torch.backends.cudnn.deterministic
    fit(hands, epochs=1)
    assert seen == [True] and torch.backends.cudnn.deterministic == before


@pytest.mark.parametrize("spread", [0.0, 1.0, 50.0])
def test_maps_are_read_on_a_gpu_as_they_are_on_the_cpu(spread):
    from torch.nn.functional import grid_sample

    from boneage_kit.models.spatial_transformer import _sampled_at

    generator = torch.Generator().manual_seed(0)
    maps = torch.randn(3, 5, 7, 9, generator=generator, dtype=torch.double, requires_grad=True)
    grid = torch.rand(3, 6, 8, 2, generator=generator, dtype=torch.double) * 1.8 - 0.9
    grid = (grid * (1 + spread)).requires_grad_()
    weight = torch.randn(3, 5, 6, 8, generator=generator, dtype=torch.double)
    theirs = grid_sample(maps, grid, padding_mode="border", align_corners=False)
    ours = _sampled_at(maps, grid)
    torch.testing.assert_close(ours, theirs)
    for one, other in zip(
        *(torch.autograd.grad((found * weight).sum(), (maps, grid)) for found in (ours, theirs)),
        strict=True,
    ):
        torch.testing.assert_close(one, other)
    lost = grid.detach().clone()
    lost[0] = float("nan")
    assert _sampled_at(maps, lost)[0].isnan().all() and _sampled_at(maps, lost)[1:].isfinite().all()


@pytest.mark.skipif(
    not torch.cuda.is_available(),
    reason="needs a CUDA device: no other tells whether its digits repeat",
)
def test_a_gpu_repeats_its_digits_and_gives_the_network_back(hands):
    options = {"sex_input": True, "validation": hands, "device": "cuda"}
    first, second = (fit(hands, **options) for _ in range(2))
    assert torch.equal(digits(first), digits(second))
    assert {tensor.device.type for tensor in first.model.state_dict().values()} == {"cpu"}
    read = {
        device: training.predict(first.model, hands[0], hands[2], device=device)
        for device in ("cpu", "cuda")
    }
    np.testing.assert_allclose(read["cpu"], read["cuda"], atol=2e-2)


def test_random_filters_change_texture_keep_brightness_and_cost_others_no_draw():
    plain = dict(rotation=0, shift=0, scale=0, brightness=0, contrast=0, gamma=0, noise=0)
    images = torch.from_numpy(
        np.random.default_rng(0).integers(60, 200, (64, 1, 32, 32)).astype(np.uint8)
    )

    def made(**how):
        generator = torch.Generator().manual_seed(1)
        return training.Augmentation(**{**plain, **how})(images, generator), generator

    same, before = made()
    other, _ = made(texture=0.6)
    again, _ = made(texture=0.6)
    changed = (other - same).abs().amax((1, 2, 3)) > 1e-4
    assert torch.equal(other, again) and 20 < changed.sum() < 44  # every second image, by chance
    assert (other - same).mean((1, 2, 3)).abs().max() < 0.02
    assert torch.equal(before.get_state(), made(texture=0.0)[1].get_state())
