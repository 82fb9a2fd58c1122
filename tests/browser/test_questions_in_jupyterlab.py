"""Questions without code and sliders in JupyterLab: answered by keyboard and by pointer.

SCREENSHOTS=DIR python -m pytest tests/browser/test_questions_in_jupyterlab.py   leaves pictures
"""

from __future__ import annotations

import os

import pytest
from jupyter_pages import SCREEN, SLOW, chromium, lab_over, run_cell
from own_questions import CHOICE, MARK, ORDER

BEGIN = "import boneage_kit as bk\nlesson = bk.teaching.begin('06_x', preset='smoke', data=None)\n"
EXPLORE = """
import numpy as np
from matplotlib.figure import Figure

def draw(noise):
    figure = Figure(figsize=(6, 3))
    values = np.sin(np.arange(60) / 8) + noise * np.random.default_rng(0).standard_normal(60)
    figure.subplots().plot(values)
    return figure

lesson.explore(draw, name="noisy_wave", noise=bk.widgets.Slider([0, 0.1, 0.2], "noise", "SD"),
               alt=lambda noise: f"A wave over sixty points, with noise of SD {noise} on top.")
"""
CELLS = {
    "quiz": BEGIN + "lesson.ask(*bk.teaching.questions.load('u97.toml'))",
    "sliders": BEGIN + EXPLORE,
}
__all__ = ["chromium"]  # a fixture


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    with lab_over(CELLS, tmp_path_factory.mktemp("lab")) as started:
        (started[1] / "u97.toml").write_text(CHOICE + ORDER + MARK, encoding="utf-8")
        yield started


@pytest.fixture
def open_page(lab, chromium):
    pages = []

    def start(name, ready):
        pages.append(chromium.new_page(viewport=SCREEN))
        run_cell(pages[-1], lab[0], name, ready)
        return pages[-1]

    yield start
    for page in pages:
        page.close()


def shoot(page, name):
    """Keep a picture of the page where SCREENSHOTS names a folder."""
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=os.path.join(folder, f"{name}.png"))


def question(page, number):
    return page.locator(f".bk-quiz fieldset[data-number='{number}']")


def said(page, number):
    return question(page, number).locator(".bk-said").inner_text()


def answers(page):
    """What the kernel kept, asked in the notebook's own cell."""
    page.locator(".jp-Cell .cm-content").first.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("print({k: (v.right, v.tries, v.first) for k, v in lesson.answers.items()})")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".jp-OutputArea-output pre:has-text('{')", timeout=SLOW)
    return page.locator(".jp-OutputArea-output pre").last.inner_text()


def test_a_self_test_by_keyboard_and_by_click(open_page):
    page = open_page("quiz", ".bk-quiz")
    choice = question(page, "97.a")
    choice.scroll_into_view_if_needed()
    shoot(page, "quiz_before")
    body = choice.inner_text() + question(page, "97.b").inner_text()
    assert "✓" not in body and "Right" not in body, "nothing is told before an answer"

    # a choice by keyboard: wrong, then right
    choice.get_by_role("button", name="Check").click()
    assert "Choose one" in said(page, "97.a")
    choice.get_by_role("radio", name="the radius").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    assert said(page, "97.a").startswith("✗ Not right yet. It belongs to the forearm.")
    shoot(page, "choice_wrong")
    for _ in range(2):
        if not choice.get_by_role("radio", name="the capitate").is_checked():
            page.keyboard.press("ArrowDown")
    assert said(page, "97.a") == "", "an old verdict does not stand beside a new choice"
    page.keyboard.press("Enter")
    assert said(page, "97.a").startswith("✓ Right. It is one of eight.")
    assert choice.locator("details li").count() == 2
    shoot(page, "choice_right")

    # an order by keyboard
    order = question(page, "97.b")
    steps = ("metacarpal", "proximal phalanx", "distal phalanx")
    order.get_by_role("button", name="Check").click()
    assert said(page, "97.b").startswith("✗ Not right yet. Two items stand the wrong way round")
    shoot(page, "order_wrong")
    for wanted, step in enumerate(steps):
        up = order.get_by_role("button", name=f"Move up: {step}")
        up.focus()
        for _ in range(len(steps)):
            rows = order.locator("li span").all_inner_texts()
            if rows[wanted].startswith(step):
                break
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.closest('li') !== null"), "focus is lost"
    order.get_by_role("button", name="Check").focus()
    page.keyboard.press("Enter")
    assert said(page, "97.b").startswith("✓ Right. A finger begins")
    shoot(page, "order_right")

    # a mark: by keyboard wrongly, by click rightly
    mark = question(page, "97.c")
    mark.locator("select").focus()
    page.keyboard.type("cap")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert "✗ Not right yet. You marked: capitate." in said(page, "97.c")
    shoot(page, "mark_wrong")
    film = mark.locator("svg.bk-picture")
    film.evaluate("node => node.scrollIntoView({block: 'end'})")
    box = film.bounding_box()
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    assert "a place without a bone" in said(page, "97.c")
    plate = mark.locator("path.bk-named").last.bounding_box()
    page.mouse.click(plate["x"] + plate["width"] / 2, plate["y"] + plate["height"] / 2)
    assert "✓ Right. You marked: growth plate of the" in said(page, "97.c")
    shoot(page, "mark_right")

    total = page.locator(".bk-total")
    total.scroll_into_view_if_needed()
    assert total.inner_text() == "Self-test: 3 of 3 right. At the first try: 0 of 3."
    shoot(page, "self_test")
    assert page.locator(".jp-Cell").count() == 1, "no key reached the notebook"
    kept = answers(page)
    assert "'97.a': (True, 2, False)" in kept and "'97.c': (True, 3, False)" in kept


def test_a_mark_by_keyboard_alone(open_page):
    page = open_page("quiz", ".bk-quiz")
    mark = question(page, "97.c")
    mark.locator("select").focus()
    page.keyboard.type("growth plate of the r")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    assert said(page, "97.c").startswith("✓ Right. You marked: growth plate of the radius.")
    for key in ("d", "d", "b", "x"):
        page.keyboard.press(key)
    assert page.locator(".jp-Cell").count() == 1 and mark.count() == 1


def test_everything_on_the_page_is_large_enough_and_within_the_screen(open_page):
    page = open_page("quiz", ".bk-quiz")
    sizes = page.evaluate(
        "[...document.querySelectorAll('.bk-quiz *')].filter(n => n.childNodes.length && "
        "n.innerText).map(n => parseFloat(getComputedStyle(n).fontSize))"
    )
    assert min(sizes) >= 15
    for number in ("97.a", "97.b", "97.c"):
        box = question(page, number).bounding_box()
        assert box["x"] + box["width"] <= SCREEN["width"] and box["height"] <= 620, number


def test_a_slider_by_keyboard(open_page):
    page = open_page("sliders", "img[alt*='SD 0 ']")
    shoot(page, "slider_start")
    page.locator(".noUi-handle").first.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("img[alt*='SD 0.1 ']", timeout=SLOW)
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("img[alt*='SD 0.2 ']", timeout=SLOW)
    assert page.locator(".jp-OutputArea img").count() == 1
    size = "node => parseFloat(getComputedStyle(node).fontSize)"
    assert page.locator(".bk-sliders .widget-readout").evaluate(size) >= 15
    shoot(page, "slider_moved")
