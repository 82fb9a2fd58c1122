"""A JupyterLab over notebooks of one cell, and a Chromium to use it: what browser tests share.

Importing this module skips the importing test module where Playwright or a Chromium is missing,
but not in ``make test-browser``.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest

CHROMIUM = next(
    (
        found
        for name in ("chromium", "chromium-browser", "google-chrome")
        if (found := shutil.which(name))
    ),
    None,
)
if os.environ.get("BROWSER_TESTS") == "required":  # make test-browser: a skip would pass unseen
    import playwright.sync_api as playwright

    assert CHROMIUM, "no Chromium: apt-get install chromium"
else:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("no Chromium (Debian package chromium)", allow_module_level=True)

SLOW = 120_000  # milliseconds: a kernel starts, on a busy machine
SCREEN = {"width": 1366, "height": 768}  # a student's laptop, or a projector
SETTINGS = {"apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False}}


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def stop(server: subprocess.Popen) -> None:
    """End a server and its kernels, also one that does not listen any more."""
    os.killpg(server.pid, signal.SIGTERM)
    try:
        server.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(server.pid, signal.SIGKILL)
        server.wait(20)


@pytest.fixture(scope="module")
def chromium():
    with playwright.sync_playwright() as started:
        browser = started.chromium.launch(
            executable_path=CHROMIUM,
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield browser
        browser.close()


@contextmanager
def lab_over(cells: dict[str, str], folder: Path):
    """A JupyterLab over one notebook per cell; gives its address and the notebooks' folder."""
    books = folder / "books"
    books.mkdir()
    for name, source in cells.items():
        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(book, books / f"{name}.ipynb")
    for name, values in SETTINGS.items():
        place = folder / "settings" / f"@jupyterlab/{name}.jupyterlab-settings"
        place.parent.mkdir(parents=True)
        place.write_text(json.dumps(values))
    kept = {
        name: value
        for name, value in os.environ.items()
        if name not in ("BONEAGE_KIT_WIDGETS", "BONEAGE_KIT_OUT")
    }
    port = free_port()
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            "--allow-root",
            f"--port={port}",
            "--ServerApp.token=t",
            f"--ServerApp.root_dir={books}",
            "--ServerApp.port_retries=0",
        ],
        env=kept
        | {
            "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
            "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    address = f"http://127.0.0.1:{port}"
    for _ in range(240):
        try:
            urllib.request.urlopen(f"{address}/api?token=t", timeout=2)
            break
        except OSError:
            time.sleep(0.5)
    try:
        yield address, books
    finally:
        stop(server)


def run_cell(page, address: str, name: str, ready: str) -> None:
    """Open a notebook, run its one cell until ``ready`` is on the page."""
    page.goto(f"{address}/lab/tree/{name}.ipynb?token=t&reset", timeout=SLOW)
    page.wait_for_selector(".jp-Cell", timeout=SLOW)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for(timeout=SLOW)
    for _ in range(4):  # what is sent while the kernel still connects is lost
        page.locator(".jp-Cell .cm-content").first.click()
        page.keyboard.press("Control+Enter")
        try:
            page.wait_for_selector(ready, timeout=SLOW / 4)
            return
        except playwright.TimeoutError:
            continue
    raise AssertionError(f"{name}: {ready} never came")
