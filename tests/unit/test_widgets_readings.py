"""The file of readings loses nothing: any name, a crash at any byte, a full disk, two browsers."""

from __future__ import annotations

import csv
import errno
import io
import os
import signal
import subprocess
import sys
import time
import unicodedata

import pandas as pd
import pytest

from boneage_kit import BadInput, phantom, widgets
from boneage_kit.widgets.readings_file import append_reading, load_readings, parse_readings
from boneage_kit.widgets.readings_lines import COLUMNS

NAMES = [
    "NA",
    "None",
    "null",
    "nan",
    "NaN",
    "",
    "-",
    "001",
    "1e5",
    "True",
    "Ann, MD",
    'Ann "A"',
    "Ärztin",
    " spaced ",
    "a\nb",
    "a\rb",
    "a;b",
    "=1+1",
    "#",
    "'",
    '"',
    '",',
    "\udcff",
    "reader me",
    "\u202eabc",
    "me,0001,1,8.0,,2026Z",
]


@pytest.fixture
def path(tmp_path):
    return tmp_path / "r.csv"


# -- any name ------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in NAMES if name.strip()])
def test_any_reader_and_any_image_is_read_back(path, name):
    others = ["me", "0001"]
    for reader, image in ((name, "0001"), ("me", name), (name, name)):
        append_reading(path, reader, image, 1, 8.5)
    table = load_readings(path)
    assert list(zip(table["reader"], table["image_id"], strict=True)) == [
        (name, others[1]),
        (others[0], name),
        (name, name),
    ]
    assert load_readings(path, name)["bone_age"].tolist() == [8.5, 8.5]
    assert parse_readings(path)[1] == []


@pytest.mark.parametrize("name", ["", " ", "\n", None])
def test_a_reader_without_a_name_is_refused_before_the_first_hand(path, name):
    with pytest.raises(BadInput, match="no name"):
        widgets.reading_room(phantom.cohort(2), reader=name, path=path)


@pytest.mark.parametrize("name", ["NA", "null", "Ann, MD"])
def test_a_room_goes_on_for_any_reader(path, name):
    records = phantom.cohort(5, seed=1)
    records["image_id"] = ["NA", "null", "None", "1", "01"]
    for place in range(5):
        room = widgets.reading_room(records, reader=name, path=path, repeats=0)
        assert room.next_place() == place
        room.answer(8.0)
    assert room.next_place() is None and len(room.predictions()) == 5


@pytest.mark.parametrize("ids", [["a", "a"], ["a", ""], ["a", None]])
def test_hands_without_a_name_of_their_own_are_refused(path, ids):
    records = phantom.cohort(2).assign(image_id=pd.Series(ids, dtype=object))
    with pytest.raises(BadInput, match="image_id"):
        widgets.reading_room(records, path=path)


# -- a crash -------------------------------------------------------------------------------


@pytest.mark.parametrize("reader", ["Ann, MD", 'Ann "A", MD', "me", "a\nb", "Äö, ü"])
def test_a_crash_at_any_byte_loses_only_the_answer_that_was_cut_off(path, reader):
    append_reading(path, reader, "h0", 1, 6.0)
    first = path.stat().st_size
    append_reading(path, reader, "h1", 1, 12.0)
    whole = path.read_bytes()
    for cut in range(first, len(whole)):
        path.write_bytes(whole[:cut])
        append_reading(path, reader, "h2", 1, 9.0)
        append_reading(path, "other", "h3", 1, 9.5)
        table, set_aside = parse_readings(path)
        kept = dict(zip(table["image_id"], table["bone_age"], strict=True))
        assert kept.pop("h1", 12.0) == 12.0  # whole or not there
        assert kept == {"h0": 6.0, "h2": 9.0, "h3": 9.5}, whole[:cut]
        assert bool(set_aside) == (first < cut < len(whole) - 1)


def test_a_crash_in_the_very_first_line_loses_nothing_that_follows(path):
    append_reading(path, "me", "h0", 1, 6.0)
    whole = path.read_bytes()
    for cut in range(len(whole)):
        path.write_bytes(whole[:cut])
        append_reading(path, "me", "h1", 1, 7.0)
        assert "h1" in load_quietly(path)["image_id"].tolist()


def load_quietly(path):
    return parse_readings(path)[0]


def test_what_was_cut_off_is_said(path):
    append_reading(path, "Ann, MD", "h0", 1, 6.0)
    with path.open("ab") as file:
        file.write(b'"Ann, M')
    with pytest.warns(UserWarning, match="Line 3 of r.csv is cut off"):
        load_readings(path)
    pytest.importorskip("ipywidgets")
    with pytest.warns(UserWarning, match="Line 3 of r.csv is cut off"):
        room = widgets.reading_room(phantom.cohort(2), path=path, live=True)
    assert room.box and "Line 3 of r.csv is cut off" in room._status.value


def test_nothing_is_added_to_a_file_of_something_else(path):
    path.write_text("id,age\n1,8\n")
    with pytest.raises(BadInput, match="not a file of readings"):
        append_reading(path, "me", "h0", 1, 6.0)
    assert path.read_text() == "id,age\n1,8\n"


def test_a_file_saved_by_a_spreadsheet_is_read_and_goes_on(path):
    append_reading(path, "me", "h0", 1, 6.0)
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    append_reading(path, "me", "h1", 1, 7.0)
    assert load_readings(path)["bone_age"].tolist() == [6.0, 7.0]


WRITER = """
import sys
from boneage_kit.widgets.readings_file import append_reading
path, reader, n = sys.argv[1], sys.argv[2], int(sys.argv[3])
for k in range(n):
    append_reading(path, reader, f"h{k}", 1, 8.0)
    print(k, flush=True)
"""


def write(path, reader, n):
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), reader, str(n)], stdout=subprocess.PIPE, text=True
    )


@pytest.mark.slow
def test_six_processes_write_one_file_and_none_loses_an_answer(path):
    writers = [write(path, f'"{k}", MD', 40) for k in range(6)]
    assert [writer.wait(120) for writer in writers] == [0] * 6
    table, set_aside = parse_readings(path)
    assert len(table) == 240 and set_aside == []
    assert path.read_text().count(",".join(COLUMNS)) == 1


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
def test_what_was_confirmed_before_a_kill_is_there(path):
    confirmed = 0
    for kill in range(12):
        writer = write(path, f"Ann, {kill}", 100_000)
        assert writer.stdout.readline()  # the imports are done
        time.sleep(0.05 * kill)
        writer.send_signal(signal.SIGKILL)
        confirmed += 1 + len(writer.communicate()[0].splitlines())
    assert confirmed > 50
    table, _ = parse_readings(path)
    assert len(table) >= confirmed


# -- a full disk ---------------------------------------------------------------------------


def test_a_full_disk_leaves_the_file_as_it_was_and_the_answer_can_be_sent_again(path, monkeypatch):
    append_reading(path, "Ann, MD", "h0", 1, 6.0)
    before, plain = path.read_bytes(), os.write

    def full(file, content):
        if len(content) < 10:
            raise OSError(errno.ENOSPC, "No space left on device")
        return plain(file, content[:9])

    monkeypatch.setattr(os, "write", full)
    with pytest.raises(OSError, match="No space left"):
        append_reading(path, "Ann, MD", "h1", 1, 7.0)
    assert path.read_bytes() == before
    monkeypatch.setattr(os, "write", plain)
    append_reading(path, "Ann, MD", "h1", 1, 7.0)
    assert load_readings(path)["bone_age"].tolist() == [6.0, 7.0]


def send(room, years, place):
    room._viewer._handle_custom_msg({"years": years, "months": 0, "place": place}, [])


def test_the_page_keeps_an_answer_that_the_disk_refused(path, monkeypatch):
    pytest.importorskip("ipywidgets")
    room = widgets.reading_room(phantom.cohort(3, seed=1), path=path, repeats=0, live=True)
    assert room.box
    sent = []
    monkeypatch.setattr(room._viewer, "send", sent.append)

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    send(room, 7, 0)
    assert len(sent) == 1 and "No space left on device" in sent[0]["refused"]
    assert "still in the fields" in sent[0]["refused"] and "\n" not in sent[0]["refused"]
    monkeypatch.undo()
    send(room, 7, 0)
    assert room.readings()["bone_age"].tolist() == [7.0] and room.next_place() == 1


# -- two browsers --------------------------------------------------------------------------


def test_the_second_browser_of_a_reader_is_told_and_goes_on(path):
    pytest.importorskip("ipywidgets")
    records = phantom.cohort(3, seed=1)
    one, two = (widgets.reading_room(records, path=path, repeats=0, live=True) for _ in range(2))
    assert one.box and two.box
    send(one, 7, 0)
    send(two, 9, 0)
    assert "answered in another window" in two._viewer.film["note"]
    assert two._viewer.film["place"] == 1  # a new film: its page takes answers again
    assert two.readings()["bone_age"].tolist() == [7.0]
    send(two, 8, 1)
    assert two._viewer.film["note"] == "" and one.next_place() == 2
    send(one, 5, 1)
    assert one._viewer.film["place"] == 2 and one._viewer.film["note"]
    send(one, 6, 2)
    assert one.readings()["bone_age"].tolist() == [7.0, 8.0, 6.0]
    send(two, 6, 2)
    assert "All read" in two._title.value and "another window" in two._end.message.value


def test_a_film_that_cannot_be_decoded_is_left_out_and_said(path, monkeypatch):
    pytest.importorskip("ipywidgets")
    room = widgets.reading_room(phantom.cohort(3, seed=1), path=path, repeats=0, live=True)
    plain, damaged = room.films.film, room.order[1][0]

    def film(name):
        if name == damaged:
            raise BadInput("The file is cut off.", "Copy it again.")
        return plain(name)

    monkeypatch.setattr(room.films, "film", film)
    assert room.box
    send(room, 7, 0)
    assert room._viewer.film["place"] == 2
    assert f"{damaged}: The file is cut off." in room._title.value
    send(room, 7, 2)
    assert "All read" in room._title.value


# -- what cannot be an answer, and what another program made of the file -------------------


@pytest.mark.parametrize("names", [("\ud800", "h0"), ("me", "\ud800")])
def test_half_a_character_is_refused_in_one_line(path, names):
    with pytest.raises(BadInput, match="half a character") as error:
        append_reading(path, *names, 1, 8.0)
    assert "\n" not in str(error.value) and not path.exists()


@pytest.mark.parametrize("age", [None, "8", pd.NA, 25, -1, float("nan")])
def test_what_is_no_age_is_refused(path, age):
    with pytest.raises(BadInput, match="not a bone age"):
        append_reading(path, "me", "h0", 1, age)


@pytest.mark.parametrize("occasion", [10**23, 1.5, None, -1])
def test_an_occasion_that_would_not_be_read_back_is_refused(path, occasion):
    with pytest.raises(BadInput, match="not an occasion"):
        append_reading(path, "me", "h0", occasion, 8.0)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no FIFO")
@pytest.mark.parametrize("make, said", [(os.mkdir, "a folder"), ("mkfifo", "not a plain file")])
@pytest.mark.timeout(20)
def test_a_folder_or_a_pipe_is_refused_at_once(path, make, said):
    (getattr(os, make) if isinstance(make, str) else make)(path)
    for use in (
        lambda: append_reading(path, "me", "h0", 1, 8.0),
        lambda: load_readings(path),
        lambda: widgets.reading_room(phantom.cohort(2), path=path),
    ):
        with pytest.raises(BadInput, match=said):
            use()


TIME = "2026-01-01T08:00:00Z"


@pytest.mark.parametrize(
    "line, said",
    [
        (f"me,h1,{10**22},8.5,,{TIME}", "Line 3 of r.csv has the occasion '1000"),
        ("me,h1,1,8.5,,01.01.2026 08:00", "has a time that another program rewrote"),
        (f'me,h1,1,"8,5",,{TIME}', "has the age '8,5'"),
        (f"me,h1,1,8,5,,{TIME}", "has 7 columns"),
        (f"me,h1,1,25,,{TIME}", "has the age '25'"),
        (f"me,h1,1,1_0,,{TIME}", "has the age '1_0'"),
        (f"me,,1,8.5,,{TIME}", "has no image_id"),
        (f"me,h1,1,8.5,,{TIME[:-3]}", "is cut off"),
    ],
)
def test_a_line_is_set_aside_with_its_real_fault(path, line, said):
    append_reading(path, "me", "h0", 1, 6.0)
    with path.open("a") as file:
        file.write(f"{line}\n")
    with pytest.warns(UserWarning, match="Line 3 of r.csv") as warned:
        assert load_readings(path)["bone_age"].tolist() == [6.0]
    assert said in str(warned[0].message) and str(warned[0].message).count("is cut off") == (
        said == "is cut off"
    )


def test_several_lines_are_named_by_their_fault(path):
    append_reading(path, "me", "h0", 1, 6.0)
    with path.open("a") as file:
        file.write("me,h1\nme,h2\n" + f"me,h3,1,25,,{TIME}\n")
    with pytest.warns(UserWarning, match="Lines 3, 4 of r.csv are cut off.*; Line 5 .* age '25'"):
        load_readings(path)


def answered(path, reader, n=3):
    """Return three phantoms, of which one reader has answered the first n on the worklist."""
    records = phantom.cohort(3, seed=1)
    room = widgets.reading_room(records, reader, path, repeats=0)
    for age in range(n):
        room.answer(6.0 + age)
    return records


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
def test_a_spreadsheets_letters_and_dropped_zeros_still_count(path, encoding, end):
    records = answered(path, "Jörg", n=2)
    text = path.read_text(encoding="utf-8").replace(",000", ",")
    path.write_bytes(text.replace("\n", end).encode(encoding))
    with pytest.warns(UserWarning, match=r"spells images otherwise .*\(2 in all\)"):
        room = widgets.reading_room(records, "Jörg", path, repeats=0)
    assert room.next_place() == 2
    room.answer(9.0)
    assert room.next_place() is None and len(room.predictions()) == 3
    assert room.readings()["bone_age"].tolist() == [6.0, 7.0, 9.0]
    assert len(load_readings(path, "Jörg")) == 3
    if end == "\r\n":
        assert set(load_readings(path)["reader"]) == {"Jörg"}


@pytest.mark.parametrize("written", ["Jörg ", " Jörg", unicodedata.normalize("NFD", "Jörg")])
def test_a_readers_name_counts_in_any_spelling(path, written):
    records = answered(path, written)
    with pytest.warns(UserWarning, match="spells the reader 'Jörg' also as"):
        assert widgets.reading_room(records, "Jörg", path, repeats=0).next_place() is None
    assert load_readings(path, "Jörg")["reader"].tolist() == ["Jörg"] * 3


def test_answers_of_nobody_here_are_said(path):
    records = answered(path, "Ann")
    with pytest.warns(UserWarning, match="holds answers by 'Ann' and none by 'Bob'"):
        assert widgets.reading_room(records, "Bob", path, repeats=0).next_place() == 0
    other = records.assign(image_id=["x", "y", "z"])
    with pytest.warns(UserWarning, match=r"not on this worklist \(3 in all\)"):
        assert widgets.reading_room(other, "Ann", path, repeats=0).next_place() == 0


def test_an_image_that_may_be_either_of_two_is_not_guessed(path):
    records = phantom.cohort(2, seed=1).assign(image_id=["01", "001"])
    append_reading(path, "me", "1", 1, 6.0)
    with pytest.warns(UserWarning, match="not on this worklist"):
        assert widgets.reading_room(records, path=path, repeats=0).next_place() == 0


def test_the_images_own_id_counts_before_another_spelling(path):
    records = phantom.cohort(1, seed=1)
    append_reading(path, "me", "0001", 1, 6.0)
    append_reading(path, "me", "1", 1, 7.0)
    with pytest.warns(UserWarning, match="spells images otherwise"):
        room = widgets.reading_room(records, path=path, repeats=0)
    assert room.readings()["bone_age"].tolist() == [6.0]


def test_a_class_joins_one_reader_and_one_hand_however_they_are_spelled(tmp_path):
    records = pd.DataFrame({"image_id": ["001", "002", "003"], "sex": "F", "bone_age": 8.0})
    for reader, names in (("Ann", ("001", "002", "003")), ("Bob ", ("1", "2", "3"))):
        for name, age in zip(names, (7.5, 8.0, 9.0), strict=True):
            append_reading(tmp_path / f"{reader.strip()}.csv", reader, name, 1, age)
    readings = widgets.load_class(tmp_path)
    assert sorted(readings["reader"].unique()) == ["Ann", "Bob"]
    assert widgets.class_agreement(readings, records).hands == 3


def test_a_file_that_excel_saved_with_semicolons_and_decimal_commas_goes_on(path):
    append_reading(path, "Ann, MD", "h; 0", 1, 6.25, 3.5)
    rows = list(csv.reader(io.StringIO(path.read_text())))
    rows[1][3:5] = ["6,25", "3,5"]
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(rows)
    path.write_bytes(text.getvalue().encode("utf-8-sig"))
    append_reading(path, "Ann, MD", "h, 1", 1, 7.5, 4.25)
    table, set_aside = parse_readings(path)
    assert set_aside == [] and table["image_id"].tolist() == ["h; 0", "h, 1"]
    assert table["bone_age"].tolist() == [6.25, 7.5] and table["seconds"].tolist() == [3.5, 4.2]
