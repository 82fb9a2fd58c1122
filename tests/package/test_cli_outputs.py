"""What commands write, and over what they refuse to write."""

import hashlib
import json
import os
import re
import shutil
import stat

import numpy as np
import pandas as pd
import pytest
import safetensors.numpy
from fault_cases import small_model
from radiograph_files import encoded, written

from boneage_kit import _io, phantom
from boneage_kit.cli import main
from boneage_kit.errors import BadInput
from boneage_kit.radiograph import to_square
from boneage_kit.shelf import picture_notes


@pytest.fixture(autouse=True)
def empty_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_CACHE", str(tmp_path_factory.mktemp("cache")))


PHANTOM = ["phantom", "--sex", "F", "--age", "8", "--size", "64", "-o"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_before_the_work_and_stays_a_pipe(tmp_path, capsys, monkeypatch):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    monkeypatch.setattr("boneage_kit.phantom.render", lambda **_: pytest.fail("worked before"))
    assert main([*PHANTOM, str(pipe)]) == 2
    said = capsys.readouterr().err
    assert "no regular file" in said and said.count("\n") == 1
    with pytest.raises(BadInput, match="no regular file"):
        _io.write_text(pipe, "new")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == [pipe.name]


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    with pytest.raises(BadInput, match="is a folder"):
        _io.write_text(tmp_path, "new")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_the_file_it_points_to_is_replaced(tmp_path, is_there):
    target, link = tmp_path / "there" / "hand.png", tmp_path / "link.png"
    target.parent.mkdir()
    if is_there:
        target.write_text("old")
    link.symlink_to(target)
    assert main([*PHANTOM, str(link)]) == 0
    assert link.is_symlink() and not target.is_symlink()
    assert target.read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_link_in_a_circle_is_refused(tmp_path):
    link = tmp_path / "a.png"
    link.symlink_to(link)
    with pytest.raises(BadInput, match="cannot be written"):
        _io.check_writable(link, is_folder=False)


def model_of(folder, years):
    """Write a model by hand that predicts so many years, whatever it is shown."""
    card, arrays = small_model.small_model()
    arrays = {**arrays, "intercept": np.array([years], np.float32)}
    weights = safetensors.numpy.save(arrays)
    described = {
        "file": "weights.safetensors",
        "bytes": len(weights),
        "sha256": hashlib.sha256(weights).hexdigest(),
    }
    folder.mkdir()
    (folder / "weights.safetensors").write_bytes(weights)
    (folder / "card.json").write_text(json.dumps({**card, "weights": described}))
    return str(folder)


def film(path, sex="F", **tags):
    values = np.rint(small_model.hand().pixels * 4095).astype(np.uint16)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(written(values, PatientSex=sex, **tags))
    return str(path)


def predicted(tmp_path, years, capsys, *words):
    path = film(tmp_path / "films" / "a.dcm")
    model = model_of(tmp_path / f"model{years}", years)
    code = main(["predict", "--model", model, "--sex", "F", *words, path])
    return code, capsys.readouterr()


@pytest.mark.parametrize("years", [-8.0, -1.5, 26.0])
def test_an_age_that_nobody_has_is_refused(tmp_path, capsys, years):
    code, said = predicted(tmp_path, years, capsys)
    assert code == 2 and "no bone age that a person can have" in said.err and not said.out
    out = tmp_path / "p.csv"
    words = ["--data", f"folder:{tmp_path / 'films'}", "--out", str(out)]
    assert main(["predict", "--model", str(tmp_path / f"model{years}"), *words]) == 2
    assert not out.exists()


@pytest.mark.parametrize(("years", "lower", "upper"), [(-0.5, 0.0, None), (24.5, None, 25.0)])
def test_an_interval_ends_at_birth_and_at_25_years(tmp_path, capsys, years, lower, upper):
    code, said = predicted(tmp_path, years, capsys, "--json")
    (prediction,) = json.loads(said.out)["readings"]
    assert code == 0
    out = tmp_path / "p.csv"
    words = ["--data", f"folder:{tmp_path / 'films'}", "--out", str(out)]
    assert main(["predict", "--model", str(tmp_path / f"model{years}"), *words]) == 0
    (row,) = pd.read_csv(out).to_dict("records")
    for ends in [
        (prediction["lower_years"], prediction["upper_years"]),
        (row["lower"], row["upper"]),
    ]:
        assert ends[0] == lower if upper is None else ends[1] == upper
        assert 0 <= ends[0] <= max(years, 0) <= ends[1] <= 25


def test_the_table_says_where_a_header_names_another_sex(tmp_path, capsys):
    for name, sex in (("a", "M"), ("b", "F")):
        film(tmp_path / "films" / f"{name}.dcm", sex, SOPInstanceUID=f"1.{ord(name)}")
    (tmp_path / "films" / "t.csv").write_text("image_id,sex,bone_age\na,F,9\nb,F,8\n")
    out, model = tmp_path / "p.csv", model_of(tmp_path / "model", 9.0)
    words = ["--data", f"folder:{tmp_path / 'films'}", "--out", str(out)]
    assert main(["predict", "--model", model, *words]) == 0
    notes = pd.read_csv(out).fillna("").set_index("image_id")["notes"]
    said = "the header says male, and the prediction is for the table's sex F"
    assert said in notes["a"] and "the header says" not in notes["b"]


def test_a_film_that_was_turned_over_is_said_to_be_inverted(tmp_path, capsys):
    pixels = (255 * (1 - small_model.hand().pixels)).astype(np.uint8)
    (tmp_path / "films").mkdir()
    path = tmp_path / "films" / "a.png"
    path.write_bytes(encoded(pixels, "PNG"))
    (tmp_path / "films" / "t.csv").write_text("image_id,sex,bone_age\na,F,9\n")
    out, model = tmp_path / "p.csv", model_of(tmp_path / "model", 9.0)
    said = "inverted: the middle of the picture is darker"
    assert main(["predict", "--model", model, "--sex", "F", str(path)]) == 0
    assert said in capsys.readouterr().out
    assert main(["predict", "--model", model, "--sex", "F", "--json", str(path)]) == 0
    assert said in json.loads(capsys.readouterr().out)["readings"][0]["notes"][0]
    words = ["--data", f"folder:{tmp_path / 'films'}", "--out", str(out)]
    assert main(["predict", "--model", model, *words]) == 0
    assert said in pd.read_csv(out)["notes"][0]


TRAIN = ["train", "--data", "phantom", "--n", "40", "--preset", "smoke", "--model", "handcrafted"]


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "model"
    assert main([*TRAIN, "--out", str(out)]) == 0
    return out


def changed_weights(path):
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("name", "spoil"),
    [
        ("card.json", lambda path: path.write_text("{")),
        ("card.json", lambda path: path.unlink()),
        ("weights.safetensors", changed_weights),
        ("predictions.csv", lambda path: path.write_bytes(path.read_bytes()[:150])),
        ("predictions.csv", lambda path: path.write_bytes(b"")),
        ("metrics.json", lambda path: path.write_text('{"mae_years": 3}')),
    ],
)
@pytest.mark.slow
def test_a_training_that_was_damaged_is_done_anew(trained, tmp_path, caplog, name, spoil):
    out = shutil.copytree(trained, tmp_path / "model")
    spoil(out / name)
    assert main([*TRAIN, "--out", str(out)]) == 0
    assert "damaged, so it is trained anew" in caplog.text
    if name != "card.json":  # the date is in it
        without_minutes = [
            re.sub('"minutes": .*', "", (folder / name).read_bytes().decode("latin-1"))
            for folder in (out, trained)
        ]
        assert without_minutes[0] == without_minutes[1]
    caplog.clear()
    written_at = (out / "metrics.json").stat().st_mtime_ns
    assert main([*TRAIN, "--out", str(out)]) == 0
    assert (out / "metrics.json").stat().st_mtime_ns == written_at
    assert "damaged" not in caplog.text


@pytest.mark.parametrize("content", ["[]", '{"data": ', ""])
def test_settings_of_a_training_that_are_damaged_are_said_to_be(trained, tmp_path, capsys, content):
    out = shutil.copytree(trained, tmp_path / "model")
    (out / "settings.json").write_text(content)
    assert main([*TRAIN, "--out", str(out)]) == 2
    said = capsys.readouterr().err
    assert "settings.json is damaged" in said and said.count("\n") == 1


@pytest.mark.parametrize("age", [4.0, 9.0, 15.0])
def test_two_hands_beside_each_other_are_noted_and_one_hand_is_not(age):
    one = phantom.render(sex="F", bone_age=age, seed=1, size=256).pixels
    both = np.hstack([one, one[:, ::-1]])
    for film, said in ((one, False), (both, True)):
        prepared = np.rint(to_square(film, 128) * 255).astype(np.uint8)
        assert (picture_notes.TWO_HANDS in picture_notes.notes_of(prepared).notes) is said
