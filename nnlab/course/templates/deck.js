// Starts the deck; a slide that is too large is shrunk to fit, no further than SMALLEST (then the build fails).
const SMALLEST = 0.6, WIDTH = 1280, HEIGHT = 720;
Reveal.initialize({
  width: WIDTH, height: HEIGHT, margin: 0, center: false, controls: true, progress: true, hash: true, slideNumber: "c/t",
  transition: "none", pdfSeparateFragments: false, plugins: [RevealNotes],
});
const room = HEIGHT - 30;  // the foot keeps its line
/** Height and width that the content of the slide needs, in the deck's pixels. */
function need(slide) {
  const scale = Reveal.getScale(), top = slide.getBoundingClientRect();
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
function fit() {
  const slide = Reveal.getCurrentSlide();
  slide.style.zoom = 1;
  let zoom = 1;
  while (zoom > SMALLEST && (need(slide).height > room || need(slide).width > WIDTH)) slide.style.zoom = zoom = zoom - 0.02;
}
Reveal.on("ready", fit);
Reveal.on("slidechanged", fit);
window.addEventListener("figures", fit);
