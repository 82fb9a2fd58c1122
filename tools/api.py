"""Write the API reference: one page per room of the package, from its docstrings.

    python tools/api.py DIR

The names are those of each room's ``__all__``; ``dir()`` and the Tab key show the same names.
``make docs`` puts these pages into the book. They are not committed, so they are never out of date.
"""

from __future__ import annotations

import importlib
import importlib.util
import inspect
import re
import sys
from pathlib import Path
from types import ModuleType

import boneage_kit

PACKAGE = "boneage_kit"
#: A section of a numpydoc docstring: a word, underlined.
SECTION = re.compile(r"^([A-Z][A-Za-z ]+)\n-{3,}$", re.MULTILINE)
ROLE = re.compile(r":(?:py:)?(?:mod|class|func|meth|data|attr|exc):`~?([^`]+)`")
DOCTEST = re.compile(r"^>>> .*(?:\n(?!\n).*)*", re.MULTILINE)


def rooms() -> list[str]:
    """Return the full names of the package and of every room that it shows."""
    names = [f"{PACKAGE}.{name}" for name in sorted(boneage_kit.__all__)]
    return [PACKAGE, *(name for name in names if importlib.util.find_spec(name))]


def public_names(module: ModuleType) -> list[str]:
    """Return a module's ``__all__``, or what it defines itself without an underscore in front."""
    if hasattr(module, "__all__"):
        return sorted(module.__all__)
    return sorted(
        name
        for name, thing in vars(module).items()
        if not name.startswith("_") and getattr(thing, "__module__", "") == module.__name__
    )


def page(module: ModuleType) -> str:
    """Return the Markdown page of one room."""
    parts = [f"# {module.__name__}", prose(inspect.getdoc(module))]
    for name in public_names(module):
        parts += entry(name, getattr(module, name), level=2)
    return "\n\n".join(part for part in parts if part) + "\n"


def entry(name: str, thing: object, level: int) -> list[str]:
    """Return the parts of one name: heading, signature, docstring, then what it holds."""
    heading = f"{'#' * level} {name}"
    if inspect.ismodule(thing):
        return module_entry(heading, thing, level)
    if inspect.isclass(thing):
        methods = [
            part
            for member, value in members(thing)
            for part in entry(f"{name}.{member}", value, level + 1)
        ]
        return [heading, signature(name, thing), prose(inspect.getdoc(thing)), *methods]
    if callable(thing):
        return [heading, signature(name, thing), prose(inspect.getdoc(thing))]
    return [heading, constant(thing)]


def module_entry(heading: str, module: ModuleType, level: int) -> list[str]:
    """Return a module's parts; of a room only its name, because it has a page of its own."""
    docstring = inspect.getdoc(module) or ""
    if module.__name__.count(".") == 1:
        return [
            heading,
            f"{prose(docstring.partition(chr(10))[0])} [Its page]({module.__name__}.md).",
        ]
    parts = [heading, prose(docstring)]
    for name in public_names(module):
        parts += entry(f"{heading.split()[1]}.{name}", getattr(module, name), level + 1)
    return parts


def members(cls: type) -> list[tuple[str, object]]:
    """Return the public methods and properties that a class of the package defines itself."""
    found = []
    for name, value in vars(cls).items():
        function = value.fget if isinstance(value, property) else getattr(value, "__func__", value)
        if not name.startswith("_") and inspect.isfunction(function) and function.__doc__:
            found.append((name, function))
    return found


def signature(name: str, thing: object) -> str:
    """Return a call's signature in a code block, one argument per line where it is long."""
    try:
        call = inspect.signature(thing)
    except (TypeError, ValueError):
        return ""
    arguments = [
        parameter.replace(annotation=unquoted(parameter.annotation))
        for parameter in call.parameters.values()
    ]
    call = call.replace(parameters=arguments, return_annotation=unquoted(call.return_annotation))
    text = f"{name}{call}"
    if len(text) > 88:
        returns = str(call.replace(parameters=[])).removeprefix("()")
        inner = "".join(f"    {argument},\n" for argument in arguments)
        text = f"{name}(\n{inner}){returns}"
    return f"```python\n{text}\n```"


class Unquoted(str):
    """An annotation that is shown as it stands in the source."""

    def __repr__(self) -> str:
        return str(self)


def unquoted(annotation: object) -> object:
    return Unquoted(annotation) if isinstance(annotation, str) else annotation


def constant(thing: object) -> str:
    """Return a constant's kind and, where it is short, its value."""
    value = repr(thing)
    shown = f" = `{value}`" if len(value) <= 200 and "`" not in value and "\n" not in value else ""
    return f"`{type(thing).__name__}`{shown}"


def prose(docstring: str | None) -> str:
    """Return a docstring as Markdown: roles as code, sections in bold, examples as code blocks."""
    text = ROLE.sub(r"`\1`", docstring or "").replace("``", "`")
    examples = DOCTEST.findall(text)
    words = [paragraphs(part) for part in DOCTEST.split(text)]
    blocks = [f"```python\n{example}\n```" for example in examples] + [""]
    return "\n\n".join(part for pair in zip(words, blocks, strict=True) for part in pair if part)


def paragraphs(text: str) -> str:
    """Return text without examples: each section's entries as a list, the rest unchanged."""
    head, *sections = SECTION.split(text.strip())
    parts = [plain(head)]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        parts += [f"**{title}**", entries(body)]
    return "\n\n".join(part for part in parts if part)


def entries(body: str) -> str:
    """Return ``name : type`` lines with their indented meanings as a list."""
    lines = []
    for line in body.strip("\n").splitlines():
        if line and not line.startswith(" "):
            lines.append("- `{}`:".format(line.replace("`", "")))
        elif line.strip():
            lines.append(f"  {plain(line.strip())}")
        else:
            lines.append("")
    return "\n".join(lines).strip()


def plain(text: str) -> str:
    """Keep Markdown from seeing mathematics or markup where a docstring has none."""
    return text.strip().replace("$", r"\$").replace("<", r"\<").replace("{", r"\{")


def write(folder: Path) -> list[Path]:
    """Write one page per room into ``folder`` and return their paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for room in rooms():
        paths.append(folder / f"{room}.md")
        paths[-1].write_text(page(importlib.import_module(room)), encoding="utf-8")
    return paths


if __name__ == "__main__":
    for path in write(Path(sys.argv[1])):
        sys.stdout.write(f"{path}\n")
