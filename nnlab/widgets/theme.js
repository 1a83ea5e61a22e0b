// The theme of a figure: its colors follow the page behind it, light or dark, as long as it is shown.

/** Whether the page behind `node` is dark: the nearest opaque background, else the page's color scheme. */
function onDark(node) {
  for (let at = node; at; at = at.parentNode || at.host) {
    if (!(at instanceof Element)) continue;
    const color = getComputedStyle(at).backgroundColor, scale = color.startsWith("color(") ? 255 : 1;
    const [r, g, b, opacity = 1] = (color.match(/\d[\d.e-]*/g) || [0, 0, 0, 0]).map(Number);
    if (opacity > 0.5) return scale * (0.2126 * r + 0.7152 * g + 0.0722 * b) < 110;
  }
  const scheme = getComputedStyle(document.documentElement).colorScheme;
  const wanted = matchMedia("(prefers-color-scheme: dark)").matches;
  return scheme.includes("dark") && (wanted || !scheme.includes("light"));
}

/** Keep the theme of the figure `root` that of its page while it is shown; say whether it stands on a slide. */
function followPage(root) {
  root.classList.toggle("deck", Boolean(document.querySelector(".reveal")));
  let seen = false;
  const watch = new MutationObserver(() => follow()), size = new ResizeObserver(() => follow());
  const follow = () => {
    const { host } = root.getRootNode();
    if (root.isConnected) put(root, { "data-theme": onDark(host.parentNode) ? "dark" : "light" });
    else if (seen) { watch.disconnect(); size.disconnect(); }
    seen ||= root.isConnected;
  };
  for (const node of [document.documentElement, document.body]) watch.observe(node, { attributes: true });
  watch.observe(document.head, { childList: true });
  size.observe(root);
  queueMicrotask(follow);
}
