"""The notebooks with Colab's Python and versions, from the first cell on, in a clean environment.

    python studies/colab.py --python python3.13 --out out/colab          all, preset smoke
    python studies/colab.py --python python3.13 --out out/colab --preset binder 01 05

The script makes an environment with everything that constraints/colab-*.txt lists (with PyPI's
CUDA build of torch: 6 GB). This is Colab's runtime before a notebook is opened. Then the first
cell of unit 01 installs the kit there, from a wheel of this checkout. The script compares the
versions before and after: no package that was there may have changed. Then it executes the
notebooks. It ends with 1 if something changed or a notebook failed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tools"))
import address  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("notebooks", nargs="*")
    parser.add_argument("--preset", default="smoke")
    parser.add_argument("--python", default="python3.13", help="an interpreter as new as Colab's")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "colab")
    arguments = parser.parse_args()
    folder = arguments.out.resolve()
    binaries = folder / "venv" / "bin"
    before = runtime(arguments.python, folder)
    execute_first_cell(binaries / "python", wheel(folder), folder)
    after = versions(binaries / "python")
    changed = {name: (version, after.get(name)) for name, version in before.items()
               if after.get(name) != version}  # fmt: skip
    added = [f"{name} {version}" for name, version in after.items() if name not in before]
    sys.stdout.write(f"changed by the first cell: {changed or 'nothing'}\n")
    sys.stdout.write(f"added: {', '.join(added)}\n")
    sys.stdout.flush()
    return int(bool(changed)) or run(binaries / "boneage-kit", folder, arguments)


def runtime(python: str, folder: Path) -> dict[str, str]:
    """Make Colab's runtime once; return its versions."""
    interpreter = folder / "venv" / "bin" / "python"
    kept = folder / "runtime.json"
    if kept.exists():
        own = set(versions(interpreter)) - set(json.loads(kept.read_text()))
        if own:  # what an earlier first cell added
            pip(interpreter, "uninstall", "--yes", *sorted(own))
    else:
        subprocess.run([python, "-m", "venv", str(folder / "venv")], check=True)
        (listed,) = (ROOT / "constraints").glob("colab-*.txt")
        pip(interpreter, "install", "--prefer-binary", "-r", str(listed))
        kept.write_text(json.dumps(versions(interpreter), indent=1))
    return json.loads(kept.read_text())


def pip(interpreter: Path, *words: str) -> None:
    subprocess.run([str(interpreter), "-m", "pip", words[0], "--quiet", *words[1:]], check=True)


def versions(interpreter: Path) -> dict[str, str]:
    command = [str(interpreter), "-m", "pip", "list", "--format=json"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {entry["name"]: entry["version"] for entry in json.loads(done.stdout)}


def wheel(folder: Path) -> Path:
    """Build the kit's wheel from this checkout."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", str(ROOT)]
    subprocess.run([*command, "--wheel-dir", str(folder / "dist")], check=True)
    return next((folder / "dist").glob("boneage_kit-*.whl"))


def execute_first_cell(interpreter: Path, kit: Path, folder: Path) -> None:
    """Execute the first cell of unit 01, with the wheel where the address would stand."""
    (notebook,) = (ROOT / "notebooks").glob("01_*.ipynb")
    source = "".join(json.loads(notebook.read_text(encoding="utf-8"))["cells"][1]["source"])
    if address.target() not in source:
        raise SystemExit("The first cell is not what `make address` writes.")
    cell = source.replace(address.target(), f"boneage-kit[train] @ {kit.as_uri()}")
    subprocess.run([str(interpreter), "-c", cell], cwd=folder, check=True)


def run(command: Path, folder: Path, arguments: argparse.Namespace) -> int:
    """Execute the notebooks from the installed kit; print minutes and memory of each."""
    out = folder / arguments.preset
    options = ["--preset", arguments.preset, "--out", str(out)]
    settings = os.environ | {"BONEAGE_KIT_CACHE": str(folder / "cache")}
    done = subprocess.run([str(command), "run", *arguments.notebooks, *options],
                          cwd=folder, env=settings, check=False)  # fmt: skip
    results = json.loads((out / "results.json").read_text(encoding="utf-8"))
    sys.stdout.write(f"{'notebook':28}{'minutes':>9}{'peak MB':>9}  state\n")
    for step in results["notebooks"]:
        sys.stdout.write(f"{step['name']:28}{step['minutes']:9.2f}{step['peak_memory_mb']:9d}  "
                         f"{step['error'] or step['status']}\n")  # fmt: skip
    return done.returncode


if __name__ == "__main__":
    raise SystemExit(main())
