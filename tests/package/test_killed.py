"""A few of the kills of studies/killed.py, which does fifty of each."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "studies"))
import killed  # noqa: E402

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no kill -9")


@pytest.mark.parametrize("name, kills", [("readings", 6), ("train", 1)])
def test_what_is_killed_goes_on_and_ends_the_same(name, kills):
    done, rounds, different = killed.kill(name, kills)
    assert done == kills and rounds >= 1 and different == []


def test_a_difference_is_found(tmp_path):
    for number, age in enumerate(("5.0", "5.5")):
        (tmp_path / str(number)).mkdir()
        (tmp_path / str(number) / "readings.csv").write_text(
            f"reader,image_id,occasion,bone_age,seconds,answered_at\nme,a,1,{age},,2026Z\n"
        )
    first, second = (killed.of_reading(tmp_path / str(number)) for number in range(2))
    assert first != second
    assert killed.timeless({"minutes": 1, "rows": [{"made": 2, "value": 3}]}) == {
        "rows": [{"value": 3}]
    }
