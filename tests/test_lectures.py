"""Every lecture's deck and handout in real Chromium, with no network, and what stands on every slide and page."""

import io
import math
import re

import pytest
from PIL import Image
from shared import SEEN, look_folder

from nnlab.course import notebooks
from nnlab.course.notebooks import title
from nnlab.course.overflow import look
from nnlab.course.render import Formulas, rendered
from nnlab.course.site import needs
from nnlab.course.slides import as_deck, handout, handout_of
from nnlab.course.solve import guesses_in

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lectures(solved_runs, tmp_path_factory):
    """Function from a notebook's path to its page and its deck, made once."""
    folder, formulas, made = tmp_path_factory.mktemp("lectures"), Formulas(), {}

    def lecture(path):
        if path not in made:
            run = solved_runs(path)
            made[path] = folder / f"{path.stem}-page.html", folder / f"{path.stem}.html"
            made[path][0].write_text(rendered(run, "page", formulas, title=title(run)), encoding="utf-8")
            made[path][1].write_text(as_deck(run, formulas, untouched=notebooks.read(path)), encoding="utf-8")
        return made[path]

    yield lecture
    formulas.close()
    assert formulas.without is None


def contact_sheet(shots, path, across=4):
    """Draw the screenshots `shots` (PNG) as one picture at `path`."""
    small = [Image.open(io.BytesIO(shot)).convert("RGB").resize((480, 270)) for shot in shots]
    sheet = Image.new("RGB", (across * 490, math.ceil(len(small) / across) * 280), "#888888")
    for k, shot in enumerate(small):
        sheet.paste(shot, (k % across * 490 + 5, k // across * 280 + 5))
    path.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(path)


def test_every_slide_fits_and_no_error_shows(lectures, notebook_path, browser):
    page, deck = lectures(notebook_path)
    shots = []
    count, problems = look(browser, deck, pictures=shots)
    assert problems == [] and count == len(shots) >= 8
    contact_sheet(shots, look_folder() / "decks" / f"{notebook_path.stem}.png")
    sizes = deck.stat().st_size / 1e6, page.stat().st_size / 1e6
    SEEN.append(f"{notebook_path.stem}: {count} slides; deck {sizes[0]:.2f} MB, page {sizes[1]:.2f} MB")
    assert sizes[0] <= 8 and sizes[1] <= 5


def test_code_is_legible_and_the_foot_names_lecture_and_licence(lectures, notebook_path, open_page):
    page = open_page(lectures(notebook_path)[1])
    page.wait_for_function("Reveal.isReady() && window.figuresReady !== false")
    smallest = 99
    for k in range(page.evaluate("Reveal.getSlides().length")):
        page.evaluate("k => { const { h, v } = Reveal.getIndices(Reveal.getSlides()[k]); Reveal.slide(h, v || 0, 99); }", k)
        page.wait_for_timeout(60)
        sizes = page.evaluate("""() => [...Reveal.getCurrentSlide().querySelectorAll(".highlight pre, .jp-OutputArea pre")]
            .map(node => [parseFloat(getComputedStyle(node).fontSize), node.getBoundingClientRect().height / node.offsetHeight])
            .map(([size, scale]) => size * scale)""")
        smallest = min([smallest, *sizes])
    assert smallest >= 19.9, f"code of {smallest:.1f} px"
    foot = page.locator(".foot").text_content()
    assert title(notebooks.read(notebook_path)) in foot and "MIT licence" in foot
    count = page.evaluate("Reveal.getTotalSlides()")
    assert page.locator(".number").text_content() == f"{count} / {count}"


def test_a_question_shows_its_setting_and_not_its_answer(lectures, notebook_path, open_page):
    """Beside each guess stands the figure that withholds the answer, large enough, on another slide than the answer."""
    page = open_page(lectures(notebook_path)[1])
    page.wait_for_function("Reveal.isReady() && window.figuresReady !== false")
    asked = [cell.id for cell in notebooks.code_cells(notebooks.read(notebook_path)) if guesses_in(cell)]
    settings = page.locator("img.setting")
    assert settings.count() == len(asked) >= 3
    answers = page.evaluate("[...document.querySelectorAll('.jp-OutputArea img')].map(one => one.src)")
    for k in range(len(asked)):
        page.evaluate("""k => { const slide = document.querySelectorAll("img.setting")[k].closest("section");
            const { h, v } = Reveal.getIndices(slide); Reveal.slide(h, v || 0, 99); }""", k)
        page.wait_for_timeout(60)
        box = settings.nth(k).bounding_box()
        assert box["height"] >= 190 and box["y"] + box["height"] <= 700, f"{asked[k]}: {box}"
        assert settings.nth(k).get_attribute("src") not in answers


def test_arrows_visit_every_slide_and_the_overview_leads_back(lectures, notebook_path, open_page):
    page = open_page(lectures(notebook_path)[1])
    page.wait_for_function("Reveal.isReady() && window.figuresReady !== false")
    seen, count = ["1"], page.evaluate("Reveal.getTotalSlides()")
    for _ in range(4 * count):
        page.keyboard.press("ArrowRight")
        if (number := page.locator(".number").text_content().split()[0]) != seen[-1]:
            seen.append(number)
    assert seen == [str(k + 1) for k in range(count)]
    page.keyboard.press("Home")
    page.keyboard.press("Escape")
    assert page.evaluate("Reveal.isOverview()")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    page.keyboard.press("Escape")
    page.wait_for_timeout(600)
    assert not page.evaluate("Reveal.isOverview()")
    bottom = page.evaluate("""Math.max(...[...Reveal.getCurrentSlide().querySelectorAll("p, li, pre, img, [data-figure]")]
        .filter(node => !node.closest("aside")).map(node => node.getBoundingClientRect().bottom))""")
    assert bottom <= 720


def test_every_figure_answers_keys_and_does_not_turn_the_page(lectures, notebook_path, open_page):
    page = open_page(lectures(notebook_path)[1])
    page.wait_for_function("Reveal.isReady() && window.figuresReady !== false")
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


def test_a_finger_on_a_figure_does_not_turn_the_page(lectures, notebook_path, browser):
    context = browser.new_context(has_touch=True, viewport={"width": 1280, "height": 720}, offline=True)
    page = context.new_page()
    page.goto(lectures(notebook_path)[1].as_uri())
    page.wait_for_function("Reveal.isReady() && window.figuresReady !== false")
    send = context.new_cdp_session(page).send
    for k in range(page.locator("[data-figure]").count()):
        place = page.evaluate("""k => { const slide = document.querySelectorAll("[data-figure]")[k].closest("section");
            const { h, v } = Reveal.getIndices(slide); Reveal.slide(h, v || 0, 99); return location.hash; }""", k)
        box = page.locator("[data-figure]").nth(k).locator("input[type=range]").first.bounding_box()
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        for kind, dx in (("touchStart", 0), ("touchMove", -40), ("touchMove", -96), ("touchEnd", None)):
            points = [] if dx is None else [{"x": x + dx, "y": y}]
            send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_timeout(100)
        assert page.evaluate("location.hash") == place
    context.close()


def test_notes_are_on_every_slide_and_in_the_speakers_window(lectures, notebook_path, open_page):
    page = open_page(lectures(notebook_path)[1])
    page.wait_for_function("Reveal.isReady()")
    said = page.evaluate("""Reveal.getSlides().map(slide =>
        [...slide.querySelectorAll("aside.notes")].map(notes => notes.textContent).join(" ").trim())""")
    assert min(len(text.split()) for text in said) >= 30
    assert all(re.match(r"\d+ min\.", text) for text in said)
    assert sum(int(re.match(r"\d+", text).group()) for text in said) == notebooks.minutes(notebooks.read(notebook_path))
    with page.expect_popup() as window:
        page.keyboard.press("s")
    speaker = window.value
    speaker.wait_for_function("document.querySelector('.speaker-controls-notes .value')?.textContent.trim()")
    assert said[0].split()[3] in speaker.locator(".speaker-controls-notes .value").text_content()


def test_handout_has_three_slides_a_page(lectures, notebook_path, browser):
    deck = lectures(notebook_path)[1]
    pages = handout(browser, deck)
    slides = len(notebooks_slides(notebook_path))
    pdf = handout_of(deck).read_bytes()
    SEEN.append(f"{notebook_path.stem}: handout of {slides} slides, {pages} pages, {len(pdf) / 1e6:.2f} MB")
    assert math.ceil(slides / 3) <= pages <= math.ceil(slides / 3) + 1
    page = browser.new_context(offline=True, viewport={"width": 703, "height": 1000}, device_scale_factor=1.5).new_page()
    page.emulate_media(media="print")
    page.goto(deck.as_uri() + "?handout")
    page.wait_for_selector("body[data-fitted]", state="attached")
    assert page.evaluate("document.body.dataset.fitted") == ""
    spills = page.evaluate("""() => [...document.querySelectorAll(".frame section section")].filter(slide => {
        const frame = slide.closest(".frame").getBoundingClientRect();
        return [...slide.querySelectorAll("p, li, pre, img, h2, h3, [data-figure]")].some(node => {
            const box = node.getBoundingClientRect(); return box.bottom > frame.bottom + 1 || box.right > frame.right + 1; }); })
        .map(slide => slide.textContent.trim().slice(0, 40))""")
    assert spills == []
    links = page.evaluate("[...document.querySelectorAll('.three a[href^=\"https:\"]')].length")
    assert pdf.count(b"/URI") >= links
    page.screenshot(path=look_folder() / "handouts" / f"{notebook_path.stem}.png", full_page=True)
    page.context.close()


def notebooks_slides(path):
    """The cells of the notebook at `path` that begin a slide."""
    return [cell for cell in notebooks.read(path).cells if notebooks.slide_type(cell) in ("slide", "subslide")]


def test_readme_says_what_the_lecture_needs(notebook_path):
    notebook = notebooks.read(notebook_path)
    lines = (notebooks.ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if notebook_path.name in line)
    assert f"| {notebooks.minutes(notebook)} min, " in row and f"[{title(notebook)}]" in row
    named = row.split(" min, ")[1].split(" |")[0]
    assert named in needs(notebook) or (named == "no data" and needs(notebook).lower().startswith("none"))


def test_pictures_say_what_they_show(lectures, notebook_path, open_page):
    for file in lectures(notebook_path):
        page = open_page(file)
        silent = page.evaluate("[...document.querySelectorAll('img')].filter(one => one.alt.trim().length < 8).length")
        assert silent == 0


def test_page_prints(lectures, notebook_path, browser):
    """On paper: no header, nothing cut off at the right."""
    page = browser.new_context(offline=True, viewport={"width": 658, "height": 1000}).new_page()
    page.emulate_media(media="print")
    page.goto(lectures(notebook_path)[0].as_uri())
    page.wait_for_function("window.figuresReady !== false")
    assert not page.locator("header").is_visible() and page.evaluate("document.documentElement.scrollWidth") <= 658
    sheet = {"x": 0, "y": 0, "width": 658, "height": 2400}
    page.screenshot(path=look_folder() / "print" / f"{notebook_path.stem}.png", clip=sheet, full_page=True)
    page.context.close()
