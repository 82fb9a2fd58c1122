"""Minutes and peak memory of each notebook at a preset, on two cores, beside their limits.

    make bench
    python studies/notebooks.py --preset smoke 06 07
    python studies/notebooks.py --data rsna:../shared/real/rsna_thumbnails.zip

The cache is empty at the start, so that the minutes include the first use of everything. The peak
memory is that of the kernel and of all processes that it starts. The limits at preset binder are
8 minutes for all notebooks together and 1.2 GB for each.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
import tempfile
from pathlib import Path

LIMIT_MB = 1200
LIMIT_MINUTES = {"smoke": 2, "binder": 8}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*")
    parser.add_argument("--preset", default="binder")
    parser.add_argument("--data", default="phantom")
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--warm", action="store_true", help="use the cache of earlier runs")
    arguments = parser.parse_args()
    logging.disable(logging.INFO)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[: arguments.cores])
    with tempfile.TemporaryDirectory() as scratch:
        if not arguments.warm:
            os.environ["BONEAGE_KIT_CACHE"] = f"{scratch}/cache"
        steps = measure(arguments, Path(scratch) / "run")
    return report(steps, arguments)


def measure(arguments, out):
    from boneage_kit import execution
    from boneage_kit._progress import is_interactive

    job = execution.prepare(
        arguments.notebooks, preset=arguments.preset, data=arguments.data, out=out
    )
    return execution.run(job, progress=is_interactive())


def report(steps, arguments) -> int:
    say = sys.stdout.write
    say(
        f"preset {arguments.preset}, data {arguments.data.split(':')[0]}, "
        f"{arguments.cores} cores, {'warm' if arguments.warm else 'empty'} cache\n\n"
    )
    say(f"{'notebook':28}{'minutes':>9}{'peak MB':>9}{'of limit':>10}  state\n")
    for step in steps:
        say(
            f"{step.name:28}{step.minutes:9.2f}{step.peak_memory_mb:9d}"
            f"{step.peak_memory_mb / LIMIT_MB:10.0%}  {step.error or step.status}\n"
        )
    minutes = sum(step.minutes for step in steps)
    limit = LIMIT_MINUTES.get(arguments.preset)
    share = f"{minutes / limit:10.0%} of {limit} minutes" if limit else ""
    say(f"{'together':28}{minutes:9.2f}{max(s.peak_memory_mb for s in steps):9d}{share}\n")
    over = any(s.peak_memory_mb > LIMIT_MB or s.error for s in steps)
    return int(over or bool(limit and minutes > limit))


if __name__ == "__main__":
    raise SystemExit(main())
