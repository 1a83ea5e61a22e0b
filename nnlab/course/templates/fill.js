// Fills each slide: a static figure becomes as large as the slide's text allows, beside the text or between it; text
// and code without a figure become larger, or smaller, until the slide is full. deck.js sizes interactive figures.
const GAP = 18, LEFT = 60;
const ENOUGH = 0.54;  // of the slide's area, for a figure with text
const ASKED = 0.14, WORDS = 11;  // for the empty axes of a question: of the slide's area, and pixels of their words

/** Share the slide out: a heading, and a body with the text before its static figure, the figure, the text after it. */
function share(slide) {
  const heading = slide.querySelector(".jp-MarkdownCell :is(h1, h2, h3)");
  if (heading?.matches("h2")) slide.classList.add(heading.querySelector(".numeral") ? "begins" : "sums-up");
  if (slide.querySelector("[data-figure]")) return;
  const picture = slide.querySelector(".jp-OutputArea img");
  const notes = [...slide.querySelectorAll(":scope > aside.notes, .fragment > aside")];
  const part = (className) => Object.assign(document.createElement("div"), { className });
  const body = part("body"), said = [part("said first"), part("said last")], shown = part("shown");
  const holder = picture?.closest(".jp-Cell");
  for (const node of [...slide.childNodes]) {
    if (notes.includes(node)) continue;
    const follows = holder && holder.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING;
    said[follows ? 1 : 0].append(node);
  }
  body.append(said[0]);
  if (picture) {
    const area = part("jp-OutputArea");
    area.append(picture);
    shown.append(area);
    body.append(shown, said[1]);
    if (!holder.querySelector("pre, .highlight")) holder.hidden = true;
  }
  const asked = said[0].querySelector(".options");
  if (asked) said[1].append(asked);
  if (said[0].querySelector(".question")) body.classList.add("asks");
  if (heading) slide.append(heading);
  slide.append(body, ...notes);
}

/** Height of `node` in the deck's pixels. */
const tall = (node, scale) => node.getBoundingClientRect().height / scale;

/** Whether a formula, code or a table in `node` is wider than its place. */
const tooWide = (node) => [...node.querySelectorAll("mjx-container, pre, table")].some((part) =>
  part.scrollWidth > part.clientWidth + 1 && part.clientWidth
  || part.getBoundingClientRect().right > node.getBoundingClientRect().right + 1);

/** Whether a line of code in `node` is broken into two. */
const breaks = (node) => [...node.querySelectorAll(".highlight pre")].some((pre) => {
  const lines = pre.textContent.trimEnd().split("\n").length;
  return pre.clientHeight > (lines + 1.6) * parseFloat(getComputedStyle(pre).lineHeight);
});

/** The ways to place text and figure: functions that place them, and of the body's size that give the figure's. */
function layouts(body, first, last, asks, scale) {
  const height = (node) => node.textContent.trim() || node.querySelector("svg") ? tall(node, scale) : 0;
  const place = (name, column) => {
    body.className = `body ${asks ? "asks " : ""}${name}`;
    body.style.setProperty("--column", `${column}px`);
  };
  const fits = (height, room) => height <= room && !tooWide(first) && !tooWide(last);
  const gap = (...heights) => heights.reduce((sum, one) => sum + one + (one && GAP), 0);
  const found = [["stacked", 0, (width, room) => [width, room - gap(height(first), height(last))]]];
  for (let column = asks ? 420 : 300; column <= 600; column += 30) {
    found.push(["abreast", column, (width, room) =>
      fits(gap(height(first), height(last)), room) ? [width - column - 36, room] : null]);
    if (asks && last.childElementCount) {
      found.push(["split", column, (width, room) => {
        const left = room - gap(height(first));
        return fits(height(last), left) ? [width - column - 36, left] : null;
      }]);
    }
  }
  return found.map(([name, column, left]) => [() => place(name, column), left]);
}

/** Give the figure of the slide the place and size in which it is largest; text is as large as leaves it enough. */
function fillFigure(slide, body, picture, scale, bottom) {
  const [first, last] = [".first", ".last"].map((part) => body.querySelector(part));
  const asks = body.classList.contains("asks");
  const aspect = picture.getAttribute("width") / picture.getAttribute("height");
  picture.style.width = picture.style.height = "0";
  const width = WIDTH - 2 * LEFT, texts = first.textContent.trim() || last.textContent.trim();
  const room = bottom - (body.getBoundingClientRect().top - slide.getBoundingClientRect().top) / scale;
  const legible = asks ? WORDS / picture.dataset.font * picture.getAttribute("width") || 0 : 0;
  let best = { area: 0, wide: 0 };
  const enough = () => best.area >= (asks ? ASKED : ENOUGH) * WIDTH * HEIGHT && best.wide >= legible;
  for (let size = 28; size >= 22 && !enough(); size -= 1) {
    body.style.setProperty("--size", `${size}px`);
    for (const [set, left] of layouts(body, first, last, asks, scale)) {
      set();
      const [w, h] = left(width, room) ?? [0, 0], wide = Math.min(w, h * aspect);
      if (wide > 0 && wide * wide / aspect > best.area * 1.001) best = { area: wide * wide / aspect, wide, set, size };
    }
    if (!texts) break;
  }
  if (!best.area) return false;
  body.style.setProperty("--size", `${best.size}px`);
  best.set();
  body.style.height = `${room}px`;
  picture.style.width = `${best.wide}px`;
  picture.style.height = `${best.wide / aspect}px`;
  return true;
}

/** Fill the `slide`, which ends at `bottom`; `false` where it holds an interactive figure. */
function fill(slide, scale, bottom) {
  const body = slide.querySelector(":scope > .body"), picture = body?.querySelector(".shown img");
  if (!body) return false;
  slide.style.zoom = 1;
  body.style.height = "";
  const heading = slide.querySelector(":scope > :is(h2, h3)");
  for (let size = 40; heading && size >= 30; size -= 1) {  // one line, where it can be one
    heading.style.fontSize = `${size}px`;
    if (tall(heading, scale) < 100) break;
  }
  if (picture && fillFigure(slide, body, picture, scale, bottom)) return true;
  const code = body.querySelector(".highlight"), most = slide.querySelector(":scope > h1") ? 1.1 : code ? 1.2 : 1.25;
  const top = (body.getBoundingClientRect().top - slide.getBoundingClientRect().top) / scale;
  for (const whole of [true, false]) {  // with every line of code in one piece, if it can be
    for (let zoom = whole ? most : 1; zoom > least(slide) - 0.005; zoom -= 0.01) {
      body.style.zoom = zoom;
      const wide = Math.max(0, ...[...body.querySelectorAll("*")].map((node) => node.getBoundingClientRect().right));
      const fits = (wide - slide.getBoundingClientRect().left) / scale <= WIDTH - 30 && !tooWide(body);
      if (fits && !(whole && breaks(body)) && top + tall(body, scale) <= bottom) return true;
    }
  }
  return true;
}
