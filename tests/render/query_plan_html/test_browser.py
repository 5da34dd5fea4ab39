"""The page in a real browser: it fits, it speaks, and nothing in a plan can make it do anything."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from pgwright.render.query_plan_html import query_plan_html
from tests.support import htmlpages as made
from tests.support.chromium import Browser

FITS = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
# Labels of the icicle that are shown and are wider than their boxes.
CUT = """[...document.querySelectorAll('.flame text')].filter(text => getComputedStyle(text).display !== 'none'
  && text.getComputedTextLength() + 5 > text.parentElement.parentElement.getBoundingClientRect().width)
  .map(text => text.textContent)"""

SHOWN = "[...document.querySelectorAll('.tree > li')].filter(row => row.getClientRects().length).map(row => row.id)"

# Every text that is shown with less contrast to what is behind it than WCAG wants (AA, ordinary size): its words and
# the ratio. In the icicle a box is behind its label.
PALE = """(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const over = (top, below) => top.slice(0, 3).map((each, i) => each * (top[3] ?? 1) + below[i] * (1 - (top[3] ?? 1)));
  const light = (color) => color.slice(0, 3).map(each => each / 255)
    .map(each => each <= .04045 ? each / 12.92 : ((each + .055) / 1.055) ** 2.4)
    .reduce((sum, each, i) => sum + each * [.2126, .7152, .0722][i], 0);
  const behind = (element) => {
    if (element === null) return parts(getComputedStyle(document.documentElement).backgroundColor);
    const color = parts(getComputedStyle(element).backgroundColor);
    return color[3] === 0 ? behind(element.parentElement) : over(color, behind(element.parentElement));
  };
  const found = [];
  for (const element of document.querySelectorAll('body *')) {
    const words = [...element.childNodes].filter(each => each.nodeType === 3).map(each => each.data.trim()).join('');
    const style = getComputedStyle(element);
    if (!words || !element.getClientRects().length || element.closest('script, title, .skip')) continue;
    const box = element.closest('.box');
    const back = box ? parts(getComputedStyle(box.querySelector('rect')).fill) : behind(element);
    const fore = parts(element.localName === 'text' ? style.fill : style.color);
    const [one, two] = [light(over([...fore.slice(0, 3), Number(style.opacity)], back)), light(back)];
    const ratio = (Math.max(one, two) + .05) / (Math.min(one, two) + .05);
    if (ratio < 4.5) found.push(`${words.slice(0, 30)}: ${ratio.toFixed(2)}`);
  }
  return found;
})()"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with Browser() as running:
        yield running


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("pages")
    found = {}
    for name, diagnosis in made.DIAGNOSES.items():
        found[name] = folder / f"{name}.html"
        trials = made.trials(diagnosis)
        found[name].write_text(query_plan_html(diagnosis, title=f"{name} <b>", trials=trials), encoding="utf-8")
    return found


@pytest.mark.parametrize("width", [390, 768, 1280])
@pytest.mark.parametrize("name", list(made.DIAGNOSES))
def test_it_fits_and_nothing_is_cut(browser: Browser, pages: dict[str, Path], name: str, width: int) -> None:
    page = browser.open(pages[name], width=width)
    page.ask("document.querySelectorAll('details').forEach(each => each.open = true)")
    wide, there = page.ask(FITS)
    assert wide <= there == width
    assert page.ask(CUT) == []
    assert page.complaints() == []


@pytest.mark.parametrize("name", list(made.DIAGNOSES))
def test_it_asks_for_nothing_but_itself(browser: Browser, pages: dict[str, Path], name: str) -> None:
    page = browser.open(pages[name])
    assert [each for each in page.requests() if not each.startswith("data:")] == [pages[name].as_uri()]


def test_what_a_plan_holds_does_not_run(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.open(pages["hostile"])
    assert page.ask("window.hacked") is None
    assert page.ask("document.querySelectorAll('img, iframe, object, body svg[onload]').length") == 0
    assert page.ask("document.scripts.length") == 1
    assert page.ask("document.title").startswith("hostile <b>")
    assert made.HOSTILE in page.text()


def test_a_script_that_gets_in_is_refused(browser: Browser, pages: dict[str, Path], tmp_path: Path) -> None:
    broken = tmp_path / "broken.html"
    text = pages["joined"].read_text(encoding="utf-8")
    broken.write_text(text.replace("<main>", "<main><script>window.hacked = 1</script>", 1), encoding="utf-8")
    page = browser.open(broken)
    assert page.ask("window.hacked") is None
    assert any("Content Security Policy" in each for each in page.complaints())


def test_everything_is_there_without_javascript(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.open(pages["joined"], script=False)
    document = page.call("DOM.getDocument", depth=1)["root"]["nodeId"]
    html = page.call("DOM.getOuterHTML", nodeId=document)["outerHTML"]
    assert "data-ready" not in html
    assert "CREATE INDEX ON orders (status);" in html
    assert 'id="n0-0-1-0"' in html


def test_the_script_adds_comfort(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.open(pages["joined"])
    assert page.ask("document.documentElement.dataset.ready") == "yes"
    assert page.ask("document.querySelectorAll('.sql:not(:has(button))').length") == 0
    page.ask("document.querySelector('[type=search]').focus()")
    page.call("Input.insertText", text="ORDERS")
    assert page.ask(SHOWN) == ["n0-0-0"]
    page.ask("document.querySelector('[type=search]').select()")
    page.call("Input.insertText", text="nowhere to be found")
    assert page.ask(SHOWN) == []
    assert page.complaints() == []


def test_what_took_little_can_be_hidden_without_a_script(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.open(pages["with"], script=False)
    page.call("Emulation.setScriptExecutionDisabled", value=False)  # to ask, not to run what is on the page
    assert page.ask("document.documentElement.dataset.ready") is None
    page.ask("document.querySelector('#quiet').click()")
    assert page.ask(SHOWN) == ["n0", "n0-0", "n0-0-0", "n0-1", "n0-2"]


def test_a_link_opens_its_node_and_arrows_walk(browser: Browser, pages: dict[str, Path]) -> None:
    page = browser.open(pages["joined"])
    page.ask("document.querySelector('.places a').click()")
    page.ask("new Promise(done => setTimeout(done, 100))")
    assert page.ask("document.querySelector('.tree > :target details').open") is True
    page.ask("document.querySelector('#n0 summary').focus()")
    page.press("ArrowDown")
    assert page.ask("document.activeElement.closest('li').id") == "n0-0"
    page.press("ArrowUp")
    assert page.ask("document.activeElement.closest('li').id") == "n0"


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("name", ["joined", "write", "with", "hostile"])
def test_all_text_can_be_read(browser: Browser, pages: dict[str, Path], name: str, dark: bool) -> None:
    page = browser.open(pages[name], dark=dark)
    page.ask("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert page.ask(PALE) == []


def test_it_is_drawn_in_light_and_in_dark(browser: Browser, pages: dict[str, Path]) -> None:
    light, dark = (browser.open(pages["joined"], dark=each).picture() for each in (False, True))
    assert len(_bytes(light)) > 100, "it is blank"
    assert len(_bytes(dark)) > 100, "it is blank"
    background = "getComputedStyle(document.documentElement).backgroundColor"
    assert browser.open(pages["joined"], dark=True).ask(background) != browser.open(pages["joined"]).ask(background)


def _bytes(picture: bytes) -> set[int]:
    """The different bytes in the lines of a PNG: a page of one colour has a handful."""
    assert picture.startswith(b"\x89PNG")
    data, at = b"", 8
    while at < len(picture):
        size, kind = int.from_bytes(picture[at : at + 4], "big"), picture[at + 4 : at + 8]
        data += picture[at + 8 : at + 8 + size] if kind == b"IDAT" else b""
        at += 12 + size
    return set(zlib.decompress(data))
