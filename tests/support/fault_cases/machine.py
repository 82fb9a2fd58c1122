"""The machine: homes and caches that cannot be used, full disks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from dataset_layouts import kaggle, put

import boneage_kit as bk

from .base import Fault, as_somebody

LOAD = (
    "import boneage_kit as bk\n"
    "print('loaded,', len(bk.datasets.load({spec!r}).images(24)), 'images')"
)


def read_only_home(folder: Path) -> str:
    data = put(folder / "data", kaggle())
    home = folder / "home"
    home.mkdir(mode=0o555)
    return as_somebody(
        LOAD.format(spec=f"rsna:{data}"),
        HOME=str(home),
        XDG_CACHE_HOME=str(home),
        BONEAGE_KIT_CACHE="",
    )


def empty_variables(folder: Path) -> str:
    """Variables that are set to nothing, as in a shell script with a slip."""
    home = folder / "home"
    home.mkdir()
    code = (
        "import os, boneage_kit._io as cache; os.chdir('/');"
        "print('cache:', cache.folder().relative_to(os.environ['HOME']))"
    )
    return as_somebody(code, HOME=str(home), XDG_CACHE_HOME="", BONEAGE_KIT_CACHE="")


def damaged_cache(folder: Path) -> str:
    """Every byte of every cached file turned over between two loadings."""
    spec = f"rsna:{put(folder / 'data', kaggle())}"
    before = bk.datasets.load(spec).images(24)
    files = [path for path in (folder / ".cache").rglob("*") if path.is_file()]
    assert files, "nothing was cached where this looks"
    for path in files:
        path.write_bytes(bytes(255 - byte for byte in path.read_bytes()))
    same = np.array_equal(bk.datasets.load(spec).images(24), before)
    return f"made again, {len(files)} files, the same images: {same}"


def cache_is_a_file(folder: Path) -> str:
    data = put(folder / "data", {**kaggle(), "cache": b"a file"})
    return as_somebody(LOAD.format(spec=f"rsna:{data}"), BONEAGE_KIT_CACHE=str(data / "cache"))


def full_disk(folder: Path) -> str:
    """No file may grow beyond 8 kB: as on a full disk, writing fails half-way."""
    data = put(folder / "data", kaggle())
    limit = (
        "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))"
    )
    cache = folder / "cache"
    cache.mkdir()
    return as_somebody(LOAD.format(spec=f"rsna:{data}"), limit, BONEAGE_KIT_CACHE=str(cache))


def half_a_file(folder: Path) -> str:
    """A disk that fills up while results are written over older ones."""
    from boneage_kit._io import write_json

    path = write_json(folder / "results.json", {"old": 1})
    code = (
        f"from boneage_kit._io import write_json; from pathlib import Path\n"
        f"try: write_json(Path({str(path)!r}), ['x' * 90000])\n"
        "except OSError as error: print(error.strerror)"
    )
    limit = (
        "import resource, signal\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8192, 8192))"
    )
    said = as_somebody(code, limit)
    left = sorted(p.name for p in folder.iterdir())
    unchanged = path.read_text(encoding="utf-8").split() == '{ "old": 1 }'.split()
    return f"{said}; left: {', '.join(left)}, unchanged: {unchanged}"


MACHINE = [
    Fault("the machine", "a home that cannot be written", read_only_home, "loaded, 20 images"),
    Fault(
        "the machine", "XDG_CACHE_HOME set to nothing", empty_variables, "cache: .cache/boneage_kit"
    ),
    Fault(
        "the machine",
        "a cache whose bytes have all changed",
        damaged_cache,
        "the same images: True",
    ),
    Fault("the machine", "a file where the cache should be", cache_is_a_file, "loaded, 20 images"),
    Fault(
        "the machine",
        "a disk that is full when images are cached",
        full_disk,
        "loaded, 20 images; The image cache",
    ),
    Fault(
        "the machine",
        "a disk that fills while results are replaced",
        half_a_file,
        "unchanged: True",
    ),
]
