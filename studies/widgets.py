"""How light the widgets start, and how quickly the atlas redraws.

    python studies/widgets.py [--repeats 5]

Each start is a process of its own. The times are processor times, so that other work on the machine
changes them little. The memory is the peak of the process, with all three widgets built and their
static pictures drawn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys

START = """
import json, resource, sys, tempfile, time
began = time.process_time()
from boneage_kit import phantom, widgets
imported = time.process_time()
shown = (widgets.atlas_explorer(live=True),
         widgets.tw_scorer(phantom.render(sex="M", bone_age=12.0, seed=4), live=True),
         widgets.reading_room(phantom.cohort(4), path=tempfile.mktemp(), live=True))
for one in shown:
    one.box, one._repr_mimebundle_()
built = time.process_time()
from boneage_kit.widgets.atlas import plate
redraws = []
for tenth in range(20, 170, 7):
    plate.cache_clear()
    start = time.process_time()
    shown[0]._age.value = tenth / 10
    redraws.append(time.process_time() - start)
print(json.dumps({"import": imported - began, "built": built - began, "redraws": redraws,
                  "MB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
                  "torch": any(name in sys.modules for name in ("torch", "fastai"))}))
"""


def main(repeats: int) -> None:
    """Start the widgets several times and print medians."""
    runs = [
        json.loads(
            subprocess.run(
                [sys.executable, "-c", START], capture_output=True, text=True, check=True
            ).stdout
        )
        for _ in range(repeats)
    ]
    redraws = [1000 * one for run in runs for one in run["redraws"]]
    for name in ("import", "built"):
        values = [run[name] for run in runs]
        print(
            f"{name:<32}{statistics.median(values):.2f} s (most {max(values):.2f}), "
            f"{repeats} processes"
        )
    print(
        f"{'memory':<32}{max(run['MB'] for run in runs):.0f} MB; torch or fastai loaded: "
        f"{any(run['torch'] for run in runs)}"
    )
    print(
        f"{'atlas plate, 384 px, redrawn':<32}{statistics.median(redraws):.0f} ms "
        f"(most {max(redraws):.0f}), {len(redraws)} ages, none from the cache"
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=5)
    main(parser.parse_args().repeats)
