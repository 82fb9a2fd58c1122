"""What commands write, and over what they refuse to write."""

import os
import stat

import pytest

from boneage_kit import _io
from boneage_kit.cli import main
from boneage_kit.errors import BadInput

PHANTOM = ["phantom", "--sex", "F", "--age", "8", "--size", "64", "-o"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_refused_before_the_work_and_stays_a_pipe(tmp_path, capsys, monkeypatch):
    pipe = tmp_path / "pipe.png"
    os.mkfifo(pipe)
    monkeypatch.setattr("boneage_kit.phantom.render", lambda **_: pytest.fail("worked before"))
    assert main([*PHANTOM, str(pipe)]) == 2
    said = capsys.readouterr().err
    assert "no regular file" in said and said.count("\n") == 1
    with pytest.raises(BadInput, match="no regular file"):
        _io.write_text(pipe, "new")
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert [path.name for path in tmp_path.iterdir()] == [pipe.name]


def test_a_folder_is_not_replaced_by_a_file(tmp_path):
    with pytest.raises(BadInput, match="is a folder"):
        _io.write_text(tmp_path, "new")


@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_the_file_it_points_to_is_replaced(tmp_path, is_there):
    target, link = tmp_path / "there" / "hand.png", tmp_path / "link.png"
    target.parent.mkdir()
    if is_there:
        target.write_text("old")
    link.symlink_to(target)
    assert main([*PHANTOM, str(link)]) == 0
    assert link.is_symlink() and not target.is_symlink()
    assert target.read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in target.parent.iterdir()] == [target.name]


def test_a_link_in_a_circle_is_refused(tmp_path):
    link = tmp_path / "a.png"
    link.symlink_to(link)
    with pytest.raises(BadInput, match="cannot be written"):
        _io.check_writable(link, is_folder=False)
