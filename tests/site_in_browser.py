"""Opens every page of the built site in a headless browser, at the widths of a desk and of a phone.

`python tests/site_in_browser.py FOLDER` prints what is wrong with the pages in the folder;
`--screenshots FOLDER` keeps pictures of all of them, light and dark.
"""

import argparse
import re
import shutil
import sys
import tempfile
import threading
import time
from contextlib import contextmanager
from functools import cache, partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urldefrag

BROWSERS = "chromium", "chromium-browser", "google-chrome"
WIDTHS = {"desk": 1280, "phone": 390}
SEARCHED = "to_torch_sampler"

FAULTS_OF_A_PAGE = """
const faults = [];
const content = ["main", ".bd-content", ".bd-article-container", ".bd-sidebar-secondary"];
for (const part of ["html", "body", ...content]) {
  const { scrollWidth, clientWidth } = document.querySelector(part) ?? document.body;
  if (scrollWidth > clientWidth + 1)
    faults.push(`${part} is ${clientWidth} wide, what it holds ${scrollWidth}`);
}
for (const image of document.images)
  if (!image.complete || image.naturalWidth === 0) faults.push(`no image ${image.src}`);
for (const code of document.querySelectorAll("pre")) {
  const box = code.getBoundingClientRect();
  const scrolls = ["auto", "scroll"].includes(getComputedStyle(code).overflowX);
  if (box.right > window.innerWidth + 1 || (code.scrollWidth > code.clientWidth + 1 && !scrolls))
    faults.push(`code runs out of its box: ${code.innerText.slice(0, 40)}`);
}
return faults;
"""
HREFS = "return [...document.querySelectorAll('a[href]')].map((link) => link.href)"


def find_browser():
    """The paths of a browser and of its driver, or None where one of them is missing."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None), shutil.which("chromedriver")
    return found if all(found) else None


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@contextmanager
def served(folder):
    """The address at which the folder is served."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def opened():
    """A browser that keeps nothing and fetches nothing by itself."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    browser, driver = find_browser()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        for argument in (
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
            f"--user-data-dir={profile}",
        ):
            options.add_argument(argument)
        window = webdriver.Chrome(options=options, service=Service(driver))
        try:
            yield window
        finally:
            window.quit()


def set_size(window, width, height=900):
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    window.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)


@cache
def ids_in(page):
    return set(re.findall(r'\bid="([^"]+)"', page.read_text(encoding="utf-8")))


def broken(folder, base, href):
    """Whether a link leads into the site, but to nothing there."""
    address, fragment = urldefrag(href)
    if not address.startswith(base):
        return False
    target = folder / unquote(address.removeprefix(base)).partition("?")[0]
    target = target / "index.html" if target.is_dir() else target
    if not target.is_file():
        return True
    return bool(fragment) and target.suffix == ".html" and unquote(fragment) not in ids_in(target)


def pages_of(folder):
    """Addresses of all pages, relative to the folder."""
    pages = (path.relative_to(folder) for path in sorted(folder.rglob("*.html")))
    return [path.as_posix() for path in pages if path.parts[0] != "_static"]


def faults_of_page(window, folder, base, page):
    """What is wrong with a page as the window shows it."""
    window.get(base + page)
    yield from window.execute_script(FAULTS_OF_A_PAGE)
    hrefs = set(window.execute_script(HREFS))
    yield from (f"broken link {href}" for href in sorted(hrefs) if broken(folder, base, href))
    for entry in window.get_log("browser"):
        if entry["level"] == "SEVERE":
            yield f"console: {entry['message']}"


def faults_without_scripts(folder, page):
    """Images that only show where scripts are off."""
    path = folder / page
    for html in re.findall(r"<noscript>(.*?)</noscript>", path.read_text("utf-8"), re.DOTALL):
        for source in re.findall(r'<img[^>]* src="([^"]+)"', html):
            if not (path.parent / source).is_file():
                yield f"no image {source} where scripts are off"


def found_by_search(window, base, words):
    """Addresses of the pages that the site's own search finds."""
    from selenium.webdriver.support.ui import WebDriverWait

    window.get(f"{base}search.html?q={words}")
    script = (
        "return [...document.querySelectorAll('#search-results li a')].map((link) => link.href)"
    )
    return WebDriverWait(window, 20).until(lambda _: window.execute_script(script))


def dial_at(window, base, strengths):
    """What the dial of the home page shows at strengths: shares in percent, by class."""
    from selenium.webdriver.common.by import By
    from selenium.webdriver.common.keys import Keys

    window.get(base + "index.html")
    slider = window.find_element(By.CSS_SELECTOR, "#dial input")
    shown = {}
    slider.send_keys(Keys.HOME)
    while True:
        strength = float(slider.get_attribute("value"))
        if strength in strengths:
            texts = window.execute_script(
                "return [...document.querySelectorAll('.dial-share')].map((s) => s.textContent)"
            )
            shown[strength] = [float(text.rstrip("%")) for text in texts]
        if len(shown) == len(strengths) or strength >= 1.5:
            return shown
        slider.send_keys(Keys.ARROW_RIGHT)


def keep_screenshots(window, folder, base, kept):
    """Pictures of all pages at both widths, from top to bottom, light and dark."""
    for name, width in WIDTHS.items():
        for page in pages_of(folder):
            set_size(window, width)
            window.get(base + page)
            height = window.execute_script("return document.documentElement.scrollHeight")
            set_size(window, width, min(height, 6000))
            for theme in ("light", "dark"):
                window.execute_script(f"document.documentElement.dataset.theme = '{theme}'")
                time.sleep(0.3)  # colours change slowly
                stem = page.removesuffix(".html").replace("/", "-")
                window.save_screenshot(str(kept / f"{stem}-{name}-{theme}.png"))


def faults_of(folder):
    """All that is wrong with the site, and how many pages were opened at each width."""
    folder, faults = Path(folder), []
    pages = pages_of(folder)
    with served(folder) as base, opened() as window:
        for name, width in WIDTHS.items():
            set_size(window, width)
            for page in pages:
                found = faults_of_page(window, folder, base, page)
                faults += [f"{page} at the {name}: {fault}" for fault in found]
        for page in pages:
            faults += [f"{page}: {fault}" for fault in faults_without_scripts(folder, page)]
        if not any("/_api/" in address for address in found_by_search(window, base, SEARCHED)):
            faults.append(f"search does not find {SEARCHED} in the API")
        shown = dial_at(window, base, (0.0, 0.5, 1.0, 1.5))
        if len(set(map(tuple, shown.values()))) != 4:
            faults.append(f"the dial does not move: {shown}")
    return faults, shown, len(pages)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help="the built site")
    parser.add_argument("--screenshots", type=Path, help="a folder for pictures of all pages")
    arguments = parser.parse_args()
    if not find_browser():
        sys.exit(f"there is no browser here: one of {', '.join(BROWSERS)}, and chromedriver")
    if arguments.screenshots:
        arguments.screenshots.mkdir(parents=True, exist_ok=True)
        with served(arguments.folder) as base, opened() as window:
            keep_screenshots(window, arguments.folder, base, arguments.screenshots)
    faults, _, n_pages = faults_of(arguments.folder)
    print(*faults, f"{n_pages} pages at widths {WIDTHS}: {len(faults)} faults", sep="\n")
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
