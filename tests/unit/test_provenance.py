"""The fingerprint of the code: what it says does not count, what it does counts."""

import os
import subprocess
import sys

import pytest
from conftest import ROOT

from boneage_kit import provenance

CODE = '''"""A module."""

def half(x: float) -> float:
    """Return half."""
    return x / 2  # of it
'''


def fingerprint(folder, code=CODE, name="room.py", table="a,b\n1,2\n"):
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(code if isinstance(code, bytes) else code.encode())
    (folder / "table.csv").write_bytes(table.encode())
    (folder / "weights.bin").write_bytes(b"\xff\x00\r\n")
    return provenance.code_fingerprint(folder)


@pytest.mark.parametrize(
    "change",
    [
        lambda code: code + "# a comment\n",
        lambda code: code.replace("# of it", "# of the number"),
        lambda code: code.replace("Return half.", "Return one half."),
        lambda code: code.replace("A module.", "Halves."),
        lambda code: code.replace("(x: float) -> float:", "(\n    x: float,\n) -> float:"),
        lambda code: code.replace("\n", "\r\n"),
        lambda code: code.replace("/ 2", "/ (2)"),
    ],
)
def test_comments_docstrings_formatting_and_line_ends_do_not_count(change, tmp_path):
    assert change(CODE) != CODE
    assert fingerprint(tmp_path / "b", change(CODE)) == fingerprint(tmp_path / "a")


@pytest.mark.parametrize(
    "change",
    [
        lambda code: code.replace("/ 2", "/ 3"),
        lambda code: code.replace("x / 2", "x // 2"),
        lambda code: code.replace("half(x", "part(x"),
        lambda code: code + "LIMIT = 3\n",
        lambda code: code.replace("    return", "    x = 0.0\n    return"),
    ],
)
def test_a_changed_statement_counts(change, tmp_path):
    assert fingerprint(tmp_path / "b", change(CODE)) != fingerprint(tmp_path / "a")


def test_tables_and_names_count_but_not_their_line_ends(tmp_path):
    first = fingerprint(tmp_path / "a")
    assert fingerprint(tmp_path / "b", table="a,b\r\n1,2\r\n") == first
    assert fingerprint(tmp_path / "c", table="a,b\n1,3\n") != first
    assert fingerprint(tmp_path / "d", name="other.py") != first


def test_a_text_that_is_a_value_counts(tmp_path):
    assert fingerprint(tmp_path / "a", 'NAME = "F"\n') != fingerprint(
        tmp_path / "b", 'NAME = "M"\n'
    )


def test_the_package_itself_is_what_is_read():
    assert (provenance._PACKAGE / "provenance.py").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
def test_asking_git_on_a_full_disk_leaves_no_lock_in_the_repository(tmp_path):
    package = tmp_path / "boneage_kit"
    package.mkdir()
    for number in range(20):  # an index of more than the 600 bytes that fit on this disk
        (package / f"{number}.txt").write_text("x")
    git = ["git", "-C", str(tmp_path), "-c", "user.name=a", "-c", "user.email=a@b"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], check=True)
    os.utime(package / "0.txt", (1, 1))  # git would write the index anew
    code = (
        "import resource, signal; from pathlib import Path; from boneage_kit import provenance\n"
        f"provenance._PACKAGE = Path({str(package)!r})\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (600, 600))\n"
        "assert provenance.kit()['commit']"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not (tmp_path / ".git" / "index.lock").exists()


def test_cores_are_counted_within_the_quota_of_the_control_group(monkeypatch):
    """Docker and Binder limit a container by quota, which the affinity does not show."""
    monkeypatch.setattr("boneage_kit._process.quota", lambda _root: 1.0)
    assert provenance.machine()["cores"] == 1
