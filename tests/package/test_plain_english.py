"""Plain English for readers whose second language it is: no private grammar, no quoted riddles."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT

from boneage_kit import cli

PAGES = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "instructor/*.md", "constraints/*.md")
    for path in ROOT.glob(pattern)
)
CODE = sorted(
    path
    for pattern in (
        "boneage_kit/**/*.py",
        "boneage_kit/**/*.j2",
        "boneage_kit/**/*.csv",
        "boneage_kit/**/*.toml",
        "studies/*.py",
        "tools/*.py",
    )
    for path in ROOT.glob(pattern)
)
THINGS = (
    "band|bar|box|cell|child|column|curve|dot|entry|figure|file|fold|folder|image|key|letter|line|"
    "map|marker|method|model|notebook|number|page|panel|part|point|process|row|seed|sentence|table|"
    "test|thing|thread|training|value|width|word|worker"
)
EACH = (
    "cell|child|core|day|epoch|film|fold|group|hand|image|line|method|minute|notebook|page|pass|"
    "patient|phantom|process|reader|row|second|seed|sex|stage|step|training|turn|worker"
)
COUNTED = "images|rows|lines|files|numbers|phantoms|children|minutes|seconds|GB|MB"
#: "A row an image" is read as a misprint: write "one row per image".
WITHOUT_PER = re.compile(
    rf"\b(?:one|an?) (?:{THINGS}) an? [a-z]+|\b(?:{COUNTED}) an? (?:{EACH})\b", re.IGNORECASE
)
#: Right as they stand: here "a" does not mean "per".
ALLOWED = (
    "the atlas files an image",
    "children a cell needs to show",
    "image file a row of a table means",
    "pixels a phantom of given arguments has",
)
#: Sentences and names that first readers had to read twice, with what to write instead.
RIDDLES = {
    "one that never looks": "a method that never looks at the image",
    "as good as earned": "twice as good as he is",
    "sets apart a cached": "say what the value identifies",
    "own counsel": "say what the library does",
    "somebody_watches": "is_interactive",
    "got to hear": "the message that it gave",
    "have both learnt nothing are": "neither method works, so comparing them is useless",
    "as far as one can see": "if it looks so",
    "for else": "because otherwise",
    "how wild": "how much they vary",
    "as an epiphysis lies": "say along which axis",
    "the more the smaller": "the more points, the smaller each is drawn",
    "what of a shaft": "the part of the shaft that",
    "how exactly a cell": "the interval of the error in a cell of n children",
    "on the careful side": "wider than needed",
    "return a word for": "return the verdict on",
    "no way of their own": "say what is missing",
    "travel between processes": "can be pickled",
    "what is no single": "refuse a file with several images",
    "not born": "changes that the network saw in training hurt it less",
    "better taste": "it also remembers single images",
    "in new clothes": "the same mistake",
    "the luck of": "chance in",
    "never from a keyboard": "commands write the numbers",
    "without thinking": "a plain call",
}
A_RIDDLE = re.compile("|".join(map(re.escape, RIDDLES)), re.IGNORECASE)


def unwrapped(text: str) -> str:
    """Text on one line, so that a phrase is found across a line's end and a comment's sign."""
    return re.sub(r"\s*\n\s*(?:(?:#:?|>|\*|-) )?\s*", " ", text)


def not_plain(text: str) -> Iterator[str]:
    """Each phrase that is not plain, with the words around it."""
    text = unwrapped(text)
    for pattern in (WITHOUT_PER, A_RIDDLE):
        for match in pattern.finditer(text):
            around = text[max(0, match.start() - 30) : match.end() + 30]
            if not any(quote in around for quote in ALLOWED):
                yield around


@pytest.mark.parametrize("page", PAGES, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_page_is_plain(page: Path) -> None:
    assert list(not_plain(page.read_text(encoding="utf-8"))) == []


def test_docstrings_comments_and_messages_are_plain() -> None:
    problems = {
        path.relative_to(ROOT).as_posix(): problem
        for path in CODE
        if (problem := list(not_plain(path.read_text(encoding="utf-8"))))
    }
    assert len(CODE) > 200 and problems == {}


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_the_help_of_a_command_is_plain(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main([command, "--help"])
    shown = capsys.readouterr().out
    assert "boneage-kit" in shown and list(not_plain(shown)) == []


@pytest.mark.parametrize(
    "text",
    [
        "It writes one row an image.",
        "A file a kind of feature and image\n# size, kept on disk.",
        "49 phantoms a second",
        "glibc keeps its own counsel",
        *RIDDLES,
    ],
)
def test_the_check_finds_what_is_not_plain(text: str) -> None:
    assert len(list(not_plain(text))) == 1


@pytest.mark.parametrize("text", ["One row per image.", "A file. A kind of image.", *ALLOWED])
def test_the_check_leaves_plain_sentences(text: str) -> None:
    assert list(not_plain(text)) == []
