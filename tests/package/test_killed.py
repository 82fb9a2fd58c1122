"""A few of the kills of studies/killed.py, which does fifty of each."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "studies"))
import killed  # noqa: E402

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")


@pytest.mark.parametrize("name, kills", [("readings", 6), ("train", 1)])
def test_what_is_killed_goes_on_and_ends_the_same(name, kills):
    rounds = killed.kill([name], kills)
    assert killed.kills_of(name, rounds) == kills
    assert all(each["code"] == 0 and each["different"] == [] for each in rounds)
    assert all(each["outlived"] == [] for each in rounds)


def test_a_difference_is_found(tmp_path):
    for number, age in enumerate(("5.0", "5.5")):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "readings.csv").write_text(
            f"reader,image_id,occasion,bone_age,seconds,answered_at\nme,a,1,{age},,2026Z\n"
        )
    job = killed.JOBS["readings"]
    expected = killed.of_reading(tmp_path / "0")
    assert killed.differences(job, tmp_path / "0", expected, 0) == []
    assert killed.differences(job, tmp_path / "1", expected | {"a": "5.0"}, 0) == ["a"]
    assert killed.timeless({"minutes": 1, "rows": [{"made": 2, "value": 3}]}) == {
        "rows": [{"value": 3}]
    }


def test_the_study_goes_on_where_it_was_stopped_and_writes_its_table(tmp_path, monkeypatch):
    page, kept = tmp_path / "page.md", tmp_path / "killed.jsonl"
    page.write_text("before\n<!-- kills -->\nold\n<!-- /kills -->\nafter\n")
    monkeypatch.setattr(killed, "PAGE", page)
    killed.kill(["readings"], 2, kept=kept)
    with open(kept, "a") as file:
        file.write('{"job": "readings", "ki')  # cut off by a kill of the study itself
    rounds = killed.kill(["readings"], 3, kept=kept)
    assert killed.kills_of("readings", rounds) == 3
    text = page.read_text()
    assert "| reading room, 200 readings | 3 |" in text and "seed 0" in text
    assert text.startswith("before\n") and text.endswith("after\n") and "old" not in text


def test_a_kill_is_counted_by_what_was_written_before_it(tmp_path):
    job = killed.JOBS["readings"]
    (tmp_path / "said.txt").write_text("")
    assert killed.state_at_kill(job, tmp_path, {}) == "before"
    append = killed.READER.replace("range(200)", "range(2)")
    killed.subprocess.run(
        [sys.executable, "-c", append, str(tmp_path / "readings.csv")], check=True
    )
    result = killed.of_reading(tmp_path)
    assert killed.state_at_kill(job, tmp_path, result) == "after"
    assert killed.state_at_kill(job, tmp_path, result | {"hand 3": "1.0"}) == "during"
