"""Every notebook under a hard limit of 2 GB with one thread, as Binder's smallest machine is.

    sudo python studies/small_machine.py                 preset binder, phantom, empty cache
    python studies/small_machine.py --preset smoke 03 --gigabytes 1.5

The limit is the kernel's: a control group (v1 or v2) whose processes, kernel of the notebook, page
cache and all, may not hold more; what does is killed. Making one needs root. Minutes are those of
the processor: with one thread much the same as an idle machine's clock shows. A notebook that
fails, is killed or takes more than ``--minutes`` ends this with 1. With ``--keep`` the measurement
stands beside the kept results, from where ``make readme`` takes it into the table of notebooks.
"""

from __future__ import annotations

import argparse
import contextlib
import logging
import os
import resource
import sys
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "boneage_kit" / "data" / "results" / "small-machine.json"
GROUPS = Path("/sys/fs/cgroup")
#: Of the processor, for one notebook.
MOST_MINUTES = 5.0


@contextlib.contextmanager
def limited(gigabytes: float) -> Iterator[Path]:
    """Put this process and all that it starts into a control group with so much memory."""
    old = (GROUPS / "memory").is_dir()
    parent = GROUPS / "memory" if old else GROUPS
    group = parent / f"boneage-{uuid.uuid4().hex[:8]}"
    try:
        group.mkdir()
        name = "memory.limit_in_bytes" if old else "memory.max"
        (group / name).write_text(str(int(gigabytes * 1e9)))
        if not old:
            (group / "memory.swap.max").write_text("0")
        (group / "cgroup.procs").write_text(str(os.getpid()))
    except OSError as error:
        raise SystemExit(f"No control group can be made here ({error}). Be root.") from None
    try:
        yield group
    finally:
        (parent / "cgroup.procs").write_text(str(os.getpid()))
        with contextlib.suppress(OSError):
            group.rmdir()


def killed(group: Path) -> int:
    """Return how often the kernel killed a process of the group for want of memory."""
    for name in ("memory.oom_control", "memory.events"):
        if (group / name).exists():
            for line in (group / name).read_text().splitlines():
                if line.startswith("oom_kill "):
                    return int(line.split()[1])
    return 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*")
    parser.add_argument("--preset", default="binder")
    parser.add_argument("--gigabytes", type=float, default=2.0)
    parser.add_argument("--minutes", type=float, default=MOST_MINUTES, help="most, of one notebook")
    parser.add_argument("--keep", action="store_true", help="keep the measurement for README")
    arguments = parser.parse_args()
    logging.disable(logging.INFO)
    for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "BONEAGE_KIT_THREADS"):
        os.environ[name] = "1"
    os.environ["BONEAGE_KIT_PROCESSOR"] = "avx2"
    with tempfile.TemporaryDirectory() as scratch, limited(arguments.gigabytes) as group:
        os.environ["BONEAGE_KIT_CACHE"] = f"{scratch}/cache"
        steps = execute(arguments, Path(scratch) / "run")
        oom = killed(group)
    return report(steps, oom, arguments)


def execute(arguments: argparse.Namespace, out: Path) -> list[tuple]:
    """Return each notebook's step with the minutes of the processor that it took."""
    from boneage_kit.execution import runner, sequence

    found = []
    for path in sequence.notebooks(arguments.notebooks):
        before = processor_seconds()
        job = runner.prepare([path.stem], preset=arguments.preset, out=out)
        (step,) = runner.run(job, progress=runner.interactive())
        found.append((step, (processor_seconds() - before) / 60))
    return found


def processor_seconds() -> float:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def report(steps: list[tuple], oom: int, arguments: argparse.Namespace) -> int:
    say = sys.stdout.write
    say(f"preset {arguments.preset}, phantom, one thread, at most {arguments.gigabytes:g} GB "
        "(control group), empty cache\n\n")
    say(f"{'notebook':28}{'processor minutes':>18}{'clock':>8}{'peak MB':>9}  state\n")
    for step, minutes in steps:
        say(f"{step.name:28}{minutes:18.2f}{step.minutes:8.2f}{step.peak_memory_mb:9d}  "
            f"{step.error or step.status}\n")
    say(f"{'together':28}{sum(minutes for _, minutes in steps):18.2f}"
        f"{sum(step.minutes for step, _ in steps):8.2f}"
        f"{max(step.peak_memory_mb for step, _ in steps):9d}  {oom} killed for want of memory\n")
    if arguments.keep:
        keep(steps, oom, arguments)
    slow = any(minutes > arguments.minutes for _, minutes in steps)
    return int(slow or oom > 0 or any(step.error for step, _ in steps))


def keep(steps: list[tuple], oom: int, arguments: argparse.Namespace) -> None:
    from boneage_kit import provenance
    from boneage_kit._io import write_json

    write_json(KEPT, {
        "preset": arguments.preset, "gigabytes": arguments.gigabytes, "threads": 1,
        "killed": oom, "machine": provenance.machine(), "finished": provenance.now(),
        "notebooks": [{"name": step.name, "processor_minutes": round(minutes, 2),
                       "minutes": step.minutes, "status": step.status,
                       "peak_memory_mb": step.peak_memory_mb} for step, minutes in steps]})


if __name__ == "__main__":
    raise SystemExit(main())
