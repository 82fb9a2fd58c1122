"""Set up the kit and run a notebook on a machine without a network, from the wheelhouse.

    make wheelhouse
    sudo python studies/offline.py                       unit 01 at preset smoke
    sudo python studies/offline.py --preset binder 01 05

Everything after the first command happens in a network namespace of its own (``unshare --net``).
It has the machine's loopback and no other interface. There the script makes a new environment,
installs the kit as instructor/room.md says, and runs the notebooks from the installed kit, outside
the checkout. It ends with 1 if a step fails.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Set for this script's second start, inside the namespace.
INSIDE = "BONEAGE_STUDY_INSIDE"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*", default=["01"])
    parser.add_argument("--preset", default="smoke")
    parser.add_argument("--wheelhouse", type=Path, default=ROOT / "wheelhouse")
    arguments = parser.parse_args()
    if not any(arguments.wheelhouse.glob("boneage_kit-*.whl")):
        parser.error(f"no wheel of the kit in {arguments.wheelhouse}: run `make wheelhouse` first")
    if INSIDE not in os.environ:
        own = ["unshare", "--net", *([] if os.geteuid() == 0 else ["--map-root-user"])]
        command = [*own, sys.executable, *sys.argv]
        return subprocess.run(command, env=os.environ | {INSIDE: "1"}, check=False).returncode
    shut_in()
    with tempfile.TemporaryDirectory() as scratch:
        return set_up_and_run(Path(scratch), arguments)


def shut_in() -> None:
    """Switch loopback on, which Jupyter's kernels need; stop if there is another interface."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    interfaces = [name for _, name in socket.if_nameindex()]
    routes = Path("/proc/net/route").read_text().splitlines()[1:]
    if interfaces != ["lo"] or routes:
        raise SystemExit(f"There is still a network: interfaces {interfaces}, routes {routes}.")
    sys.stdout.write("interfaces: lo alone; routes: none\n")


def set_up_and_run(folder: Path, arguments: argparse.Namespace) -> int:
    """Make an environment, install all wheels, execute the notebooks; print what each took."""
    binaries = folder / "venv" / "bin"
    wheels = sorted(str(path) for path in arguments.wheelhouse.glob("*.whl"))
    out = ["--preset", arguments.preset, "--out", str(folder / "run")]
    steps = {
        "environment": [sys.executable, "-m", "venv", str(folder / "venv")],
        f"installation of {len(wheels)} wheels": [
            str(binaries / "pip"), "install", "--quiet", "--no-index", "--no-deps", *wheels],
        f"notebooks {' '.join(arguments.notebooks)}, preset {arguments.preset}": [
            str(binaries / "boneage-kit"), "run", *arguments.notebooks, *out],
    }  # fmt: skip
    settings = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    settings |= {"BONEAGE_KIT_CACHE": str(folder / "cache"), "PIP_CONFIG_FILE": os.devnull}
    for what, command in steps.items():
        began = time.monotonic()
        done = subprocess.run(command, cwd=folder, env=settings, check=False)
        state = "done" if done.returncode == 0 else f"failed with {done.returncode}"
        sys.stdout.write(f"{what}: {state} in {time.monotonic() - began:.0f} s\n")
        sys.stdout.flush()
        if done.returncode:
            return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
