"""Print what each dependency of the kit costs on the disk, as a table for docs/setup.md.

    python tools/sizes.py [ENVIRONMENT] [--before ENVIRONMENT]

Read from the metadata of this environment, or of another (its folder, such as ``.venv``); with
``--before`` also what an older one had and this one has not. A package's own size is that of the
files in its record. What it alone brings is every package that is here only because of it.
"""

from __future__ import annotations

import argparse
import sys
import sysconfig
from importlib.metadata import Distribution, distributions
from pathlib import Path

import lock
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

#: Dependencies that cost less together stand in one row.
LEAST_MB = 10.0


class Environment:
    """The packages of one site-packages folder: sizes in MB and who needs whom."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        installed = distributions(path=[str(folder)])
        self.packages = {canonicalize_name(package.name): package for package in installed}
        self.megabytes = {name: size(package) for name, package in self.packages.items()}

    def needs(self, name: str) -> set[str]:
        """Return what a package asks for, of what is installed (extras left out)."""
        asked = [Requirement(line) for line in self.packages[name].requires or ()]
        return {
            canonicalize_name(requirement.name)
            for requirement in asked
            if requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        } & set(self.packages)

    def closure(self, names: set[str], without: str = "") -> set[str]:
        """Return these packages with everything that they need, had ``without`` never existed."""
        reached: set[str] = set()
        waiting = list(names & set(self.packages))
        while waiting:
            name = waiting.pop()
            if name not in reached | {without}:
                reached.add(name)
                waiting += self.needs(name)
        return reached

    def total(self) -> float:
        """Return the megabytes of all files in site-packages."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file()) / 1e6


def size(package: Distribution) -> float:
    """Return the megabytes of a package's files, compiled ones included."""
    paths = [Path(str(file.locate())) for file in package.files or ()]
    return sum(path.stat().st_size for path in paths if path.is_file()) / 1e6


def rows(environment: Environment) -> list[tuple[str, float, float, int]]:
    """Return name, own MB, MB with what it alone brings, and how many packages those are."""
    direct = {canonicalize_name(requirement.name) for requirement in lock.direct(lock.LESSONS)}
    direct &= set(environment.packages)
    measured = []
    for name in direct:
        alone = environment.closure(direct) - environment.closure(direct, without=name)
        brought = sum(environment.megabytes[package] for package in alone)
        measured.append((name, environment.megabytes[name], brought, len(alone) - 1))
    return sorted(measured, key=lambda row: -row[2])


def table(environment: Environment) -> str:
    lines = ["| dependency | itself, MB | with what only it brings, MB | packages it brings |",
             "| --- | ---: | ---: | ---: |"]  # fmt: skip
    measured = rows(environment)
    small = [row for row in measured if row[2] < LEAST_MB]
    for name, own, brought, count in measured:
        if brought >= LEAST_MB:
            lines.append(f"| {name} | {own:.0f} | {brought:.0f} | {count} |")
    together = sum(row[2] for row in small)
    lines.append(f"| {len(small)} others | | {together:.0f} | {sum(row[3] for row in small)} |")
    shared = environment.total() - sum(row[2] for row in measured)
    lines.append(f"| what several of them need, and pip | | {shared:.0f} | |")
    lines.append(f"| all of site-packages, {len(environment.packages)} packages | "
                 f"| {environment.total():.0f} | |")  # fmt: skip
    return "\n".join(lines)


def gone(before: Environment, now: Environment) -> str:
    """Return the packages that were there before and are not now, the large ones by name."""
    names = sorted(
        set(before.packages) - set(now.packages), key=lambda name: -before.megabytes[name]
    )
    large = [name for name in names if before.megabytes[name] >= LEAST_MB]
    rest = sum(before.megabytes[name] for name in names if name not in large)
    named = ", ".join(f"{name} ({before.megabytes[name]:.0f} MB)" for name in large)
    return (f"Before: {before.total():.0f} MB, {len(before.packages)} packages. Gone: {named} and "
            f"{len(names) - len(large)} others ({rest:.0f} MB).")  # fmt: skip


def site_packages(folder: Path | None) -> Path:
    """Return the site-packages of an environment's folder, or of the one that runs this."""
    if folder is None:
        return Path(sysconfig.get_path("purelib"))
    return next(folder.glob("lib/python*/site-packages"), folder / "Lib" / "site-packages")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("environment", nargs="?", type=Path)
    parser.add_argument("--before", type=Path)
    arguments = parser.parse_args()
    now = Environment(site_packages(arguments.environment))
    sys.stdout.write(f"{table(now)}\n")
    if arguments.before:
        before = Environment(site_packages(arguments.before))
        sys.stdout.write(f"\n{gone(before, now)}\n")


if __name__ == "__main__":
    main()
