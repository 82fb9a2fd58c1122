"""What a room shows: its names, their examples, completion, and what an import costs."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import rlcompleter
import subprocess
import sys
import types

import pytest

import boneage_kit as bk

ROOMS = sorted(
    room.name
    for room in pkgutil.iter_modules(bk.__path__)
    if room.ispkg and room.name not in ("cli", "data")
)
#: Rooms in which every function has an example; in the others this many may lack one.
EXAMPLES_MISSING = {
    "datasets": 1,
    "execution": 8,
    "probing": 8,
    "report": 2,
    "shelf": 10,
    "training": 4,
}
#: Heavy modules that must not come with a room's name, nor with what it offers at once.
HEAVY = ("torch", "fastai", "matplotlib", "skimage", "sklearn", "seaborn", "timm", "pydicom")


def room_of(name):
    return importlib.import_module(f"boneage_kit.{name}")


def public(room):
    return {name: getattr(room, name) for name in room.__all__}


@pytest.mark.parametrize("name", ["", *ROOMS])
def test_dir_shows_what_is_public_and_nothing_else(name):
    room = room_of(name) if name else bk
    assert dir(room) == sorted(room.__all__)
    assert len(set(room.__all__)) == len(room.__all__)


@pytest.mark.parametrize("name", ROOMS)
def test_every_public_name_resolves_and_says_what_it_is(name):
    without_words, without_example = [], []
    for public_name, thing in public(room_of(name)).items():
        if isinstance(thing, types.ModuleType) or not callable(thing):
            continue  # a module says it on its own page; a constant has its value
        words = inspect.getdoc(thing) or ""
        if not words:
            without_words.append(public_name)
        if inspect.isfunction(thing) and ">>>" not in words:
            without_example.append(public_name)
    assert without_words == []
    assert len(without_example) <= EXAMPLES_MISSING.get(name, 0), without_example


@pytest.mark.parametrize("name", ROOMS)
def test_no_public_name_hides_a_module_of_its_room(name):
    room = room_of(name)
    modules = {module.name for module in pkgutil.iter_modules(room.__path__)}
    hidden = [
        public_name
        for public_name, thing in public(room).items()
        if public_name in modules and not isinstance(thing, types.ModuleType)
    ]
    assert hidden == []


@pytest.mark.parametrize("name", ["plots", "evaluation", "maturity", "datasets", "benchmark"])
def test_a_tab_shows_the_functions(name):
    jedi = pytest.importorskip("jedi")
    expected = set(room_of(name).__all__)
    completer = rlcompleter.Completer({"bk": bk})
    prefix = f"bk.{name}."
    offered = {text.removeprefix(prefix).split("(")[0] for text in completer.attr_matches(prefix)}
    assert expected <= {text for text in offered if not text.startswith("_")}
    by_jedi = {match.name for match in jedi.Interpreter(prefix, [{"bk": bk}]).complete()}
    assert expected <= by_jedi  # what JupyterLab asks


def fresh(code):
    """Run code in a new process and return what it printed as JSON."""
    done = subprocess.run(
        [sys.executable, "-c", f"import json, sys\n{code}"],
        text=True,
        capture_output=True,
        check=True,
    )
    return json.loads(done.stdout)


def test_a_misspelt_name_gets_a_suggestion_and_imports_nothing_heavy():
    error, heavy, count = fresh(
        "import boneage_kit as bk\n"
        "try:\n    bk.plots.bland_altmann\n"
        "except AttributeError as error:\n    text = str(error)\n"
        f"print(json.dumps([text, [n for n in {HEAVY} if n in sys.modules], len(sys.modules)]))"
    )
    assert error == "boneage_kit.plots has no bland_altmann. Did you mean bland_altman?"
    assert heavy == [] and count < 400


@pytest.mark.parametrize("name", ["", *ROOMS])
def test_importing_a_room_is_free(name):
    path = f"boneage_kit.{name}" if name else "boneage_kit"
    assert (
        fresh(f"import {path}\nprint(json.dumps([n for n in {HEAVY} if n in sys.modules]))") == []
    )


@pytest.mark.parametrize(
    "use",
    [
        "bk.maturity.nearest_gp_plate(8.2, 'F')",
        "bk.phantom.render('F', 8.5, size=64)",
        "bk.phantom.cohort(3)",
        "bk.BadInput",
        "bk.widgets.load_readings('not-there.csv')",
        "bk.records.parse_sex('girl')",
    ],
)
def test_light_things_stay_light(use):
    assert (
        fresh(
            f"import boneage_kit as bk\n{use}\n"
            f"print(json.dumps([n for n in {HEAVY} if n in sys.modules]))"
        )
        == []
    )
