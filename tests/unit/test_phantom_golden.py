"""The drawing and its version change together."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import phantom_golden
import pytest

import boneage_kit as bk
from boneage_kit.datasets import phantom as phantom_data
from boneage_kit.phantom import PHANTOM_VERSION

WHAT_TO_DO = (
    "The drawn pixels have changed. If that was wanted, raise PHANTOM_VERSION in "
    "boneage_kit/phantom/version.py and run: python tools/golden.py"
)


def test_the_drawing_is_the_one_of_its_version():
    kept = np.load(phantom_golden.KEPT)
    assert int(kept["version"]) == PHANTOM_VERSION, (
        "PHANTOM_VERSION was raised: run python tools/golden.py, and commit what it keeps"
    )
    apart = np.abs(kept["pixels"].astype(int) - phantom_golden.drawn())
    worst = [
        case for case, image in zip(phantom_golden.CASES, apart, strict=True) if image.max() > 1
    ]  # processors may round one level apart
    assert not worst, f"{WHAT_TO_DO} ({len(worst)} of {len(apart)}, {worst[:1]} for one)"


def test_another_drawing_is_noticed(monkeypatch):
    """A child five percent plumper is another drawing."""
    import boneage_kit.phantom.rendering as rendering

    thickness = rendering.soft_tissue.thickness
    monkeypatch.setattr(
        rendering.soft_tissue, "thickness", lambda *arguments: 1.05 * thickness(*arguments)
    )
    monkeypatch.setattr(phantom_golden, "CASES", phantom_golden.CASES[2:4])
    kept = np.load(phantom_golden.KEPT)["pixels"][2:4]
    assert np.abs(kept.astype(int) - phantom_golden.drawn()).max() > 1


@pytest.mark.slow
def test_a_comment_is_no_other_drawing_and_a_version_is(tmp_path):
    """A run that is to be resumed holds the checksum of its data."""
    package = Path(bk.__file__).parent
    copied = shutil.copytree(
        package,
        tmp_path / "boneage_kit",
        ignore=shutil.ignore_patterns("data", "__pycache__", "_notebooks"),
    )
    script = "import boneage_kit as bk; print(bk.datasets.load('phantom', n=4).checksum())"

    def checksum() -> str:
        done = subprocess.run(
            [sys.executable, "-c", script], cwd=tmp_path, text=True, capture_output=True, check=True
        )
        return done.stdout.strip()

    for name in ("growth.py", "rendering.py"):
        with (copied / "phantom" / name).open("a") as file:
            file.write("# a comment\n")
    assert checksum() == bk.datasets.load("phantom", n=4).checksum()
    version = copied / "phantom" / "version.py"
    version.write_text(
        version.read_text().replace(
            f"PHANTOM_VERSION = {PHANTOM_VERSION}", f"PHANTOM_VERSION = {PHANTOM_VERSION + 1}"
        )
    )
    assert checksum() != bk.datasets.load("phantom", n=4).checksum()


def test_prepared_images_are_made_again_for_another_drawing(monkeypatch):
    before = bk.datasets.load("phantom", n=4)._key
    monkeypatch.setattr(phantom_data, "PHANTOM_VERSION", PHANTOM_VERSION + 1)
    assert bk.datasets.load("phantom", n=4)._key != before
