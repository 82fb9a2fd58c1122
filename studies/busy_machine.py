"""How much time waiting threads and returned memory cost: all variants in one run.

    python studies/busy_machine.py [--model efficientnet_lite0] [--rounds 8] [--spins 100 1000]
        [--copies 4 --unit 06 --preset smoke] [--ahead]

**Waiting.** The same training steps on two threads, with four ways in which OpenMP's threads
wait for each other: libgomp's own (300,000 turns of an empty loop), the kit's on an idle machine
(10,000), the kit's on a busy machine (none) and active (always). One training runs alone; then two
run at once on the same cores. All processes stay alive and take turns, so that a change of the
machine's load affects every way. The study prints seconds, the ratio of these seconds to those
with libgomp's own way, processor seconds, and whether all weights are the same to the last bit.

**Copies.** With ``--copies``, one unit runs that many times one after another and then as often
side by side, as the kit chooses and with libgomp's own way. The results are compared digit by
digit.

**Memory.** The shipped model predicts 160 images with and without the kit's setting of the C
library. The study prints user and kernel seconds, page faults and peak memory.

``--ahead`` gives the study nearly all of the processor on a machine that others use too (Linux,
as root). Without it, "alone" means: together with whatever else runs. The study takes two to
three minutes on two cores, and with ``--copies 4`` ten more.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from boneage_kit import _process

WAYS = {
    "libgomp's own": {"GOMP_SPINCOUNT": "300000"},
    "kit, idle": {"GOMP_SPINCOUNT": _process.ALONE["GOMP_SPINCOUNT"]},
    "kit, busy": {"GOMP_SPINCOUNT": _process.BUSY["GOMP_SPINCOUNT"]},
    "active": {"OMP_WAIT_POLICY": "ACTIVE"},
}
_VARIABLES = ("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "GOMP_SPINCOUNT")

STEPS = """
import hashlib, json, os, resource, sys, time
import boneage_kit
os.environ.update(json.loads(sys.argv[3]))
import torch
from torch import nn
from boneage_kit import models

torch.set_num_threads(2)
name, side = sys.argv[1], int(sys.argv[2])
random = torch.Generator().manual_seed(0)
images = torch.rand(16, 1, side, side, generator=random)
images = images.contiguous(memory_format=torch.channels_last)
ages = torch.rand(16, 1, generator=random) * 15
torch.manual_seed(0)
model = models.create(name, pretrained=None if name == "bonet" else False).train()
model = model.to(memory_format=torch.channels_last)
optimiser = torch.optim.AdamW(model.parameters(), 1e-3)

def steps(n):
    for _ in range(n):
        optimiser.zero_grad()
        nn.functional.l1_loss(model(images), ages).backward()
        optimiser.step()

steps(2)
print("ready", flush=True)
for line in sys.stdin:
    before, start = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    steps(int(line))
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(wall, used, flush=True)
weights = b"".join(value.numpy().tobytes() for value in model.state_dict().values())
print(hashlib.sha256(weights).hexdigest()[:12])
"""

PREDICT = """
import resource
import boneage_kit
import numpy as np
import torch
from boneage_kit import training
from boneage_kit.models import create

torch.set_num_threads(1)
images = np.random.default_rng(0).integers(0, 255, (160, 128, 128), dtype=np.uint8)
model = create("efficientnet_lite0", pretrained=False)
before = resource.getrusage(resource.RUSAGE_SELF)
training.predict(model, images, None, test_time_augmentation=True)
after = resource.getrusage(resource.RUSAGE_SELF)
print(after.ru_utime - before.ru_utime, after.ru_stime - before.ru_stime,
      after.ru_minflt - before.ru_minflt, after.ru_maxrss / 1024)
"""


class Training:
    """A process that does training steps when it is told to."""

    def __init__(self, way: str, model: str, side: int) -> None:
        variables = {name: value for name, value in os.environ.items() if name not in _VARIABLES}
        self.process = subprocess.Popen(
            [sys.executable, "-c", STEPS, model, str(side), json.dumps(WAYS[way])],
            env=variables,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.line()

    def line(self) -> str:
        return self.process.stdout.readline()

    def begin(self, steps: int) -> None:
        self.process.stdin.write(f"{steps}\n")
        self.process.stdin.flush()

    def seconds(self) -> tuple[float, float]:
        wall, used = self.line().split()
        return float(wall), float(used)

    def digest(self) -> str:
        return self.process.communicate()[0].strip()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="efficientnet_lite0")
    parser.add_argument("--side", type=int, default=96)
    parser.add_argument("--steps", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--copies", type=int, default=0)
    parser.add_argument("--unit", default="06")
    parser.add_argument("--preset", default="smoke")
    parser.add_argument("--spins", type=int, nargs="*", default=[], help="more turns to try")
    parser.add_argument("--ahead", action="store_true")
    options = parser.parse_args()
    for turns in options.spins:
        WAYS[f"{turns:,} turns"] = {"GOMP_SPINCOUNT": str(turns)}
    if options.ahead:
        os.nice(-20)
        os.setsid() if os.getpid() != os.getsid(0) else None
        Path("/proc/self/autogroup").write_text("-20")
    print(
        f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores; {options.model}, "
        f"{options.side} px, {options.steps} steps of 16 images on 2 threads"
    )
    waiting(options)
    memory()
    if options.copies:
        copies(options)


def waiting(options: argparse.Namespace) -> None:
    passing = [way for way in WAYS if way != "active"]  # an active one disturbs all others
    pairs = {way: [Training(way, options.model, options.side) for _ in range(2)] for way in passing}
    alone = {way: [] for way in WAYS}
    together = {way: [] for way in WAYS}
    for number in range(options.rounds):
        for way in passing:
            alone[way].append(measured(pairs[way][:1], options.steps))
            if number % 3 == 0:
                together[way].append(measured(pairs[way], options.steps))
    weights = {way: [training.digest() for training in pairs[way]] for way in passing}
    same = all(weights[way] == weights[passing[0]] for way in passing)
    pair = [Training("active", options.model, options.side)]
    alone["active"] = [measured(pair, options.steps) for _ in range(2)]
    pair[0].digest()
    own = [wall for wall, _ in alone["libgomp's own"]]
    print(f"{'threads wait':14} {'alone':>7} {'ratio':>6} {'cpu':>6} {'two':>7} {'two/alone':>9}")
    for way in WAYS:
        wall, used = (statistics.median(column) for column in zip(*alone[way], strict=True))
        ratio = statistics.median(
            mine / other for (mine, _), other in zip(alone[way], own, strict=False)
        )
        two = statistics.median(wall for wall, _ in together[way]) if together[way] else None
        rest = f"{two:6.2f}s {two / wall:9.2f}" if two else ""
        print(f"{way:14} {wall:6.2f}s {ratio:6.2f} {used:5.2f}s {rest}")
    print(f"same weights to the last bit: {'yes' if same else 'NO'}")


def measured(trainings: list[Training], steps: int) -> tuple[float, float]:
    """Return the seconds until all have finished, and the processor seconds of all."""
    for training in trainings:
        training.begin(steps)
    seconds = [training.seconds() for training in trainings]
    return max(wall for wall, _ in seconds), sum(used for _, used in seconds)


def copies(options: argparse.Namespace) -> None:
    variables = {name: value for name, value in os.environ.items() if name not in _VARIABLES}
    print(f"{options.copies} copies of unit {options.unit}, preset {options.preset}")
    print(f"{'threads wait':14} {'in turn':>9} {'at once':>9} {'ratio':>6}  same digits")
    for way, own in (("as the kit says", {}), ("libgomp's own", WAYS["libgomp's own"])):
        env = {**variables, **own}
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, "-m", "boneage_kit", "run", options.unit]
            runs = [
                [*command, "--preset", options.preset, "--out", f"{scratch}/{number}"]
                for number in range(2 * options.copies)
            ]
            start = time.perf_counter()
            for run in runs[: options.copies]:
                subprocess.run(run, env=env, check=True, capture_output=True)
            turn = time.perf_counter() - start
            start = time.perf_counter()
            started = [
                subprocess.Popen(run, env=env, stdout=subprocess.DEVNULL)
                for run in runs[options.copies :]
            ]
            failed = any([process.wait() for process in started])
            once = time.perf_counter() - start
            rows = {
                json.dumps(json.loads(path.read_text())["rows"], sort_keys=True)
                for path in Path(scratch).glob("*/results.json")
            }
        same = "NO" if failed or len(rows) != 1 else "yes"
        print(f"{way:15} {turn:7.1f}s {once:8.1f}s {once / turn:6.2f}  {same}")


def memory() -> None:
    print(f"{'large buffers':14} {'user':>7} {'kernel':>7} {'faults':>10} {'peak':>8}")
    own_setting = {"MALLOC_ARENA_TEST": "8"}  # glibc's own number; the kit then changes nothing
    for name, own in (("given back", own_setting), ("kept (kit)", {})):
        output = subprocess.run(
            [sys.executable, "-c", PREDICT],
            env={**os.environ, **own},
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        user, kernel, faults, peak = map(float, output.split())
        print(f"{name:14} {user:6.2f}s {kernel:6.2f}s {faults:10,.0f} {peak:5.0f} MB")


if __name__ == "__main__":
    main()
