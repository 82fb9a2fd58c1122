"""The run: done once, resumed, killed, failed, refused."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import pytest
from conftest import recording

from boneage_kit import _settings, execution, results
from boneage_kit._io import held_alone, write_json
from boneage_kit.cli import main
from boneage_kit.errors import BadInput
from boneage_kit.execution import job as job_module
from boneage_kit.execution import processor, runner, sequence, step


def go(out, *notebooks, preset="smoke", data="phantom"):
    return main(
        ["run", *map(str, notebooks), "--preset", preset, "--data", data, "--out", str(out)]
    )


def test_a_run_leaves_notebooks_results_and_a_report(make_notebook, tmp_path, capsys):
    notebook = make_notebook("01_first", recording("01_first"))
    out = tmp_path / "run"
    assert go(out, notebook) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(out / "report.html")
    content = results.load(out)
    (row,) = content["rows"]
    assert row["value"] == 1.0 and set(row) == set(results.RESULT_COLUMNS)
    (step,) = content["notebooks"]
    assert step["status"] == "done" and step["title"] == "The lesson 01_first"
    assert step["peak_memory_mb"] > 20, "the kernel's memory was not seen"
    assert content["run"]["preset"] == "smoke" and len(content["run"]["data_checksum"]) >= 16
    assert content["figures"] == [
        {
            "notebook": "01_first",
            "name": "grey",
            "file": "figures/01_first/grey.png",
            "alt": "A grey field <b>.",
            "caption": "Grey.",
        }
    ]
    executed = nbformat.read(out / "notebooks" / "01_first.ipynb", as_version=4)
    assert executed.cells[-1].outputs[0].text == "smoke phantom\n"
    assert [path.name for path in out.glob(".*")] == [".lock"], "scratch left behind"


def test_the_second_run_does_nothing_again_until_something_changes(make_notebook, tmp_path):
    count = "open('count', 'a').write('x')\nNone"
    os.chdir(tmp_path)
    notebook = make_notebook("01_first", count)
    for _ in range(2):
        assert go("run", notebook) == 0
    assert Path("count").read_text() == "x"
    assert go("run", notebook, preset="binder") == 0
    assert Path("count").read_text() == "xx", "another preset must be executed"
    make_notebook("01_first", count + "  # changed")
    assert go("run", notebook, preset="binder") == 0
    assert Path("count").read_text() == "xxx", "a changed source must be executed"


def test_a_failing_cell_is_named_in_one_line_and_the_rest_is_kept(make_notebook, tmp_path, capsys):
    good = make_notebook("01_good", recording("01_good"))
    bad = make_notebook("02_bad", recording("02_bad"), "x = 1\nraise ValueError('no\\nbones')")
    last = make_notebook("03_last", recording("03_last"))
    out = tmp_path / "run"
    assert go(out, good, bad, last) == 1
    errors = [line for line in capsys.readouterr().err.splitlines() if "boneage-kit: 02" in line]
    assert errors == ["boneage-kit: 02_bad: Cell [4] ('x = 1') stopped: ValueError: no bones"]
    content = results.load(out)
    assert [step["status"] for step in content["notebooks"]] == ["done", "failed", "done"]
    assert {row["notebook"] for row in content["rows"]} == {"01_good", "03_last"}
    assert "no bones" in (out / "report.html").read_text()


def test_a_kernel_that_dies_is_explained(make_notebook, tmp_path, capsys):
    notebook = make_notebook("01_dies", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    assert go(tmp_path / "run", notebook) == 1
    assert "want of memory" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["nothing.ipynb"], "no notebook .nothing"),
        (["--data", "nonsense:x"], "nonsense"),
        (["--beside", "/nowhere"], "holds no results"),
    ],
)
def test_bad_input_is_one_line_and_two(
    arguments, said, tmp_path, capsys, make_notebook, monkeypatch
):
    folder = make_notebook("01_first", "1").parent
    monkeypatch.setattr(sequence, "notebook_folder", lambda: folder)
    assert main(["run", "--out", str(tmp_path / "run"), *arguments]) == 2
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1 and re.search(said, error[0])


def test_a_folder_that_cannot_be_a_folder_is_refused(tmp_path, make_notebook):
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match="cannot be written"):
        execution.prepare(
            [str(make_notebook("01_first", "1"))], preset="smoke", out=tmp_path / "file" / "run"
        )


def test_two_runs_do_not_share_a_folder(tmp_path, make_notebook):
    job = execution.prepare(
        [str(make_notebook("01_first", "1"))], preset="smoke", out=tmp_path / "run"
    )
    with held_alone(job.out), pytest.raises(BadInput, match="Another run"):
        runner.run(job, progress=False)


def start(*arguments):
    return subprocess.Popen(
        [sys.executable, "-m", "boneage_kit", "run", *map(str, arguments)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(path, process):
    deadline = time.monotonic() + 60
    while not path.exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
def test_of_two_runs_started_together_one_is_refused_and_one_ends_well(make_notebook, tmp_path):
    notebook = make_notebook("01_n", recording("01_n"), "import time\ntime.sleep(3)")
    both = [start(notebook, "--preset", "smoke", "--out", tmp_path / "run") for _ in range(2)]
    said = [process.communicate(timeout=90)[1] for process in both]
    assert sorted(process.returncode for process in both) == [0, 2]
    (refused,) = [text for process, text in zip(both, said, strict=True) if process.returncode]
    assert "Another run is writing" in refused and refused.count("\n") == 1
    assert len(results.load(tmp_path / "run")["rows"]) == 1


@pytest.mark.slow
def test_the_lock_of_a_killed_run_holds_nobody(make_notebook, tmp_path):
    out = tmp_path / "run"
    process = start(
        make_notebook("01_n", recording("01_n"), "import time\ntime.sleep(60)"),
        "--preset",
        "smoke",
        "--out",
        out,
    )
    wait_for(out / "figures", process)
    with pytest.raises(BadInput, match="Another run"), held_alone(out):
        pass
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    with held_alone(out):
        pass


@pytest.mark.parametrize(
    "make, refused",
    [
        (lambda lock: lock.write_text("no lock"), False),
        (lambda lock: lock.write_text('{"pid": 1, "since": 0}'), False),  # as version 0.1.0 left it
        (lambda lock: lock.mkdir(), True),
        (lambda lock: lock.symlink_to("/dev/null"), True),
    ],
)
def test_a_lock_that_is_no_lock(make, refused, tmp_path):
    make(tmp_path / ".lock")
    if refused:
        with pytest.raises(BadInput, match="cannot be used as a lock"), held_alone(tmp_path):
            pass
    else:
        with held_alone(tmp_path):
            pass


@pytest.mark.parametrize(
    "change",
    [
        lambda state: {**state, "colour": "blue"},  # a later version of the kit
        lambda state: {key: state[key] for key in list(state)[1:]},
        lambda state: {**state, "minutes": "three"},
        lambda state: [state],
        lambda state: "done",
        lambda state: 3,
        lambda state: None,
    ],
)
@pytest.mark.slow
def test_a_state_that_cannot_be_used_is_said_and_done_anew(change, make_notebook, tmp_path, caplog):
    notebook, out = make_notebook("01_first", recording("01_first")), tmp_path / "run"
    assert go(out, notebook) == 0
    path = step.state_file(out, "01_first")
    path.write_text(json.dumps(change(json.loads(path.read_text()))))
    caplog.clear()
    assert go(out, notebook) == 0
    assert "of another version of the kit: 01_first is executed again" in caplog.text
    assert step.read_step(out, "01_first").status == "done"


def test_damaged_records_and_results_are_made_anew(make_notebook, tmp_path):
    notebook, out = make_notebook("01_first", recording("01_first")), tmp_path / "run"
    assert go(out, notebook) == 0
    (out / "records" / "torn.json").write_text('[{"notebook": "01_fi')
    (out / "results.json").write_text('"' * 7)
    (out / "figures" / "01_first" / "grey.json").write_text("[" * 100_000)
    assert go(out, notebook) == 0
    assert len(results.load(out)["rows"]) == 1


@pytest.mark.parametrize("name", ["a {term}", "a {1}", "it's $x$ ü", 'q"u{preset}ote'])
def test_braces_dollars_and_quotes_in_names(name, make_notebook, tmp_path):
    notebook = make_notebook("01_first", recording("01_first"), folder=tmp_path / name / "in")
    assert go(tmp_path / name / "run", notebook) == 0
    assert (tmp_path / name / "run" / "report.html").exists()


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.slow
def test_an_interrupted_run_says_what_is_true_and_goes_on(number, code, make_notebook, tmp_path):
    out = tmp_path / "run"
    paths = [
        make_notebook("01_n", recording("01_n")),
        make_notebook("02_n", recording("02_n"), "import time\ntime.sleep(20)"),
    ]
    process = start(*paths, "--preset", "smoke", "--out", out)
    wait_for(out / "figures" / "02_n" / "grey.json", process)
    os.killpg(process.pid, number)
    said = process.communicate(timeout=30)[1].strip().splitlines()
    assert process.returncode == code
    assert said[-1] == (
        "boneage-kit: interrupted; the same command goes on from here, with the "
        "notebook that was at work from its beginning."
    )
    assert not any("Traceback" in line for line in said)
    make_notebook("02_n", recording("02_n"))
    before = step.state_file(out, "01_n").stat().st_mtime_ns
    assert go(out, *paths) == 0
    assert step.state_file(out, "01_n").stat().st_mtime_ns == before, "01 was done already"


@pytest.mark.slow
def test_a_killed_run_goes_on_and_ends_equal(make_notebook, tmp_path):
    paths = [
        make_notebook(f"0{i}_n", recording(f"0{i}_n", i), "import time\ntime.sleep(0.5)")
        for i in (1, 2)
    ]
    command = [sys.executable, "-m", "boneage_kit", "run", *map(str, paths), "--preset", "smoke"]
    killed, whole = tmp_path / "killed", tmp_path / "whole"
    for moment in ("figures/01_n/grey.png", "state/01_n.json", "figures/02_n/grey.png"):
        process = subprocess.Popen(
            [*command, "--out", str(killed)],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        deadline = time.monotonic() + 60
        while not (killed / moment).exists() and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.01)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        for path in killed.rglob("*.json"):
            json.loads(path.read_text())  # whole files only
    assert subprocess.run([*command, "--out", str(killed)], capture_output=True).returncode == 0
    assert subprocess.run([*command, "--out", str(whole)], capture_output=True).returncode == 0
    after, undisturbed = results.load(killed), results.load(whole)
    assert after["rows"] == undisturbed["rows"] and len(after["rows"]) == 2
    assert after["figures"] == undisturbed["figures"]
    assert {p.name for p in killed.iterdir()} == {p.name for p in whole.iterdir()}


def test_no_path_of_this_machine_is_published(make_notebook, tmp_path, monkeypatch):
    notebook = make_notebook("01_first", "1")
    out = tmp_path / "run"
    monkeypatch.setattr(sys, "argv", ["boneage-kit", "run", str(notebook), "--out", str(out)])
    assert go(out, notebook) == 0
    for name in ("results.json", "report.html", "notebooks/01_first.ipynb"):
        assert str(tmp_path) not in (out / name).read_text(), name


def test_notebooks_are_found_by_number_stem_and_path(make_notebook, tmp_path):
    first, third = make_notebook("01_a", "1"), make_notebook("03_c", "1")
    folder = first.parent
    assert sequence.notebooks(folder=folder) == [first, third]
    assert sequence.notebooks(["3", "01_a"], folder) == [first, third]
    assert sequence.notebooks([str(third)], folder) == [third]


def test_outputs_do_not_change_the_source_hash(make_notebook):
    path = make_notebook("01_a", "1 + 1")
    before = sequence.source_hash(path)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[-1].execution_count = 5
    notebook.cells[-1].outputs = [nbformat.v4.new_output("stream", text="2")]
    nbformat.write(notebook, path)
    assert sequence.source_hash(path) == before
    notebook.cells[-1].source = "1 + 2"
    nbformat.write(notebook, path)
    assert sequence.source_hash(path) != before


def test_a_notebook_that_reads_records_depends_on_them(make_notebook, tmp_path):
    reader = make_notebook("06_reads", "list(out.glob('records/*.json'))")
    job = execution.prepare([str(reader)], preset="smoke", out=tmp_path / "run")
    before = job.key(reader)
    write_json(job.out / "records" / "03.json", [{"notebook": "03", "value": 1.0}])
    assert job.key(reader) != before


def test_a_notebook_that_compares_depends_on_the_kept_results(make_notebook, tmp_path, monkeypatch):
    reader = make_notebook("06_reads", "known = paper.known_rows(lesson)")
    other = make_notebook("03_other", "records = 1")
    job = execution.prepare([str(reader)], preset="smoke", out=tmp_path / "run")
    kept = {
        source: {"run": {}, "rows": [{"notebook": "06_reads", "value": 1.0}]}
        for source in ("phantom", "real")
    }
    monkeypatch.setattr(job_module, "committed", lambda source, preset: kept[source])
    before = job.key(reader), job.key(other)
    kept["phantom"]["rows"][0]["value"] = 2.0
    assert job.key(reader) == before[0], "a notebook's own kept numbers are no input of it"
    kept["real"]["rows"][0]["value"] = 2.0
    assert job.key(reader) != before[0]
    assert job.key(other) == before[1], "only a notebook that reads results depends on them"


def test_kernels_keep_to_the_common_processor(make_notebook, tmp_path, monkeypatch):
    shown = "import os\nprint(os.environ.get('ATEN_CPU_CAPABILITY'))"
    notebook = make_notebook("01_first", shown)
    for name in processor.KINDS["avx2"]:
        monkeypatch.delenv(name, raising=False)
    wanted = processor.variables("avx2").get("ATEN_CPU_CAPABILITY")
    for kind, printed in (("avx2", wanted), ("native", None)):
        monkeypatch.setenv("BONEAGE_KIT_PROCESSOR", kind)
        assert go(tmp_path / "run", notebook) == 0, "another processor must be executed again"
        executed = nbformat.read(tmp_path / "run" / "notebooks" / "01_first.ipynb", as_version=4)
        assert executed.cells[-1].outputs[0].text == f"{printed}\n"
        assert results.load(tmp_path / "run")["run"]["processor"] == kind
    assert _settings.PROCESSORS == tuple(processor.KINDS)


def test_an_arm_processor_gets_no_variables_of_a_pc(monkeypatch):
    monkeypatch.setattr(processor.platform, "machine", lambda: "arm64")
    assert processor.variables("avx2", {}) == {}
    monkeypatch.setattr(processor.platform, "machine", lambda: "AMD64")
    assert processor.variables("avx2", {"MKL_CBWR": "COMPATIBLE"})["ATEN_CPU_CAPABILITY"] == "avx2"
    assert "MKL_CBWR" not in processor.variables("avx2", {"MKL_CBWR": "COMPATIBLE"})
