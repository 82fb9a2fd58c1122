"""The book: every page is in it, and Jupyter Book builds its content without a complaint."""

import json
import re
import shutil
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import book  # noqa: E402

installed = pytest.mark.skipif(
    not shutil.which("jupyter-book"), reason="needs pip install 'jupyter-book>=2'"
)
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "CODE_OF_CONDUCT.md",
    "docs/*.md",
    "instructor/*.md",
    "constraints/*.md",
    "notebooks/[0-9]*.ipynb",
)


def test_every_page_is_in_the_book():
    config = (ROOT / "myst.yml").read_text(encoding="utf-8")
    named = re.findall(r"(?:file|pattern): (\S+)", config)
    listed = {path for place in named for path in ROOT.glob(place)}
    assert listed == {path for place in PAGES for path in ROOT.glob(place)}


@installed
@pytest.mark.parametrize("added", ["", "\n[gone](#no-such-place)\n"])
def test_the_content_builds_and_a_broken_reference_does_not(added, tmp_path, monkeypatch):
    monkeypatch.setattr(book, "PLACE", tmp_path / "book")
    stage = book.stage

    def changed(*, themed):
        place = stage(themed=themed)
        (place / "CHANGELOG.md").unlink()
        text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8") + added
        (place / "CHANGELOG.md").write_text(text, encoding="utf-8")
        return place

    monkeypatch.setattr(book, "stage", changed)
    wrong, said = book.build(themed=False)
    assert bool(wrong) == bool(added), said[-2000:]
    if not added:
        content = tmp_path / "book" / "_build" / "site" / "content"
        pages = [json.loads(path.read_text(encoding="utf-8")) for path in content.glob("*.json")]
        assert sum(page["location"].endswith(".ipynb") for page in pages) == 15


def test_citation_changelog_and_zenodo_say_the_same():
    from boneage_kit import __version__

    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    zenodo = json.loads((ROOT / ".zenodo.json").read_text(encoding="utf-8"))
    assert f"version: {__version__}\n" in citation
    assert f"\n## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f'title: "{zenodo["title"]}"' in citation
    assert f"license: {zenodo['license']}\n" in citation
    assert re.findall(r"^  - ([a-z ]+)$", citation, re.M) == zenodo["keywords"]
    assert zenodo["related_identifiers"][0]["identifier"] in citation
