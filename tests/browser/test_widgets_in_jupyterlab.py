"""The widgets of the lessons in JupyterLab, used by a person: keyboard, pointer, page reloaded.

    make test-browser                                  installs what it needs
    SCREENSHOTS=DIR python -m pytest tests/browser     leaves a picture of each test's last page

Skipped where Playwright or a Chromium is missing, but not by ``make test-browser``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pandas as pd
import pytest
from jupyter_pages import SCREEN, SLOW, chromium, free_port, lab_over, playwright, run_cell, stop

from boneage_kit import phantom
from boneage_kit.plots.hand_pictures import svg

__all__ = ["chromium"]  # a fixture

CELLS = {
    "atlas": "from boneage_kit import widgets, phantom\n"
    "widgets.atlas_explorer(sex='F', age=8.5, bone='ulna')",
    "scorer": "from boneage_kit import widgets, phantom\n"
    "widgets.tw_scorer(phantom.render(sex='M', bone_age=12.0, seed=4, size=512))",
    "room": "from boneage_kit import widgets, phantom\n"
    "widgets.reading_room(phantom.cohort(7, seed=11), path='r.csv', repeats=3)",
    "advised": "from boneage_kit import widgets, phantom\n"
    "hands = phantom.cohort(3, seed=11)\n"
    "opinions = hands[['image_id']].assign(opinion=[4.0, 9.5, 12.0])\n"
    "widgets.reading_room(hands, reader='me', path='a.csv', repeats=0, opinion=opinions)",
}
CELLS["room_elsewhere"] = CELLS["room"]  # a kernel of its own


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab over a folder with one notebook a widget."""
    with lab_over(CELLS, tmp_path_factory.mktemp("lab")) as started:
        yield started


@pytest.fixture
def run(lab, chromium, request):
    """Open a notebook, run its one cell, return the page; keep a screenshot at the end."""
    pages = []

    def start(name, ready, *, another=False):
        if another or not pages:
            pages.append(chromium.new_page(viewport=SCREEN))
        page = pages[-1]
        run_cell(page, lab[0], name, ready)
        return page

    yield start
    kept = os.environ.get("SCREENSHOTS")
    if kept and pages:
        pages[-1].screenshot(path=os.path.join(kept, f"{request.node.name}.png"))
    for page in pages:
        page.close()


def label(page):
    return page.locator("svg.bk-hand").first.get_attribute("aria-label")


def test_atlas_by_keyboard_and_pointer(run):
    page = run("atlas", "svg.bk-hand")
    before, chart = label(page), page.locator("svg[aria-label^='Timetable']")
    page.locator(".noUi-handle").first.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('svg.bk-hand').getAttribute('aria-label').includes('9 y 6 m')",
        timeout=SLOW,
    )
    assert before != label(page)
    page.wait_for_selector("svg[aria-label*='age 9.5 years marked']", timeout=SLOW)
    lunate = page.locator("svg.bk-hand g[data-pick='lunate']")
    assert not lunate.locator("text").is_visible()
    lunate.locator("path").hover(force=True)
    assert lunate.locator("text").is_visible() and lunate.locator("text").text_content() == "lunate"
    page.locator("svg.bk-hand g[data-pick='ulna_epiphysis'] path").click(force=True)
    page.locator("select:has(option:text-is('radius'))").select_option(label="radius")
    page.get_by_text("Radius: stage").wait_for(timeout=SLOW)
    assert "Next, stage" in page.get_by_text("Radius: stage").text_content()
    page.locator("select:has(option:text-is('12 y'))").select_option(label="12 y")
    page.wait_for_function("document.querySelectorAll('svg.bk-hand').length == 2", timeout=SLOW)
    assert chart.count() == 0  # two plates stand in its place
    page.locator("select:has(option:text-is('12 y'))").select_option(label="none")
    chart.wait_for(timeout=SLOW)


def height_of_panel(page):
    """Height of the widget, and of what the notebook shows at once, in pixels."""
    return page.evaluate(
        "[document.querySelector('.bk-panel').getBoundingClientRect().height,"
        " document.querySelector('.jp-WindowedPanel-outer').clientHeight]"
    )


@pytest.mark.parametrize(
    ("name", "ready"),
    [("atlas", "svg.bk-hand"), ("scorer", "svg.bk-hand"), ("room", "canvas.bk-film")],
)
def test_a_widget_fits_a_screen_of_1366_by_768(run, lab, name, ready):
    (lab[1] / "r.csv").unlink(missing_ok=True)
    page = run(name, ready)
    if name == "scorer":
        page.get_by_role("button", name="stage F").click()
        page.get_by_text("example of stage F").wait_for(timeout=SLOW)
    panel, shown = height_of_panel(page)
    assert panel <= shown
    assert page.evaluate(
        "(() => { const box = document.querySelector('.bk-panel');"
        " return box.scrollWidth <= box.clientWidth; })()"
    )


def test_a_finger_on_a_bone_shows_its_name(lab, chromium):
    context = chromium.new_context(viewport=SCREEN, has_touch=True)
    page = context.new_page()
    drawn = svg(phantom.render(sex="F", bone_age=9.0, size=384), 400, (), "a hand")
    page.set_content(drawn)
    page.locator("g[data-pick='capitate'] path").tap(force=True)
    assert page.locator("g[data-pick='capitate'] text").is_visible()
    context.close()


def test_thirteen_bones_scored_by_keyboard_and_compared_with_the_truth(run):
    page = run("scorer", "svg.bk-hand")
    for bone in range(1, 14):
        stage = page.get_by_role("button", name="stage G")
        stage.focus()
        page.keyboard.press("Enter")
        said = f"{bone} of 13 bones staged" if bone < 13 else "RUS score"
        page.get_by_text(said).first.wait_for(timeout=SLOW)
        page.locator("button[data-pick='G'][aria-pressed='true']:focus").wait_for(timeout=SLOW)
        if bone < 13:
            page.get_by_role("button", name="Next bone").focus()
            page.keyboard.press("Enter")
            page.wait_for_function(  # the next bone stands there, not staged yet
                "n => [...document.querySelectorAll('option:checked')].some("
                "option => option.text.startsWith(n + '.'))",
                arg=bone + 1,
                timeout=SLOW,
            )
            page.locator("button[data-pick='G'][aria-pressed='false']").wait_for(timeout=SLOW)
    page.get_by_role("button", name="Show the truth").click()
    page.get_by_text("As drawn: RUS score").wait_for(timeout=SLOW)
    assert page.locator("table tr:has(td)").count() == 13


def film(page):
    """What the film's viewer shows: level, width, zoom, place, ruler."""
    return json.loads(page.locator(".bk-viewer").get_attribute("data-state"))


def read_one(page, years, hand, of):
    """Answer one hand with the keyboard alone, from the film to the next film."""
    page.locator(f"canvas[aria-label^='Hand {hand} of {of}']").wait_for(timeout=SLOW)
    page.get_by_text(f"Hand {hand} of {of}").wait_for(timeout=SLOW)
    page.locator("canvas.bk-film").focus()
    page.keyboard.press("a")  # to the answer
    page.keyboard.type(str(years))
    page.keyboard.press("Enter")


def test_ten_hands_by_keyboard_with_the_page_reloaded_in_between(run, lab):
    file = lab[1] / "r.csv"
    page = run("room", "canvas.bk-film")
    for hand in range(1, 6):
        read_one(page, 2 * hand, hand, 10)
    page.get_by_text("Hand 6 of 10").wait_for(timeout=SLOW)
    assert pd.read_csv(file)["bone_age"].tolist() == [2, 4, 6, 8, 10]
    page = run("room", "text=Hand 6 of 10")  # opened again: nothing is lost
    for hand in range(6, 11):
        read_one(page, 9, hand, 10)
        if hand < 10:  # saved, the keys belong to the next film at once
            page.locator(f"canvas:focus[aria-label^='Hand {hand + 1} of 10']").wait_for(
                timeout=SLOW
            )
    page.get_by_text("All read").wait_for(timeout=SLOW)
    page.get_by_text("7 hands read. Mean absolute error").wait_for(timeout=SLOW)
    assert len(pd.read_csv(file)) == 10
    assert page.locator("img[alt^='Bland-Altman']").count() == 1
    page.get_by_role("button", name="And the kit's network?").focus()
    page.keyboard.press("Enter")
    page.get_by_text("the kit's network, same hands").wait_for(timeout=SLOW)
    page.get_by_role("button", name="Export as predictions table").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Written: r_predictions.csv").wait_for(timeout=SLOW)
    assert len(pd.read_csv(lab[1] / "r_predictions.csv")) == 7


def test_three_hands_with_an_opinion_beside_the_film(run, lab):
    page = run("advised", "canvas.bk-film")
    said = ["4 y", "9 y 6 m", "12 y"]
    order = []
    for hand in range(1, 4):
        page.locator(f"canvas[aria-label^='Hand {hand} of 3']").wait_for(timeout=SLOW)
        opinion = page.get_by_text("The network's opinion:")
        opinion.wait_for(timeout=SLOW)
        order.append(opinion.text_content().split("opinion: ")[1].strip(" ."))
        box = opinion.bounding_box()
        assert box["y"] + box["height"] <= SCREEN["height"], "the opinion is below the screen"
        read_one(page, 7, hand, 3)
    assert sorted(order) == sorted(said)
    page.get_by_text("All read").wait_for(timeout=SLOW)
    kept = pd.read_csv(lab[1] / "a.csv")
    assert set(kept["reader"]) == {"me with opinion"} and kept["bone_age"].tolist() == [7, 7, 7]


def test_the_film_by_keys_and_by_pointer(run, lab):
    (lab[1] / "r.csv").unlink(missing_ok=True)
    page = run("room", "canvas.bk-film[aria-label^='Hand 1 of 10']")
    page.locator("canvas.bk-film").focus()
    first = film(page)
    for key in ("+", "b", "c", "i", "ArrowDown", "."):
        page.keyboard.press(key)
    now = film(page)
    assert now["zoom"] > 1 and now["level"] < first["level"] and now["width"] < first["width"]
    assert now["invert"] and now["y"] > first["y"]
    page.locator("img[alt='Phantom atlas plate, boy, 8 y']").wait_for(timeout=SLOW)  # was 7 y
    page.get_by_role("button", name="Take this plate").click()
    page.wait_for_function("document.querySelector('.bk-years').value == '8'", timeout=SLOW)
    page.locator("canvas.bk-film").focus()
    for key in ("0", "r", "Enter", "Shift+ArrowRight", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    assert " mm on the film" in page.locator(".bk-said").text_content()
    by_keys = film(page)["ruler"]
    assert by_keys["fixed"] and by_keys["to"][0] > by_keys["from"][0]
    place = page.locator("canvas.bk-film").bounding_box()
    page.mouse.move(place["x"] + 100, place["y"] + 100)
    page.mouse.down()
    page.mouse.move(place["x"] + 200, place["y"] + 180, steps=4)
    page.mouse.up()
    drawn = film(page)["ruler"]
    assert drawn["fixed"] and drawn["to"][1] - drawn["from"][1] > 50
    page.keyboard.press("Escape")
    page.mouse.down()
    page.mouse.move(place["x"] + 240, place["y"] + 180, steps=4)  # across: more or less contrast
    page.mouse.up()
    assert film(page)["ruler"] is None and film(page)["width"] != first["width"]
    assert page.locator(".jp-Cell").count() == 1  # no key reached the notebook's own commands


#: Keys that JupyterLab takes outside a text field: delete, insert, cut, paste, merge, run, change.
LAB_KEYS = (
    "d",
    "d",
    "b",
    "x",
    "v",
    "m",
    "y",
    "r",
    "0",
    "0",
    "i",
    "i",
    "Shift+M",
    "Shift+Enter",
    "a",
)  # last: in the room it leads to the fields of the answer
PRESSED_ON = {
    "atlas": [
        "svg.bk-hand",
        ".noUi-handle",
        "button:has-text('Next plate')",
        "p:has-text('Phase')",
        "svg[aria-label^='Timetable']",
    ],
    "scorer": [
        "svg.bk-hand",
        "button:has-text('Next bone')",
        "img[alt^='this hand']",
        "button[data-pick='F']",
    ],
    "room": [
        "canvas.bk-film",
        "img[alt^='Phantom atlas plate']",
        ".noUi-handle",
        "button:has-text('Invert')",
        "h3:has-text('Hand 1')",
        ".bk-said",
    ],
}


@pytest.mark.parametrize("name", list(PRESSED_ON))
def test_keys_pressed_in_a_widget_never_reach_the_cells(run, lab, name):
    (lab[1] / "r.csv").unlink(missing_ok=True)
    page = run(name, PRESSED_ON[name][0])
    source = page.locator(".jp-Cell .cm-content").first.text_content()
    for target in PRESSED_ON[name]:
        page.locator(target).first.click(force=True)
        inside = page.evaluate("!!document.activeElement.closest('.bk-panel')")
        assert inside, f"a click on {target} leaves the focus outside"
        for key in LAB_KEYS:
            page.keyboard.press(key)
        assert page.locator(".jp-Cell").count() == 1, target
        assert page.locator(".jp-CodeCell .cm-content").first.text_content() == source, target
        assert page.locator(PRESSED_ON[name][0]).count(), target


def test_keys_of_the_film_work_with_the_focus_on_the_atlas_plate(run, lab):
    (lab[1] / "r.csv").unlink(missing_ok=True)
    page = run("room", "canvas.bk-film[aria-label^='Hand 1 of 10']")
    for target in (
        ".noUi-handle",
        "img[alt^='Phantom atlas plate']",
        "button:has-text('Zoom')",
        "button:has-text('Take this plate')",
    ):
        if not page.locator(target).count():
            continue
        page.locator(target).first.click()
        before = film(page)
        for key in ("d", "d", "i", "+"):
            page.keyboard.press(key)
        now = film(page)
        assert now["level"] > before["level"] and now["zoom"] > before["zoom"], target
        assert now["invert"] is not before["invert"], target
    slider = page.locator(".noUi-handle").first
    slider.focus()
    plate, place = slider.get_attribute("aria-valuetext"), film(page)["y"]
    page.keyboard.press("ArrowRight")  # the slider's own: another plate, the film stays
    assert film(page)["y"] == place
    page.wait_for_function(
        "[t => document.querySelector('.noUi-handle').getAttribute('aria-valuetext') != t][0]",
        arg=plate,
        timeout=SLOW,
    )


def test_a_second_browser_of_the_same_reader_is_told_and_goes_on(run, lab):
    file = lab[1] / "r.csv"
    file.unlink(missing_ok=True)
    one = run("room", "canvas.bk-film[aria-label^='Hand 1 of 10']")
    two = run("room_elsewhere", "canvas.bk-film[aria-label^='Hand 1 of 10']", another=True)
    read_one(one, 7, 1, 10)
    one.locator("canvas[aria-label^='Hand 2 of 10']").wait_for(timeout=SLOW)
    read_one(two, 9, 1, 10)
    two.get_by_text("answered in another window").wait_for(timeout=SLOW)
    read_one(two, 8, 2, 10)
    two.locator("canvas[aria-label^='Hand 3 of 10']").wait_for(timeout=SLOW)
    assert two.locator(".bk-notice").text_content() == ""
    assert pd.read_csv(file)["bone_age"].tolist() == [7, 8]


def test_the_reading_room_as_a_page_of_its_own(chromium, tmp_path):
    if os.environ.get("BROWSER_TESTS") != "required":
        pytest.importorskip("voila", reason="Voila is not installed")
    port = free_port()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "boneage_kit",
            "app",
            "--n",
            "2",
            "--repeats",
            "0",
            "--no-browser",
            f"--port={port}",
            "--readings",
            str(tmp_path / "r.csv"),
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    page = chromium.new_page(viewport=SCREEN)
    try:
        for _ in range(240):
            try:
                page.goto(f"http://127.0.0.1:{port}/", timeout=SLOW)
                break
            except playwright.Error:
                time.sleep(0.5)
        for hand in (1, 2):
            read_one(page, 8, hand, 2)
        page.get_by_text("All read").wait_for(timeout=SLOW)
        page.get_by_text("2 hands read. Mean absolute error").wait_for(timeout=SLOW)
        assert pd.read_csv(tmp_path / "r.csv")["bone_age"].tolist() == [8, 8]
        assert not page.get_by_text("import json").count()  # no code on the page
    finally:
        if os.environ.get("SCREENSHOTS"):
            page.screenshot(path=os.path.join(os.environ["SCREENSHOTS"], "app.png"))
        page.close()
        stop(server)
