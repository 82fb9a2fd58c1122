"""Damaged and replaced files: left out and listed in a set of any size, and never mixed up."""

import os

import numpy as np
import pytest
from dataset_layouts import TRAINING, TRAINING_CSV, png, put, zipped

import boneage_kit as bk
from boneage_kit.datasets import files

FOLDER = "boneage-training-dataset"


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def large(monkeypatch):
    """Let every data set count as too large to be decoded when it is loaded."""
    monkeypatch.setattr(files, "VERIFY_BELOW_BYTES", 0)


def flipped(data):
    """The file with bytes in its middle turned over: it ends as it should."""
    middle = len(data) // 2
    return (
        data[:middle]
        + bytes(255 - byte for byte in data[middle : middle + 40])
        + data[middle + 40 :]
    )


def folder(tmp_path, **damaged):
    changed = {f"{FOLDER}/{name[1:]}.png": data for name, data in damaged.items()}
    return f"rsna:{put(tmp_path, {**TRAINING, **changed, 'train.csv': TRAINING_CSV})}"


@pytest.mark.parametrize("data", [png(3)[:200], b"", b"<html>not found</html>"])
def test_a_file_cut_short_in_a_large_set(tmp_path, large, data):
    if data.startswith(b"<"):
        data = png(3)[:8] + data
    dataset = bk.datasets.load(folder(tmp_path, _1380=data))
    assert len(dataset) == 19 and dataset.left_out == {"unreadable image": 1}
    assert dataset.problems.image_id.tolist() == ["1380"]
    assert dataset.images(16).shape == (19, 16, 16)


def test_nothing_else_is_decoded_when_a_large_set_is_loaded(tmp_path, large, monkeypatch):
    monkeypatch.setattr(files, "_decoded", lambda *_: pytest.fail("decoded"))
    assert len(bk.datasets.load(folder(tmp_path))) == 20


@pytest.mark.parametrize("in_a_zip", [False, True])
def test_a_damaged_image_is_found_when_it_is_first_used(tmp_path, large, in_a_zip):
    spec = folder(tmp_path, _1380=flipped(png(3)))
    if in_a_zip:
        changed = {f"{FOLDER}/1380.png": flipped(png(3))}
        path = tmp_path / "r.zip"
        path.write_bytes(zipped({**TRAINING, **changed, "train.csv": TRAINING_CSV}))
        spec = f"rsna:{path}"
    dataset = bk.datasets.load(spec)
    assert len(dataset) == 20
    part = dataset.decodable(16)
    assert len(part) == 19 and part.left_out == {"unreadable image": 1}
    assert part.problems.image_id.tolist() == ["1380"] and "1380" not in set(part.table.image_id)
    assert part.images(16).shape == (19, 16, 16) and len(dataset.problems) == 0
    assert part.decodable(16) is part
    again = bk.datasets.load(spec)  # it is known by now
    assert len(again) == 19 and again.problems.image_id.tolist() == ["1380"]


def test_images_name_a_remedy_that_helps(tmp_path, large):
    spec = folder(tmp_path, _1380=flipped(png(3)))
    with pytest.raises(bk.BadInput, match=r"1 image\(s\) cannot be decoded.*again") as refused:
        bk.datasets.load(spec).images(16)
    assert "verify" not in str(refused.value)
    assert bk.datasets.load(spec).images(16).shape == (19, 16, 16)


def test_a_mended_file_is_used_again(tmp_path, large):
    spec = folder(tmp_path, _1380=flipped(png(3)))
    bk.datasets.load(spec).decodable(16)
    put(tmp_path, {f"{FOLDER}/1380.png": png(3)})
    assert len(bk.datasets.load(spec)) == 20


def test_decodable_of_a_subset_decodes_the_subset(tmp_path, large):
    spec = folder(tmp_path, _1380=flipped(png(3)), _1390=flipped(png(13)))
    dataset = bk.datasets.load(spec)
    rows = np.flatnonzero(dataset.table.image_id != "1390")
    part = dataset.subset(rows).decodable(16)
    assert len(part) == 18 and part.problems.image_id.tolist() == ["1380"]


@pytest.mark.parametrize("how", ["in place", "renamed"])
def test_files_replaced_with_the_same_size_and_time(tmp_path, how):
    spec = folder(tmp_path)
    before = bk.datasets.load(spec)
    images, checksum = before.images(16), before.checksum()
    path = tmp_path / FOLDER / "1377.png"
    state, old = path.stat(), path.read_bytes()
    new = png(777)
    new = (new + bytes(len(old)))[: len(old)] if len(new) < len(old) else new
    for seed in range(778, 2000):
        if len(new) == len(old):
            break
        new = png(seed)
    assert len(new) == len(old) and new != old
    if how == "renamed":
        (tmp_path / "new").write_bytes(new)
        os.replace(tmp_path / "new", path)
    else:
        path.write_bytes(new)
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    after = bk.datasets.load(spec)
    assert after.checksum() != checksum
    assert not np.array_equal(after.images(16)[0], images[0])
    assert np.array_equal(after.images(16)[1:], images[1:])


def test_a_damaged_record_of_damaged_files_is_made_again(tmp_path, large, own_cache):
    from boneage_kit import _io

    spec = folder(tmp_path, _1380=flipped(png(3)))
    bk.datasets.load(spec).decodable(16)
    records = list((_io.folder() / "images").glob("*.json"))
    assert len(records) == 2
    for text in ("", "[]", "null", '{"x": 1}', f'{{"{FOLDER}/1380.png": 3}}', "{"):
        for record in records:
            record.write_text(text)
        assert len(bk.datasets.load(spec).decodable(16)) == 19


def test_notes_of_the_decoder_are_kept_with_prepared_images(tmp_path, monkeypatch):
    from PIL import Image

    put(tmp_path, {**TRAINING, "train.csv": TRAINING_CSV})
    path = tmp_path / FOLDER / "1377.png"
    Image.open(path).save(path, "JPEG")  # its ending says PNG
    dataset = bk.datasets.load(f"rsna:{tmp_path}")
    dataset.images(16)
    again = bk.datasets.load(f"rsna:{tmp_path}")
    monkeypatch.setattr(files, "_decoded", lambda *_: pytest.fail("decoded again"))
    assert again.notes(0) == dataset.notes(0) and "JPEG" in again.notes(0)[0]
    assert [again.notes(i) for i in range(1, 20)] == [[]] * 19
    assert bk.datasets.load("phantom", n=2).notes(1) == []
