"""Check a slide deck in Chromium: cells that do not fit on their slide, and JavaScript errors."""

# A sentence for each cell that extends beyond the current slide, after deck.js has scaled the slide down.
_OVERFLOW = """() => {
  const slide = Reveal.getCurrentSlide(), out = new Map();
  const foot = document.querySelector(".foot").getBoundingClientRect().top + 4;  // its border is part of it
  for (const node of slide.querySelectorAll("*")) {
    if (node.closest("aside.notes")) continue;
    const box = node.getBoundingClientRect(), cell = node.closest("[id^='cell-id=']")?.id.slice(8) || "?";
    const outside = box.bottom > foot || box.right > innerWidth + 1 || box.top < -1 || box.left < -1;
    if (box.width && box.height && outside) {
      const [right, down] = out.get(cell) || [0, 0];
      out.set(cell, [Math.max(right, box.right - innerWidth, -box.left), Math.max(down, box.bottom - foot, -box.top)]);
      continue;
    }
    const style = getComputedStyle(node);
    const clips = /auto|scroll|hidden/.test(style.overflowX + style.overflowY) && node.clientHeight;
    const [right, down] = [node.scrollWidth - node.clientWidth, node.scrollHeight - node.clientHeight];
    if (clips && (down > 2 || right > 2) && !out.has(cell)) out.set(cell, [right, down]);
  }
  if (out.size > 1) out.delete("?");  // what surrounds a cell that is named
  return [...out].map(([cell, [right, down]]) =>
    `cell '${cell}' is ${Math.round(right)} px too wide, ${Math.round(down)} px too high`);
}"""


def opened(browser, deck):
    """Page of 1280 × 720 pixels with the deck at the path `deck`, offline, with running figures."""
    page = browser.new_context(offline=True, viewport={"width": 1280, "height": 720}).new_page()
    _arrive(page, deck)
    return page


def _arrive(page, deck, place=""):
    page.goto("about:blank")  # otherwise another place of the same deck would not reload it
    page.goto(deck.resolve().as_uri() + place)
    page.wait_for_function("window.Reveal && Reveal.isReady() && window.figuresReady !== false")


def look(browser, deck, each=None):
    """Number of slides of a deck, and a list of problems: a sentence for each cell that does not fit, and each error.

    Args:
        browser: a running Chromium.
        deck: path of the deck.
        each: function of (page, number of the slide, from 1), called after each slide is checked.
    """
    problems = []
    page = browser.new_context(offline=True, viewport={"width": 1280, "height": 720}).new_page()
    page.on("pageerror", lambda error: problems.append(f"error in the page: {error}"))
    page.on("console", lambda message: problems.append(message.text) if message.type == "error" else None)

    def see(number):
        page.wait_for_timeout(60)
        name = page.evaluate("(Reveal.getCurrentSlide().querySelector('h1, h2, h3') || {}).textContent")
        problems.extend(f"slide {number} ({name}) does not fit: {problem}" for problem in page.evaluate(_OVERFLOW))

    _arrive(page, deck)
    slides = page.evaluate("""Reveal.getSlides().map(slide => {
        const { h, v } = Reveal.getIndices(slide);
        return [h, v || 0, Boolean(slide.querySelector("[data-figure]"))];
    })""")
    for number, (h, v, figure) in enumerate(slides, start=1):
        if figure:  # as after a reload in the middle of a lecture
            _arrive(page, deck, f"#/{h}/{v}")
            see(number)
        page.evaluate(f"Reveal.slide({h}, {v}, 99)")
        see(number)
        if each is not None:
            each(page, number)
    page.context.close()
    return len(slides), list(dict.fromkeys(problems))
