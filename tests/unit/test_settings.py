"""Environment variables of the kit: one table, nonsense refused, nothing reads them elsewhere."""

import re

import pytest
from conftest import ROOT

from boneage_kit import _settings
from boneage_kit.cli import main
from boneage_kit.errors import BadInput


@pytest.mark.parametrize(
    "name, text",
    [
        ("SEED", "abc"),
        ("SEED", "-1"),
        ("SEED", "1.5"),
        ("SEED", "4294967296"),
        ("SEED", "9" * 5000),
        ("SEED", "\u0663"),
        ("THREADS", "two"),
        ("THREADS", "5000"),
        ("PROCESSOR", "abacus"),
        ("WIDGETS", "yes"),
        ("TRACEBACK", "2"),
    ],
)
def test_nonsense_is_refused_with_its_name_by_every_command(name, text, monkeypatch, capsys):
    monkeypatch.setenv(f"BONEAGE_KIT_{name}", text)
    with pytest.raises(BadInput, match=f"BONEAGE_KIT_{name} is"):
        _settings.check()
    assert main(["figure"]) == 2
    said = capsys.readouterr().err
    assert f"BONEAGE_KIT_{name}" in said and said.count("\n") == 1 and len(said) < 300


def test_set_to_nothing_counts_as_not_set(monkeypatch):
    for name in _settings.SETTINGS:
        monkeypatch.setenv(name, " ")
    assert _settings.seed(7) == 7 and _settings.threads(2) == 2
    assert _settings.cache_folder() is _settings.run_folder() is _settings.device() is None
    assert _settings.processor() == "avx2" and _settings.live_widgets() is None


def test_every_variable_is_read_here_and_nowhere_else():
    named = set()
    for path in (ROOT / "boneage_kit").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        named |= set(re.findall(r"BONEAGE_KIT_[A-Z]+", text))
        if path.name != "_settings.py":
            assert not re.search(r"""(environ(\.get\(|\[)|getenv\()\s*["']BONEAGE_KIT""", text), (
                path
            )
    assert named == set(_settings.SETTINGS)
