"""The widgets of notebook 1 in JupyterLab, used by a person: keyboard, pointer, page reloaded.

    pip install playwright && apt-get install chromium
    SCREENSHOTS=DIR python -m pytest tests/browser

Skipped where Playwright or a Chromium is missing.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request

import nbformat
import pandas as pd
import pytest

playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
CHROMIUM = next((found for name in ("chromium", "chromium-browser", "google-chrome")
                 if (found := shutil.which(name))), None)
if CHROMIUM is None:
    pytest.skip("no Chromium (Debian package chromium)", allow_module_level=True)

CELLS = {
    "atlas": "from boneage_kit import widgets, phantom\n"
             "widgets.atlas_explorer(sex='F', age=8.5, bone='ulna')",
    "scorer": "from boneage_kit import widgets, phantom\n"
              "widgets.tw_scorer(phantom.render(sex='M', bone_age=12.0, seed=4, size=512))",
    "room": "from boneage_kit import widgets, phantom\n"
            "widgets.reading_room(phantom.cohort(8, seed=11), path='r.csv', repeats=2)",
}
SLOW = 120_000  # milliseconds: a kernel starts, on a busy machine


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """A JupyterLab over a folder with one notebook a widget."""
    folder = tmp_path_factory.mktemp("lab")
    for name, source in CELLS.items():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(book, folder / f"{name}.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {name: value for name, value in os.environ.items()
                   if name not in ("BONEAGE_KIT_WIDGETS", "BONEAGE_KIT_OUT")}
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", f"--port={port}",
         "--ServerApp.token=t", f"--ServerApp.root_dir={folder}", "--ServerApp.port_retries=0"],
        env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        start_new_session=True)
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/api?token=t", timeout=2)
            break
        except OSError:
            time.sleep(0.5)
    yield address, folder
    os.killpg(server.pid, signal.SIGTERM)
    server.wait(20)


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def run(lab, chromium, request):
    """Open a notebook, run its one cell, return the page; keep a screenshot at the end."""
    pages = []

    def start(name, ready):
        page = pages[0] if pages else chromium.new_page(viewport={"width": 1500, "height": 1250})
        pages[:] = [page]
        page.goto(f"{lab[0]}/lab/tree/{name}.ipynb?token=t&reset", timeout=SLOW)
        page.wait_for_selector(".jp-Cell", timeout=SLOW)
        page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=SLOW)
        for _ in range(4):  # what is sent while the kernel still connects is lost
            page.locator(".jp-Cell .cm-content").first.click()
            page.keyboard.press("Control+Enter")
            try:
                page.wait_for_selector(ready, timeout=SLOW / 4)
                return page
            except playwright.TimeoutError:
                continue
        raise AssertionError(f"{name}: {ready} never came")

    yield start
    kept = os.environ.get("SCREENSHOTS")
    if kept and pages:
        pages[0].screenshot(path=os.path.join(kept, f"{request.node.name}.png"))
    for page in pages:
        page.close()


def label(page):
    return page.locator("svg.bk-hand").first.get_attribute("aria-label")


def test_atlas_by_keyboard_and_pointer(run):
    page = run("atlas", "svg.bk-hand")
    before = label(page)
    page.locator(".noUi-handle").first.focus()
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "document.querySelector('svg.bk-hand').getAttribute('aria-label').includes('9 y 6 m')")
    assert before != label(page)
    bone = page.locator("svg.bk-hand path").first
    assert bone.locator("title").text_content()
    page.locator("svg.bk-hand path.on").last.hover(force=True)
    page.locator("select:has(option:text-is('12 y'))").select_option(label="12 y")
    page.wait_for_function("document.querySelectorAll('svg.bk-hand').length == 2")


def test_scorer_counts_points_and_tells_the_truth(run):
    page = run("scorer", "svg.bk-hand")
    page.get_by_role("button", name="G", exact=True).click()
    page.get_by_text("1 of 13 bones staged, 87 points so far.").wait_for(timeout=SLOW)
    page.get_by_role("button", name="Next bone").click()
    page.wait_for_function(
        "document.querySelector('svg.bk-hand').getAttribute('aria-label').includes('ulna')")
    page.get_by_role("button", name="Show the truth").click()
    page.get_by_text("As drawn: RUS score").wait_for(timeout=SLOW)


def read_one(page, years, hand, of):
    """Answer one hand with the keyboard alone."""
    page.get_by_text(f"Hand {hand} of {of}").wait_for(timeout=SLOW)
    page.locator("input[type=number]").first.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type(str(years))
    page.keyboard.press("Tab")  # months
    page.keyboard.press("Tab")  # the button
    page.keyboard.press("Enter")


def test_ten_hands_by_keyboard_with_the_page_reloaded_in_between(run, lab):
    file = lab[1] / "r.csv"
    page = run("room", "text=Hand 1 of 10")
    for hand in range(1, 6):
        read_one(page, 2 * hand, hand, 10)
    page.get_by_text("Hand 6 of 10").wait_for(timeout=SLOW)
    assert pd.read_csv(file)["bone_age"].tolist() == [2, 4, 6, 8, 10]
    page = run("room", "text=Hand 6 of 10")  # opened again: nothing is lost
    for hand in range(6, 11):
        read_one(page, 9, hand, 10)
    page.get_by_text("All read").wait_for(timeout=SLOW)
    page.get_by_text("8 hands read. Mean absolute error").wait_for(timeout=SLOW)
    assert len(pd.read_csv(file)) == 10
    assert page.locator("img[alt^='Bland-Altman']").count() == 1


def test_the_reading_room_as_a_page_of_its_own(chromium, tmp_path):
    pytest.importorskip("voila", reason="Voila is not installed")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "boneage_kit", "app", "--n", "2", "--repeats", "0", "--no-browser",
         f"--port={port}", "--readings", str(tmp_path / "r.csv")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    page = chromium.new_page(viewport={"width": 1300, "height": 1000})
    try:
        for _ in range(120):
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
        os.killpg(server.pid, signal.SIGTERM)
        server.wait(20)
