"""Write the book as a folder of plain pages that open without a server and without a network.

    make docs-folder     into out/folder-book; open index.html there

`make docs` builds a site with search and a theme. The theme is fetched from mystmd.org, and the
site needs a web server. This script converts the same pages by nbconvert, README first. Each page
is one file with its pictures and styles inside, and loads nothing from elsewhere. Nothing is
executed.
"""

from __future__ import annotations

import html
import posixpath
import re
import shutil
import sys
from pathlib import Path

import api
import nbformat
import yaml
from nbconvert import HTMLExporter

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "out" / "folder-book"
BADGES = re.compile(r"(?:^\[!\[[^\n]+\n)+", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")
#: What nbconvert's page loads from elsewhere: for formulas, diagrams and live widgets.
LOADED = re.compile(
    r"<script\b[^>]*\bsrc=\"https?:[^>]*>.*?</script>"
    r"|<script type=\"module\">(?:(?!</script>).)*?https?:.*?</script>",
    re.DOTALL,
)
ANCHOR = re.compile(r"(?<=\bid=\")([^\"]+)(?=\">)|(?<=href=\"#)([^\"]+)(?=\")")
STYLE = """<style>
body { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
nav.book { font: 0.9rem sans-serif; padding: 0.7rem 0; border-bottom: 1px solid #767676; }
nav.book ul { columns: 3 14rem; padding-left: 1.2rem; }
</style>"""


def sources() -> dict[str, Path]:
    """Return each page's path in the book, without its ending, in the order of myst.yml."""
    pages: dict[str, Path] = {}

    def add(entries: list[dict]) -> None:
        for entry in entries:
            folder = (
                FOLDER if entry.get("file", entry.get("pattern", "")).startswith("api/") else ROOT
            )
            if "file" in entry:
                pages[str(Path(entry["file"]).with_suffix(""))] = folder / entry["file"]
            for path in sorted(folder.glob(entry["pattern"])) if "pattern" in entry else ():
                pages[str(path.relative_to(folder).with_suffix(""))] = path
            add(entry.get("children", []))

    add(yaml.safe_load((ROOT / "myst.yml").read_text(encoding="utf-8"))["project"]["toc"])
    return pages


def read(page: str, path: Path, pages: dict[str, Path]) -> nbformat.NotebookNode:
    """Return a notebook, or a Markdown page as a notebook of one cell, with links to the pages.

    Badges, which open services on the internet, are left out; a link to a file that is no page of
    the book becomes its text.
    """

    def link(match: re.Match) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(page), match[2]))
        for name in (target.removesuffix(".md").removesuffix(".ipynb"), f"{target}/README"):
            if name in pages:
                way = posixpath.relpath(name, posixpath.dirname(page) or ".")
                return f"[{match[1]}]({way}.html{match[3] or ''})"
        return match[1]

    if path.suffix == ".ipynb":
        book = nbformat.read(path, as_version=4)
    else:
        text = path.read_text(encoding="utf-8")
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(text)])
    for cell in book.cells:
        if cell.cell_type == "markdown":
            cell.source = LINK.sub(link, BADGES.sub("", cell.source))
    return book


def title(book: nbformat.NotebookNode) -> str:
    heading = re.search(r"^#{1,2} (.+)$", book.cells[0].source, re.MULTILINE)
    return heading[1].strip("`* ") if heading else "boneage_kit"


def slug(match: re.Match) -> str:
    """Return a heading's anchor as GitHub writes it, which is what the pages link to."""
    return re.sub(r"[^\w\- ]", "", html.unescape(match[0]).lower()).replace(" ", "-")


def navigation(page: str, titles: dict[str, str]) -> str:
    """Return all pages of the book, folded, with relative links."""
    here = posixpath.dirname(page)
    items = "".join(
        f'<li><a href="{posixpath.relpath(other, here or ".")}.html">{html.escape(name)}</a></li>'
        for other, name in titles.items()
    )
    return (
        f'<nav class="book"><details><summary>All pages</summary><ul>{items}</ul></details></nav>'
    )


def convert(page: str, book: nbformat.NotebookNode, folder: Path, titles: dict[str, str]) -> str:
    """Return one page as HTML that loads nothing; its pictures lie relative to ``folder``."""
    where = {"metadata": {"path": str(folder), "name": titles[page]}}
    text, _ = HTMLExporter(embed_images=True).from_notebook_node(book, resources=where)
    text = ANCHOR.sub(slug, LOADED.sub("", text))
    body = re.search(r"<body[^>]*>", text)
    opening = f"{body[0]}{navigation(page, titles)}"
    return text.replace(body[0], opening, 1).replace("</head>", f"{STYLE}</head>", 1)


def write() -> Path:
    """Write every page; return the first one."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    api.write(FOLDER / "api")
    pages = sources()
    books = {page: read(page, path, pages) for page, path in pages.items()}
    titles = {page: title(book) for page, book in books.items()}
    for page, path in pages.items():
        target = FOLDER / f"{page}.html"
        target.parent.mkdir(parents=True, exist_ok=True)
        text = convert(page, books[page], path.parent, titles)
        target.write_text(text, encoding="utf-8")
    for path in (FOLDER / "api").glob("*.md"):
        path.unlink()
    return shutil.copy(FOLDER / "README.html", FOLDER / "index.html")


if __name__ == "__main__":
    sys.stdout.write(f"{write()}\n")
