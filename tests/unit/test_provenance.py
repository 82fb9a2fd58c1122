"""The fingerprint of the code: what it says does not count, what it does counts."""

import pytest

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
