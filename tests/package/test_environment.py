"""Pins, environment files, Binder, Colab and declared dependencies say the same."""

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

spec = importlib.util.spec_from_file_location("lock", ROOT / "tools" / "lock.py")
lock = importlib.util.module_from_spec(spec)
spec.loader.exec_module(lock)


def locked():
    """requirements.lock as name -> version."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    for pin in pins:
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), f"{pin} is no exact version"
    return {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in pins}


def environment(path):
    return yaml.safe_load((ROOT / path).read_text())


def test_every_requirement_is_locked_within_its_range():
    pins = locked()
    for requirement in lock.direct():
        name = canonicalize_name(requirement.name)
        assert pins[name] in requirement.specifier, f"{name}: {pins[name]} is not {requirement}"


def test_the_conda_environment_says_the_versions_of_the_lock():
    pins, names = locked(), {new: old for old, new in lock.CONDA_NAMES.items()}
    *conda, pip = environment("environment.yml")["dependencies"]
    said = {}
    for line in conda[2:]:  # after python and pip
        name, version = line.split("=")
        said[names.get(name, name)] = version
    said |= dict(line.split("==") for line in pip["pip"] if "==" in line)
    assert set(said) == {canonicalize_name(requirement.name) for requirement in lock.direct()}
    assert said == {name: pins[name] for name in said}


def test_binder_takes_the_same_python_and_the_lock():
    root, binder = environment("environment.yml"), environment("binder/environment.yml")
    assert binder["dependencies"][:2] == root["dependencies"][:2] == ["python=3.11", "pip"]
    script = (ROOT / "binder" / "postBuild").read_text()
    assert "set -euo pipefail" in script
    installs = re.findall(r"pip install ((?:.*\\\n)*.*)", script)
    assert all("--no-cache-dir" in line for line in installs)
    assert any("-r requirements.lock" in line and "whl/cpu" in line for line in installs)
    assert (ROOT / "binder" / "postBuild").stat().st_mode & 0o111, "postBuild cannot be executed"
    subprocess.run(["bash", "-n", ROOT / "binder" / "postBuild"], check=True)
    ast.parse(script.split("<<'PYTHON'\n")[1].split("\nPYTHON")[0])


@pytest.mark.skipif(not shutil.which("jupyter-repo2docker"),
                    reason="needs pip install jupyter-repo2docker")
def test_repo2docker_would_build_what_is_in_the_binder_folder():
    done = subprocess.run(["jupyter-repo2docker", "--no-build", "--debug", "."], cwd=ROOT,
                          capture_output=True, text=True)
    recipe = done.stdout + done.stderr
    assert done.returncode == 0, recipe
    assert "Building conda environment for python=3.11" in recipe
    assert '--file "binder/environment.yml"' in recipe
    assert "RUN ./binder/postBuild" in recipe


@pytest.mark.parametrize("path", sorted((ROOT / "constraints").glob("colab-*.txt")),
                         ids=lambda path: path.stem)
def test_the_ranges_admit_colabs_own_versions(path):
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    colab = {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines}
    asked = {canonicalize_name(r.name): r.specifier for r in lock.direct()}
    shared = asked.keys() & colab.keys()
    assert {"torch", "torchvision", "fastai", "pandas", "ipywidgets"} <= shared
    refused = {name: colab[name] for name in shared if colab[name] not in asked[name]}
    assert not refused, "Colab would have to change these"
    assert "pydicom" not in colab


def test_the_kernel_that_executes_the_notebooks_comes_with_the_kit():
    """papermill starts it by its name: no import of ours tells, and no dependency brings it."""
    assert "ipykernel" in {Requirement(line).name for line in lock.project()["dependencies"]}


def imported(folder):
    """Top-level names of everything a folder's Python files import."""
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((alias.name.split(".")[0], path) for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                yield node.module.split(".")[0], path


#: Imported only where it is there, with a sentence that says what to install.
OPTIONAL = {"kagglehub", "google"}


def test_everything_the_package_imports_is_declared():
    told = lock.project()
    declared = {canonicalize_name(Requirement(line).name) for line in
                [*told["dependencies"], *told["optional-dependencies"].get("app", [])]}
    declared |= {"ipython"}  # ipywidgets' own requirement
    owners = packages_distributions()
    missing = {}
    for name, path in imported(ROOT / "boneage_kit"):
        if name in sys.stdlib_module_names | OPTIONAL | {"boneage_kit"}:
            continue
        if not declared & {canonicalize_name(owner) for owner in owners.get(name, [name])}:
            missing[name] = path.relative_to(ROOT).as_posix()
    assert not missing, "imported, but not in pyproject.toml"
