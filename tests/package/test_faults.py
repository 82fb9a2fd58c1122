"""Bad input and faults: each ends in a reading, a line in a list, or two sentences."""

import re
import sys
from pathlib import Path

import fault_cases
import pydicom
import pytest

import boneage_kit as bk
from boneage_kit.cli import main
from boneage_kit.radiograph import dicom

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tools"))
import faults  # noqa: E402

LIBRARY_TEXT = re.compile(r"Traceback| at 0x[0-9a-f]|\[Errno|<class |NoneType|'utf-8' codec|ufunc")


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            fault,
            id=f"{fault.room}: {fault.tried}",
            marks=[pytest.mark.slow] if fault in fault_cases.SLOW else [],
        )
        for fault in fault_cases.FAULTS
    ],
)
def test_it_ends_as_written(fault, tmp_path, monkeypatch):
    monkeypatch.setenv("BONEAGE_KIT_CACHE", str(tmp_path / ".cache"))
    try:
        said = fault_cases.outcome(fault, tmp_path)
    except (AttributeError, NotImplementedError) as lacking:
        if any(word in str(lacking) for word in ("mkfifo", "setpriv", "takes no such names")):
            pytest.skip(str(lacking))
        raise
    assert fault.expected in said
    assert len(said) < fault_cases.LONGEST
    assert not LIBRARY_TEXT.search(said), "text of a library that no user can use"


def test_every_fault_stands_in_the_list_for_people():
    text = (ROOT / "docs" / "faults.md").read_text(encoding="utf-8")
    assert len(fault_cases.FAULTS) >= 250
    for fault in fault_cases.FAULTS:
        (row,) = re.findall(
            rf"^\| {re.escape(fault.room)} \| "
            rf"{re.escape(faults.cell(fault.tried))} \| (.+) \|$",
            text,
            re.M,
        )
        assert faults.cell(fault.expected) in row, "run `make faults`"
    for keyword, name in dicom.KEPT_FIELDS.items():
        assert f"| {keyword} | `{name}` |" in text


SECRETS = ("Doe", "Jane", "PID-77", "20100102", "Elsewhere", "20200304", "A-4711", "Dr Smith")


def patient(path, number):
    drawn = bk.phantom.render(sex="F", bone_age=7.0 + number, seed=number, size=96)
    header = pydicom.dcmread(bk.phantom.write_dicom(drawn, path))
    header.PatientName, header.PatientID = "Doe^Jane", f"PID-77-{number}"
    header.PatientBirthDate = "20100102"
    header.InstitutionName, header.StudyDate = "St Elsewhere", "20200304"
    header.AccessionNumber, header.ReferringPhysicianName = "A-4711", "Dr Smith"
    header.PatientAge = "008Y"
    header.save_as(path)
    return path


def test_nothing_of_a_patient_reaches_any_output(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("BONEAGE_KIT_CACHE", str(tmp_path / "out" / "cache"))
    films = tmp_path / "films"
    films.mkdir()
    paths = [patient(films / f"{number}.dcm", number) for number in range(3)]
    (tmp_path / "out").mkdir()
    dataset = bk.datasets.load(f"folder:{films}")
    dataset.images(64)
    written = [dataset.table.to_csv(), dataset.problems.to_csv(), dataset.spec, repr(dataset)]
    assert main(["predict", "--sex", "F", "--json", str(paths[0])]) == 0
    assert (
        main(
            [
                "predict",
                "--data",
                f"folder:{films}",
                "--out",
                str(tmp_path / "out" / "predictions.csv"),
            ]
        )
        == 0
    )
    said = capsys.readouterr()
    written += [said.out, said.err]
    written += [
        path.read_bytes().decode("latin-1")
        for path in (tmp_path / "out").rglob("*")
        if path.is_file()
    ]
    assert len(dataset) == 3 and "years" in said.out
    for text in written:
        for secret in SECRETS:
            assert secret not in text, secret


def test_no_weights_are_unpickled_with_code():
    """torch.load takes weights only, everywhere; nothing else reads a pickle."""
    for path in (ROOT / "boneage_kit").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for call in re.findall(r"torch\.load\([^\n]*", text):
            assert "weights_only=True" in call, path
        assert not re.search(
            r"^\s*(import|from) (pickle|dill|joblib)|allow_pickle=True|"
            r"(?<![.\w])(eval|exec)\(|read_pickle|yaml\.load",
            text,
            re.M,
        ), path


def test_a_damaged_network_of_the_cache_is_made_again(tmp_path, caplog):
    from boneage_kit.training import pretraining

    options = {"imagenet": False, "n": 8, "pixels": 32, "epochs": 1}
    first = pretraining.on_phantoms(tmp_path, **options)
    (path,) = tmp_path.iterdir()
    path.write_bytes(path.read_bytes()[:5000])
    again = pretraining.on_phantoms(tmp_path, **options)
    assert "is made again" in caplog.text and path.stat().st_size > 5000
    for one, other in zip(first.parameters(), again.parameters(), strict=True):
        assert one.isfinite().all() and one.shape == other.shape
