"""The tools around the code: workflows, hooks, generated pages, a newcomer's first change."""

import importlib
import json
import re
import shutil
import subprocess
import sys
import tomllib

import pytest
import yaml
from conftest import ROOT
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

sys.path.insert(0, str(ROOT / "tools"))
import address  # noqa: E402
import api  # noqa: E402
import readme  # noqa: E402

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
SCHEMAS = {
    "vendor.github-workflows": [".github/workflows/*.yml"],
    "vendor.github-issue-forms": [
        f".github/ISSUE_TEMPLATE/{form}.yml" for form in ("bug", "lesson", "film")
    ],
    "vendor.github-issue-config": [".github/ISSUE_TEMPLATE/config.yml"],
    "vendor.dependabot": [".github/dependabot.yml"],
    "vendor.citation-file-format": ["CITATION.cff"],
}
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
#: A number alone, or with its interval: ``+0.5 (-0.9 to +2.2)``.
NUMBER = r"[-+]?\d[\d,]*(?:\.\d+)?"
ONE_NUMBER = re.compile(rf"{NUMBER}(?: \({NUMBER} to {NUMBER}\))?")


def run(*command, **options):
    return subprocess.run(
        list(map(str, command)),
        capture_output=True,
        text=True,
        check=False,
        **{"cwd": ROOT, **options},
    )


def load(path):
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def jobs():
    for path in WORKFLOWS:
        for name, job in load(path)["jobs"].items():
            yield pytest.param(job, id=f"{path.stem}-{name}")


def steps():
    return [
        step
        for path in WORKFLOWS
        for job in load(path)["jobs"].values()
        for step in job.get("steps", [])
    ]


def blocks(page):
    """The Python blocks of a page by the file named in the last words before each."""
    parts = re.split(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {
        re.findall(r"`([\w/]+\.pyi?)`", before)[-1]: code
        for before, code in zip(parts[::2], parts[1::2], strict=False)
    }


@pytest.mark.parametrize("schema", SCHEMAS)
def test_files_for_github_follow_its_schemas(schema):
    paths = [path for pattern in SCHEMAS[schema] for path in ROOT.glob(pattern)]
    done = run(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *paths)
    assert paths and done.returncode == 0, done.stdout + done.stderr


def test_workflows_make_sense_and_a_wrong_expression_does_not(tmp_path):
    done = run(sys.executable, "-m", "jactionlint", "--shellcheck=")
    assert done.returncode == 0, done.stdout
    shutil.copytree(ROOT / ".github", tmp_path / ".github")
    check = tmp_path / ".github" / "workflows" / "check.yml"
    check.write_text(check.read_text().replace("matrix.python }}", "matrix.pyton }}"))
    done = run(sys.executable, "-m", "jactionlint", "--shellcheck=", check, cwd=tmp_path)
    assert done.returncode == 1 and "pyton" in done.stdout


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_and_runs_once_at_a_time(path):
    workflow = load(path)
    assert workflow["permissions"] == {"contents": "read"}
    assert workflow["concurrency"]["group"] == f"{path.stem}-${{{{ github.ref }}}}"


@pytest.mark.parametrize("job", list(jobs()))
def test_a_job_ends_in_time(job):
    assert "uses" in job or job["timeout-minutes"] <= 120


def test_actions_are_pinned_by_major_version_and_leave_no_token_behind():
    used = [step for step in steps() if "uses" in step]
    assert len(used) > 10
    for step in used:
        assert re.fullmatch(
            r"(actions/[\w-]+@v\d+|pypa/gh-action-pypi-publish@release/v1)", step["uses"]
        )
        if step["uses"].startswith("actions/checkout"):
            assert step["with"]["persist-credentials"] is False


def test_workflows_call_targets_that_make_has():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    called = {
        target
        for step in steps()
        for target in re.findall(r"\bmake ([a-z-]+)", step.get("run", ""))
    }
    matrix = load(ROOT / ".github/workflows/notebooks.yml")["jobs"]["test"]["strategy"]["matrix"]
    assert {"check", "docs"} <= called
    container = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text())
    make, target = container["postCreateCommand"].split()
    assert make == "make" and called | set(matrix["target"]) | {target} <= targets


def test_workflows_begin_with_the_oldest_python_that_is_promised():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    promised = SpecifierSet(project["requires-python"])
    matrix = load(ROOT / ".github/workflows/check.yml")["jobs"]["fast-tests"]["strategy"]["matrix"]
    oldest, newest = matrix["python"]
    before = f"3.{int(oldest.split('.')[1]) - 1}"
    assert oldest in promised and newest in promised and before not in promised
    assert {system.split("-")[0] for system in matrix["system"]} == {"ubuntu", "macos", "windows"}


def test_hooks_use_the_versions_of_the_locks():
    locks = "\n".join(path.read_text() for path in ROOT.glob("requirements*.lock"))
    locked = dict(re.findall(r"^([\w.-]+)==([\w.]+)", locks, re.MULTILINE))
    hooks = load(ROOT / ".pre-commit-config.yaml")["repos"][0]["hooks"]
    pins = [Requirement(pin) for hook in hooks for pin in hook["additional_dependencies"]]
    assert all(re.fullmatch(r"==[\w.]+", str(pin.specifier)) for pin in pins)
    shared = {pin.name: str(pin.specifier)[2:] for pin in pins if pin.name in locked}
    assert {"ruff", "check-jsonschema", "jactionlint"} <= set(shared)
    assert shared == {name: locked[name] for name in shared}


def test_the_address_stands_only_where_make_address_writes_it():
    account_and_name = "/".join(address.address().split("/")[-2:])
    written = {*address.pages(), ROOT / "pyproject.toml"}
    files = [ROOT / line for line in run("git", "ls-files").stdout.splitlines()]
    elsewhere = [
        path
        for path in files
        if path.suffix in (".md", ".yml", ".toml", ".json", ".py")
        and path.exists()
        and path not in written
        and account_and_name in path.read_text(encoding="utf-8")
    ]
    assert files and elsewhere == []


def test_every_text_file_ends_its_lines_alike():
    listed = run("git", "ls-files", "--eol").stdout
    assert (
        listed
        and [line for line in listed.splitlines() if line.startswith(("i/crlf", "i/mixed"))] == []
    )


def test_the_readme_is_one_screen_and_begins_with_the_two_commands():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 65
    first = re.search(r"```sh\n(.*?)```", text, re.DOTALL)[1]
    assert re.findall(r"^make (\w+)", first, re.MULTILINE) == ["run", "test"]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_cell_holds_one_number_with_its_interval(page):
    rows = re.findall(r"^\| (.*) \|$", page.read_text(encoding="utf-8"), re.MULTILINE)
    cells = [cell.strip() for row in rows for cell in row.split(" | ")]
    intervals = [cell for cell in cells if re.search(rf"\({NUMBER} to {NUMBER}\)", cell)]
    assert [cell for cell in intervals if not ONE_NUMBER.fullmatch(cell)] == []


def test_generated_tables_are_what_make_readme_writes():
    for path, text in readme.pages().items():
        assert path.read_text(encoding="utf-8") == text, f"{path.name}: run make readme"


def test_numbers_in_the_readme_are_those_of_the_model_that_ships():
    card = json.loads((ROOT / "boneage_kit/data/model/card.json").read_text(encoding="utf-8"))
    error = card["metrics"]["mae_months"]
    said = (
        f"**{error['value']:.1f} months** (95 % interval {error['lower']:.1f} to "
        f"{error['upper']:.1f})"
    )
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    assert said in text
    assert f"learned from {card['data']['n_train']:,} real thumbnails" in text


@pytest.mark.parametrize("name_of_room", api.rooms())
def test_the_reference_has_every_public_name_with_its_first_sentence(name_of_room):
    room = importlib.import_module(name_of_room)
    page = api.page(room)
    headings = re.findall(r"^## (\S+)$", page, re.MULTILINE)
    assert headings == sorted(getattr(room, "__all__", None) or api.public_names(room))
    for name in headings:
        docstring = getattr(room, name).__doc__ if callable(getattr(room, name)) else ""
        first = api.prose((docstring or "").strip().split("\n")[0])
        assert first in page


def test_a_docstring_becomes_markdown():
    text = api.prose(
        'See :func:`a.b`.\n\nParameters\n----------\nx\n    Years, ``"F"``.\n\n>>> f(1)\n2\n\nMore.'
    )
    assert text == (
        'See `a.b`.\n\n**Parameters**\n\n- `x`:\n  Years, `"F"`.\n\n'
        "```python\n>>> f(1)\n2\n```\n\nMore."
    )


def test_the_map_of_rooms_has_the_order_that_the_import_contract_holds():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`.*?) \| ", text.split("## The map of rooms")[1], re.MULTILINE)
    named = [room for row in rows for room in re.findall(r"`([a-z]+)`", row)]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = project["tool"]["importlinter"]["contracts"][0]
    assert named == [layer for layer in contract["layers"] if not layer.startswith("_")]


def test_the_first_change_of_contributing_works_as_written(tmp_path):
    shutil.copytree(
        ROOT / "boneage_kit", tmp_path / "boneage_kit", ignore=shutil.ignore_patterns("__pycache__")
    )
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    written = blocks(ROOT / "CONTRIBUTING.md")
    test, plot, stub = written
    for name in (test, plot):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / test).write_text(written[test])
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", test)
    assert "plots has no share_within" in run(*command, cwd=tmp_path).stdout
    (tmp_path / plot).write_text(written[plot])
    with (tmp_path / stub).open("a") as file:
        file.write(written[stub])
    done = run(*command, plot, cwd=tmp_path)
    assert done.returncode == 0 and "3 passed" in done.stdout, done.stdout
    for step in (("check",), ("format", "--check")):
        done = run(sys.executable, "-m", "ruff", *step, test, plot, cwd=tmp_path)
        assert done.returncode == 0, done.stdout
