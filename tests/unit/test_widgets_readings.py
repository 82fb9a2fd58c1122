"""The file of readings loses nothing: any name, a crash at any byte, a full disk, two browsers."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time

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
        time.sleep(0.6 + 0.05 * kill)  # imports take about half a second
        writer.send_signal(signal.SIGKILL)
        confirmed += len(writer.communicate()[0].splitlines())
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
