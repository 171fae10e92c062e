"""The console in a real browser: it lets itself be entered, every chart is drawn and coloured, and nothing is complained of.

The page's own rules (Content-Security-Policy) are the browser's to keep: what breaks them shows here only.
"""

import os
import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from tests.browser import find_program, opened_browser
from tests.console.story import tell
from tests.console.test_figures import PURPOSE, fill

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """A console of its own on a free port; gives its address with the token."""
    import uvicorn

    from hub.app import open_hub
    from hub.console.entrance import make_standalone
    from hub.console.office import Office

    find_program()
    story = tell(tmp_path_factory.mktemp("browser"))
    story.set_roles("{operator: [operations, analyst]}")
    with open_hub(story.config, now=story.clock.now) as hub:
        fill(hub, story.clock.now())
        from hub.pipeline.figures import week_figures

        for week in (1, 2):
            week_figures(hub.store, story.clock.now(), story.clock.now() - timedelta(days=7 * week), 10)
    office = Office(story.config, now=story.clock.now)
    config = uvicorn.Config(
        make_standalone(office, "the-token"), port=0, access_log=False, log_level="error", lifespan="off"
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join()
    office.close()


@pytest.fixture(scope="module")
def browser(address):
    """A browser that has come in by the printed link, as a person does."""
    with opened_browser() as browser:
        browser.go(f"{address}/enter?token=the-token", "document.querySelector('form button')")
        assert browser.errors == []
        browser.ask("document.querySelector('form button').click()")
        browser.wait("document.querySelector('h1')?.innerText === 'Overview'")
        assert browser.errors == []
        yield browser


PAGES = {
    "/": ("Overview", 3),
    "/runs": ("Runs", 0),
    "/failures": ("Failures", 0),
    "/duties": ("Duties", 0),
    "/figures": ("What customers felt", 0),
    f"/figures?purpose={PURPOSE}": ("What customers felt", 2),
    "/audit": ("Audit log", 0),
}

# Of every chart: how many of its bars, lines and dots are to be seen, in which colours, and which of its words are not whole.
CHARTS = """
[...document.querySelectorAll('main svg.chart')].map(chart => {
  const marks = [...chart.querySelectorAll('.series .rect, .series .line, .series .dot')].filter(one => {
    const box = one.getBoundingClientRect(); return box.width + box.height > 0;
  });
  const colours = new Set(marks.map(one => one.matches('.line') ? getComputedStyle(one).stroke : getComputedStyle(one).fill));
  const outside = [...chart.querySelectorAll('text')].filter(one => {
    const mine = one.getBoundingClientRect(), its = chart.getBoundingClientRect();
    return mine.width && (mine.left < its.left - 2 || mine.right > its.right + 2);
  });
  const words = [...chart.querySelectorAll('.axis text')].filter(one => one.getBoundingClientRect().width);
  const crossing = words.filter(one => words.some(two => {
    const [a, b] = [one.getBoundingClientRect(), two.getBoundingClientRect()];
    return one !== two && Math.abs(a.top - b.top) < 4 && a.left < b.right && b.left < a.right;
  }));
  const high = marks.filter(one => one.getBoundingClientRect().top < chart.getBoundingClientRect().top - 2);
  const numbers = [...chart.querySelectorAll('.axis.y text')].filter(one => one.getBoundingClientRect().width);
  return {
    marks: marks.length, colours: [...colours], numbers: numbers.length, high: high.length,
    cut: [...outside, ...crossing].map(one => one.textContent), short: words.filter(one => /…/.test(one.textContent)).length,
  };
})
"""


def keep_picture(browser, name):
    """ATTUNE_PICTURES names a folder: for people who want to see the pages as well."""
    if folder := os.environ.get("ATTUNE_PICTURES"):
        browser.picture(Path(folder) / f"{re.sub(r'[^a-z]+', '-', name.lower()).strip('-') or 'overview'}.png")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_is_drawn_and_nothing_is_complained_of(browser, address, path):
    title, charts = PAGES[path]
    browser.go(address + path, f"document.querySelector('h1')?.innerText.startsWith('{title}')")
    keep_picture(browser, path)
    assert browser.errors == []
    drawn = browser.ask(CHARTS)
    assert len(drawn) == charts
    for one in drawn:
        assert one["marks"] > 0 and one["high"] == one["short"] == 0 and one["cut"] == []
        assert one["numbers"] >= 2, "both axes say what they are"
        assert not {"rgb(0, 0, 0)", "none"} & set(one["colours"]), "the style sheet gives every series its colour"
    assert browser.ask("document.documentElement.scrollWidth <= innerWidth"), "nobody scrolls sideways"


def test_a_purpose_is_chosen_and_the_week_is_shown(browser, address):
    browser.go(f"{address}/figures", "document.querySelector('form select')")
    browser.ask(f"document.querySelector('select[name=purpose]').value = '{PURPOSE}'")
    browser.ask("document.querySelector('form button').click()")
    browser.wait("document.querySelectorAll('main svg.chart').length === 2")
    assert browser.errors == []


def test_what_breaks_the_pages_rules_would_be_seen(browser, address):
    """Else the tests above would prove nothing."""
    browser.go(f"{address}/", "document.querySelector('h1')")
    browser.ask("document.body.insertAdjacentHTML('beforeend', '<p style=\"color: red\">x</p>')")
    assert any("Content Security Policy" in one for one in browser.errors)


@pytest.mark.parametrize(("width", "dark"), [(420, False), (1280, True)])
def test_a_small_screen_and_a_dark_one(browser, address, width, dark):
    browser.call("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
    scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
    browser.call("Emulation.setEmulatedMedia", features=scheme)
    try:
        for path in ("/", f"/figures?purpose={PURPOSE}"):
            browser.go(address + path, "document.querySelector('main svg.chart')")
            assert browser.ask("document.documentElement.scrollWidth <= innerWidth") and browser.errors == []
            keep_picture(browser, f"{path} {'dark' if dark else 'small'}")
            brightness = browser.ask("getComputedStyle(document.body).backgroundColor.match(/\\d+/g).map(Number)[0]")
            assert (brightness < 100) == dark
    finally:
        browser.call("Emulation.clearDeviceMetricsOverride")
        browser.call("Emulation.setEmulatedMedia", features=[])
