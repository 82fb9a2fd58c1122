"""How a process waits, how many cores it takes and how it keeps memory: set at the first import."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from boneage_kit import _process

SHOW = """
import os, sys
import boneage_kit
assert "numpy" not in sys.modules and "torch" not in sys.modules
names = ("GOMP_SPINCOUNT", "KMP_BLOCKTIME", "OMP_NUM_THREADS")
print([os.environ.get(name) for name in names])
"""


def settings(before: str = "", **own: str) -> str:
    variables = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("OMP_", "GOMP_", "KMP_", "OPENBLAS_"))
    }
    return subprocess.run(
        [sys.executable, "-c", before + SHOW],
        env={**variables, **own},
        check=True,
        capture_output=True,
        text=True,
    ).stdout.strip()


def test_how_threads_wait_is_set_before_any_numerical_library_and_never_over_a_users_own():
    chosen = {_process.ALONE["GOMP_SPINCOUNT"], _process.BUSY["GOMP_SPINCOUNT"]}
    assert ast.literal_eval(settings())[0] in chosen
    assert settings(OMP_WAIT_POLICY="ACTIVE") == "[None, None, None]"
    assert ast.literal_eval(settings(GOMP_SPINCOUNT="5"))[0] == "5"


@pytest.mark.parametrize("running, way", [("1", _process.ALONE), ("2", _process.BUSY)])
def test_threads_sleep_at_once_where_others_compute(running, way, monkeypatch, tmp_path):
    stat = tmp_path / "stat"
    stat.write_text(f"ctxt 1\nprocs_running {running}\nprocs_blocked 0\n")
    assert _process.others_compute(stat) is (way is _process.BUSY)
    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.setattr(_process, "usable_cores", lambda: 2)
    monkeypatch.setattr(_process, "others_compute", lambda: way is _process.BUSY)
    for name, value in _process.ALONE.items():  # as a parent left it
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("KMP_BLOCKTIME", "200")
    _process.prepare()
    assert os.environ["GOMP_SPINCOUNT"] == way["GOMP_SPINCOUNT"]
    assert os.environ["KMP_BLOCKTIME"] == "200"


def test_a_process_of_one_core_sleeps_at_once_and_does_not_look(monkeypatch):
    """Its only thread waits for no other, so the 40 milliseconds of looking would buy nothing."""

    def look():
        raise AssertionError("it looked at the other processes")

    monkeypatch.delenv("OMP_WAIT_POLICY", raising=False)
    monkeypatch.setattr(_process, "usable_cores", lambda: 1)
    monkeypatch.setattr(_process, "others_compute", look)
    for name in _process.THREADS:  # so that nothing stays behind
        monkeypatch.setenv(name, "1")
    for name, value in _process.ALONE.items():
        monkeypatch.setenv(name, value)
    _process.prepare()
    assert {name: os.environ[name] for name in _process.BUSY} == _process.BUSY


def test_a_busy_core_is_seen():
    """A process that only counts is running beside this one, so the machine is busy."""
    if not Path("/proc/stat").exists():
        assert not _process.others_compute()
        return
    with subprocess.Popen([sys.executable, "-c", "while True: pass"]) as other:
        try:
            assert _process.others_compute()
        finally:
            other.kill()


@pytest.mark.skipif(
    not hasattr(os, "sched_setaffinity") or (os.cpu_count() or 1) < 2,
    reason="needs two cores and a system with affinity",
)
def test_threads_fit_the_cores_that_the_process_may_use():
    one_core = "import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
    assert settings(one_core).endswith("'1']")
    assert settings(one_core, OMP_NUM_THREADS="3").endswith("'3']")


def test_a_quota_of_either_version_of_control_groups_is_seen(tmp_path):
    first = tmp_path / "cpu"
    first.mkdir()
    (first / "cpu.cfs_quota_us").write_text("50000\n")
    (first / "cpu.cfs_period_us").write_text("100000\n")
    assert _process.quota(tmp_path) == 0.5
    (first / "cpu.cfs_quota_us").write_text("-1\n")
    assert _process.quota(tmp_path) == float("inf")
    (tmp_path / "cpu.max").write_text("max 100000\n")
    assert _process.quota(tmp_path) == float("inf")
    (tmp_path / "cpu.max").write_text("200000 100000\n")
    assert _process.quota(tmp_path) == 2.0


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's malloc")
def test_large_buffers_are_kept_between_steps():
    """Without it each array of 64 MB is mapped anew: 16,384 faults of 4 kB for each."""
    faults = """
import resource
import numpy as np
start = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
for _ in range(8):
    np.ones(8 * 2**20)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - start)
"""
    own = {name: value for name, value in os.environ.items() if not name.startswith("MALLOC_")}
    kept, returned = (
        int(
            subprocess.run(
                [sys.executable, "-c", first + faults],
                env={**own, "NUMPY_MADVISE_HUGEPAGE": "0"},  # pages of 2 MB would hide it
                check=True,
                capture_output=True,
                text=True,
            ).stdout
        )
        for first in ("import boneage_kit", "")
    )
    assert kept < returned / 2
