"""studies/small_machine.py writes each version of control groups what the kernel expects there."""

import sys

from conftest import ROOT

sys.path.insert(0, str(ROOT / "studies"))
import small_machine  # noqa: E402


def test_limits_of_version_2(tmp_path):
    group = small_machine.Group(tmp_path, tmp_path)
    group.limit(gigabytes=2, cores=1)
    said = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert said == {"memory.max": "2000000000", "memory.swap.max": "0",
                    "cpu.max": "100000 100000", "cpu.weight": "10000"}  # fmt: skip


def test_limits_of_version_1(tmp_path):
    group = small_machine.Group(tmp_path / "memory", tmp_path / "cpu")
    for folder in group.folders:
        folder.mkdir()
    group.limit(gigabytes=1.5, cores=0.5)
    said = {path.name: path.read_text() for path in tmp_path.rglob("*.*")}
    assert said == {"memory.limit_in_bytes": "1500000000", "cpu.cfs_period_us": "100000",
                    "cpu.cfs_quota_us": "50000", "cpu.shares": "262144"}  # fmt: skip


def test_what_a_group_has_used(tmp_path):
    (tmp_path / "cpu.stat").write_text("usage_usec 1500000\nnr_periods 40\nnr_throttled 39\n")
    (tmp_path / "memory.events").write_text("low 0\nmax 7\noom 1\noom_kill 1\n")
    used = small_machine.Group(tmp_path, tmp_path).numbers()
    assert used == {"periods": 40, "throttled": 39, "seconds": 1.5, "killed": 1}


def test_a_notebook_sees_its_group_as_the_root_as_in_a_container(tmp_path):
    command = small_machine.Group(tmp_path / "group", tmp_path / "group").inside(["true"])
    assert f"mount --bind {tmp_path / 'group'} {tmp_path} && exec" in " ".join(command)


def test_a_quota_that_never_stopped_the_group_is_no_measurement(capsys):
    row = {"minutes": 1.0, "processor_minutes": 1.0, "throttled": 0.3, "killed": 0,
           "peak_memory_mb": 500, "error": None}  # fmt: skip
    assert small_machine.conclude([row], most_minutes=5) == 0
    assert small_machine.conclude([row | {"throttled": 0.0}], most_minutes=5) == 1
    assert small_machine.conclude([row | {"minutes": float("nan")}], most_minutes=5) == 1
    assert small_machine.conclude([row | {"killed": 1}], most_minutes=5) == 1
