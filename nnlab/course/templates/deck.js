// Starts the deck; a slide that is too large is shrunk to fit, code not below 20 pixels (else the build fails).
// With ?handout in the address the same slides are set for print: three on a page of A4, the notes beside them.
const WIDTH = 1280, HEIGHT = 720, room = HEIGHT - 38;  // the foot keeps its line

/** How far a slide may be shrunk. */
const least = (slide) => {
  if (slide.querySelector(".highlight")) return 20 / 22;
  return slide.querySelector("[data-figure]") ? 0.85 : 0.8;
};

/** Height and width that the content of the slide needs, in the deck's pixels. */
function need(slide, scale) {
  const top = slide.getBoundingClientRect();
  let height = 0, width = 0;
  for (const node of slide.querySelectorAll("*")) {
    if (node.closest("aside.notes") || node.closest("svg")?.parentNode.closest("svg")) continue;
    const box = node.getBoundingClientRect();
    if (!box.width || !box.height) continue;
    height = Math.max(height, (box.bottom - top.top) / scale);
    width = Math.max(width, (box.right - top.left) / scale);
  }
  return { height, width };
}

/** Let the drawings of the `figures` be as wide as the slide allows, and so wide that all fits below the heading. */
function widen(figures, slide, scale) {
  for (let width = WIDTH - 48; width >= 760; width -= 8) {
    for (const figure of figures) figure.style.setProperty("--drawing", `${width}px`);
    if (need(slide, scale).height <= room) return;
  }
}

/** Shrink the slide until it fits, or is as small as it may be. */
function fit(slide, scale) {
  if (fill(slide, scale, room - 2)) return;
  let zoom = 1;
  slide.style.zoom = zoom;
  const figures = slide.querySelectorAll("[data-figure]");
  if (figures.length) widen(figures, slide, scale);
  const tooLarge = () => {
    const { height, width } = need(slide, scale);
    return height > room || width > WIDTH;
  };
  while (zoom - 0.01 >= least(slide) && tooLarge()) slide.style.zoom = zoom -= 0.01;
}

function present() {
  Reveal.initialize({
    width: WIDTH, height: HEIGHT, margin: 0, center: false, controls: true, progress: true, hash: true,
    slideNumber: false, transition: "none", navigationMode: "linear", pdfSeparateFragments: false,
    plugins: [RevealNotes],
  });
  document.querySelector(".slides").append(document.querySelector(".foot"));  // it grows with the slide
  const preview = location.search.includes("receiver");  // in the speaker's window
  if (preview) document.body.classList.add("receiver");
  let seen = "";
  const now = () => {
    const slide = Reveal.getCurrentSlide();
    if (Reveal.isOverview()) return;
    fit(slide, Reveal.getScale());
    const { h, v } = Reveal.getIndices(), figures = slide.querySelectorAll("[data-figure]");
    if (figures.length && seen !== `${h} ${v}`) {  // once they have laid themselves out for this width
      seen = `${h} ${v}`;
      requestAnimationFrame(() => requestAnimationFrame(now));
    }
    document.querySelector(".number").textContent = `${Reveal.getSlidePastCount() + 1} / ${Reveal.getTotalSlides()}`;
    if (!slide.contains(document.activeElement)) document.activeElement.blur();
    for (const figure of document.querySelectorAll("[data-figure]")) {
      figure.inert = !slide.contains(figure);  // no keys for what is not seen
    }
  };
  for (const event of ["ready", "slidechanged", "overviewhidden", "resize"]) Reveal.on(event, now);
  window.addEventListener("figures", now);
}

function handOut() {
  document.getElementById("reveal").remove();  // its rules hide all slides but one
  document.body.classList.add("handout");
  const slides = [...document.querySelectorAll(".slides section")].filter((slide) => !slide.querySelector("section"));
  slides.forEach((slide, k) => {
    const row = document.createElement("div");
    row.className = "three";
    row.innerHTML = `<div class="frame"><div class="reveal"><div class="slides"><section></section></div></div></div>
      <div class="beside"></div>`;
    row.lastChild.append(`${k + 1} / ${slides.length}`, ...slide.querySelectorAll("aside.notes"));
    row.querySelector("section").append(slide);
    document.body.append(row);
  });
  const scale = document.querySelector(".frame").getBoundingClientRect().width / WIDTH;
  const all = () => {
    slides.forEach((slide) => fit(slide, scale));
    const large = slides.map((slide, k) => need(slide, scale).height > HEIGHT ? k + 1 : 0).filter(Boolean);
    document.body.dataset.fitted = large.join(" ");
  };
  addEventListener(document.querySelector("[data-figure]") ? "figures" : "load", all);
}

for (const slide of document.querySelectorAll(".slides section section")) share(slide);
if (location.search === "?handout") handOut(); else present();
