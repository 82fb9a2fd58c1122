"""make address: badges, and a first cell that adds what is missing and changes nothing."""

import importlib.util
import json
import subprocess
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import address  # noqa: E402

REPOSITORY = "https://example.org/ada/kit"
WHEEL = "https://example.org/releases/kit-0.1.0-py3-none-any.whl"


@pytest.mark.parametrize(("url", "target"), [
    ("https://pypi.org/project/boneage-kit/", "boneage-kit[train]"),
    ("https://pypi.org/project/boneage-kit", "boneage-kit[train]"),
    (WHEEL, f"boneage-kit[train] @ {WHEEL}"),
    (REPOSITORY, f"boneage-kit[train] @ git+{REPOSITORY}"),
])  # fmt: skip
def test_the_kit_can_come_from_the_index_a_release_or_the_repository(url, target):
    assert address.pip_target(url) == target


def test_the_line_install_decides_and_the_repository_stands_in_for_it(tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text(f'[project.urls]\nRepository = "{REPOSITORY}"\n')
    assert address.target(tmp_path) == f"boneage-kit[train] @ git+{REPOSITORY}"
    file.write_text(file.read_text() + f'Install = "{WHEEL}"\n')
    assert address.target(tmp_path) == f"boneage-kit[train] @ {WHEEL}"


def test_only_the_badges_and_the_first_cell_of_a_notebook_change():
    (path,) = (ROOT / "notebooks").glob("01_*.ipynb")
    before = path.read_text(encoding="utf-8")
    after = address.notebook(before, path.name, REPOSITORY, WHEEL)
    old, new = json.loads(before), json.loads(after)
    assert old["cells"][2:] == new["cells"][2:]
    assert old["cells"][1]["outputs"] == new["cells"][1]["outputs"]
    title = "".join(new["cells"][0]["source"])
    for host in (
        "mybinder.org/v2/gh/ada/kit/HEAD",
        "colab.research.google.com/github/ada/kit/",
        "kaggle.com/kernels/welcome?src=https://raw.githubusercontent.com/ada/kit/HEAD/",
    ):
        assert host in title  # fmt: skip
    assert f'"installed.txt", "{WHEEL}"])' in "".join(new["cells"][1]["source"])
    assert address.notebook(after, path.name, REPOSITORY, WHEEL) == after


def test_a_notebook_without_badges_is_refused():
    cells = [{"cell_type": "markdown", "source": ["# Title"]}, {"cell_type": "code", "source": []}]
    with pytest.raises(SystemExit, match="x.ipynb does not begin with a title, badges"):
        address.notebook(json.dumps({"cells": cells}), "x.ipynb", REPOSITORY, WHEEL)


@pytest.mark.parametrize("is_there", [True, False])
def test_the_first_cell_adds_the_kit_and_may_change_nothing(is_there, monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(subprocess, "check_call", lambda words, **_: calls.append(words))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: object() if is_there else None)
    monkeypatch.chdir(tmp_path)
    exec(address.FIRST_CELL.replace("TARGET", "boneage-kit"), {})
    pip = [sys.executable, "-m", "pip"]
    assert calls == ([] if is_there else [
        [*pip, "list", "--format=freeze"],
        [*pip, "install", "-q", "-c", "installed.txt", "boneage-kit"],
    ])  # fmt: skip
