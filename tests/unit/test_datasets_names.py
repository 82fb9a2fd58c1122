"""Which file a row means: ids stay text, and what does not fit is said with an example."""

import io
import unicodedata
import zipfile

import pytest
from dataset_layouts import films, kaggle, png, put, table_of
from PIL import Image

import boneage_kit as bk
from boneage_kit.datasets.matching import match_files

HEAD = "image_id,sex,bone_age\n"


def load(tmp_path, files, kind="folder", wishes=""):
    return bk.datasets.load(f"{kind}:{put(tmp_path, files)}{wishes}")


def table(*ids):
    return HEAD + "".join(f"{name},{'FM'[i % 2]},{5 + i}\n" for i, name in enumerate(ids))


def ids(dataset):
    return dataset.table.image_id.tolist()


def test_zeros_that_a_spreadsheet_dropped(tmp_path):
    dataset = load(tmp_path, {**films("0001.png", "0002.png"), "t.csv": table("1", "2")})
    assert ids(dataset) == ["0001", "0002"] and not dataset.left_out
    assert "'1' for 0001.png" in dataset.problems.problem[0]


def test_ids_that_became_decimals(tmp_path):
    files = {**kaggle()}
    files["boneage-training-dataset.csv"] = b"id,boneage,male\n1377.0,60,True\n1378.0,70,False\n"
    assert ids(load(tmp_path, files, "rsna")) == ["1377", "1378"]


def test_another_ending(tmp_path):
    dataset = load(tmp_path, {**films("1.png", "2.png"), "t.csv": table("1.dcm", "2.dcm")})
    assert ids(dataset) == ["1", "2"]
    assert "another ending, '1.dcm' for 1.png" in dataset.problems.problem[0]


@pytest.mark.parametrize(
    "cells, files, meant",
    [
        (["1", "01"], ["001.png"], ["", ""]),  # both want it
        (["1", "01"], ["01.png", "1.png"], ["1.png", "01.png"]),
        (["1"], ["01.png", "001.png"], [""]),
        (["a/1.png", "b/1.png"], ["x/a/1.png", "x/b/1.png"], ["x/a/1.png", "x/b/1.png"]),
        (["../input/t/1.png"], ["t/1.png"], ["t/1.png"]),
        (["films\\1.png"], ["films/1.png"], ["films/1.png"]),
        (["a.dcm", "a.png"], ["a.png"], ["", "a.png"]),  # the better claim
        (["A", "a"], ["A.png", "a.png"], ["A.png", "a.png"]),
        (["IM1"], ["im1.DCM"], ["im1.DCM"]),
        (
            ["NA", "None", "null", ""],
            ["NA.png", "None.png", "null.png"],
            ["NA.png", "None.png", "null.png", ""],
        ),
        (["1.2.3.4"], ["1.2.3.4", "1.2.3.5"], ["1.2.3.4"]),
    ],
)
def test_which_file_a_cell_means(cells, files, meant):
    assert [match.file for match in match_files(cells, files, lambda names: False)] == meant


@pytest.mark.parametrize("name", ["Rémy Åse.png", "Müller.png", "片.png"])
@pytest.mark.parametrize("stored, written", [("NFD", "NFC"), ("NFC", "NFD")])
def test_accents_however_they_are_stored(tmp_path, name, stored, written):
    stored, written = (unicodedata.normalize(form, name) for form in (stored, written))
    dataset = load(tmp_path, {stored: png(1), "2.png": png(2), "t.csv": table(written, "2")})
    assert len(dataset) == 2


def test_names_in_a_zip_that_does_not_say_it_is_utf8(tmp_path):
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("t.csv", table("Müller", "2"))
        archive.writestr("2.png", png(2))
        archive.writestr("M??ller.png", png(1))
    data = path.read_bytes().replace(b"M??ller.png", "Müller.png".encode())
    path.write_bytes(data)
    assert len(bk.datasets.load(f"folder:{path}")) == 2


@pytest.mark.parametrize("name", ["NA", "null", "None", "nan", "N/A"])
def test_words_for_missing_are_ids(tmp_path, name):
    files = {**films(f"{name.replace('/', '')}.png", "2.png")}
    dataset = load(tmp_path, {**files, "t.csv": table(name.replace("/", ""), "2")})
    assert ids(dataset) == [name.replace("/", ""), "2"]


def test_a_row_without_a_name_is_listed_with_its_number(tmp_path):
    dataset = load(tmp_path, {**films("1.png", "2.png"), "t.csv": table("1", "", "2")})
    assert ids(dataset) == ["1", "2"]
    assert dataset.problems.problem.tolist() == ["row 2 of t.csv has no id"]


@pytest.mark.parametrize("kind", ["folder", "rsna"])
def test_names_that_have_nothing_to_do_with_the_files(tmp_path, kind):
    rows = "id,boneage,male\nchild 1,60,True\nchild 2,70,False\n".replace(
        "boneage", "bone_age_months"
    )
    with pytest.raises(bk.BadInput, match=r"None of the 2 .*'child 1' stands in t\.csv, a\.png"):
        load(tmp_path, {**films("a.png", "b.png"), "t.csv": rows}, kind)


@pytest.mark.parametrize("kind", ["folder", "rsna"])
def test_several_files_of_one_name(tmp_path, kind):
    rows = "id,bone_age_months,male\n1,60,True\n2,70,False\n3,80,True\n"
    files = {
        "a/1.png": png(1),
        "b/1.png": png(9),
        "a/2.png": png(2),
        "b/2.png": png(2),
        "3.png": png(3),
        "t.csv": rows,
    }
    dataset = load(tmp_path, files, kind)
    assert ids(dataset) == ["2", "3"] and dataset.table.path[0] == "a/2.png"
    said = dataset.problems.set_index("image_id")
    assert said.problem["1"] == "several files have this name"
    assert said.path["1"] == "a/1.png and b/1.png"
    assert said.what_was_done["2"] == "first file used"


def dicom(folder, name, sex="M", seed=0):
    phantom = bk.phantom.render(sex=sex, bone_age=6.0, seed=seed, size=64)
    path = bk.phantom.write_dicom(phantom, folder / "film.dcm")
    return path.rename(folder / name)


@pytest.mark.parametrize(
    "name", ["1.2.840.113619.2.5.{}", "IM{}", "film{}.IMA", "{}.DCM_", "scan{}.image"]
)
def test_dicom_is_known_by_its_first_bytes(tmp_path, name):
    names = [name.format(i + 100) for i in range(3)]
    for i, file in enumerate(names):
        dicom(tmp_path, file, seed=i)
    assert len(bk.datasets.load(f"folder:{tmp_path}")) == 3
    dataset = load(tmp_path, {"t.csv": table(*names)})
    assert len(dataset) == 3 and dataset.table.image_id.nunique() == 3
    assert dataset.images(16).shape == (3, 16, 16)


@pytest.mark.parametrize("ending", ["webp", "jp2", "j2k", "bmp", "tif", "gif", "jpeg"])
def test_every_format_that_is_decoded_is_found_in_a_folder(tmp_path, ending):
    for i in range(1, 4):
        Image.open(io.BytesIO(png(i))).save(tmp_path / f"{i}.{ending}")
    dataset = load(tmp_path, {"t.csv": table("1", "2", "3")})
    assert len(dataset) == 3 and dataset.images(16).shape == (3, 16, 16)


def test_images_without_an_ending(tmp_path):
    dataset = load(
        tmp_path,
        {
            "one": png(1),
            "two": png(2),
            "t.csv": table("one", "two"),
            "notes": b"hello",
            ".hidden.png": png(3),
        },
    )
    assert ids(dataset) == ["one", "two"] and dataset.problems.empty


@pytest.mark.parametrize(
    "data, says",
    [(b"%PDF-1.4 x", "a PDF"), (b"hello", "no image format"), (b"....ftypheic....", "HEIC")],
)
def test_a_folder_without_images_says_what_is_in_it(tmp_path, data, says):
    with pytest.raises(bk.BadInput, match=f"holds no image.*{says}"):
        load(tmp_path, {"scan.xyz": data})


def test_the_image_column_is_the_one_that_fits(tmp_path):
    rows = "name,id,path,sex,bone_age\nAnn,7,/old/place/1.png,F,5\nBob,8,/old/place/2.png,M,6\n"
    assert ids(load(tmp_path, {**films("1.png", "2.png"), "t.csv": rows})) == ["1", "2"]
    rows = "filename,id,sex,bone_age\nx,1,F,5\ny,2,M,6\n"
    assert ids(load(tmp_path, {"t.csv": rows})) == ["1", "2"]


def test_all_patients_anonymous(tmp_path):
    files = table_of([5, 6, 7, 8, 9, 10])
    files["t.csv"] = "image_id,sex,bone_age,patient_id\n" + "".join(
        f"{i},{'FM'[i % 2]},{4 + i},ANONYMOUS\n" for i in range(1, 7)
    )
    dataset = load(tmp_path, files)
    assert "all images have the patient_id 'ANONYMOUS'" in dataset.problems.problem[0]
    with pytest.raises(bk.BadInput, match=r"6 have the patient_id 'ANONYMOUS'.*,patient_id="):
        bk.datasets.split(dataset.table)
    aside = load(tmp_path, {}, wishes=",patient_id=")
    assert aside.problems.empty and min(map(len, bk.datasets.split(aside.table))) >= 1


def test_all_patients_anonymous_in_dicom_headers(tmp_path):
    import pydicom

    for i in range(6):
        path = dicom(tmp_path, f"{i}.dcm", seed=i)
        header = pydicom.dcmread(path)
        header.PatientID = "ANON"
        header.save_as(path)
    with pytest.raises(bk.BadInput, match="patient_id"):
        bk.datasets.split(bk.datasets.load(f"folder:{tmp_path}").table)
    aside = bk.datasets.load(f"folder:{tmp_path},patient_id=")
    assert len(bk.datasets.split(aside.table).train) == 4


def test_placeholders_of_patients_are_missing(tmp_path):
    files = table_of([5, 6, 7, 8])
    files["t.csv"] = "image_id,sex,bone_age,patient_id\n1,F,5,a\n2,M,6,NA\n3,F,7,\n4,M,8,none\n"
    assert load(tmp_path, files).table.patient_id.isna().tolist() == [False, True, True, True]
