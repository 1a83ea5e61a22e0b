"""Pages and decks hold all that they show: attachments, files, formulas of outputs; nothing comes from the network."""

import ast
import base64
import io
import re

import nbformat
import pytest
from bs4 import BeautifulSoup
from pages import asked, notebook, output_cell, text_cell
from PIL import Image

from nnlab.course import notebooks
from nnlab.course.embed import embedded
from nnlab.course.handout import handout, handout_of
from nnlab.course.notebooks import ROOT
from nnlab.course.render import Formulas, rendered
from nnlab.course.slides import as_deck


def picture(kind):
    """A picture of 3 × 2 pixels as base64, in a format of Pillow's."""
    file = io.BytesIO()
    Image.new("RGB", (3, 2), (200, 30, 30)).save(file, kind)
    return base64.b64encode(file.getvalue()).decode()


PNG, JPEG, GIF, WEBP = map(picture, ("PNG", "JPEG", "GIF", "WEBP"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="3" height="2"><rect width="3" height="2"/></svg>'
SVG64 = base64.b64encode(SVG.encode()).decode()
ONE = {"image_png": {"image/png": PNG}}


@pytest.fixture(scope="module")
def formulas():
    with Formulas() as made:
        yield made


@pytest.fixture(scope="module")
def built(formulas):
    """Function from cells to HTML of their page, of their deck with `deck=True`."""
    def build(*cells, deck=False):
        made = notebook(*cells)
        if deck:
            return as_deck(made, formulas, name="week09a_test.ipynb")
        return rendered(made, "page", formulas, name="week09a_test.ipynb", title="A lecture")
    return build


def images(text):
    """Attributes of the images in the HTML `text`."""
    return [tag.attrs for tag in BeautifulSoup(text, "html.parser").find_all("img")]


SOURCES = [
    "![pasted](attachment:image.png)", '<img src="attachment:image.png" width="300" alt="pasted">',
    '![pasted](attachment:image.png "with a title")', "![pasted][one]\n\n[one]: attachment:image.png",
    "- a list\n- ![pasted](attachment:image.png)", "1. a\n   - ![pasted](attachment:image.png)",
    "| a | b |\n|---|---|\n| ![pasted](attachment:image.png) | 1 |", "> ![pasted](attachment:image.png)",
    "<details><summary>Answer</summary>\n\n![pasted](attachment:image.png)\n\n</details>",
    "<details><summary>Answer</summary><img alt='pasted' src='attachment:image.png'></details>",
    '<p align="center">\n  <IMG ALT=pasted SRC=attachment:image.png>\n</p>', "[![pasted](attachment:image.png)](https://a.org)",
    '<div><svg><image href="attachment:image.png"/></svg></div>\n\n![pasted](attachment:image.png)',
    '<img alt="pasted" srcset="attachment:image.png 1x, attachment:image.png 2x" src="attachment:image.png">',
    '<p style="background: url(attachment:image.png)">x</p>\n\n![pasted](attachment:image.png)',
    "### A heading ![pasted](attachment:image.png)", "![pasted](<attachment:image.png>)",
]


@pytest.mark.parametrize("deck", [False, True])
@pytest.mark.parametrize("source", SOURCES)
def test_an_attachment_stands_in_page_and_deck(source, deck, built):
    text = built(text_cell(source, **ONE), deck=deck)
    assert images(text)[-1]["src"] == f"data:image/png;base64,{PNG}" and images(text)[-1]["alt"] == "pasted"
    assert "attachment:" not in text and asked(text) == []


def test_an_attachment_stands_in_speaker_notes_and_in_raw_cells(built):
    said = ("<details><summary>For the lecturer · 1 min</summary>\n\nPoint at ![pasted](attachment:image.png) and wait."
            "\n\n</details>")
    text = built(text_cell(said, kind="notes", **ONE), deck=True)
    notes = BeautifulSoup(text, "html.parser").find("aside", class_="notes")
    assert notes.find("img")["src"] == f"data:image/png;base64,{PNG}"
    raw = nbformat.v4.new_raw_cell('<img src="attachment:image.png">', attachments={"image.png": {"image/png": PNG}},
                                   metadata={"raw_mimetype": "text/html"})
    assert [one["src"] for one in images(built(raw))] == [f"data:image/png;base64,{PNG}"]


def test_what_stands_beside_an_address_stays_as_it_was():
    """Names of SVG's elements and attributes have capital letters; values have quotes and signs."""
    svg = ('<svg viewBox="0 0 3 2">&amp;<feImage\n preserveAspectRatio=none  aria-label=\'a "b" &amp; c\' '
           'href="attachment:image.png"/></svg>')
    assert embedded(svg, {"image.png": {"image/png": PNG}}) == (
        '<svg viewBox="0 0 3 2">&amp;<feImage preserveAspectRatio="none" aria-label="a &quot;b&quot; &amp; c" '
        f'href="data:image/png;base64,{PNG}" /></svg>')


@pytest.mark.browser
def test_an_attachment_stands_in_the_handout(built, browser, tmp_path):
    said = ("<details><summary>For the lecturer · 1 min</summary>\n\nPoint at ![small](attachment:note.png).\n\n"
            "</details>")
    large = io.BytesIO()
    Image.new("RGB", (7, 5), (30, 30, 200)).save(large, "PNG")
    cells = [text_cell("![large](attachment:image.png)", kind="slide",
                       image_png={"image/png": base64.b64encode(large.getvalue()).decode()}),
             text_cell(said, id="the-notes", kind="notes", note_png={"image/png": PNG})]
    deck = tmp_path / "deck.html"
    deck.write_text(built(*cells, deck=True), encoding="utf-8")
    assert handout(browser, deck) == 1
    drawn = re.findall(rb"/Subtype\s*/Image\s*/Width\s*(\d+)\s*/Height\s*(\d+)", handout_of(deck).read_bytes())
    assert sorted(set(drawn)) == [(b"3", b"2"), (b"7", b"5")]


def test_code_that_names_an_attachment_stays_code(built):
    text = built(text_cell("`![x](attachment:no.png)` and\n\n```html\n<img src=\"attachment:no.png\">\n```"))
    assert "![x](attachment:no.png)" in text and images(text) == []


@pytest.mark.parametrize("types, kind, data", [
    ({"image/jpeg": JPEG}, "image/jpeg", JPEG), ({"image/gif": GIF}, "image/gif", GIF),
    ({"image/webp": WEBP}, "image/webp", WEBP), ({"image/jpeg": JPEG, "image/png": PNG}, "image/png", PNG),
    ({"image/svg+xml": SVG}, "image/svg+xml", SVG64), ({"image/svg+xml": SVG64}, "image/svg+xml", SVG64),
    ({"text/plain": "a picture", "image/png": PNG[:20] + "\n" + PNG[20:] + "\n"}, "image/png", PNG),
])
def test_types_of_attachments(types, kind, data, built):
    assert images(built(text_cell("![x](attachment:a.b)", a_b=types)))[0]["src"] == f"data:{kind};base64,{data}"


@pytest.mark.browser
def test_chromium_shows_attachments_of_every_type(built, browser, tmp_path):
    kinds = {"image/png": PNG, "image/jpeg": JPEG, "image/gif": GIF, "image/webp": WEBP, "image/svg+xml": SVG}
    cells = [text_cell("![the picture](attachment:a)", id=f"c-{k}", a={kind: data})
             for k, (kind, data) in enumerate(kinds.items())]
    cells += [output_cell({kind: data, "text/plain": "<Image>"}, id=f"o-{k}")
              for k, (kind, data) in enumerate(kinds.items())]
    path = tmp_path / "page.html"
    path.write_text(built(*cells), encoding="utf-8")
    page = browser.new_page()
    page.goto(path.as_uri())
    assert page.evaluate("[...document.images].map((one) => [one.naturalWidth, one.naturalHeight])") == [[3, 2]] * 10
    page.close()


@pytest.mark.parametrize("name, written", [
    ("my image.png", "my%20image.png"), ("my image.png", "<attachment:my image.png>"), ("a%20b.png", "a%20b.png"),
    ("Bild ä (1).png", "<attachment:Bild ä (1).png>"), ("Bild ä.png", "Bild%20%C3%A4.png"), ("a&b.png", "a&b.png"),
    ("100%.png", "100%25.png"),
])
def test_names_with_spaces_and_percent_signs(name, written, built):
    cell = text_cell(f"![x]({written if written.startswith('<') else 'attachment:' + written})")
    cell.attachments = {name: {"image/png": PNG}}
    assert images(built(cell))[0]["src"].endswith(PNG)


@pytest.mark.parametrize("source, types, said", [
    ("![x](attachment:image.png)", None, "there is no attachment 'image.png'; the cell has none: paste"),
    ("![x](attachment:other.png)", {"image/png": PNG}, "there is no attachment 'other.png'; the cell has 'image.png'"),
    ('<img src="attachment:other.png">', {"image/png": PNG}, "there is no attachment 'other.png'"),
    ("![x](attachment:image.png)", {"text/plain": "words"},
     "'image.png' is text/plain, not an image that pages can show"),
    ("![x](attachment:image.png)", {"image/tiff": PNG},
     "is image/tiff, not an image that pages can show; choose one of"),
    ("![x](attachment:image.png)", {}, "'image.png' is empty, not an image"),
    ("![x](attachment:image.png)", {"image/png": "not base64!"}, r"'image.png' \(image/png\) is damaged"),
    ("![x](attachment:image.png)", {"image/png": ""}, r"is damaged \(empty\)"),
    ("![x](nowhere.png)", None, "<img> loads the file 'nowhere.png', which is not in notebooks/"),
    ("![x](../../../etc/hostname)", None, "is not in notebooks/"),
    ("![x](week01a_neurons.ipynb)", None, "cannot be embedded"),
    ("![x](/etc/hostname)", None, "<img> loads /etc/hostname, which no other computer has"),
    ('<img src="file:///tmp/a.png">', None, "which no other computer has"),
    ('<img src="C:\\a.png">', None, "which no other computer has"),
])
@pytest.mark.parametrize("deck", [False, True])
def test_an_image_that_cannot_be_shown_is_one_sentence(source, types, said, deck, built):
    cell = text_cell(source, **({} if types is None else {"image_png": types}))
    with pytest.raises(ValueError, match=rf"^week09a_test.ipynb, cell 'the-cell': .*{said}") as error:
        built(cell, deck=deck)
    assert "\n" not in str(error.value)


def test_a_file_beside_the_notebook_stands_in_the_page(built, monkeypatch, tmp_path):
    monkeypatch.setattr(notebooks, "NOTEBOOKS", tmp_path / "notebooks")
    (tmp_path / "notebooks" / "images").mkdir(parents=True)
    for name, data in (("images/a b.png", PNG), ("c.webp", WEBP), ("d.svg", SVG64)):
        (tmp_path / "notebooks" / name).write_bytes(base64.b64decode(data))
    text = built(text_cell("![a](images/a%20b.png) ![a](./images/a%20b.png) <img src='c.webp'> ![d](d.svg?v=1)"),
                 output_cell({"text/html": "<img src='c.webp'>"}, id="out"))
    assert [one["src"].split(";")[0] for one in images(text)] == [
        "data:image/png", "data:image/png", "data:image/webp", "data:image/svg+xml", "data:image/webp"]


REMOTE = [  # (as HTML, the address)
    ('<img src="https://example.org/x.png">', "https://example.org/x.png"),
    ("<img src='//example.org/x.png'>", "//example.org/x.png"),
    ('<img src=" HTTPS://example.org/x.png ">', "HTTPS://example.org/x.png"),
    ('<img src="ht\ntps://example.org/x.png">', "https://example.org/x.png"),
    ('<img src="https:\\\\example.org\\x.png">', "https://example.org/x.png"),
    ('<img src="&#104;ttps://example.org/x.png">', "https://example.org/x.png"),
    ('<img srcset="https://example.org/x.png 2x">', "https://example.org/x.png"),
    ('<img src="data:," srcset="data:,x 1x, https://example.org/x.png 2x">', "https://example.org/x.png"),
    ('<picture><source srcset="https://example.org/x.png"><img alt=""></picture>', "https://example.org/x.png"),
    ('<p style="background-image: url(https://example.org/x.png)">x</p>', "https://example.org/x.png"),
    ("<p style=\"background: URL( 'https://example.org/x.png' )\">x</p>", "https://example.org/x.png"),
    ("<style>p { background: url(https://example.org/x.png) }</style><p>x</p>", "https://example.org/x.png"),
    ("<style>@import 'https://example.org/x.css';</style>", "https://example.org/x.css"),
    ("<style>@import url(https://example.org/x.css);</style>", "https://example.org/x.css"),
    ("<style>@import url(//example.org/x.css);</style>", "//example.org/x.css"),
    ('<link rel="stylesheet" href="https://example.org/x.css">', "https://example.org/x.css"),
    ('<script src="https://example.org/x.js"></script>', "https://example.org/x.js"),
    ('<script type="module">import x from "https://example.org/x.js"</script>', "https://example.org/x.js"),
    ('<script>fetch("https://example.org/x.json")</script>', "https://example.org/x.json"),
    ('<script>new Image().src = "https://example.org/x.png"</script>', "https://example.org/x.png"),
    ('<img src="data:," onerror="fetch(\'https://example.org/x\')">', "https://example.org/x"),
    ('<iframe src="https://example.org/"></iframe>', "https://example.org/"),
    ('<iframe srcdoc="<img src=&quot;https://example.org/x.png&quot;>"></iframe>', "https://example.org/x.png"),
    ('<video src="https://example.org/x.mp4" preload="auto"></video>', "https://example.org/x.mp4"),
    ('<video poster="https://example.org/x.png"></video>', "https://example.org/x.png"),
    ('<audio src="https://example.org/x.mp3" preload="auto"></audio>', "https://example.org/x.mp3"),
    ('<object data="https://example.org/x.png" type="image/png"></object>', "https://example.org/x.png"),
    ('<embed src="https://example.org/x.png" type="image/png">', "https://example.org/x.png"),
    ('<svg><image href="https://example.org/x.png" width="9" height="9"/></svg>', "https://example.org/x.png"),
    ('<svg><image xlink:href="https://example.org/x.png" width="9" height="9"/></svg>', "https://example.org/x.png"),
    ('<input type="image" src="https://example.org/x.png">', "https://example.org/x.png"),
    ('<table background="https://example.org/x.png"><tr><td>x</td></tr></table>', "https://example.org/x.png"),
    ("<style>@IMPORT'https://example.org/x.css';</style>", "https://example.org/x.css"),
    ("<p style=\"background: image-set('data:,' 1x, 'https://example.org/x.png' 2x)\">x</p>",
     "https://example.org/x.png"),
    ('<script>document.body.style.background = "url(https://example.org/x.png)"</script>', "https://example.org/x.png"),
    ('<script>new Audio("https://example.org/x.mp3")</script>', "https://example.org/x.mp3"),
    ('<script type="importmap">{"imports": {"a": "https://example.org/x.js"}}</script>'
     '<script type="module">import "a"</script>', "https://example.org/x.js"),
]
ALLOWED = [
    '<a href="https://example.org/x.png">a link</a>', "<p>https://example.org/x.png</p>",
    '<img src="data:image/gif;base64,' + GIF + '">',
    "<code>&lt;img src=\"https://example.org/x.png\"&gt;</code>", "<!-- <img src=\"https://example.org/x.png\"> -->",
    '<p title="url(https://example.org/x.png)">x</p>', '<blockquote cite="https://example.org">x</blockquote>',
    '<svg xmlns="http://www.w3.org/2000/svg"><use href="#a"/><a href="https://example.org"><text>x</text></a></svg>',
    '<script>const home = "https://example.org/"; // see https://example.org/x.js\n</script>',
    '<script type="application/json">{"src": "https://example.org/x.js"}</script>',
    "<style>/* url(https://example.org/x.png) */ p { fill: url(#a) }</style>", '<img src="">',
    "<style>@namespace svg url(http://www.w3.org/2000/svg); svg|p { color: red }</style>",
    '<svg><a xlink:href="https://example.org"><text>x</text></a></svg>',
]


@pytest.mark.parametrize("html, address", REMOTE)
def test_what_would_come_from_the_network_is_an_error_with_its_cure(html, address, built):
    """In a text cell and in an output alike."""
    cure = "embed it (an image that is pasted into a text cell becomes an attachment"
    for cell in (text_cell(html), text_cell(f"- a list\n\n<details>\n\n<div>{html}</div>\n\n</details>"),
                 output_cell({"text/html": html, "text/plain": "x"}),
                 output_cell({"text/markdown": f"<div>{html}</div>"})):
        with pytest.raises(ValueError, match="^week09a_test.ipynb, cell 'the-cell': ") as error:
            built(cell)
        assert address.casefold() in str(error.value).casefold() and cure in str(error.value)
    with pytest.raises(ValueError, match="cell 'the-cell'"):
        built(text_cell(html), deck=True)


@pytest.mark.parametrize("source", [
    "![x](https://example.org/x.png)", "![x](//example.org/x.png)", "![x][1]\n\n[1]: https://example.org/x.png",
    "- ![x](https://example.org/x.png)", "| a |\n|---|\n| ![x](https://example.org/x.png) |",
    "[![x](https://example.org/x.png)](https://example.org)",
    "<details><summary>For the lecturer · 1 min</summary>\n\n![x](https://example.org/x.png)\n\n</details>",
])
def test_markdown_from_the_network_is_an_error(source, built):
    for kind in ("-", "notes") if "lecturer" in source else ("-",):
        with pytest.raises(ValueError, match=r"_test.ipynb, cell 'the-cell': <img> loads (https:)?//example.org/x"):
            built(text_cell(source, kind=kind), deck=kind == "notes")


@pytest.mark.parametrize("data", [
    {"image/svg+xml": '<svg xmlns="http://www.w3.org/2000/svg"><image href="https://example.org/x.png"/></svg>'},
    {"application/javascript": 'fetch("https://example.org/x.json")'},
    {"text/html": "<script>require.config({paths: {'plotly': ['https://example.org/x']}});</script>"},
])
def test_other_outputs_from_the_network_are_errors(data, built):
    with pytest.raises(ValueError, match="week09a_test.ipynb, cell 'the-cell': .* loads https://example.org/x"):
        built(output_cell(data))


@pytest.mark.parametrize("html", ALLOWED)
def test_links_and_words_are_allowed(html, built):
    for cell in (text_cell(html), output_cell({"text/html": html})):
        assert asked(built(cell)) == asked(built(cell, deck=True)) == []


@pytest.mark.browser
def test_what_is_refused_is_what_chromium_would_ask_for(browser):
    context = browser.new_context(device_scale_factor=2)
    requests, body = [], ""
    context.route("**/*", lambda route: (requests.append(route.request.url), route.abort()))
    context.route("https://page.test/", lambda route: route.fulfill(body=body, content_type="text/html"))
    page, cases = context.new_page(), [*((html, True) for html, _ in REMOTE), *((html, False) for html in ALLOWED)]
    for html, loads in cases:
        body = f"<!DOCTYPE html><link rel='icon' href='data:,'><body>{html}</body>"
        del requests[:]
        page.goto("https://page.test/")
        page.wait_for_timeout(40)
        assert any("example.org" in url for url in requests) == loads, (html, requests)
        assert bool(asked(html)) <= loads, html
    context.close()


@pytest.mark.browser
def test_a_page_that_asks_all_the_same_is_stopped_by_the_browser(browser, built, tmp_path):
    """A script that puts an address together: the page's own policy keeps it from the network."""
    html = "<script>const host = 'example.org'; fetch('http://' + host); new Image().src = 'http://' + host;</script>"
    requests = []
    for deck in (False, True):
        path = tmp_path / f"{deck}.html"
        path.write_text(built(output_cell({"text/html": html}), deck=deck), encoding="utf-8")
        page = browser.new_page()
        page.on("requestfinished", lambda request: requests.append(request.url))
        blocked = []
        page.on("console", lambda message, blocked=blocked: blocked.append(message.text))
        page.goto(path.as_uri())
        page.wait_for_timeout(100)
        assert len(blocked) >= 2 and all("Content Security Policy" in text for text in blocked), blocked
        page.close()
    assert not any(url.startswith("http") for url in requests)


def test_links_to_cells_of_other_notebooks_lead_to_their_pages(built):
    text = "see [1c](week01c_losses.ipynb#cell-id=twice-run), [2a](week02a_xor.ipynb) and [here](#cell-id=x)"
    for deck, up in ((False, ""), (True, "../")):
        html = built(text_cell(text), deck=deck)
        found = {tag.text: tag["href"] for tag in BeautifulSoup(html, "html.parser").find_all("a", href=True)}
        assert found["1c"] == f"{up}week01c_losses.html#cell-id=twice-run"
        assert found["2a"] == f"{up}week02a_xor.html" and found["here"] == "#cell-id=x"


def test_badges_are_links_in_page_and_deck(built):
    from nnlab.course.publish import badges
    for deck in (False, True):
        text = built(text_cell(badges("week01a_neurons")), deck=deck)
        words = [tag.get_text() for tag in BeautifulSoup(text, "html.parser").find_all("a")]
        assert "Open in Colab" in words and "Open in Kaggle" in words and asked(text) == []


LATEX = [
    (r"$\displaystyle x^{2}$", ["x^{2}"], ""), (r"$$\int_0^1 x\,dx$$", [r"\int_0^1"], ""),
    (r"\begin{align} a &= b \\[2pt] c &= d \end{align}", [r"\begin{align}"], ""), (r"\[ x + y \]", ["x + y"], ""),
    (r"\begin{equation*}" + "\nE = mc^2\n" + r"\end{equation*}", ["E = mc^2"], ""), (r"\(z\)", ["z"], ""),
    (r"The loss $L$ is $$L = -\ln p$$ at \$5 & more", ["L", r"-\ln p"], "The loss"),
    (r"$\left[\begin{matrix}1 & 0\\0 & 1\end{matrix}\right]$", ["matrix"], ""),
    (r"$\color{red}{x} + \boldsymbol{y} + \cancel{z}$", [r"\boldsymbol"], ""),
]


@pytest.mark.parametrize("deck", [False, True])
@pytest.mark.parametrize("text, parts, words", LATEX)
def test_latex_of_outputs_is_typeset(text, parts, words, deck, built):
    cell = output_cell({"text/latex": text, "text/plain": "<Latex>", "image/png": PNG})
    page = BeautifulSoup(built(cell, deck=deck), "html.parser")
    shown = page.find(class_="jp-OutputArea")
    drawn = [svg["aria-label"] for svg in shown.find_all("svg", attrs={"aria-label": True})]
    assert len(drawn) == len(parts) and all(part in label for part, label in zip(parts, drawn, strict=True))
    assert not shown.find_all("img") and words in shown.get_text() and "$\\" not in shown.get_text()
    if words:
        assert "at $5 & more" in shown.get_text()


def test_ipythons_own_formulas_are_typeset(built):
    from IPython.display import Latex, Math
    for shown in (Math(r"\frac{1}{2}"), Latex(r"\begin{align*} x \end{align*}")):
        text = built(output_cell({"text/latex": shown._repr_latex_(), "text/plain": repr(shown)}))
        assert "<mjx-container" in text and "text/latex" not in text


@pytest.mark.parametrize("text", [r"$\frac{1}$", r"$$\fraq{1}{2}$$", r"\begin{alin} x \end{alin}", r"$x^2^3$"])
def test_a_bad_formula_names_its_cell(text, built):
    with pytest.raises(ValueError, match="^week09a_test.ipynb, cell 'the-cell': bad formula"):
        built(output_cell({"text/latex": text}))
    with pytest.raises(ValueError, match="^week09a_test.ipynb, cell 'the-cell': bad formula"):
        built(text_cell(text), deck=True)
    unfinished = r"\begin{align} x"  # words, to TeX
    assert unfinished in built(output_cell({"text/latex": unfinished}))


def test_every_kind_of_output_is_shown(built):
    """Markdown with formulas and images, SVG, JSON, GIF, HTML with a script, an error and colors of a terminal."""
    stream = nbformat.v4.new_output("stream", text="\x1b[31mred\x1b[0m <b>plain</b>")
    error = nbformat.v4.new_output("error", ename="ValueError", evalue="x < 1",
                                     traceback=["\x1b[0;31mValueError\x1b[0m: x < 1"])
    printing = nbformat.v4.new_code_cell("1", id="prints", outputs=[stream, error], execution_count=1)
    cells = [
        output_cell({"text/markdown": "**bold** $x^2$", "text/plain": "<Markdown>"}, id="a"),
        output_cell({"image/svg+xml": SVG, "text/plain": "<SVG>"}, id="b"),
        output_cell({"application/json": {"loss": [0.5, 1], "name": "<é>"}, "text/plain": "<JSON>"}, id="c"),
        output_cell({"image/gif": GIF, "text/plain": "<Image>"}, id="d", **{"image/gif": {"alt": "a red picture"}}),
        output_cell({"text/html": "<b>bold</b><script>window.done = 1</script>", "text/latex": "$x$"}, id="e"),
        output_cell({"application/vnd.jupyter.widget-view+json": {"model_id": "1"}, "text/plain": "A slider"}, id="f"),
        printing,
    ]
    for deck in (False, True):
        page = BeautifulSoup(built(*cells, deck=deck), "html.parser")
        areas = [area.find(class_="jp-OutputArea") for area in page.find_all(class_="jp-CodeCell")]
        assert areas[0].find("strong").get_text() == "bold" and areas[0].find("svg")["aria-label"] == "x^2"
        assert base64.b64decode(areas[1].find("img")["src"].split(",")[1]).decode() == SVG
        assert '"name": "<é>"' in areas[2].get_text() and "<JSON>" not in areas[2].get_text()
        assert areas[3].find("img")["alt"] == "a red picture" and areas[3].find("img")["src"].endswith(GIF)
        assert areas[4].find("script").string == "window.done = 1" and not areas[4].find("svg")
        assert areas[5].get_text().strip() == "A slider"
        printed = areas[6].get_text()
        assert areas[6].find(class_="ansi-red-fg").get_text() == "red"
        assert "<b>plain</b>" in printed and "ValueError: x < 1" in printed
        assert ".ansi-red-fg" in str(page.find_all("style"))


def test_the_course_replaces_files_in_one_step():
    """Whatever nnlab.course writes in its place goes to a temporary file first."""
    found = []
    for path in sorted((ROOT / "nnlab" / "course").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = getattr(node.func.value, "id", "")
                copies = owner == "shutil" and "copy" in node.func.attr
                if copies or node.func.attr in ("write_text", "write_bytes") and owner != "part":
                    found.append(f"{path.name}:{node.lineno}")
    assert found == []


def test_an_answer_key_that_cannot_be_written_leaves_the_old_one(monkeypatch, tmp_path):
    from nnlab.course import answers

    def broken(*arguments, **named):
        raise OSError("the disk is full")
    monkeypatch.setattr(answers, "ANSWERS", tmp_path)
    monkeypatch.setattr(answers, "paths", lambda names: [tmp_path / "week09a_test.ipynb"])
    monkeypatch.setattr(answers, "runs", lambda paths: [answers_run()])
    (tmp_path / "week09a_test.html").write_text("old")
    monkeypatch.setattr("os.replace", broken)
    with pytest.raises(OSError, match="the disk is full"):
        answers.answers()
    assert (tmp_path / "week09a_test.html").read_text() == "old" and not list(tmp_path.glob("*.part"))


def answers_run():
    """A run of a notebook of two cells, with an exercise of the first week in it."""
    from nnlab.course.solved_runs import Run
    code = nbformat.v4.new_code_cell("from nnlab.exercises.week01 import check", id="imports", execution_count=1)
    return Run(notebook(text_cell("![pasted](attachment:image.png)", **ONE), code), None, 1.0, "key")


def test_the_answer_key_holds_pasted_images(monkeypatch, tmp_path, capsys):
    from nnlab.course import answers
    monkeypatch.setattr(answers, "ANSWERS", tmp_path)
    monkeypatch.setattr(answers, "paths", lambda names: [tmp_path / "week09a_test.ipynb"])
    monkeypatch.setattr(answers, "runs", lambda paths: [answers_run()])
    assert answers.answers()
    assert images((tmp_path / "week09a_test.html").read_text(encoding="utf-8"))[0]["src"].endswith(PNG)


def test_errors_reach_the_command_line_as_one_sentence(monkeypatch, tmp_path, capsys):
    from nnlab.course import answers
    from nnlab.course.__main__ import main
    run = answers_run()
    run.notebook.cells[1].attachments = {}
    monkeypatch.setattr(answers, "ANSWERS", tmp_path)
    monkeypatch.setattr(answers, "paths", lambda names: [tmp_path / "week09a_test.ipynb"])
    monkeypatch.setattr(answers, "runs", lambda paths: [run])
    assert main(["answers"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("nnlab.course answers: week09a_test.ipynb, cell 'the-cell': there is no attachment")
    assert said.count("\n") == 1


def test_every_formula_of_the_course_is_known_to_tex(formulas, notebook_path):
    text = rendered(notebooks.read(notebook_path), "page", formulas, name=notebook_path.name, title="T")
    assert formulas.without is None and "<mjx-container" in text and asked(text) == []
    assert 'data-mml-node="merror"' not in text
