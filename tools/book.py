"""Build the book: README, notebooks, pages and API reference as one site (Jupyter Book 2, MyST).

    make docs            the site, into out/book/html (the theme is fetched from mystmd.org once)
    make docs-check      no theme and no network: every page is parsed, every reference resolved

The script does not execute the notebooks: the book shows the committed outputs. It needs
`pip install jupyter-book` (2 or newer), which also installs node if there is none.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import api

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "out" / "book"
#: A site template that draws nothing: the content is parsed, resolved and checked all the same.
NO_THEME = """jtex: v1
title: Content only
version: 1.0.0
authors: [{name: {given: Bone, family: Age}}]
build: {install: "true", start: "true"}
files: []
"""


#: Cannot be checked without a network: badges, and whether doi.org knows a paper.
OFFLINE = ("image-downloads", "image-format-converts", "doi-link-valid")


def stage(*, themed: bool) -> Path:
    """Make a folder that links to the book's pages and holds the API reference."""
    shutil.rmtree(PLACE, ignore_errors=True)
    PLACE.mkdir(parents=True)
    for path in ROOT.iterdir():
        if path.name not in ("out", "myst.yml") and not path.name.startswith((".", "_")):
            (PLACE / path.name).symlink_to(path, target_is_directory=path.is_dir())
    config = (ROOT / "myst.yml").read_text(encoding="utf-8")
    if not themed:
        (PLACE / "no_theme").mkdir()
        (PLACE / "no_theme" / "template.yml").write_text(NO_THEME, encoding="utf-8")
        config = config.replace("template: book-theme", "template: ./no_theme")
        unchecked = "".join(f"    - {{rule: {rule}, severity: ignore}}\n" for rule in OFFLINE)
        config = config.replace("  error_rules:\n", f"  error_rules:\n{unchecked}")
    (PLACE / "myst.yml").write_text(config, encoding="utf-8")
    api.write(PLACE / "api")
    return PLACE


def build(*, themed: bool) -> tuple[int, str]:
    """Run Jupyter Book, strictly; return 1 if anything was wrong, and what it printed."""
    command = ["jupyter-book", "build", "--html" if themed else "--site", "--strict", "--ci"]
    done = subprocess.run(
        command, cwd=stage(themed=themed), capture_output=True, text=True, check=False
    )
    said = done.stdout + done.stderr
    return int(done.returncode != 0 or "⚠️" in said), said  # --strict lets warnings pass


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="without theme and network")
    arguments = parser.parse_args()
    if not shutil.which("jupyter-book"):
        sys.stderr.write("Jupyter Book is not installed. Run: pip install 'jupyter-book>=2'\n")
        return 2
    wrong, said = build(themed=not arguments.check)
    sys.stdout.write(said)
    if wrong:
        return 1
    sys.stdout.write(f"{PLACE / '_build' / ('site' if arguments.check else 'html')}\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
