"""The book as a folder: every page is there, leads only to pages, and loads nothing."""

import posixpath
import re
import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "tools"))
import folder_book  # noqa: E402

LOADS = r"(?:\bsrc(?:set)?=|\bfrom |@import |url\()[\"']?https?:|<link[^>]*https?:"
OTHER_FILE = r"<img\b[^>]*\bsrc=\"(?!data:)"


@pytest.fixture(scope="module")
def book():
    """Path in the book -> the page's HTML without styles."""
    folder = folder_book.write().parent
    pages = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
             for path in folder.rglob("*.html")}  # fmt: skip
    styles = re.compile(r"<style.*?</style>", re.DOTALL)
    assert not [name for name, text in pages.items() if re.search(LOADS, text)]
    assert not [name for name, text in pages.items() if re.search(OTHER_FILE, text)]
    return {name: styles.sub("", text) for name, text in pages.items()}


@pytest.mark.slow
def test_every_page_of_the_book_is_there_with_its_pictures(book):
    committed = {*ROOT.glob("notebooks/*.ipynb"), *ROOT.glob("docs/*.md")}
    names = {path.relative_to(ROOT).with_suffix(".html").as_posix() for path in committed}
    assert {"index.html", "api/boneage_kit.html", *names} <= set(book)
    assert "data:image/jpeg;base64" in book["docs/phantom.html"] + book["docs/glossary.html"]
    assert "data:image/png;base64" in book["notebooks/01_a_child_and_a_film.html"]


@pytest.mark.slow
def test_every_link_leads_to_a_heading_of_a_page(book):
    anchors = {name: set(re.findall(r'\bid="([^"]+)"', text)) for name, text in book.items()}
    broken = []
    for name, text in book.items():
        for link in re.findall(r'<a\b[^>]*\bhref="([^"]+)"', text):
            if re.match(r"[a-z]+:", link):
                continue
            path, _, anchor = link.partition("#")
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), path))
            target = target if path else name
            if target not in book or (anchor and anchor not in anchors[target]):
                broken.append((name, link))
    assert not broken
