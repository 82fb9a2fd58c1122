import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from dataset_layouts import kaggle, png, put

import boneage_kit as bk
from boneage_kit.datasets.image_cache import ImageCache

THUMBNAILS = Path(__file__).parents[3] / "shared" / "real" / "rsna_thumbnails.zip"
real = pytest.mark.skipif(
    not THUMBNAILS.exists(), reason="needs ../shared/real/rsna_thumbnails.zip"
)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("BONEAGE_KIT_CACHE", str(folder))
    return folder


@pytest.fixture
def rsna(tmp_path):
    return bk.datasets.load(f"rsna:{put(tmp_path, kaggle())}")


# images and their cache ------------------------------------------------------------------


def test_images_are_prepared_once(rsna, monkeypatch):
    first = rsna.images(24)
    assert first.shape == (20, 24, 24) and first.dtype == np.uint8
    monkeypatch.setattr(type(rsna._pixels), "load", lambda *_: pytest.fail("decoded again"))
    again = bk.datasets.load(rsna.spec)
    assert np.array_equal(again.images(24), first)
    assert np.array_equal(again.subset([3, 1]).images(24), first[[3, 1]])
    assert np.array_equal(again.images(24, rows=np.array([5])), first[5:6])
    assert again.images(24, rows=np.array([], dtype=int)).shape == (0, 24, 24)


def test_another_file_gives_another_image(rsna):
    before = rsna.images(24)
    path = Path(rsna.spec.partition(":")[2]) / rsna.table.path[0]
    path.write_bytes(png(4242))
    after = bk.datasets.load(rsna.spec).images(24)
    assert not np.array_equal(before[0], after[0]) and np.array_equal(before[1:], after[1:])


def test_interrupted_work_goes_on(rsna, monkeypatch):
    load, calls = type(rsna._pixels).load, []

    def stops(self, row, size=None):
        calls.append(row)
        if len(calls) > 7:
            raise KeyboardInterrupt
        return load(self, row, size)

    monkeypatch.setattr(type(rsna._pixels), "load", stops)
    with pytest.raises(KeyboardInterrupt):
        rsna.images(24)
    monkeypatch.setattr(type(rsna._pixels), "load", load)
    fresh = bk.datasets.load(rsna.spec)
    left = fresh._store(24).missing(np.arange(20))
    assert 0 < len(left) < 20
    whole = fresh.images(24)
    assert (whole.reshape(20, -1).max(1) > 0).all()


def test_a_damaged_cache_is_mended(rsna):
    good = rsna.images(24)
    path = rsna._store(24).path
    data = bytearray(path.read_bytes())
    data[24 * 24 * 3 + 100] ^= 255  # one bit of image 3
    path.write_bytes(data)
    assert np.array_equal(bk.datasets.load(rsna.spec).images(24), good)
    path.write_bytes(path.read_bytes()[:5000])  # cut short
    assert np.array_equal(bk.datasets.load(rsna.spec).images(24), good)


def test_a_full_disk_costs_the_cache_and_nothing_else(rsna, monkeypatch, caplog):
    good = rsna.images(24)

    def full(file, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("boneage_kit.datasets.image_cache._write_all", full)
    fresh = bk.datasets.load(rsna.spec)
    assert np.array_equal(fresh.images(32)[:, 0, 0], np.zeros(20))
    assert np.array_equal(fresh.images(24), good)
    assert "No space left" in caplog.text


def test_two_processes_on_one_cache_make_the_same_file(rsna, own_cache):
    code = f"import boneage_kit as bk; bk.datasets.load({rsna.spec!r}).images(40)"
    both = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    store = rsna._store(40)
    assert len(store.missing(np.arange(20))) == 0
    shared = rsna.images(40)
    store.path.unlink()
    assert np.array_equal(bk.datasets.load(rsna.spec).images(40), shared)


def test_an_image_that_vanishes_is_named_and_left_out_next_time(rsna):
    (Path(rsna.spec.partition(":")[2]) / rsna.table.path[4]).unlink()
    with pytest.raises(bk.BadInput, match="1 image"):
        rsna.images(24)
    again = bk.datasets.load(rsna.spec)
    assert len(again) == 19 and again.images(24).shape == (19, 24, 24)


def test_cache_rows_are_independent(tmp_path):
    cache = ImageCache(tmp_path / "a.u8", 4, 8)
    cache.write(2, np.full((8, 8), 7))
    other = ImageCache(tmp_path / "a.u8", 4, 8)
    assert other.missing(np.arange(4)).tolist() == [0, 1, 3]
    assert other.read(np.array([2])).sum() == 7 * 64


# subsets, splits, folds ------------------------------------------------------------------


def cohort(n=400, seed=0):
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {
            "image_id": [f"i{k}" for k in range(n)],
            "sex": rng.choice(["F", "M"], n),
            "bone_age": rng.beta(4, 3, n) * 18,
            "patient_id": [f"p{k}" for k in rng.integers(0, 250, n)],
        }
    )


def test_no_patient_stands_on_both_sides():
    table = cohort()
    parts = bk.datasets.split(table, seed=3)
    assert sorted(np.concatenate(parts)) == list(range(400))
    owners = [set(table.patient_id.iloc[part]) for part in parts]
    assert not (owners[0] & owners[1] or owners[0] & owners[2] or owners[1] & owners[2])
    fold = bk.datasets.folds(table, k=5, seed=3)
    assert table.groupby("patient_id").apply(lambda rows: len(set(fold[rows.index]))).max() == 1


def test_the_same_file_or_id_is_the_same_patient():
    table = cohort(60).drop(columns="patient_id").assign(path=[f"{k // 2}.png" for k in range(60)])
    parts = bk.datasets.split(table)
    assert not set(table.path.iloc[parts.train]) & set(table.path.iloc[parts.test])
    table = cohort(30)
    table = pd.concat([table, table]).reset_index(drop=True).assign(patient_id=None)
    parts = bk.datasets.split(table)
    assert not set(table.image_id.iloc[parts.train]) & set(table.image_id.iloc[parts.test])


def test_parts_have_the_same_mixture():
    table = cohort(2000).drop(columns="patient_id")
    parts = bk.datasets.split(table, seed=1, validation=0.1, test=0.25)
    assert [len(part) for part in parts] == pytest.approx([1300, 200, 500], abs=3)
    for part in parts:
        rows = table.iloc[part]
        assert (rows.sex == "F").mean() == pytest.approx((table.sex == "F").mean(), abs=0.02)
        assert rows.bone_age.mean() == pytest.approx(table.bone_age.mean(), abs=0.35)
    sizes = np.bincount(bk.datasets.folds(table, k=5))
    assert sizes.max() - sizes.min() <= 2


def test_seeds_decide_and_nothing_else():
    table = cohort()
    for first, second in zip(bk.datasets.split(table, 7), bk.datasets.split(table, 7), strict=True):
        assert np.array_equal(first, second)
    assert not np.array_equal(bk.datasets.split(table, 7).test, bk.datasets.split(table, 8).test)


def test_a_handful_of_images_fills_every_part():
    table = pd.DataFrame(
        {"image_id": list("abcde"), "sex": list("FMFMF"), "bone_age": [1.0, 6, 11, 16, 17]}
    )
    assert min(len(part) for part in bk.datasets.split(table)) >= 1
    assert sorted(bk.datasets.folds(table, k=5)) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    "options", [{"validation": 0.6, "test": 0.5}, {"test": -0.1}, {"validation": 1.0}]
)
def test_shares_that_leave_nothing_are_refused(options):
    with pytest.raises(bk.BadInput):
        bk.datasets.split(cohort(), **options)


def test_one_patient_cannot_be_split():
    with pytest.raises(bk.BadInput, match="patient"):
        bk.datasets.split(cohort().assign(patient_id="p"))
    with pytest.raises(bk.BadInput):
        bk.datasets.folds(cohort(), k=1)


def test_subsets_are_stratified_nested_and_seeded(rsna):
    table = cohort(1000)
    from boneage_kit.datasets import stratified_subset

    small, large = (stratified_subset(table, n, seed=0) for n in (100, 300))
    assert set(small) <= set(large) and len(small) == 100
    assert (table.sex.iloc[small] == "F").sum() == pytest.approx(
        (table.sex == "F").mean() * 100, abs=2
    )
    assert len(bk.datasets.load(rsna.spec, n=6)) == 6
    assert len(bk.datasets.load(rsna.spec, n=0)) == len(bk.datasets.load(rsna.spec, n=99)) == 20
    with pytest.raises(bk.BadInput):
        bk.datasets.load(rsna.spec, n=-1)


# phantom and real ------------------------------------------------------------------------


def test_the_phantom_is_rendered_in_two_processes_and_alone_alike(monkeypatch):
    dataset = bk.datasets.load("phantom", n=26, seed=5)
    assert dataset.is_phantom and dataset.table.source.eq("phantom").all()
    both = dataset.images(32)
    assert (both.reshape(26, -1).max(1) > 100).all()
    dataset._store(32).path.unlink()
    monkeypatch.setattr("boneage_kit.datasets.phantom._ALONE", 1000)
    assert np.array_equal(bk.datasets.load("phantom", n=26, seed=5).images(32), both)
    assert dataset.pixels(0).shape == (512, 512)


def test_the_phantom_is_the_same_on_every_machine():
    first, second = (bk.datasets.load("phantom", n=5, seed=2) for _ in range(2))
    assert first.checksum() == second.checksum()
    assert first.checksum() != bk.datasets.load("phantom", n=5, seed=3).checksum()


@real
def test_the_real_thumbnails_out_of_their_zip():
    dataset = bk.datasets.load(f"rsna:{THUMBNAILS}", n=60, verify=False)
    images = dataset.images(96)
    assert images.shape == (60, 96, 96) and len(dataset.problems) == 0
    assert set(dataset.table.sex) == {"F", "M"} and dataset.table.bone_age.between(0, 19).all()
    assert dataset.table.source.eq("rsna").all() and not dataset.is_phantom
    middle = images[:, 24:72, 24:72].mean((1, 2))
    assert np.percentile(middle, 2) > 30  # no film is left in the dark
