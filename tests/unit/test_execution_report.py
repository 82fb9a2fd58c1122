"""The report as a page: whole, accessible, with phantom and real never in one column."""

import json
import re
from html.parser import HTMLParser

import pytest
from PIL import Image

from boneage_kit import provenance, results
from boneage_kit._io import write_json
from boneage_kit.errors import BadInput
from boneage_kit.execution.job import public
from boneage_kit.report import run_page


def a_run(folder, source="phantom", value=1.0):
    """Write the results of a small run with one figure; return its folder."""
    picture = folder / "figures" / "03_x" / "grey.png"
    picture.parent.mkdir(parents=True)
    Image.new("L", (60, 40), 90).save(picture)
    row = dict.fromkeys(results.RESULT_COLUMNS) | {
        "notebook": "03_x",
        "result": "MAE",
        "unit": "years",
        "source": source,
        "note": "<script>",
        "n_train": 100,
        "n_test": 20,
        "lower": value - 0.1,
        "upper": value + 0.1,
    }
    rows = [
        row | {"method": "sex's median", "value": 3.0, "floor": True},
        row | {"method": "BoNet with constant learning rate", "value": value, "floor": False},
    ]
    write_json(
        folder / "results.json",
        {
            "schema": results.SCHEMA,
            "kit": provenance.kit(),
            "machine": provenance.machine(),
            "versions": provenance.versions(),
            "run": {
                "preset": "smoke",
                "data": source,
                "source": source,
                "data_checksum": "abc",
                "seed": 0,
                "threads": 2,
                "command": "boneage-kit run",
                "started": "2026-11-23T10:00:00",
                "finished": "2026-11-23T10:05:00",
            },
            "notebooks": [
                {
                    "name": "03_x",
                    "title": "A <lesson>",
                    "status": "done",
                    "minutes": 1.0,
                    "peak_memory_mb": 500,
                    "cells": 3,
                    "error": None,
                    "key": "k",
                    "finished": "2026-11-23T10:05:00",
                }
            ],
            "rows": rows,
            "figures": [
                {
                    "notebook": "03_x",
                    "name": "grey",
                    "file": "figures/03_x/grey.png",
                    "alt": 'A grey "field".',
                    "caption": "",
                }
            ],
        },
    )
    return folder


class Page(HTMLParser):
    """The images, links, ids and table cells of a page."""

    def __init__(self, text):
        super().__init__()
        self.images, self.links, self.ids, self.outside = [], [], set(), []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        self.ids.add(told.get("id"))
        if tag == "img":
            self.images.append(told)
        if tag == "a":
            self.links.append(told["href"])
        if tag in {"script", "link", "iframe"} or told.get("src", "data:")[:5] != "data:":
            self.outside.append(tag)


def cells(text, column):
    found = re.findall(rf'<td class="{column}">(.*?)</td>', text, re.DOTALL)
    return [
        " ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", cell, flags=re.DOTALL).split())
        for cell in found
    ]


@pytest.fixture
def two(tmp_path):
    return a_run(tmp_path / "phantom"), a_run(tmp_path / "real", "real", 0.5)


def test_phantom_and_real_stand_in_their_own_columns(two):
    phantom, real = two
    for out, beside in ((phantom, real), (real, phantom)):
        text = run_page.write_run_page(out, results.load(beside)).read_text()
        assert [cell.split()[0] for cell in cells(text, "phantom")] == ["3.00", "1.00"]
        assert [cell.split()[0] for cell in cells(text, "real")] == ["3.00", "0.50"]


def test_without_the_other_run_its_column_says_so(two):
    text = run_page.write_run_page(two[1]).read_text()
    assert cells(text, "phantom") == ["not run", "not run"]
    assert cells(text, "real")[1] == "0.50 years (0.40 to 0.60) 6.0 months · n 100 / 20"


def test_the_page_stands_alone_and_is_accessible(two):
    text = run_page.write_run_page(two[0]).read_text()
    page = Page(text)
    assert not page.outside, "something is loaded from elsewhere"
    assert page.images and all(image["alt"] for image in page.images)
    assert {link[1:] for link in page.links if link[0] == "#"} <= page.ids
    assert '<html lang="en">' in text and "Not a medical device" in text
    assert "<script>" not in text and "&lt;lesson&gt;" in text
    assert "prefers-color-scheme: dark" in text and "@media print" in text


def test_the_floor_is_marked_in_words_where_the_row_says_so(two):
    text = run_page.write_run_page(two[0]).read_text()
    assert text.count("(floor)") == 1 and text.count('<tr class="floor">') == 1
    assert re.search(r"<td>sex&#39;s median <strong>\(floor\)", text)


@pytest.mark.parametrize("source", ["phantom", "real"])
def test_of_the_results_that_travel_with_the_package_only_floors_are_floors(source):
    content = results.committed(source, "binder")
    floors = {
        (line["method"], line["result"])
        for lines in run_page.chapters({source: content}).values()
        for line in lines
        if line["floor"]
    }
    assert floors == {("sex's median", "MAE")}
    assert all(set(row) == set(results.RESULT_COLUMNS) for row in content["rows"])


def test_repeated_rows_keep_their_order():
    row = {"notebook": "03", "result": "MAE", "method": "BoNet", "unit": "years", "note": ""}
    runs = {
        source: {"rows": [row | {"value": value} for value in values]}
        for source, values in {"phantom": (1.0, 2.0), "real": (3.0,)}.items()
    }
    lines = run_page.chapters(runs)["03"]
    assert [(line["phantom"] or {}).get("value") for line in lines] == [1.0, 2.0]
    assert [(line["real"] or {}).get("value") for line in lines] == [3.0, None]


def test_missing_numbers_are_null_in_the_file(tmp_path):
    path = write_json(tmp_path / "a.json", {"a": [float("nan"), float("inf"), 1.5]})
    assert json.loads(path.read_text()) == {"a": [None, None, 1.5]}


def test_a_folder_without_results_is_refused(tmp_path):
    with pytest.raises(BadInput, match="holds no results"):
        results.load(tmp_path)


@pytest.mark.parametrize(
    "word, said",
    [
        ("rsna:/home/ada/bones.zip", "rsna:bones.zip"),
        ("folder:C:\\Users\\ada\\hands", "folder:hands"),
        ("C:\\Users\\ada\\out", "out"),
        ("../shared/real/bones.zip", "../shared/real/bones.zip"),
        ("phantom", "phantom"),
    ],
)
def test_published_words_hold_no_folder_of_the_machine(word, said):
    assert public(word) == said
