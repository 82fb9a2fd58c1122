"""The package as it is imported and as it is installed."""

import json
import os
import re
import subprocess
import sys
import tomllib
import zipfile

import pytest
import yaml
from conftest import ROOT


def python(code, cwd=ROOT, **variables):
    """Run code in a fresh interpreter; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=cwd,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("rooms", ["", "maturity phantom", "evaluation", "cli execution"])
def test_a_lesson_without_a_network_imports_no_torch(rooms):
    heavy = {"torch", "torchvision", "fastai", "timm", "IPython"}
    lines = ["import sys", "import boneage_kit"]
    lines += [f"import boneage_kit.{room}" for room in rooms.split()]
    lines += [f"print(sorted({heavy!r} & set(sys.modules)))"]
    assert python("\n".join(lines)) == "[]"


#: What an installed kit lets every Python of its environment do first.
AT_START = f"import sys; sys.path.insert(0, {str(ROOT)!r})\n" + (
    ROOT / "tools" / "torchvision_pair.pth"
).read_text("utf-8")


@pytest.mark.slow
@pytest.mark.parametrize("name", ["torchvision", "timm"])
def test_a_fresh_kernel_of_the_environment_needs_no_boneage_kit_first(name, tmp_path):
    code = f"{AT_START}\nimport {name}\nprint('boneage_kit' in sys.modules)"
    assert python(code, cwd=tmp_path) == "False"


def test_what_every_python_does_at_its_start_is_quick_and_never_stops_it(tmp_path):
    code = (
        f"import time; start = time.process_time()\n{AT_START}\nprint(time.process_time() - start)"
    )
    assert min(float(python(code, cwd=tmp_path)) for _ in range(3)) < 0.015  # 3.5 ms when quiet
    broken = AT_START.replace(str(ROOT), str(tmp_path))
    (tmp_path / "boneage_kit").mkdir()
    (tmp_path / "boneage_kit" / "_torchvision_pair.py").write_text("raise ValueError")
    assert python(f"{broken}\nprint('started')", cwd=tmp_path) == "started"


def test_torchvision_imports_beside_cpu_torch():
    said = python(
        "import boneage_kit, torchvision, timm; from torchvision import models, ops; "
        "print(sum(p.numel() for p in models.squeezenet1_1(weights=None).parameters()))"
    )
    assert int(said) > 1_000_000


def test_the_declared_operators_are_only_those_that_lack():
    code = (
        "import boneage_kit, sys, torchvision\n"
        "from torchvision import extension\n"
        "finders = [f for f in sys.meta_path if type(f).__name__ == 'TorchvisionFinder']\n"
        "libraries = type(finders[0]).find_spec.__globals__['_libraries']\n"
        "assert len(finders) == 1\n"
        "print(bool(libraries), extension._has_ops())"
    )
    stepped_in, compiled = python(code).split()
    assert stepped_in != compiled, "schemas are declared exactly where torchvision's own lack"


def test_every_name_that_the_package_offers_is_there():
    code = "import boneage_kit as bk\nfor name in bk.__all__: getattr(bk, name)\nprint('all')"
    assert python(code) == "all"


def test_equal_values_are_ordered_alike_on_every_processor():
    """NumPy's usual sort leaves ties to the processor; by several columns pandas sorts stably."""
    calls = [
        (path.name, call)
        for path in (ROOT / "boneage_kit").rglob("*.py")
        for call in re.findall(r"(?:argsort|sort_values)\((?!\[).*", path.read_text("utf-8"))
    ]
    assert len(calls) > 5 and [one for one in calls if 'kind="stable"' not in one[1]] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The built wheel, unpacked; returns its folder."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "wheel",
            "--quiet",
            "--no-deps",
            "--wheel-dir",
            str(folder),
            "--no-build-isolation",
            str(ROOT),
        ],
        check=True,
    )
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_everything_the_kit_needs(wheel):
    tracked = subprocess.run(
        ["git", "ls-files", "boneage_kit", "notebooks"], cwd=ROOT, text=True, capture_output=True
    ).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    lacking = [
        name
        for name in tracked
        if not (wheel / name.replace("notebooks/", "boneage_kit/_notebooks/")).exists()
    ]
    assert not lacking


def test_the_wheel_mends_torchvision_for_its_whole_environment(wheel):
    installed = (wheel / "zz_boneage_kit.pth").read_text("utf-8")  # zz: after an editable path
    assert installed == (ROOT / "tools" / "torchvision_pair.pth").read_text("utf-8")
    assert installed.count("\n") == 1 and installed.startswith("import ")


def test_the_wheel_runs_outside_the_checkout(wheel, tmp_path):
    code = (
        "import boneage_kit\nfrom boneage_kit.execution import notebooks\n"
        "print(boneage_kit.__file__)\nprint(*[path.stem for path in notebooks()])"
    )
    place, names = python(code, cwd=tmp_path, PYTHONPATH=str(wheel)).splitlines()
    assert place.startswith(str(wheel))
    assert names.split() == sorted(path.stem for path in (ROOT / "notebooks").glob("[0-9]*.ipynb"))


def test_every_file_says_the_same_version():
    zenodo = json.loads((ROOT / ".zenodo.json").read_text())
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    version = python("import boneage_kit; print(boneage_kit.__version__)")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert citation["version"] == project["version"] == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    assert citation["repository-code"] == project["urls"]["Repository"]
    assert citation["title"] == zenodo["title"]
