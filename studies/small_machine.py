"""Every notebook with at most 2 GB and one processor core, as on Binder.

    sudo python studies/small_machine.py                 preset binder, phantom, empty cache
    sudo python studies/small_machine.py --preset smoke 01 03 --gigabytes 1.5 --cores 0.5

mybinder.org gives each user at most 2 GB of memory and one core; it promises a hundredth of a
core. The script sets both limits by a control group of the kernel (version 1 or 2; only root can
make one). If the group needs more memory, the kernel kills a process. Page cache and the notebook's
kernel count as well. If the group has used its share of the processor in a tenth of a second, it
stops for the rest of that tenth. The column *throttled* says in what share of these tenths this
happened. The group has the highest weight, so that the quota limits it and not other work of this
machine.

Nothing else is set: the preset and the kit choose the number of threads under these limits. The
script ends with 1 if a notebook fails, is killed or takes more than ``--minutes``, and if the quota
never stopped the group. With ``--keep`` it stores the measurement beside the kept results;
``make readme`` takes it from there into the table of notebooks.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import logging
import os
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "boneage_kit" / "data" / "results" / "small-machine.json"
GROUPS = Path("/sys/fs/cgroup")
#: Microseconds: the quota is a share of this, as Kubernetes sets it.
PERIOD = 100_000
#: On the clock, for one notebook.
MOST_MINUTES = 5.0


@dataclass(frozen=True)
class Group:
    """A control group: one folder in version 2, two folders (memory, cpu) in version 1."""

    memory: Path
    cpu: Path

    @property
    def folders(self) -> set[Path]:
        return {self.memory, self.cpu}

    def inside(self, command: list[str]) -> list[str]:
        """Return a command that sees this group as the root of control groups, as in a container.

        Only then can the kit know its quota and choose its threads by it.
        """
        mounts = "".join(
            f"mount --bind {folder} {folder.parent} && " for folder in sorted(self.folders)
        )
        return ["unshare", "--mount", "sh", "-c", f'{mounts}exec "$@"', "sh", *command]

    def limit(self, gigabytes: float, cores: float) -> None:
        most, quota = str(int(gigabytes * 1e9)), int(cores * PERIOD)
        if self.memory == self.cpu:
            (self.memory / "memory.max").write_text(most)
            (self.memory / "memory.swap.max").write_text("0")
            (self.cpu / "cpu.max").write_text(f"{quota} {PERIOD}")
            (self.cpu / "cpu.weight").write_text("10000")
        else:
            (self.memory / "memory.limit_in_bytes").write_text(most)
            (self.cpu / "cpu.cfs_period_us").write_text(str(PERIOD))
            (self.cpu / "cpu.cfs_quota_us").write_text(str(quota))
            (self.cpu / "cpu.shares").write_text("262144")

    def numbers(self) -> dict[str, float]:
        """Return periods, throttled periods, seconds of processor, processes killed, so far."""
        stat = _table(self.cpu / "cpu.stat")
        if "usage_usec" in stat:
            seconds = stat["usage_usec"] / 1e6
        else:
            seconds = os.times().children_user + os.times().children_system
        killed = _table(self.memory / "memory.events") | _table(self.memory / "memory.oom_control")
        return {"periods": stat["nr_periods"], "throttled": stat["nr_throttled"],
                "seconds": seconds, "killed": killed.get("oom_kill", 0)}  # fmt: skip


def _table(path: Path) -> dict[str, int]:
    if not path.exists():
        return {}
    return {name: int(number) for name, number in map(str.split, path.read_text().splitlines())}


@contextlib.contextmanager
def limited(gigabytes: float, cores: float) -> Iterator[Group]:
    """Make a control group with these limits; remove it when its last process is gone."""
    name = f"boneage-{uuid.uuid4().hex[:8]}"
    if (GROUPS / "cgroup.controllers").exists():
        group = Group(GROUPS / name, GROUPS / name)
    else:
        group = Group(GROUPS / "memory" / name, GROUPS / "cpu" / name)
    try:
        if group.memory == group.cpu:
            (GROUPS / "cgroup.subtree_control").write_text("+cpu +memory")
        for folder in group.folders:
            folder.mkdir()
        group.limit(gigabytes, cores)
    except OSError as error:
        raise SystemExit(f"No control group can be made here ({error}). Be root.") from None
    try:
        yield group
    finally:
        for folder in group.folders:
            with contextlib.suppress(OSError):
                folder.rmdir()


def execute(name: str, preset: str, folder: Path, group: Group) -> dict:
    """Execute one notebook in a process of its own inside the group; say how it went."""

    def enter() -> None:
        for path in group.folders:
            (path / "cgroup.procs").write_text(str(os.getpid()))

    before = group.numbers()
    command = [sys.executable, "-m", "boneage_kit", "run", name, "--preset", preset,
               "--out", str(folder)]  # fmt: skip
    done = subprocess.run(
        group.inside(command), cwd=ROOT, preexec_fn=enter, capture_output=True, text=True
    )
    after = group.numbers()
    used = {key: after[key] - before[key] for key in after}
    state = folder / "state" / f"{name}.json"
    step = json.loads(state.read_text()) if state.exists() else {}
    last_words = (done.stderr.strip().splitlines() or ["no state was written"])[-1]
    return {
        "name": name,
        "minutes": step.get("minutes", float("nan")),
        "processor_minutes": round(used["seconds"] / 60, 2),
        "throttled": used["throttled"] / max(used["periods"], 1),
        "status": step.get("status", "killed" if used["killed"] else "failed"),
        "error": step.get("error") or (last_words if done.returncode else None),
        "peak_memory_mb": step.get("peak_memory_mb", 0),
        "killed": used["killed"],
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*")
    parser.add_argument("--preset", default="binder")
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--cores", type=float, default=1.0)
    parser.add_argument("--minutes", type=float, default=MOST_MINUTES, help="most, of one notebook")
    parser.add_argument("--keep", action="store_true", help="keep it for docs/results.md")
    arguments = parser.parse_args()
    logging.disable(logging.INFO)

    from boneage_kit import execution

    with (
        tempfile.TemporaryDirectory() as scratch,
        limited(arguments.gigabytes, arguments.cores) as group,
    ):
        os.environ["BONEAGE_KIT_CACHE"] = f"{scratch}/cache"
        sys.stdout.write(heading(arguments))
        measured = []
        for path in execution.notebooks(arguments.notebooks):
            measured.append(execute(path.stem, arguments.preset, Path(scratch) / "run", group))
            sys.stdout.write(line(measured[-1]))
            sys.stdout.flush()
    if arguments.keep:
        keep(measured, arguments)
    return conclude(measured, arguments.minutes)


def heading(arguments: argparse.Namespace) -> str:
    return (
        f"preset {arguments.preset}, phantom, at most {arguments.gigabytes:g} GB and "
        f"{arguments.cores:g} cores (control group), empty cache\n\n"
        f"{'notebook':28}{'minutes':>9}{'of processor':>14}{'throttled':>11}{'peak MB':>9}  state\n"
    )


def line(row: dict) -> str:
    return (
        f"{row['name']:28}{row['minutes']:9.2f}{row['processor_minutes']:14.2f}"
        f"{row['throttled']:11.0%}{row['peak_memory_mb']:9d}  {row['error'] or row['status']}\n"
    )


def conclude(measured: list[dict], most_minutes: float) -> int:
    """Print the sum, and return 1 if a notebook failed, was slow, or the quota did nothing."""
    killed = sum(row["killed"] for row in measured)
    sys.stdout.write(
        f"{'together':28}{sum(row['minutes'] for row in measured):9.2f}"
        f"{sum(row['processor_minutes'] for row in measured):14.2f}{'':11}"
        f"{max(row['peak_memory_mb'] for row in measured):9d}  {killed} killed for lack of memory\n"
    )
    throttled = any(row["throttled"] > 0 for row in measured)
    if not throttled:
        sys.stdout.write("The quota never stopped the group: this is no measurement of it.\n")
    slow = any(not row["minutes"] <= most_minutes for row in measured)
    return int(slow or killed > 0 or not throttled or any(row["error"] for row in measured))


def keep(measured: list[dict], arguments: argparse.Namespace) -> None:
    from boneage_kit import provenance
    from boneage_kit._io import write_json

    names = ("name", "minutes", "processor_minutes", "throttled", "status", "peak_memory_mb")
    write_json(KEPT, {
        "preset": arguments.preset, "gigabytes": arguments.gigabytes, "cores": arguments.cores,
        "killed": sum(row["killed"] for row in measured),
        "machine": provenance.machine(), "finished": provenance.now(),
        "notebooks": [{name: row[name] for name in names} for row in measured],
    })  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
