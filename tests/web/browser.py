"""A real browser, and a real server for it to open: for tests of the pages."""

import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, Literal

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
START_TIMEOUT_MS = 60_000
STEP_TIMEOUT_MS = 20_000
"""Patience with one step in the browser: generous, for a machine that is busy with other tests."""
expect.set_options(timeout=STEP_TIMEOUT_MS)

_QUIET_ARGUMENTS = (
    "--no-sandbox",  # tests may run as root in a container
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)


CHROMIUM = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
"""The installed Chromium, if any."""

needs_chromium = pytest.mark.skipif(
    CHROMIUM is None,
    reason="no Chromium on this machine (Debian: apt-get install chromium): the page is not tested",
)
"""For tests whose other fixtures are dear: skips before any is made."""


def chromium() -> str:
    """The installed Chromium, or skip the test with a message."""
    if CHROMIUM is None:
        pytest.skip(needs_chromium.kwargs["reason"])
    return CHROMIUM


class _Browsers:
    """The browsers that run, by their arguments."""

    current: ClassVar["_Browsers | None"] = None  # Playwright can't be started twice in one thread

    def __init__(self, playwright: Playwright) -> None:
        self._playwright = playwright
        self._running: dict[tuple[str, ...], Browser] = {}

    def get(self, arguments: tuple[str, ...]) -> Browser:
        if arguments not in self._running:
            self._running[arguments] = self._playwright.chromium.launch(
                executable_path=chromium(), args=list(arguments), timeout=START_TIMEOUT_MS
            )
        return self._running[arguments]

    def close(self) -> None:
        for browser in self._running.values():
            browser.close()


@contextmanager
def kept_browsers() -> Iterator[_Browsers]:
    """Let every :func:`launch` inside share browsers that are started alike, each with a fresh profile."""
    if _Browsers.current is not None:
        yield _Browsers.current
        return
    chromium()
    with sync_playwright() as playwright:
        _Browsers.current = browsers = _Browsers(playwright)
        try:
            yield browsers
        finally:
            _Browsers.current = None
            browsers.close()


@contextmanager
def launch(
    wav: Path | None = None,
    *,
    microphone: bool = True,
    autoplay: bool = True,
    width: int = 1280,
    height: int = 900,
    color_scheme: Literal["light", "dark"] = "light",
    locale: str = "en-US",
) -> Iterator[Page]:
    """Open an empty page in a headless browser; skips the test where there is no Chromium.

    Args:
        wav: What the microphone hears, once, from the moment it is opened (16-bit PCM; then silence).
            None: the browser's own test beeps.
        microphone: False: there is one, but its use is refused.
        autoplay: False: as browsers are by themselves, pages play nothing before they were touched.
        width: Of the window, CSS pixels.
        height: Of the window, CSS pixels.
        color_scheme: ``light`` or ``dark``.
        locale: The browser's language.

    Yields:
        The page. Errors it throws, and what the browser's content policy blocks, fail the test at the end.
    """
    arguments = [*_QUIET_ARGUMENTS, "--use-fake-device-for-media-stream"]
    if autoplay:
        arguments.append("--autoplay-policy=no-user-gesture-required")
    if microphone:
        arguments.append("--use-fake-ui-for-media-stream")
    else:
        arguments.append("--deny-permission-prompts")
    if wav is not None:
        arguments.append(f"--use-file-for-fake-audio-capture={wav.resolve()}%noloop")
    problems: list[str] = []
    with kept_browsers() as browsers:
        context = browsers.get(tuple(arguments)).new_context(
            viewport={"width": width, "height": height}, color_scheme=color_scheme, locale=locale
        )
        try:
            page = context.new_page()
            page.set_default_timeout(STEP_TIMEOUT_MS)
            page.on("pageerror", lambda error: problems.append(str(error)))
            page.on(
                "console",
                lambda message: (
                    problems.append(message.text) if "Content Security Policy" in message.text else None
                ),
            )
            yield page
        finally:
            context.close()
    if problems:
        pytest.fail("the page threw: " + "; ".join(problems))


class _QuietHandler(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:
        """Say nothing: a test's output is its own."""


@contextmanager
def serve(app: Flask) -> Iterator[str]:
    """Serve ``app`` on a free port of this machine, one thread a request.

    Yields:
        Its address, without a slash at the end.
    """
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_QuietHandler)
    thread = threading.Thread(target=server.serve_forever, name="test-server", daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
