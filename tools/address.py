"""Write the repository's address, from pyproject.toml, wherever a reader meets it.

    make address

The address stands once, in ``[project.urls] Repository``. This fills the badges and first cells
of the notebooks, README.md and CITATION.cff, and can be run again after it changed.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parent.parent
README_BADGES = re.compile(r"(<!-- badges[^>]*-->\n).*?(<!-- /badges -->)", re.DOTALL)
#: How the address appears in a notebook's or page's text; the first group stays.
PLACES = [
    (re.compile(r"(mybinder\.org/v2/gh/)(?:\{\{REPO\}\}|[\w.-]+/[\w.-]+)(?=/)"), "{name}"),
    (re.compile(r"(colab\.research\.google\.com/github/)(?:\{\{REPO\}\}|[\w.-]+/[\w.-]+)(?=/)"),
     "{name}"),
    (re.compile(r"(git\+)(?:REPOSITORY|https://[^\\\"'\s]+)"), "{url}"),
    (re.compile(r"(repository-code: )\S+"), "{url}"),
]


def address(root: Path = ROOT) -> str:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]["Repository"]


def filled(text: str, url: str) -> str:
    """Return a text with every mention of the repository pointing to ``url``."""
    name = "/".join(url.rstrip("/").split("/")[-2:])
    for pattern, template in PLACES:
        text = pattern.sub(lambda found, t=template: found[1] + t.format(name=name, url=url), text)
    return README_BADGES.sub(lambda found: found[1] + badges(name) + found[2], text)


def badges(name: str) -> str:
    binder = f"https://mybinder.org/v2/gh/{name}/HEAD?urlpath=lab/tree/notebooks"
    colab = f"https://colab.research.google.com/github/{name}/blob/HEAD/notebooks"
    first = "01_reading_a_hand.ipynb"
    return (
        f"[![Open all notebooks on Binder](https://mybinder.org/badge_logo.svg)]({binder})\n"
        "[![Open the first notebook in Colab]"
        f"(https://colab.research.google.com/assets/colab-badge.svg)]({colab}/{first})\n"
    )


def pages(root: Path = ROOT) -> list[Path]:
    named = [root / "README.md", root / "CITATION.cff"]
    return [path for path in named if path.exists()] + sorted((root / "notebooks").glob("*.ipynb"))


def main() -> None:
    url = address()
    for path in pages():
        before = path.read_text(encoding="utf-8")
        after = filled(before, url)
        if after != before:
            path.write_text(after, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
