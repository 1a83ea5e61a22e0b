// What every page of the site does besides its figures: colors, contents, copying of code, meanings of terms, search.
{
  const $ = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  // Colors
  const theme = $(".theme"), root = document.documentElement;
  const tell = () => theme.setAttribute("aria-pressed", root.dataset.theme === "dark");
  theme.addEventListener("click", () => chooseTheme(root.dataset.theme === "dark" ? "light" : "dark"));
  new MutationObserver(tell).observe(root, { attributeFilter: ["data-theme"] });
  tell();

  // The drawer of a narrow window
  const drawer = $(".drawer"), contents = $("#contents");
  const slide = (open, focus = true) => {
    contents.classList.toggle("open", open);
    drawer.setAttribute("aria-expanded", open);
    if (focus) (open ? contents : drawer).focus();
  };
  drawer.addEventListener("click", () => slide(!contents.classList.contains("open")));
  contents.addEventListener("click", (event) => { if (event.target.closest("a")) slide(false, false); });
  document.addEventListener("click", (event) => {
    if (contents.classList.contains("open") && !event.target.closest("#contents, .drawer")) slide(false, false);
  });
  contents.addEventListener("keydown", (event) => { if (event.key === "Escape") slide(false); });

  // The section that is read is marked in the contents.
  const links = all(".toc ul a"), places = links.map((link) => document.getElementById(link.hash.slice(1)));
  const toc = $(".toc"), scroller = () => getComputedStyle(contents).display === "contents" ? toc : contents;
  let due = false;
  const mark = () => {
    due = false;
    const bottom = innerHeight + scrollY >= document.body.scrollHeight - 4;
    let now = bottom ? links.length - 1 : places.findLastIndex((place) => place.getBoundingClientRect().top < 140);
    if (bottom && places.length && places.at(-1).getBoundingClientRect().top > innerHeight) now = 0;
    links.forEach((link, k) => {
      link.parentNode.classList.toggle("now", k === now);
      if (k === now) link.setAttribute("aria-current", "location"); else link.removeAttribute("aria-current");
    });
    const { top, bottom: end } = links[now]?.getBoundingClientRect() ?? { top: 99, bottom: 99 };
    if (top < 60 || end > innerHeight) scroller().scrollTop += top - innerHeight / 2;
  };
  addEventListener("scroll", () => { if (!due) { due = true; requestAnimationFrame(mark); } }, { passive: true });
  if (links.length) mark();

  // Code of several lines can be copied.
  for (const block of all(".highlight")) {
    if (!$("[data-snippet]", block) && !block.textContent.trim().includes("\n")) continue;
    const clip = make("button", { class: "clip", type: "button" }, "Copy");
    clip.addEventListener("click", async () => {
      const text = $("pre", block).textContent.trimEnd();
      try {
        await navigator.clipboard.writeText(text);
        clip.textContent = "Copied";
      } catch {
        getSelection().selectAllChildren($("pre", block));
        clip.textContent = "Selected: Ctrl+C";
      }
      setTimeout(() => { clip.textContent = "Copy"; }, 2000);
    });
    block.append(clip);
  }

  // What scrolls sideways can be reached by keys.
  const sizes = new ResizeObserver((changes) => changes.forEach(({ target }) => {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0; else target.removeAttribute("tabindex");
  }));
  for (const wide of all(".highlight pre, mjx-container")) sizes.observe(wide);

  // A term shows its definition when the pointer rests on it or the focus is there.
  const meanings = $("#meanings");
  let shown = null, wait = null;
  const hide = () => { clearTimeout(wait); shown?.remove(); shown = null; };
  const show = (link) => {
    hide();
    const meaning = meanings.content.getElementById(link.dataset.term)?.cloneNode(true);
    if (!meaning) return;
    meaning.id = "meaning";
    shown = make("div", { class: "meaning", role: "tooltip" }, meaning);
    document.body.append(shown);
    link.setAttribute("aria-describedby", "meaning");
    const at = link.getClientRects()[0], { width, height } = shown.getBoundingClientRect();
    shown.style.left = `${Math.max(12, Math.min(at.left, document.body.clientWidth - width - 12)) + scrollX}px`;
    const above = at.bottom + height + 12 > innerHeight && at.top > height + 70;
    shown.style.top = `${scrollY + (above ? at.top - height - 8 : at.bottom + 8)}px`;
  };
  for (const link of meanings ? all("a.term") : []) {
    link.addEventListener("pointerenter", (event) => {
      if (event.pointerType === "mouse") { clearTimeout(wait); wait = setTimeout(show, 250, link); }
    });
    link.addEventListener("pointerleave", hide);
    link.addEventListener("focus", () => show(link));
    link.addEventListener("blur", hide);
    link.addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  }

  // The box of the search opens at once and takes what is typed; search.js, loaded at the first opening, finds it.
  const box = make("input", { type: "search", "aria-label": "Search the course", autocomplete: "off",
    spellcheck: "false", placeholder: "Search text, terms, exercises, figures" });
  const said = make("p", { class: "said", role: "status" }, "The search is being loaded.");
  const dialog = make("dialog", { class: "search", "aria-label": "Search" }, box, said);
  document.body.append(dialog);
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
  const search = () => {
    dialog.showModal();
    box.select();
    if ($("script[src='search.js']")) { dialog.dispatchEvent(new Event("opened")); return; }
    const script = make("script", { src: "search.js" });
    script.addEventListener("error", () => {
      box.remove();
      said.textContent = "There is no search here: this page stands alone, or the site was built without it.";
    });
    document.head.append(script);
  };
  $(".find").addEventListener("click", search);
  addEventListener("keydown", (event) => {
    const typing = event.target !== box
      && event.composedPath()[0].closest?.("input, textarea, select, [contenteditable]");
    const find = event.key === "/" && !typing || event.key === "k" && (event.ctrlKey || event.metaKey);
    if (!find || event.defaultPrevented || $("dialog[open]")) return;
    event.preventDefault();
    search();
  });
}
