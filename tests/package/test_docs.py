"""Pages for people: every link leads somewhere, every bold term in the glossary is in it."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PLACES = ("*.md", "docs/*.md", "instructor/*.md", "constraints/*.md", "notebooks/[0-9]*.ipynb")
PAGES = sorted(path for place in PLACES for path in ROOT.glob(place))
LINK = re.compile(r"(?<!!)\[[^\]]+\]\((?!https?:|mailto:)([^)\s]+)\)")


def text_of(path):
    if path.suffix == ".md":
        return path.read_text(encoding="utf-8")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def anchors(path):
    headings = re.findall(r"^#{1,6}\s+(.+)$", text_of(path), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings
    }


def broken(path):
    for target in LINK.findall(text_of(path)):
        place, _, anchor = target.partition("#")
        there = (path.parent / place).resolve() if place else path
        if not there.exists():
            yield f"{target}: no such file"
        elif anchor and there.suffix in (".md", ".ipynb") and anchor not in anchors(there):
            yield f"{target}: no such heading"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    assert list(broken(page)) == []


def test_the_check_finds_broken_links(tmp_path):
    page = tmp_path / "a.md"
    page.write_text("# A b\n[x](#a-b) [y](#c) [z](gone.md)")
    assert [problem.split(":")[0] for problem in broken(page)] == ["#c", "gone.md"]


def test_glossary_terms_in_bold_have_an_entry_and_none_stands_twice():
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = [term.lower() for term in re.findall(r"^### (.+)$", text, re.MULTILINE)]
    assert len(terms) == len(set(terms)) > 60
    known = " ".join(terms)
    bold = {word.lower().rstrip("s") for word in re.findall(r"\*\*([\w\-. ]{2,})\*\*", text)}
    emphasis = {"never", "spampinato et al. 2017", "escobar et al. 2019"}
    assert {word for word in bold if word not in known} == emphasis
