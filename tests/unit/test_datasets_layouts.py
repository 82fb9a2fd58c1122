import io
import zipfile

import numpy as np
import pytest
from dataset_layouts import (
    TRAINING,
    TRAINING_CSV,
    dha,
    jpeg,
    kaggle,
    png,
    put,
    rsna_originals,
    zipped,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import boneage_kit as bk
from boneage_kit.datasets.tables import read_table
from boneage_kit.records import RECORD_COLUMNS


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_CACHE", str(tmp_path_factory.mktemp("cache")))


def load(kind, folder, files, **options):
    return bk.datasets.load(f"{kind}:{put(folder, files)}", **options)


def said(dataset, phrase):
    """The rows of the problems table that speak of this."""
    found = dataset.problems["problem"].str.contains(phrase, regex=False)
    return dataset.problems[found]


# RSNA ------------------------------------------------------------------------------------


def test_kaggles_doubled_folders(tmp_path):
    dataset = load("rsna", tmp_path, kaggle())
    assert len(dataset) == 20 and list(dataset.table.columns[:9]) == list(RECORD_COLUMNS)
    first = dataset.table.iloc[0]
    assert (first.image_id, first.sex, first.bone_age) == ("1377", "M", 1.0)
    assert dataset.table.chronological_age.isna().all()
    assert len(said(dataset, "no bone ages")) == 1
    assert len(said(dataset, "without a bone age")) == 1
    assert dataset.pixels(0).shape == (40, 32)


@pytest.mark.parametrize("compression", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_zip_is_read_without_unpacking(tmp_path, compression):
    path = tmp_path / "rsna.zip"
    path.write_bytes(zipped(kaggle(), compression))
    dataset = bk.datasets.load(f"rsna:{path}")
    folder = load("rsna", tmp_path / "unpacked", kaggle())
    assert len(dataset) == 20
    assert np.array_equal(dataset.images(32), folder.images(32))
    assert dataset.checksum() == folder.checksum()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["rsna.zip", "unpacked"]


def test_the_originals_with_their_three_column_layouts(tmp_path):
    dataset = load("rsna", tmp_path, rsna_originals())
    assert dataset.table.part.value_counts().to_dict() == {
        "training": 20,
        "validation": 6,
        "test": 2,
    }
    test = dataset.table.set_index("image_id").loc["4360"]
    assert test.sex == "M" and test.bone_age == pytest.approx(168.93 / 12)
    validation = dataset.table[dataset.table.part == "validation"]
    assert sorted(validation.bone_age * 12) == pytest.approx([60, 61, 62, 63, 64, 65])
    assert dataset.images(16).shape == (28, 16, 16)
    assert dataset.problems.empty


def test_one_of_the_original_zips_finds_its_annotations(tmp_path):
    put(tmp_path, rsna_originals())
    dataset = bk.datasets.load(f"rsna:{tmp_path / 'Bone Age Training Set.zip'}")
    assert len(dataset) == 20 and set(dataset.table.part) == {"training"}


def rsna_with(rows, extra=None, drop=()):
    files = {name: data for name, data in TRAINING.items() if name.split("/")[1][:-4] not in drop}
    return {**files, **(extra or {}), "train.csv": "id,boneage,male\n" + rows}


def test_what_is_wrong_is_listed_and_the_rest_goes_on(tmp_path):
    rows = (
        "1377,20,True\n1378,abc,True\n1379,300,False\n1380,-4,False\n1381,60,maybe\n"
        "1382,70,\n1383,,True\n1384,80,True\n1384,80,True\n1385,90,True\n1385,95,True\n"
        "9999,50,True\n,50,True\n1386,100,False\n1387,101,True\n1388,102,True\n1389,103,True\n"
    )
    files = rsna_with(
        rows,
        {
            "boneage-training-dataset/1386.png": b"",
            "boneage-training-dataset/1387.png": TRAINING["boneage-training-dataset/1387.png"][
                :200
            ],
            "boneage-training-dataset/1388.png": TRAINING["boneage-training-dataset/1377.png"],
            "notes.csv": b"\x00\x01\x02\x03",
        },
    )
    dataset = load("rsna", tmp_path, files)
    assert dataset.table.image_id.tolist() == ["1377", "1384", "1389"]
    for phrase, ids in {
        "is not a number": ["1378", "1383"],
        "outside 0 to 240": ["1379", "1380"],
        "sex is missing": ["1381", "1382"],
        "that agree": ["1384"],
        "that contradict": ["1385"],
        "there is no image": ["9999"],
        "has no id": [""],
        "byte for byte": ["1388"],
        "unreadable image": ["1386", "1387"],
        "not text": [""],
    }.items():
        assert said(dataset, phrase).image_id.tolist() == ids, phrase
    assert dataset.problems.what_was_done.ne("").all()
    assert dataset.images(24).shape == (3, 24, 24)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_of_any_encoding_and_delimiter(tmp_path, encoding, delimiter):
    files = {**TRAINING, "train.csv": TRAINING_CSV.replace(",", delimiter).encode(encoding)}
    assert len(load("rsna", tmp_path, files)) == 20


@pytest.mark.parametrize(
    "files, reason",
    [
        ({}, "no table"),
        (TRAINING, "no table"),
        ({"train.csv": TRAINING_CSV}, "None of the 20"),
        ({"train.csv": b""}, "no table"),
        ({"a.zip": b"PK\x03\x04 broken"}, "no table"),
    ],
)
def test_rsna_without_tables_or_images_is_refused(tmp_path, files, reason):
    with pytest.raises(bk.BadInput, match=reason):
        load("rsna", tmp_path / "empty", {"readme.txt": "x", **files})


def test_a_hostile_zip_writes_nothing(tmp_path):
    evil = {**kaggle(), "../../evil.png": png(1), "/etc/evil.png": png(2)}
    path = tmp_path / "in" / "rsna.zip"
    put(tmp_path, {"in/rsna.zip": zipped(evil)})
    assert len(bk.datasets.load(f"rsna:{path}")) == 20
    assert [p.name for p in tmp_path.rglob("*") if p.is_file()] == ["rsna.zip"]


def test_links_that_loop_are_walked_once(tmp_path):
    put(tmp_path, kaggle())
    (tmp_path / "boneage-training-dataset" / "again").symlink_to(tmp_path)
    dataset = bk.datasets.load(f"rsna:{tmp_path}")
    assert len(dataset) == 20 and said(dataset, "second file").empty


def test_macs_resource_forks_are_no_images(tmp_path):
    junk = {
        "__MACOSX/boneage-training-dataset/._1377.png": b"junk",
        ".DS_Store": b"junk",
        "boneage-training-dataset/._1378.png": b"junk",
    }
    dataset = load("rsna", tmp_path, {**TRAINING, **junk, "train.csv": TRAINING_CSV})
    assert len(dataset) == 20 and dataset.problems.empty


# Digital Hand Atlas ----------------------------------------------------------------------


def test_the_atlas_with_its_readings(tmp_path):
    dataset = load("dha", tmp_path, dha())
    assert len(dataset) == 16 and dataset.problems.empty and not dataset.is_phantom
    row = dataset.table.iloc[0]
    assert (row.image_id, row.sex, row.group) == ("5100", "F", "ASI")
    assert (row.chronological_age, row.reader_1, row.reader_2, row.bone_age) == (
        4.4,
        4.5,
        5.0,
        4.75,
    )
    assert not any("1990" in str(value) for value in dataset.table.to_numpy().ravel())


def test_without_readings_the_folders_age_is_no_bone_age(tmp_path):
    dataset = load("dha", tmp_path, dha(readings=False))
    assert dataset.table.bone_age.isna().all()
    assert set(dataset.table.chronological_age) == {4.0, 11.0}
    assert len(said(dataset, "no readings")) == 1


def test_deeplasias_list_on_the_atlass_own_files(tmp_path):
    rows = ["image_ID,dir,patient_ID,sex,bone_age"]
    digits = {"ASI": 4, "BLK": 1, "CAU": 2, "HIS": 3}
    for i, name in enumerate(dha(readings=False)):
        code, number = name.split("/")[2], name.split("/")[3][:4]
        rows.append(
            f"la_dha_{i:05d}.png,la_dha,8{digits[code[:3]]}{int(code[3] == 'F')}"
            f"{code[4:]}{number},{code[3]},{60 + i}"
        )
    rows.append("la_dha_00236.png,la_dha,BLKM13,M,157.5")
    dataset = load("dha", tmp_path, {**dha(readings=False), "la_dha.csv": "\n".join(rows)})
    assert sorted(dataset.table.bone_age * 12) == pytest.approx(list(range(60, 76)))
    assert said(dataset, "no image for this row").image_id.tolist() == ["la_dha_00236"]


def test_deeplasias_list_on_renamed_images(tmp_path):
    rows = (
        "image_ID,dir,patient_ID,sex,bone_age\nla_dha_00000.png,la_dha,82104087,F,105.96\n"
        "la_dha_00191.png,la_dha,811097184,F,108.0\nla_dha_00236.png,la_dha,BLKM13,M,157.5\n"
    )
    images = {f"la_dha/la_dha_{i:05d}.png": png(i) for i in (0, 191, 236, 237)}
    dataset = load("dha", tmp_path, {**images, "la_dha.csv": rows})
    assert dataset.table.sex.tolist() == ["F", "F", "M"]
    assert dataset.table.group.tolist()[:2] == ["CAU", "BLK"]
    assert dataset.table.bone_age.tolist() == pytest.approx([8.83, 9.0, 13.125])


def test_known_broken_links_and_misfiled_rows(tmp_path):
    row = "{0},{1},{2},{3},,,,,,,{4},{4}\n"
    files = {
        f"JPEGimages/{name}.jpg": jpeg(i)
        for i, name in enumerate(
            ["ASIF/ASIF05/5262", "HISM/HISM09/6001", "CAUF/CAUF08/6002", "BLKM/BLKM07/6003"]
        )
    }
    files["meta.csv"] = (
        row.format("JPEGimages/ASIF/ASIF05/5260.jpg", "Asian", "Female", 5.2, 5.5)
        + row.format("JPEGimages/BLKF/BLKF12/7144.jpg", "BLK", "F", 12, 12)
        + row.format("JPEGimages/HISM/HISM09/6001.jpg", "HIS", "F", 9.1, 9)
        + row.format("JPEGimages/CAUF/CAUF08/6002.jpg", "HIS", "F", 8.1, 8)
        + row.format("JPEGimages/BLKM/BLKM07/6003.jpg", "BLK", "M", 12.5, 8)
    )
    dataset = load("dha", tmp_path, files)
    table = dataset.table.set_index("image_id")
    assert sorted(table.index) == ["5262", "6002", "6003"]
    assert table.loc["5262", "bone_age"] == 5.5 and table.loc["6003", "chronological_age"] == 12.5
    assert table["group"].isna()["6002"]
    assert len(said(dataset, "known broken link")) == 2
    assert said(dataset, "misfiled").image_id.tolist() == ["6001", "6002"]
    assert said(dataset, "the folder says 7 years").image_id.tolist() == ["6003"]


def test_a_phantom_cohort_on_disk_stays_a_phantom(tmp_path):
    from boneage_kit.cli import main

    assert main(["cohort", "--n", "8", "--size", "64", "-o", str(tmp_path)]) == 0
    dataset = bk.datasets.load(f"dha:{tmp_path}")
    cohort = bk.phantom.cohort(8).set_index("image_id")
    assert len(dataset) == 8 and dataset.is_phantom and set(dataset.table.source) == {"phantom"}
    assert dataset.terms == bk.datasets.terms_of("phantom")
    drawn = cohort.bone_age.loc[dataset.table.image_id]
    np.testing.assert_allclose(dataset.table.bone_age, drawn, atol=0.01)


@pytest.mark.parametrize("files", [{"a.txt": "x"}, {"meta.csv": "a,b\n1,2\n"}])
def test_no_atlas_is_refused(tmp_path, files):
    with pytest.raises(bk.BadInput):
        load("dha", tmp_path, files)


# folders ---------------------------------------------------------------------------------


def folder_of(table, n=4):
    return {**{f"films/{i}.png": png(i) for i in range(n)}, "table.csv": table}


@pytest.mark.parametrize(
    "header, cells, years",
    [
        ("image_id,sex,bone_age", "{0},F,{1}", 1),
        ("file,gender,bone_age_years", "films/{0}.png,female,{1}", 1),
        ("Image ID,male,Bone Age (months)", "{0}.png,FALSE,10{1}", 12),
        ("filename;sex;boneage", "films\\{0}.png;girl;{1},5", 1),
        ("path,Sex (M/F),reader_1,reader_2", "{0},f,{1},{1}", 1),
    ],
)
def test_columns_are_recognised(tmp_path, header, cells, years):
    table = header + "\n" + "\n".join(cells.format(i, 6 + i) for i in range(4))
    dataset = load("folder", tmp_path, folder_of(table))
    assert set(dataset.table.sex) == {"F"} and dataset.problems.empty
    more = 0.5 if ";" in header else 100 if years == 12 else 0
    assert dataset.table.bone_age.tolist() == pytest.approx(
        [(6 + i + more) / years for i in range(4)]
    )


@pytest.mark.parametrize(
    "table, reason",
    [
        ("image_id,bone_age\n0,5\n", "no column sex"),
        ("sex,bone_age\nF,5\n", "no column that names the images"),
        ("image_id,sex,bone_age\n0,0,5\n1,1,6\n", "holds 0, 1"),
        ("image_id,sex,bone_age\n0,F,132\n", "looks like months"),
        ("image_id,sex,bone_age_years\n0,F,132\n", "says years"),
        ("image_id,sex,age\n0,F,5\n", "may be bone age or chronological"),
        ("image_id,sex,gender,bone_age\n0,F,M,5\n", "more than one column for the sex"),
        ("image_id,sex,male,bone_age\n0,F,True,5\n", "more than one column for the sex"),
        ("image_id,sex,bone_age,boneage\n0,F,5,6\n", "may be the bone age"),
        ("image_id,sex,bone_age,sex\n0,F,5,M\n", "two columns named 'sex'"),
        ("image_id,sex,bone_age\n0,,5\n", "can be used"),
        ("", "is empty"),
    ],
)
def test_ambiguous_tables_are_refused(tmp_path, table, reason):
    with pytest.raises(bk.BadInput, match=reason):
        load("folder", tmp_path, folder_of(table))


def test_two_tables_are_refused(tmp_path):
    table = "image_id,sex,bone_age\n0,F,5\n"
    with pytest.raises(bk.BadInput, match="2 tables"):
        load("folder", tmp_path, {**folder_of(table), "other.csv": table})


def test_folder_problems_are_listed(tmp_path):
    table = (
        "image_id,sex,bone_age,patient_id\n0,F,5,a\n1,M,6,a\n2,?,7,b\n3,F,-1,b\n9,F,8,c\n4,F,,d\n"
    )
    dataset = load("folder", tmp_path, {**folder_of(table, 6), "films/1b/0.png": png(77)})
    assert dataset.table.image_id.tolist() == ["1", "4"]
    assert dataset.table.patient_id.tolist() == ["a", "d"]
    assert len(said(dataset, "several files have this name")) == 1
    assert len(said(dataset, "sex is missing")) == 1
    assert len(said(dataset, "is outside 0 to 20 years")) == 1
    assert len(said(dataset, "there is no image")) == 1
    assert len(said(dataset, "without a row")) == 1
    assert len(said(dataset, "have no bone age")) == 1


def test_dicom_without_a_table_takes_sex_and_age_from_the_header(tmp_path):
    import pydicom

    for i in range(3):
        phantom = bk.phantom.render(sex="M", bone_age=6.0 + i, seed=i, size=96)
        path = bk.phantom.write_dicom(phantom, tmp_path / f"IM{i}")
        header = pydicom.dcmread(path)
        header.PatientAge, header.PatientID = f"{70 + i:03d}M", f"secret{i // 2}"
        header.save_as(path)
    dataset = bk.datasets.load(f"folder:{tmp_path}")
    assert dataset.table.sex.tolist() == ["M"] * 3
    assert dataset.table.chronological_age.tolist() == pytest.approx([70 / 12, 71 / 12, 6.0])
    assert dataset.table.bone_age.isna().all()
    assert dataset.table.patient_id.nunique() == 2
    assert "secret" not in dataset.table.to_csv()
    assert dataset.images(48).shape == (3, 48, 48)


def test_a_table_without_sex_is_completed_from_dicom_headers(tmp_path):
    for i, sex in enumerate("FM"):
        phantom = bk.phantom.render(sex=sex, bone_age=7.0, seed=i, size=96)
        bk.phantom.write_dicom(phantom, tmp_path / f"{i}.dcm")
    dataset = load("folder", tmp_path, {"t.csv": "file,bone_age\n0.dcm,7.5\n1.dcm,8\n"})
    assert dataset.table.sex.tolist() == ["F", "M"]
    assert dataset.table.bone_age.tolist() == [7.5, 8.0]
    assert len(said(dataset, "no column sex")) == 1


@pytest.mark.parametrize(
    "spec",
    [
        "",
        "rsna",
        "rsna:",
        "phantom:x",
        "cat:photos",
        "rsna:/no/where",
        "dha:/no/where",
        "folder:/no/where",
        None,
    ],
)
def test_unknown_specifications_are_refused(spec):
    with pytest.raises(bk.BadInput):
        bk.datasets.load(spec)


def test_a_negative_among_the_films_is_turned(tmp_path):
    from PIL import Image

    film = bk.phantom.render(sex="F", bone_age=9, seed=0, size=128).pixels
    file = io.BytesIO()
    Image.fromarray((255 - film * 255).astype("uint8")).save(file, "PNG")
    dataset = load(
        "folder", tmp_path, {"a.png": file.getvalue(), "t.csv": "image_id,sex,bone_age\na,F,9\n"}
    )
    assert dataset.pixels(0)[0, 0] < 0.1


@pytest.mark.parametrize("name", ["phantom", "rsna", "dha", "folder"])
def test_terms_state_licence_and_citation(name):
    terms = bk.datasets.terms_of(name)
    assert terms.startswith("Licence: ") and "Note: " in terms


# tables of any bytes ---------------------------------------------------------------------


@settings(max_examples=300, deadline=1000, derandomize=True)
@given(
    st.one_of(
        st.binary(max_size=200), st.text('id,boneage;male\t\n"12.5 ', max_size=120).map(str.encode)
    ),
    st.booleans(),
    st.sampled_from(["t.csv", "t.xlsx"]),
)
def test_any_bytes_are_a_table_or_two_sentences(data, header, name):
    try:
        table = read_table(data, name, header=header)
    except bk.BadInput as error:
        assert error.problem.endswith(".") and error.remedy
    else:
        assert table.columns.is_unique
        assert all(isinstance(cell, str) for cell in table.to_numpy().ravel())
