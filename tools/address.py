"""Write the address of the kit, from pyproject.toml, into every page that shows it.

    make address

``[project.urls]`` of pyproject.toml has two lines for it. The badges lead to ``Repository``. On
Colab or Kaggle the first cell of a notebook installs ``Install``: a page of the package index
(``https://pypi.org/project/NAME/``), the wheel of a release (``https://...whl``) or a repository.
Without that line it installs ``Repository``. The script writes both into the notebooks' badges and
first cells, README.md and CITATION.cff. Run it again after a line has changed.
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
README_BADGES = re.compile(r"(<!-- badges[^>]*-->\n).*?(<!-- /badges -->)", re.DOTALL)
NOTEBOOK_BADGES = re.compile(r"(?:^\[!\[[^\n]+\n)+", re.MULTILINE)
CODE_OF = re.compile(r"(repository-code: )\S+")
INDEX_PAGE = re.compile(r"https://pypi\.org/project/([\w.-]+)/?")
FIRST_CELL = """\
# Set up. On Colab and Kaggle this installs what is missing. What is installed already, such as
# torch, stays as it is. Where the kit is installed, this cell only imports it.
import importlib.util, subprocess, sys

if importlib.util.find_spec("boneage_kit") is None:
    pip = [sys.executable, "-m", "pip"]
    with open("installed.txt", "w") as installed:
        subprocess.check_call([*pip, "list", "--format=freeze"], stdout=installed)
    subprocess.check_call([*pip, "install", "-q", "-c", "installed.txt", "TARGET"])
import boneage_kit as bk"""


def urls(root: Path = ROOT) -> dict[str, str]:
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project["urls"]


def address(root: Path = ROOT) -> str:
    """Return the repository's address."""
    return urls(root)["Repository"]


def target(root: Path = ROOT) -> str:
    """Return what pip is told to install, by the line ``Install`` or else the repository."""
    return pip_target(urls(root).get("Install", address(root)))


def pip_target(url: str) -> str:
    """Return pip's argument for a page of the package index, a wheel or a repository.

    >>> pip_target("https://pypi.org/project/boneage-kit/")
    'boneage-kit[train]'
    >>> pip_target("https://example.org/kit-0.1.0-py3-none-any.whl")
    'boneage-kit[train] @ https://example.org/kit-0.1.0-py3-none-any.whl'
    >>> pip_target("https://example.org/account/kit")
    'boneage-kit[train] @ git+https://example.org/account/kit'
    """
    page = INDEX_PAGE.fullmatch(url)
    if page:
        return f"{page[1]}[train]"
    source = url if url.endswith(".whl") else f"git+{url}"
    return f"boneage-kit[train] @ {source}"


def badges(name: str, notebook: str, binder_opens: str, alts: tuple[str, str, str]) -> str:
    """Return the badges of Binder, Colab and Kaggle, one per line.

    ``name`` is the repository's account and name, ``notebook`` a file's name, ``binder_opens``
    the path that JupyterLab shows on Binder, ``alts`` the three badges' texts.
    """
    raw = f"https://raw.githubusercontent.com/{name}/HEAD/notebooks/{notebook}"
    pictures_and_links = [
        (
            "https://mybinder.org/badge_logo.svg",
            f"https://mybinder.org/v2/gh/{name}/HEAD?urlpath=lab/tree/{binder_opens}",
        ),
        (
            "https://colab.research.google.com/assets/colab-badge.svg",
            f"https://colab.research.google.com/github/{name}/blob/HEAD/notebooks/{notebook}",
        ),
        (
            "https://kaggle.com/static/images/open-in-kaggle.svg",
            f"https://kaggle.com/kernels/welcome?src={raw}",
        ),
    ]
    return "".join(
        f"[![{alt}]({picture})]({link})\n"
        for alt, (picture, link) in zip(alts, pictures_and_links, strict=True)
    )


def page(text: str, repository: str) -> str:
    """Return README.md's or CITATION.cff's text with badges and address of ``repository``."""
    alts = (
        "Open all notebooks on Binder",
        "Open the first notebook in Colab",
        "Open the first notebook on Kaggle",
    )
    row = badges(account_and_name(repository), "01_a_child_and_a_film.ipynb", "notebooks", alts)
    text = README_BADGES.sub(lambda block: block[1] + row + block[2], text)
    return CODE_OF.sub(lambda line: line[1] + repository, text)


def notebook(text: str, file_name: str, repository: str, installs: str) -> str:
    """Return a notebook's JSON with badges and first cell of code; all else stays as it is.

    Raises
    ------
    SystemExit
        If the notebook does not begin with a title, badges and a cell of code.
    """
    book = json.loads(text)
    title, code = book["cells"][:2]
    row = badges(
        account_and_name(repository),
        file_name,
        f"notebooks/{file_name}",
        ("Open on Binder", "Open in Colab", "Open on Kaggle"),
    )
    prose, count = NOTEBOOK_BADGES.subn(lambda _: row, "".join(title["source"]), count=1)
    if count != 1 or code["cell_type"] != "code":
        raise SystemExit(f"{file_name} does not begin with a title, badges and a cell of code.")
    title["source"] = prose.splitlines(keepends=True)
    code["source"] = FIRST_CELL.replace("TARGET", installs).splitlines(keepends=True)
    return json.dumps(book, indent=1, ensure_ascii=False) + "\n"


def account_and_name(repository: str) -> str:
    return "/".join(repository.rstrip("/").split("/")[-2:])


def pages(root: Path = ROOT) -> list[Path]:
    named = [root / "README.md", root / "CITATION.cff"]
    return [path for path in named if path.exists()] + sorted((root / "notebooks").glob("*.ipynb"))


def filled(path: Path, root: Path = ROOT) -> str:
    """Return what ``make address`` writes into a file."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return notebook(text, path.name, address(root), target(root))
    return page(text, address(root))


def main() -> None:
    for path in pages():
        text = filled(path)
        if text != path.read_text(encoding="utf-8"):
            path.write_text(text, encoding="utf-8")
            sys.stdout.write(f"wrote {path.relative_to(ROOT)}\n")


if __name__ == "__main__":
    main()
