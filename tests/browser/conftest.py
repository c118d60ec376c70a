"""One JupyterLab, started as a student does, and one Chromium for all tests of a session."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from lab_process import Lab, free_port, private_environment

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]  # containers have none of these


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """`bpcheck lab`, with JupyterLab's object in the page so that a test can wait for what it does."""
    pytest.importorskip("jupyterlab")
    folder = tmp_path_factory.mktemp("student")
    environment = private_environment(folder / "home")
    config = Path(environment["JUPYTER_CONFIG_DIR"])
    config.mkdir(parents=True)
    settings = {"LabApp": {"expose_app_in_browser": True}}
    (config / "jupyter_lab_config.json").write_text(json.dumps(settings))
    with Lab(["--port", str(free_port())], folder, environment) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium from BPCHECK_CHROMIUM, from PATH, or Playwright's own; without one the test is skipped."""
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        there = [
            os.environ.get("BPCHECK_CHROMIUM"),
            *map(shutil.which, NAMES),
            playwright.chromium.executable_path,
        ]
        path = next((path for path in there if path and Path(path).is_file()), None)
        if path is None:
            pytest.skip(f"no Chromium: none of {', '.join(NAMES)} on PATH, BPCHECK_CHROMIUM is not set")
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900}, device_scale_factor=2)
    yield context.new_page()
    context.close()


@pytest.fixture
def screenshot() -> Callable[[str, Locator], None]:
    """Save what a cell shows as NAME.png in the folder BPCHECK_SCREENSHOTS, if that is set."""

    def save(name: str, outputs: Locator) -> None:
        if folder := os.environ.get("BPCHECK_SCREENSHOTS"):
            outputs.scroll_into_view_if_needed()
            box = outputs.bounding_box()
            shown = outputs.locator(".jp-OutputArea-output").first.bounding_box()
            assert box
            assert shown
            clip = box | {"x": shown["x"], "width": shown["width"]}  # without the empty column of the prompts
            outputs.page.screenshot(path=Path(folder, f"{name}.png"), clip=clip)

    return save
