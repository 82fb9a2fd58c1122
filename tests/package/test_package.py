"""The package as it is imported and as it is installed."""

import json
import os
import re
import subprocess
import sys
import zipfile

import pytest
import tomllib
import yaml
from conftest import ROOT


def python(code, cwd=ROOT, **variables):
    """Run code in a fresh interpreter; return what it printed."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=cwd,
                          env={**os.environ, **variables})
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.mark.parametrize("rooms", ["", "maturity phantom", "evaluation", "cli execution"])
def test_a_lesson_without_a_network_imports_no_torch(rooms):
    heavy = {"torch", "torchvision", "fastai", "timm", "IPython"}
    lines = ["import sys", "import boneage_kit"]
    lines += [f"import boneage_kit.{room}" for room in rooms.split()]
    lines += [f"print(sorted({heavy!r} & set(sys.modules)))"]
    assert python("\n".join(lines)) == "[]"


def test_torchvision_imports_beside_cpu_torch():
    said = python("import boneage_kit, torchvision, timm; from torchvision import models, ops; "
                  "print(sum(p.numel() for p in models.squeezenet1_1(weights=None).parameters()))")
    assert int(said) > 1_000_000


def test_the_declared_operators_are_only_those_that_lack():
    code = ("import boneage_kit._torchvision_pair as pair, torchvision\n"
            "from torchvision import extension\n"
            "print(bool(pair._libraries), extension._has_ops())")
    stepped_in, compiled = python(code).split()
    assert stepped_in != compiled, "schemas are declared exactly where torchvision's own lack"


def test_every_name_that_the_package_offers_is_there():
    code = "import boneage_kit as bk\nfor name in bk.__all__: getattr(bk, name)\nprint('all')"
    assert python(code) == "all"


def test_equal_values_are_ordered_alike_on_every_processor():
    """NumPy's usual sort leaves ties to the processor; by several columns pandas sorts stably."""
    calls = [(path.name, call) for path in (ROOT / "boneage_kit").rglob("*.py")
             for call in re.findall(r"(?:argsort|sort_values)\((?!\[).*", path.read_text("utf-8"))]
    assert len(calls) > 5 and [one for one in calls if 'kind="stable"' not in one[1]] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The built wheel, unpacked; returns its folder."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir",
                    str(folder), "--no-build-isolation", str(ROOT)], check=True)
    (built,) = folder.glob("*.whl")
    with zipfile.ZipFile(built) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_the_wheel_holds_everything_the_kit_needs(wheel):
    tracked = subprocess.run(["git", "ls-files", "boneage_kit", "notebooks"], cwd=ROOT, text=True,
                             capture_output=True).stdout.split()
    if not tracked:
        pytest.skip("not a git checkout")
    lacking = [name for name in tracked
               if not (wheel / name.replace("notebooks/", "boneage_kit/_notebooks/")).exists()]
    assert not lacking


def test_the_wheel_runs_outside_the_checkout(wheel, tmp_path):
    code = ("import boneage_kit\nfrom boneage_kit.execution import notebooks\n"
            "print(boneage_kit.__file__)\nprint(*[path.stem for path in notebooks()])")
    place, names = python(code, cwd=tmp_path, PYTHONPATH=str(wheel)).splitlines()
    assert place.startswith(str(wheel))
    assert names.split() == sorted(path.stem for path in (ROOT / "notebooks").glob("0*.ipynb"))


def test_every_file_says_the_same_version():
    zenodo = json.loads((ROOT / ".zenodo.json").read_text())
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    version = python("import boneage_kit; print(boneage_kit.__version__)")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert citation["version"] == project["version"] == version
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    assert citation["repository-code"] == project["urls"]["Repository"]
    assert citation["title"] == zenodo["title"]
