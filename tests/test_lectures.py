"""Every lecture's deck and handout in real Chromium, with no network, and what stands on every slide and page.

Building the site looks at each slide once and records what it sees (`site`); mouse, keys and fingers are tested on one
open page of each deck.
"""

import io
import math
import re
import statistics

import pytest
from figures import HANDLES
from PIL import Image
from shared import SEEN, look_folder

from nnlab.course import notebooks
from nnlab.course.handout import handout_of, pages_of
from nnlab.course.lectures import needs
from nnlab.course.notebooks import title
from nnlab.course.slides import SITE, SLIDES
from nnlab.course.solve import guesses_in

pytestmark = pytest.mark.browser


@pytest.fixture
def lecture(site, browser, notebook_path):
    """Paths of the lecture's page and of its deck, as the site has them."""
    if notebook_path not in site.slides:
        pytest.fail(f"{notebook_path.stem} has no deck:\n{site.err}")
    return SITE / f"{notebook_path.stem}.html", SLIDES / f"{notebook_path.stem}.html"


@pytest.fixture(scope="module")
def open_decks(browser):
    """Function from a deck's path to its page for mouse, keys and fingers; opened once, without an error at the end."""
    pages, errors = {}, []

    def open_(deck):
        if deck not in pages:
            context = browser.new_context(has_touch=True, offline=True, viewport={"width": 1280, "height": 720})
            page = context.new_page()
            page.on("pageerror", lambda error: errors.append(f"{deck.name}: {error}"))
            page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
            page.goto(deck.as_uri())
            page.wait_for_function("window.Reveal && Reveal.isReady() && window.figuresReady !== false")
            pages[deck] = page
        return pages[deck]

    yield open_
    for page in pages.values():
        page.context.close()
    assert errors == [], "the browser's console shows errors"


@pytest.fixture
def deck_page(lecture, open_decks):
    """The lecture's deck in the browser, at its first slide."""
    page = open_decks(lecture[1])
    page.evaluate("document.activeElement.blur(); Reveal.slide(0, 0)")
    return page


def contact_sheet(shots, path, across=4):
    """Draw the screenshots `shots` (PNG) as one image at `path`."""
    small = [Image.open(io.BytesIO(shot)).convert("RGB").resize((480, 270)) for shot in shots]
    sheet = Image.new("RGB", (across * 490, math.ceil(len(small) / across) * 280), "#888888")
    for k, shot in enumerate(small):
        sheet.paste(shot, (k % across * 490 + 5, k // across * 280 + 5))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def test_every_slide_fits_and_no_error_shows(site, lecture, notebook_path):
    page, deck = lecture
    slides = site.slides[notebook_path]
    assert str(deck) not in site.err, site.err
    assert len(slides) == len(slide_cells(notebook_path)) >= 8
    assert re.search(rf"^{notebook_path.stem} +{len(slides)} slides", site.out, re.M)
    contact_sheet([slide["image"] for slide in slides], look_folder() / "decks" / f"{notebook_path.stem}.png")
    sizes = deck.stat().st_size / 1e6, page.stat().st_size / 1e6
    SEEN.append(f"{notebook_path.stem}: {len(slides)} slides; deck {sizes[0]:.2f} MB, page {sizes[1]:.2f} MB")
    assert sizes[0] <= 8 and sizes[1] <= 5


def test_code_is_legible_and_the_foot_names_lecture_and_license(site, lecture, notebook_path):
    slides = site.slides[notebook_path]
    smallest = min([99, *(size for slide in slides for size in slide["code"])])
    assert smallest >= 19.9, f"code of {smallest:.1f} px"
    for k, slide in enumerate(slides, start=1):
        assert title(notebooks.read(notebook_path)) in slide["foot"] and "MIT license" in slide["foot"]
        assert slide["number"] == f"{k} / {len(slides)}"


def test_a_question_shows_its_setting_and_not_its_answer(site, lecture, notebook_path):
    """Beside each guess stands the figure that withholds the answer, large enough, on another slide than the answer."""
    asked = [cell.id for cell in notebooks.code_cells(notebooks.read(notebook_path)) if guesses_in(cell)]
    settings = [setting for slide in site.slides[notebook_path] for setting in slide["settings"]]
    assert len(settings) == len(asked) >= 3
    for cell, setting in zip(asked, settings, strict=True):
        assert setting["height"] >= 190 and setting["bottom"] <= 700, f"{cell}: {setting}"
        assert not setting["answers"]


def test_figures_fill_their_slides(site, lecture, notebook_path):
    """A figure of matplotlib, alone or with text, is as large as its slide allows, and its words are legible."""
    shares, fonts, problems = [], [], []
    for k, slide in enumerate(site.slides[notebook_path], start=1):
        for one in slide["pictures"]:
            share, small = one["width"] * one["height"] / (1280 * 720), one["font"]
            if one["setting"]:
                if small < 10:
                    problems.append(f"slide {k}: words of {small:.1f} px in the setting of a prediction")
                continue
            shares.append(share)
            fonts.append(small)
            full = one["width"] >= 0.9 * 1160 or one["height"] >= 0.9 * one["room"]
            if share < (0.34 if one["text"] else 0.6) and (one["text"] or not full):
                problems.append(f"slide {k}: a figure of {one['width']:.0f} × {one['height']:.0f} px, {share:.0%} of "
                                "the slide: give it another figsize, or the slide less text")
            if small < 16:
                problems.append(f"slide {k}: words of {small:.1f} px in a figure")
    SEEN.append(f"{notebook_path.stem}: {len(shares)} figures on slides; share of the slide from {min(shares):.0%}, "
                f"median {statistics.median(shares):.0%}; smallest words {min(fonts):.1f} px")
    assert problems == []


def test_interactive_figures_fill_their_slides(site, lecture, notebook_path):
    """An interactive figure takes 70 % of its slide or all its width; no text in it is below 14 px, none overlaps."""
    shares, problems = [], []
    for k, slide in enumerate(site.slides[notebook_path], start=1):
        for width, share, found in slide["alive"]:
            shares.append(share)
            problems += [f"slide {k}: {fault}" for fault in found]
            if share < 0.695 and width < 1220:
                problems.append(f"slide {k}: a figure takes {share:.0%} of it: give the slide less text")
    if shares:
        SEEN.append(f"{notebook_path.stem}: interactive figures take {min(shares):.0%} of their slides or more")
    assert problems == []


def test_notes_are_on_every_slide_and_in_the_speakers_window(site, lecture, notebook_path, deck_page):
    said = [slide["notes"] for slide in site.slides[notebook_path]]
    assert min(len(text.split()) for text in said) >= 30
    assert all(re.match(r"\d+ min\.", text) for text in said)
    assert sum(int(re.match(r"\d+", text).group()) for text in said) == notebooks.minutes(notebooks.read(notebook_path))
    with deck_page.expect_popup() as window:
        deck_page.keyboard.press("s")
    speaker = window.value
    speaker.wait_for_function("document.querySelector('.speaker-controls-notes .value')?.textContent.trim()")
    assert said[0].split()[3] in speaker.locator(".speaker-controls-notes .value").text_content()
    speaker.close()


def test_arrows_visit_every_slide_and_the_overview_leads_back(lecture, notebook_path, deck_page):
    page = deck_page
    seen, count = ["1"], page.evaluate("Reveal.getTotalSlides()")
    for _ in range(4 * count):
        page.keyboard.press("ArrowRight")
        if (number := page.locator(".foot .number").text_content().split()[0]) != seen[-1]:
            seen.append(number)
        if number == str(count):
            break
    assert seen == [str(k + 1) for k in range(count)]
    page.keyboard.press("Home")
    page.keyboard.press("Escape")
    assert page.evaluate("Reveal.isOverview()")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.wait_for_function("!Reveal.isOverview()")
    page.wait_for_function("""() => {
        const nodes = [...Reveal.getCurrentSlide().querySelectorAll("p, li, pre, img, [data-figure]")];
        const shown = nodes.filter(node => !node.closest("aside"));
        return Math.max(...shown.map(node => node.getBoundingClientRect().bottom)) <= 720;
    }""", timeout=2000)


def test_every_figure_answers_keys_and_does_not_turn_the_page(lecture, notebook_path, deck_page):
    page = deck_page
    figures = page.locator("[data-figure]")
    for k in range(figures.count()):
        place = page.evaluate("""k => { const slide = document.querySelectorAll("[data-figure]")[k].closest("section");
            const { h, v } = Reveal.getIndices(slide); Reveal.slide(h, v || 0, 99); return [h, v || 0]; }""", k)
        here = "[Reveal.getIndices().h, Reveal.getIndices().v || 0]"
        figure, state = figures.nth(k), figures.nth(k).locator("textarea")
        before = state.input_value()
        figure.locator(".handle").first.focus()
        for key in ("ArrowRight", "ArrowUp", "ArrowUp", " ", "n"):
            page.keyboard.press(key)
        assert page.evaluate(here) == place and state.input_value() != before
        figure.get_by_role("button", name="Reset").focus()
        page.keyboard.press("Enter")
        assert page.evaluate(here) == place and state.input_value() == before
        figure.get_by_role("button", name="Reset").focus()
        page.keyboard.press("Escape")  # gives the keys back
        assert page.evaluate("document.activeElement === document.body && !Reveal.isOverview()")
        figure.locator(".handle").first.focus()
        page.keyboard.press("PageDown")  # a clicker's key
        page.wait_for_timeout(60)
        there = page.evaluate(here)
        assert there != place
        before = state.input_value()
        page.keyboard.press("ArrowLeft")  # the figure that is out of sight hears nothing more
        page.wait_for_timeout(60)
        assert page.evaluate(here) != there and state.input_value() == before


def test_a_finger_on_a_figure_does_not_turn_the_page(lecture, notebook_path, deck_page):
    page = deck_page
    session = page.context.new_cdp_session(page)
    for k in range(page.locator("[data-figure]").count()):
        place = page.evaluate("""k => { const slide = document.querySelectorAll("[data-figure]")[k].closest("section");
            const { h, v } = Reveal.getIndices(slide); Reveal.slide(h, v || 0, 99); return location.hash; }""", k)
        figure = page.locator("[data-figure]").nth(k)
        sliders = figure.locator("input[type=range]")
        box = (sliders if sliders.count() else figure.locator(HANDLES)).first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for kind, dx in (("touchStart", 0), ("touchMove", -40), ("touchMove", -96), ("touchEnd", None)):
            points = [] if dx is None else [{"x": x + dx, "y": y}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(100)
        assert page.evaluate("location.hash") == place
    session.detach()


def test_handout_has_three_slides_a_page(lecture, notebook_path, browser):
    deck = lecture[1]
    pages, pdf = pages_of(handout_of(deck)), handout_of(deck).read_bytes()
    slides = len(slide_cells(notebook_path))
    SEEN.append(f"{notebook_path.stem}: handout of {slides} slides, {pages} pages, {len(pdf) / 1e6:.2f} MB")
    assert math.ceil(slides / 3) <= pages <= math.ceil(slides / 3) + 1
    paper = {"width": 703, "height": 1000}
    page = browser.new_context(offline=True, viewport=paper, device_scale_factor=1.5).new_page()
    page.emulate_media(media="print")
    page.goto(deck.as_uri() + "?handout")
    page.wait_for_selector("body[data-fitted]", state="attached")
    assert page.evaluate("document.body.dataset.fitted") == ""
    assert notebooks.story(notebooks.read(notebook_path)) in page.locator(".story").inner_text().replace("\n", " ")
    assert page.locator(".story").is_visible()
    spills = page.evaluate("""() => [...document.querySelectorAll(".frame section section")].filter(slide => {
        const frame = slide.closest(".frame").getBoundingClientRect();
        return [...slide.querySelectorAll("p, li, pre, img, h2, h3, [data-figure]")].some(node => {
            const box = node.getBoundingClientRect();
            return box.bottom > frame.bottom + 1 || box.right > frame.right + 1; }); })
        .map(slide => slide.textContent.trim().slice(0, 40))""")
    assert spills == []
    links = page.evaluate("[...document.querySelectorAll('.three a[href^=\"https:\"]')].length")
    assert pdf.count(b"/URI") >= links
    page.screenshot(path=look_folder() / "handouts" / f"{notebook_path.stem}.png", full_page=True)
    page.context.close()


def slide_cells(path):
    """The cells of the notebook at `path` that begin a slide."""
    return [cell for cell in notebooks.read(path).cells if notebooks.slide_type(cell) in ("slide", "subslide")]


def test_readme_says_what_the_lecture_needs(notebook_path):
    notebook = notebooks.read(notebook_path)
    lines = (notebooks.ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if notebook_path.name in line)
    assert f"| {notebooks.minutes(notebook)} min, " in row and f"[{title(notebook)}]" in row
    data = row.split(" min, ")[1].split(" |")[0]
    assert data in needs(notebook) or (data == "no data" and needs(notebook).lower().startswith("none"))


def test_page_folds_drawings_and_images_say_what_they_show(lecture, notebook_path, deck_page, open_page):
    silent = "[...document.querySelectorAll('img')].filter(one => one.alt.trim().length < 8).length"
    page = open_page(lecture[0])
    assert page.evaluate(silent) == deck_page.evaluate(silent) == 0
    drawn = [cell for cell in notebooks.code_cells(notebooks.read(notebook_path)) if notebooks.only_draws(cell)]
    folds = page.locator("details", has=page.get_by_text("How this figure is drawn"))
    assert folds.count() == len(drawn) >= 1 and not folds.first.locator("pre").first.is_visible()
    assert "# @title" not in deck_page.locator(".slides").text_content(), "slides leave out what only draws"


def test_page_prints(lecture, notebook_path, browser):
    """On paper: no header, nothing cut off at the right."""
    page = browser.new_context(offline=True, viewport={"width": 658, "height": 1000}).new_page()
    page.emulate_media(media="print")
    page.goto(lecture[0].as_uri())
    page.wait_for_function("window.figuresReady !== false")
    assert not page.locator("header").is_visible() and page.evaluate("document.documentElement.scrollWidth") <= 658
    sheet = {"x": 0, "y": 0, "width": 658, "height": 2400}
    page.screenshot(path=look_folder() / "print" / f"{notebook_path.stem}.png", clip=sheet, full_page=True)
    page.context.close()
