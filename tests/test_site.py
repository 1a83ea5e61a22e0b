"""The site for those who read it: first page, lectures, figures, glossary, search, from a disk and with no network.

Two lectures are written as their notebooks store them, so no notebook runs; tests/test_commands.py looks at the whole
site.
"""

import json
import re
import time

import pytest
from bs4 import BeautifulSoup
from figures import axe
from pages import asked, notebook, text_cell
from PIL import Image
from shared import SEEN, look_folder

from nnlab import widgets
from nnlab.course import gallery, lectures, linking, npm, search, site, tree
from nnlab.course.contents import Contents
from nnlab.course.frame import part
from nnlab.course.glossary import glossary
from nnlab.course.notebooks import paths, read
from nnlab.course.publish import badge_target
from nnlab.course.render import Formulas, rendered
from nnlab.course.solved_runs import Run

SHOWN = ("week01c", "week06e")  # a page with a figure that plays, a page of text and static images
PAGES = ("index.html", "figures.html", "glossary.html", "instructors.html", "week01c_losses.html")
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of a site of two lectures."""
    place = tmp_path_factory.mktemp("site")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(site, "SITE", place)
        patch.setattr(lectures, "SITE", place)
        begin = time.perf_counter()
        assert site.write({path: Run(read(path), None, None, "") for path in paths(SHOWN)}) == []
    SEEN.append(f"site: two lectures and all other pages written in {time.perf_counter() - begin:.0f} s")
    return place


@pytest.fixture(scope="module")
def visit(browser, folder):
    """Function from the name of a page to the page in Chromium; no error and no request may have been seen."""
    contexts, wrong = [], []

    def open_(name, **options):
        context = browser.new_context(offline=True, **{"viewport": {"width": 1280, "height": 800}} | options)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(f"{name}: {error}"))
        page.on("console", lambda said: wrong.append(f"{name}: {said.text}") if said.type == "error" else None)
        page.on("request", lambda one: wrong.append(one.url) if not re.match("file:|data:|blob:", one.url) else None)
        page.goto(f"{folder.as_uri()}/{name}")
        page.wait_for_function("window.figuresReady !== false")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def first(visit):
    """The first page, and a way to search on it: the headings and addresses of what is found."""
    page = visit("index.html")

    def find(words):
        if not page.locator("dialog[open]").count():
            page.keyboard.press("/")
        page.locator("dialog input").fill(words)
        page.locator("dialog .hits a").first.wait_for()  # the index may still be on its way
        return page.locator("dialog .hits a").evaluate_all(
            "all => all.map(a => [a.querySelector('b').textContent, a.getAttribute('href')])")
    yield page, find
    page.close()


def test_pages_are_light_and_ask_for_nothing(folder):
    sizes = {path.name: path.stat().st_size / 1e6 for path in [*folder.glob("*.html"), *folder.glob("figures/*.html")]}
    assert sizes["index.html"] < 1 and max(sizes.values()) < 2 and (folder / "search.js").stat().st_size < 1.5e6
    for name in (*PAGES, *(f"figures/{figure}.html" for figure in widgets.names())):
        assert asked((folder / name).read_text(encoding="utf-8")) == [], name
    SEEN.append("site, MB: " + ", ".join(f"{name} {size:.2f}" for name, size in sizes.items() if "/" not in name)
                + f", search.js {(folder / 'search.js').stat().st_size / 1e6:.2f}")


def test_first_page_has_a_card_for_each_lecture(folder):
    page = BeautifulSoup((folder / "index.html").read_text(encoding="utf-8"), "html.parser")
    cards = page.select(".card")
    assert len(cards) == len(paths()) and [card.h3.a["href"] for card in cards] == [f"{p.stem}.html" for p in paths()]
    for card in cards:
        assert 3_000 < len(card.img["src"]) * 3 / 4 <= 25_000 and len(card.img["alt"]) > 8
        assert len(card.select_one(".aim").text.split()) >= 6 and re.search(r"\d+ min · \d+ exercise", card.text)
        assert {"Page", "Notebook", "Colab"} <= {link.text for link in card.select(".more a")}


@pytest.mark.parametrize("name, marked", [("week01c_losses.html", 1), ("week06e_regularization.html", 1),
                                          ("glossary.html", 0), ("index.html", 0)])
def test_a_tree_of_all_lectures_opens_at_this_one(folder, name, marked):
    page = BeautifulSoup((folder / name).read_text(encoding="utf-8"), "html.parser")
    weeks = page.select(".tree > details")
    assert [link["href"] for link in page.select(".tree a")] == [f"{path.stem}.html" for path in paths()]
    assert len(weeks) == len(tree.weeks()) and all(week.summary.text.strip() for week in weeks)
    current = page.select(".tree [aria-current=page]")
    assert [link["href"] for link in current] == [name] * marked
    assert [week for week in weeks if week.has_attr("open")] == [link.find_parent("details") for link in current]


def test_a_lecture_offers_colab_slides_and_notebook_at_its_beginning_and_end(folder):
    page = BeautifulSoup((folder / "week01c_losses.html").read_text(encoding="utf-8"), "html.parser")
    first, last = page.select("ul.takes")
    assert first.find_previous("h1") and last.find_next("nav")["aria-label"] == "Other lectures"
    for row in (first, last):
        names = [link.text.strip() for link in row.select("a")]
        assert names[0] == "Open in Colab" and {"Notebook", "Open in Kaggle"} <= set(names)
        assert row.a["href"] == badge_target("week01c_losses") and row.select_one("[download]")
    assert len(page.find_all("a", string=re.compile("Open in Colab"))) <= 2, "and nowhere in the text"


@pytest.mark.parametrize("rows, end", [((), 415), ((398,), 398), ((398, 420), 420), ((300, 600), 415)])
def test_the_image_of_a_figure_ends_between_its_words(rows, end):
    """The nearest row without a word; a row far away is not looked for."""
    image = Image.new("RGB", (1000, 700), "white")
    image.paste("black", (500, 0, 520, 700))
    for row in rows:
        image.paste("white", (0, row, 1000, row + 1))
    assert lectures.gap(image) == end


def test_a_card_shows_the_cell_that_the_notebook_names():
    made = read(paths(["week04a"])[0])
    ids = [cell for cell, *_ in lectures.stored(made)]
    assert made.metadata.nnlab.card in ids
    chosen = lectures.card(made)
    del made.metadata.nnlab["card"]
    figure, alt = lectures.card(made)
    assert chosen[0] != figure and "interactive figure race" in alt
    assert lectures.card(notebook()) == ("", "")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_are_accessible(visit, scheme):
    """Their figures have tests of their own; in the dark only colors differ."""
    checked, text = 0, "{ exclude: [['[data-figure]']] }"
    rules = ", runOnly: ['color-contrast']" if scheme == "dark" else ""
    for name in PAGES:
        page = visit(name, color_scheme=scheme)
        violations, passes = axe(page, text, f"{{ resultTypes: ['violations', 'passes']{rules} }}")
        assert violations == [], name
        checked += passes
        page.screenshot(path=look_folder() / f"site-{name.removesuffix('.html')}-{scheme}.png")
        page.close()
    SEEN.append(f"axe: {checked} checks of {len(PAGES)} pages passed, {scheme}")


@pytest.mark.browser
def test_a_phone_scrolls_down_only_and_has_a_drawer(visit, folder):
    for name in (*PAGES, "week06e_regularization.html", "outline.html", "figures/race.html"):
        page = visit(name, viewport=PHONE, has_touch=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if name == "week01c_losses.html":
            menu = page.locator("#contents")
            assert not menu.is_visible()
            page.get_by_role("button", name="Contents").tap()
            assert menu.is_visible() and menu.get_by_role("link", name="Glossary").is_visible()
            assert axe(page, "document.querySelector('#contents')")[0] == []
            menu.get_by_role("link", name="Summary").tap()
            assert not menu.is_visible() and page.evaluate("location.hash") == "#summary"
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("name", ["index.html", "week06e_regularization.html", "glossary.html", "instructors.html"])
def test_no_window_scrolls_sideways(visit, name):
    page = visit(name)
    for width in (320, 600, 761, 921, 1100, 1199, 1200, 1399, 1400, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(50)
        wide = page.evaluate("[document.documentElement, document.querySelector('.bar')].map(one => one.scrollWidth)")
        assert max(wide) <= width, (width, wide)
    page.close()


@pytest.mark.browser
def test_first_screen_shows_title_buttons_and_figure(visit):
    for width, height in ((1280, 800), (1440, 900)):
        page = visit("index.html", viewport={"width": width, "height": height})
        boxes = [page.locator(one).first.bounding_box() for one in (".hero h1", ".sub", ".go", ".live [data-figure]")]
        assert all(box["y"] >= 0 and box["y"] + box["height"] <= height for box in boxes)
        assert boxes[-1]["x"] + boxes[-1]["width"] > 0.95 * width, "nothing is empty at the right"
        page.close()


@pytest.mark.browser
def test_lectures_stand_left_of_the_text_sections_below_them_or_right(visit):
    for width, wide in ((1280, False), (1440, True)):
        page = visit("week06e_regularization.html", viewport={"width": width, "height": 800})
        tree_, toc, text = (page.locator(one).bounding_box() for one in (".tree", ".toc", "main"))
        assert tree_["x"] + tree_["width"] <= text["x"]
        assert (toc["x"] >= text["x"] + text["width"]) if wide else (toc["y"] >= tree_["y"] + tree_["height"])
        week = page.locator(".tree details").first
        assert not week.locator("a").first.is_visible()
        week.locator("summary").focus()
        page.keyboard.press("Enter")
        assert week.locator("a").first.is_visible()
        page.close()
    page = visit("week06e_regularization.html", viewport={"width": 1100, "height": 800})
    assert not page.locator(".tree").is_visible()
    page.get_by_role("button", name="Contents").click()
    assert page.locator(".tree [aria-current=page]").is_visible() and page.locator(".toc").is_visible()
    page.keyboard.press("Escape")
    assert not page.locator(".tree").is_visible()
    page.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 1440])
def test_text_has_one_measure_and_code_of_100_columns_fits(visit, width):
    page = visit("week06e_regularization.html", viewport={"width": width, "height": 900})
    text, code, column = (page.locator(one).evaluate_all("""all => all.map((node) => {
        const { left, width } = node.getBoundingClientRect(), style = getComputedStyle(node);
        const inner = width - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight);
        return [left, width, parseFloat(style.fontSize), parseFloat(style.lineHeight), inner];
    })""") for one in (".jp-RenderedMarkdown > p", "main > div > div .highlight pre", "main"))
    code = [one for one in code if one[1]]  # those that are not folded
    assert len(text) > 20 and len(code) > 10
    assert {round(left) for left, *_ in text} == {round(column[0][0])} and len({round(one[1]) for one in text}) == 1
    assert text[0][1] < column[0][1] - 100 and 36 < text[0][1] / text[0][2] < 41, "about 72 letters"
    character = page.evaluate("""() => { const pen = document.createElement("canvas").getContext("2d");
        pen.font = getComputedStyle(document.querySelector(".highlight pre")).font;
        return pen.measureText("x").width; }""")
    for left, _, font, line, inner in code:
        assert abs(left - column[0][0]) < 2 and font >= 14 and line >= 1.5 * font and inner >= 100 * character
    page.close()


@pytest.mark.browser
def test_a_copy_button_shows_under_the_pointer_at_the_focus_and_always_on_touch(visit):
    page = visit("week06e_regularization.html", reduced_motion="reduce")
    block = page.locator(".highlight:has(.clip):visible").first
    opacity = "node => getComputedStyle(node).opacity"
    clip = block.locator(".clip")
    assert clip.evaluate(opacity) == "0"
    clip.focus()
    assert clip.evaluate(opacity) == "1"
    clip.evaluate("node => node.blur()")
    assert clip.evaluate(opacity) == "0"
    block.hover()
    assert clip.evaluate(opacity) == "1"
    clip.click()
    clip.filter(has_text=re.compile(r"Copied|Selected: Ctrl\+C")).wait_for()  # the clipboard takes a moment
    page.close()
    page = visit("week06e_regularization.html", viewport=PHONE, has_touch=True, is_mobile=True)
    clip = page.locator(".highlight .clip:visible").first
    assert clip.evaluate(opacity) == "1"
    page.close()


@pytest.mark.browser
def test_pictures_are_dimmed_in_the_dark_and_only_there(visit):
    picture = {"week06e_regularization.html": ".jp-OutputArea img", "index.html": ".card img",
               "figures.html": ".exhibit img"}
    for name, one in picture.items():
        page = visit(name, color_scheme="dark")
        shown = f"getComputedStyle(document.querySelector('{one}')).filter"
        assert re.fullmatch(r"brightness\(0\.[89]\d?\)", page.evaluate(shown)), name
        page.get_by_role("button", name="Dark colors").click()
        assert page.evaluate(shown) == "none", name
        page.close()


@pytest.mark.browser
def test_a_printed_page_has_no_bars_and_nothing_folded(visit):
    page = visit("week06e_regularization.html")
    page.emulate_media(media="print")
    for one in (".bar", ".tree", ".toc", ".takes", ".around", ".foot", ".clip"):
        assert not page.locator(one).first.is_visible(), one
    heights = page.locator("details pre").evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert len(heights) > 8 and min(heights) > 10
    page.close()


@pytest.mark.browser
def test_the_first_key_leads_to_the_text(visit):
    page = visit("week01c_losses.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "To the text"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")
    page.close()


@pytest.mark.browser
def test_largest_paint_comes_at_once(visit):
    for name in ("index.html", "week01c_losses.html", "figures.html"):
        page = visit(name)
        paint = page.evaluate("""() => new Promise((done) => new PerformanceObserver((list) =>
            done(list.getEntries().at(-1).startTime)).observe({ type: "largest-contentful-paint", buffered: true }))""")
        SEEN.append(f"site: largest contentful paint of {name} from disk after {paint:.0f} ms")
        assert paint < 5000
        page.close()


@pytest.mark.browser
@pytest.mark.parametrize("words, wanted", [
    ("dropout", ["week06e_regularization.html#cell-id="]), ("exercise softmax", ["week01c_losses.html#cell-id="]),
    ("Adam vs SGD", ["figures.html#race", "week04d_adaptive.html"]), ("run offline", ["index.html#run-offline"]),
    ("slides week 5", ["week05a_convolution.html"]), ("crossentropy", ["week01c_losses.html#cell-id="]),
    ("convolutoin", ["week05a_convolution.html"]), ("what does Adam do", ["week04d_adaptive.html"]),
    ("lecture on ResNets", ["week06d_residual.html"]), ("figure of gradient descent", ["figures.html#race"]),
    ("exercise backpropagation", ["week03a_backprop.html#cell-id="]), ("install", ["index.html#run-machine"]),
    ("CNN", ["week05c_cnns.html"]),
])
def test_search_finds(first, words, wanted):
    _, find = first
    found = find(words)[:4]
    assert any(place.startswith(one) for one in wanted for _, place in found), found


@pytest.mark.browser
def test_keys_search_choose_and_open(visit, folder):
    page = visit("index.html")
    page.keyboard.press("/")
    page.keyboard.type("exercise softmax")  # at once: the box takes what is typed while the index is loaded
    page.locator("dialog mark").nth(2).wait_for()
    assert page.locator("dialog input").input_value() == "exercise softmax"
    assert axe(page, "document.querySelector('dialog')")[0] == []
    page.screenshot(path=look_folder() / "site-search.png")
    page.keyboard.press("Escape")
    assert not page.locator("dialog[open]").count()
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    first_hit = page.evaluate("document.activeElement.getAttribute('href')")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.getAttribute('href')") != first_hit
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{first_hit}")
    assert page.locator(":target").is_visible()
    page.close()


@pytest.mark.browser
def test_colors_can_be_chosen_and_the_figures_follow(visit):
    page = visit("index.html", color_scheme="dark")
    theme = "document.documentElement.dataset.theme"
    stage = page.locator("[data-figure] .figure")
    assert page.evaluate(theme) == "dark" and stage.first.get_attribute("data-theme") == "dark"
    code = stage.first.locator("pre").evaluate("node => getComputedStyle(node).font")
    assert "monospace" in code and code.startswith("15px"), f"the page's own variables reach a figure: {code}"
    page.get_by_role("button", name="Dark colors").click()
    page.wait_for_function("document.querySelector('[data-figure]').shadowRoot || true")
    page.wait_for_timeout(100)
    assert page.evaluate(theme) == "light" and stage.first.get_attribute("data-theme") == "light"
    page.reload()
    assert page.evaluate(theme) == "light", "the choice is remembered"
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    page.close()


@pytest.mark.browser
def test_the_section_that_is_read_is_marked_and_a_term_says_its_meaning(visit):
    page = visit("week01c_losses.html")
    place = page.locator("h2").nth(1)
    place.evaluate("node => node.scrollIntoView({ behavior: 'instant' })")
    page.wait_for_function("document.querySelector('.contents li.now')")
    assert page.locator(".contents li.now > a").get_attribute("href") == f"#{place.get_attribute('id')}"
    term = page.locator("a.term").first
    term.focus()
    told = page.get_by_role("tooltip")
    assert told.is_visible() and len(told.text_content().split()) > 6
    page.keyboard.press("Escape")
    assert not told.is_visible()
    assert page.locator("details.answer[open]").count() == 0
    page.close()


def test_each_term_is_linked_once_and_never_where_words_are_no_text(folder):
    text = (folder / "week01c_losses.html").read_text(encoding="utf-8")
    page = BeautifulSoup(text, "html.parser")
    links = page.select("a.term")
    places = [link["href"] for link in links]
    assert len(places) == len(set(places)) >= 15
    entries = BeautifulSoup((folder / "glossary.html").read_text(encoding="utf-8"), "html.parser")
    there = [f"glossary.html#{entry['id']}" for entry in entries.select("li[id^=term-]")]
    assert len(there) == len(set(there)) == len(glossary()) and set(places) <= set(there)
    assert not page.select(":is(h1, h2, h3, code, pre, svg, a a) a.term")
    meanings = re.search(r'<template id="meanings">.*?</template>', text, re.S).group()
    assert set(re.findall(r'<div id="(term-[\w-]+)">', meanings)) == {link["data-term"] for link in links}


def test_terms_are_linked_from_their_lecture_on():
    terms = linking.Terms(lambda text: text)
    later = linking.Links(terms, "week04b_momentum")
    said = later("<p>The Hessian and Hessians; <b>momentum</b> or <code>momentum</code>, Adam, an OR of parts</p>")
    assert re.findall(r'data-term="([\w-]+)"', said) == ["term-hessian", "term-momentum", "term-or"]
    assert "</a> and Hessians" in said and later("<p>momentum</p>") == "<p>momentum</p>"
    assert linking.Links(terms, "week01a_neurons")("<p>momentum</p>") == "<p>momentum</p>"
    assert set(re.findall(r'id="(term-[\w-]+)"', later.meanings())) == {"term-hessian", "term-momentum", "term-or"}


def test_contents_name_every_section_once():
    contents = Contents()
    assert contents.heading("A page", 1) == '<h1 id="a-page">A page</h1>\n'
    made = [contents.heading("<em>Loss</em> 1", 2), contents.heading("Loss 1", 3), contents.heading("∑", 2)]
    assert [re.search('id="([^"]+)', one).group(1) for one in made] == ["loss-1", "loss-1-2", "section"]
    menu = BeautifulSoup(contents.menu(), "html.parser")
    assert [link["href"] for link in menu.select("a")] == ["#loss-1", "#loss-1-2", "#section"]
    assert [link["href"] for link in menu.select("li li a")] == ["#loss-1-2"] and Contents().menu() == ""


@pytest.mark.parametrize("name", widgets.names())
def test_every_figure_says_what_it_is_and_has_a_state_to_show(name):
    title, sentence = gallery.about(name)
    assert 2 <= len(title.split()) <= 9 and 5 <= len(sentence.split()) <= 40 and sentence.endswith(".")
    words, state = json.loads(part("examples.json"))[name]
    whole = widgets.Figure(name, **state).state
    assert len(words.split()) >= 2 and state and any(whole[key] != widgets.defaults(name)[key] for key in state)


@pytest.mark.browser
def test_gallery_shows_all_figures_and_each_lives_alone_in_a_state(visit, folder, tmp_path):
    page = visit("figures.html")
    assert set(page.locator(".exhibit").evaluate_all("all => all.map(one => one.id)")) == set(widgets.names())
    snippets = dict(zip(page.locator(".exhibit").evaluate_all("all => all.map(one => one.id)"),
                        page.locator("[data-snippet]").all_text_contents(), strict=True))
    examples = page.locator(".try a").evaluate_all("all => all.map(one => one.getAttribute('href'))")
    page.close()
    embedding = tmp_path / "page.html"
    embedding.write_text(f"<!DOCTYPE html><body style='max-width: 50rem'>{snippets['race']}", encoding="utf-8")
    page = visit(examples[0])
    for place in examples:
        page.goto(f"{folder.as_uri()}/{place}")
        page.wait_for_function("window.figuresReady")
        name, _, state = place.partition("#")[2].partition("=")
        shown = json.loads(page.locator("[data-figure] textarea").input_value())
        wanted = json.loads(part("examples.json"))[name][1]
        assert not page.locator(".address-fails").count() and {key: shown[key] for key in wanted} == wanted, name
    page.goto(embedding.as_uri())
    page.frame_locator("iframe").locator("[data-figure][data-ready] .figure").wait_for()
    page.close()


def test_without_a_network_the_site_has_no_search_and_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(npm, "BUILD", tmp_path)
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "http://127.0.0.1:9")
    for module in (site, lectures):
        monkeypatch.setattr(module, "SITE", tmp_path)
    monkeypatch.setattr(site, "paths", lambda: paths(["week01a"]))
    without = site.write({})
    assert [line.split(":")[0] for line in without] == ["Formulas are left as TeX in the pages", "Left out"]
    assert "search: could not download minisearch" in without[1] and not (tmp_path / "search.js").exists()


def test_words_of_a_text_for_the_search():
    text = ("## Loss\n\nThe **loss** $\\frac{a}{b} \\le \\alpha$ of [week 1](week01a_neurons.ipynb), *not* `x * y`. "
            "<b>ok</b>")
    assert search.plain(text) == "Loss The loss (a)/(b) ≤ α of week 1, not x * y. ok"


def test_a_formula_is_drawn_with_glyphs_that_stand_in_the_page_once():
    with Formulas() as formulas:
        text = rendered(notebook(text_cell("$x + x = 2x$")), "page", formulas, title="T")
    glyphs = re.findall(r'<path id="(g\d+)"', text)
    assert len(glyphs) == 4 and set(re.findall(r'<use href="#(g\d+)"', text)) == set(glyphs)
    assert 'fill="currentColor"' in text and text.count("<use ") == 6
