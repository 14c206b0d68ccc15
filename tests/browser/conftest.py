"""A Chromium that is installed on this machine, driven by Playwright; tests are skipped where one of the two is missing."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def browser() -> Iterator:
    playwright = pytest.importorskip(
        "playwright.sync_api", reason="playwright is not installed; pip install playwright"
    )
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        pytest.skip(f"no browser is installed; looked for {', '.join(NAMES)} on the PATH")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def usual(browser):
    """The context of all pages that ask for no other; a new one for each would take longer than the page."""
    return browser.new_context()


class Opened:
    """A page, with what it asked for and what it complained about."""

    def __init__(self, page) -> None:
        self.page = page
        self.requests: list[str] = []
        self.complaints: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))


@pytest.fixture
def opened(browser, usual, tmp_path: Path) -> Iterator[Callable]:
    """Opens a text as a file of its own, with a hash and with options of `browser.new_context`."""
    closing = []

    def open_file(text: str, fragment: str = "", **options) -> Opened:
        path = tmp_path / "graph.html"
        path.write_text(text, encoding="utf-8")
        context = browser.new_context(**options) if options else usual
        page = context.new_page()
        closing.append(context if options else page)
        opened = Opened(page)
        opened.page.set_default_timeout(30_000)
        opened.page.goto(path.as_uri() + fragment)
        return opened

    yield open_file
    for each in closing:
        each.close()
