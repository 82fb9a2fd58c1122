"""What could hang or fill the memory is refused at once, or left alone and listed."""

import io
import os
import resource
import struct
import time
import zipfile
import zlib

import pytest
from dataset_layouts import TRAINING, kaggle, png, put, table_of, zipped

import boneage_kit as bk
from boneage_kit.datasets import archives
from boneage_kit.datasets.tables import bytes_of_table, read_table

GOOD = table_of([5, 6, 7, 8])


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture(autouse=True)
def soon_and_small():
    """Every case ends within seconds, the building of its files included, and in little memory."""
    bk.read_radiograph(png(0))  # decoders are imported once
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    yield
    assert time.process_time() - start < 8
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 250_000


def reasons(dataset):
    return dict(zip(dataset.problems.path, dataset.problems.problem, strict=True))


@pytest.mark.parametrize("spec", ["rsna:/dev/zero", "folder:/dev/zero", "dha:/dev/null"])
def test_a_device_is_no_data_set(spec):
    with pytest.raises(bk.BadInput, match="a pipe or a device"):
        bk.datasets.load(spec)


def test_pipes_in_a_folder_are_left_alone(tmp_path):
    put(tmp_path, GOOD)
    for name in ("film.dcm", "x.csv", "noending", "z.zip"):
        os.mkfifo(tmp_path / name)
    dataset = bk.datasets.load(f"folder:{tmp_path}")
    assert len(dataset) == 4 and dataset.left_out == {"unreadable": 4}
    assert reasons(dataset)["x.csv"] == "unreadable: a pipe or a device"
    with pytest.raises(bk.BadInput, match="a pipe or a device"):
        bk.datasets.load(f"folder:{tmp_path / 'film.dcm'}")


def test_links_that_lead_out_are_left_alone(tmp_path):
    outside = put(tmp_path / "outside", {"secret.csv": "id,sex\n1,F\n", "9.png": png(9)})
    inside = put(tmp_path / "inside", GOOD)
    (inside / "root").symlink_to("/")
    (inside / "up").symlink_to(outside)
    (inside / "secret.csv").symlink_to(outside / "secret.csv")
    (inside / "9.png").symlink_to(outside / "9.png")
    (inside / "zero.png").symlink_to("/dev/zero")
    (inside / "nowhere.png").symlink_to(inside / "gone")
    (inside / "again").symlink_to(inside)
    dataset = bk.datasets.load(f"folder:{inside}")
    assert len(dataset) == 4
    assert set(reasons(dataset)) == {"root", "up", "secret.csv", "9.png", "zero.png", "nowhere.png"}
    assert reasons(dataset)["up"] == "unreadable: a link that leads out of the folder"


def test_links_within_the_folder_and_to_it_are_followed(tmp_path):
    files = {**GOOD, "store/1.png": GOOD["1.png"]}
    folder = put(tmp_path / "data", {name: data for name, data in files.items() if name != "1.png"})
    (folder / "1.png").symlink_to("store/1.png")
    (tmp_path / "link").symlink_to(folder)
    dataset = bk.datasets.load(f"folder:{tmp_path / 'link'}")
    assert len(dataset) == 4 and dataset.table.path[0] == "1.png"


def test_huge_files_are_not_read(tmp_path):
    put(tmp_path, {**GOOD, "t.csv": GOOD["t.csv"] + "5,F,9\n"})
    for name in ("5.png", "more.csv", "noending", "6.dcm"):
        with (tmp_path / name).open("wb") as file:
            file.truncate(10**12)
    dataset = bk.datasets.load(f"folder:{tmp_path}")
    assert len(dataset) == 4
    assert "1,000,000 MB, too much for a table" in reasons(dataset)["more.csv"]
    assert "unreadable image" in reasons(dataset)["5.png"]


def packed(path, large, files):
    """A zip of files, and one member of so many megabytes of one line again and again."""
    name, line, megabytes = large
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for member, data in files.items():
            archive.writestr(member, data)
        with archive.open(name, "w", force_zip64=True) as member:
            for _ in range(megabytes):
                member.write(line * ((1 << 20) // len(line)))
    return path


@pytest.mark.parametrize(
    "large",
    [
        ("boneage-training-dataset/9999.png", bytes(1024), 300),
        ("more.csv", b"1,60,True\n", 200),
        ("inner.zip", bytes(1024), 200),
        ("noending", bytes(1024), 200),
    ],
)
def test_bombs_in_a_zip(tmp_path, large):
    dataset = bk.datasets.load(f"rsna:{packed(tmp_path / 'r.zip', large, kaggle())}")
    assert len(dataset) == 20 and large[0] in reasons(dataset)
    assert "unpacks to" in reasons(dataset)[large[0]]


def test_a_bomb_in_a_zip_in_a_zip(tmp_path):
    inner = packed(tmp_path / "i.zip", ("1500.png", bytes(1024), 300), {}).read_bytes()
    path = tmp_path / "r.zip"
    path.write_bytes(zipped({**kaggle(), "inner.zip": inner}))
    assert "unpacks to" in reasons(bk.datasets.load(f"rsna:{path}"))["inner.zip!1500.png"]


@pytest.mark.parametrize(
    "data, says",
    [
        (b"id,boneage,male\n" + b",\n" * 4_000_000, "more than 300,000 rows"),
        (b"id,boneage,male\n" + b"," * 31_000_000, "a line of a million letters"),
        (b"id,boneage,male\n" + b"," * 10_000, "10,001 columns"),
        (b"x" * 33_000_000, "33 MB, too much for a table"),
    ],
)
def test_tables_that_would_fill_the_memory(data, says):
    with pytest.raises(bk.BadInput, match=says):
        read_table(data, "t.csv")


ENDLESS = b"image_id,sex,y_true,y_pred,bone_age\n" + b"x" * 9_000_000


class Counted(io.BytesIO):
    """An open file that knows how much of it was read."""

    def read(self, count=-1):
        data = super().read(count)
        self.seen = getattr(self, "seen", 0) + len(data)
        return data


def test_a_table_without_line_ends_is_refused_before_all_of_it_is_read():
    file = Counted(ENDLESS + bytes(20_000_000))
    with pytest.raises(bk.BadInput, match="t.csv has a line of a million letters"):
        bytes_of_table(file, "t.csv")
    assert file.seen < 9_000_000


def test_an_endless_line_is_refused_in_a_label_table_and_in_a_predictions_table(tmp_path):
    put(tmp_path, {"hand.png": png(0), "labels.csv": ENDLESS})
    with pytest.raises(bk.BadInput, match="labels.csv has a line of a million letters"):
        bk.datasets.load(f"folder:{tmp_path}")
    with pytest.raises(bk.BadInput, match="labels.csv has a line of a million letters"):
        bk.evaluation.read_predictions(tmp_path / "labels.csv")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32"])
def test_a_long_table_of_short_lines_is_read_whole(encoding):
    text = "id,boneage\n" + "001,8.5\n" * 280_000
    data = bytes_of_table(io.BytesIO(text.encode(encoding)), "t.csv")
    assert data == text.encode(encoding) and len(read_table(data, "t.csv")) == 280_000


def test_excel_that_unpacks_to_far_more(tmp_path):
    path = packed(tmp_path / "t.xlsx", ("xl/worksheets/sheet1.xml", b"<row/>", 300), {})
    with pytest.raises(bk.BadInput, match="too much for a table of images"):
        read_table(path.read_bytes(), "t.xlsx")


def test_more_files_than_a_data_set_has(tmp_path, monkeypatch):
    monkeypatch.setattr(archives, "MOST_FILES", 30)
    put(tmp_path, {f"d{i}/{j}.txt": "x" for i in range(4) for j in range(10)})
    with pytest.raises(bk.BadInput, match="more than 30 files"):
        bk.datasets.load(f"folder:{tmp_path}")
    (tmp_path / "z.zip").write_bytes(zipped({f"{i}": b"" for i in range(40)}))
    with pytest.raises(bk.BadInput, match="more than 30 files, too many for hands"):
        bk.datasets.load(f"folder:{tmp_path / 'z.zip'}")
    inner = zipped({f"{i}": b"" for i in range(20)})
    (tmp_path / "y.zip").write_bytes(zipped({"a.zip": inner, "b.zip": inner}))
    with pytest.raises(bk.BadInput, match="more than 30 files"):
        bk.datasets.load(f"folder:{tmp_path / 'y.zip'}")


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def test_an_image_that_declares_a_huge_size(tmp_path):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", 60000, 60000, 16, 0, 0, 0, 0))
    bomb = b"\x89PNG\r\n\x1a\n" + header + chunk(b"IDAT", b"x") + chunk(b"IEND", b"")
    dataset = bk.datasets.load(f"folder:{put(tmp_path, {**GOOD, '1.png': bomb})}")
    assert len(dataset) == 3 and "60000" in reasons(dataset)["1.png"]


def test_a_zip_with_one_name_twice(tmp_path):
    path = tmp_path / "z.zip"
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        for name, data in [*GOOD.items(), ("1.png", png(99))]:
            archive.writestr(name, data)
    dataset = bk.datasets.load(f"folder:{path}")
    assert reasons(dataset)["1.png"] == "unreadable: the archive holds this name twice"


@pytest.mark.parametrize("path", ["~nosuchuser/x", "a\0b", "x" * 5000, ""])
def test_paths_that_cannot_be(path):
    with pytest.raises(bk.BadInput) as refused:
        bk.datasets.load(f"folder:{path}")
    assert len(str(refused.value)) < 300 and str(refused.value).isprintable()


def test_one_image_is_no_data_set(tmp_path):
    put(tmp_path, TRAINING)
    with pytest.raises(bk.BadInput, match="Give the folder"):
        bk.datasets.load(f"rsna:{tmp_path / 'boneage-training-dataset' / '1377.png'}")
