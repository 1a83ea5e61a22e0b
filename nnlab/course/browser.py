"""Headless Chromium, driven by playwright, for checks and screenshots of pages, slides and figures."""

import contextlib
import os
import shutil


def executable():
    """Path of Chromium or Chrome, a string: ``NNLAB_CHROMIUM``, else the first one found; None if none is installed."""
    return os.environ.get("NNLAB_CHROMIUM") or next(filter(None, map(shutil.which, (
        "chromium", "chromium-browser", "google-chrome", "google-chrome-stable"))), None)


@contextlib.contextmanager
def chromium():
    """Context manager for headless Chromium, a playwright browser; its value is None if none is installed."""
    path = executable()
    if path is None:
        yield None
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--disable-background-networking"],
                                             chromium_sandbox=os.name == "nt" or os.geteuid() != 0)
        try:
            yield browser
        finally:
            browser.close()
