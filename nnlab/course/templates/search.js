// Search over the whole course. Before this file stand MiniSearch and `documents`: rows of kind, lecture, heading,
// text and place. page.js opens the box and loads this file; the index is made here, in less time than reading takes.
{
  const NAMES = { exercise: "Exercise", term: "Term", figure: "Figure", slides: "Slides", handout: "Handout",
    lecture: "Lecture", text: "", page: "" };
  const LIFT = { slides: 1.4, handout: 1.2, lecture: 1.5, term: 1.6, exercise: 1.25, figure: 2.4, text: 1, page: 1.2 };
  const IDLE = new Set(["a", "an", "and", "are", "as", "at", "by", "do", "does", "for", "how", "i", "in", "is", "it",
    "of", "on", "or", "the", "to", "vs", "versus", "what", "where", "which", "why", "about", "with", "explained"]);
  const SAME = new Map([["backpropagation", "backprop"], ["cnn", "convolutional"], ["convnet", "convolutional"],
    ["homework", "exercise"], ["installation", "install"], ["regularisation", "regularization"]]);
  const rows = documents.map(([kind, lecture, heading, text, place], id) =>
    ({ id, kind, lecture, heading, text, place, also: NAMES[kind] }));
  const index = new MiniSearch({
    fields: ["heading", "text", "lecture", "also"], processTerm: (word) => {
      const stem = word.toLowerCase().replace(/(?<=[a-z]{3})(?:es|s)$/, "");
      return IDLE.has(word.toLowerCase()) ? null : SAME.get(stem) ?? stem;
    },
  });
  index.addAll(rows);
  const options = {
    prefix: (word) => word.length > 1 || word >= "0" && word <= "9", fuzzy: (word) => word.length > 3 ? 0.2 : false,
    combineWith: "AND",
    boost: { heading: 4, also: 3, lecture: 2 }, weights: { fuzzy: 0.3, prefix: 0.6 },
    boostDocument: (id) => LIFT[rows[id].kind],
  };

  const make = (tag, attributes, ...children) => {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
    node.append(...children);
    return node;
  };

  /** `text` as nodes, with the found `words` marked. */
  const marked = (text, words) => {
    if (!words.length) return [text];
    const safe = words.map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
    return text.split(new RegExp(`(${safe.join("|")})`, "gi"))
      .map((part, k) => k % 2 ? make("mark", {}, part) : part);
  };

  /** About 170 characters of `text` around the first of the found `words`. */
  const excerpt = (text, words) => {
    const places = words.map((word) => text.toLowerCase().indexOf(word)).filter((place) => place >= 0);
    const at = Math.max(0, Math.min(...places, Infinity) - 60), from = Number.isFinite(at) ? at : 0;
    const begin = from ? text.indexOf(" ", from) + 1 : 0, part = text.slice(begin, begin + 170);
    return (begin ? "… " : "") + (begin + 170 < text.length ? `${part.replace(/\s\S*$/, "")} …` : part);
  };

  const dialog = document.querySelector("dialog.search"), [box, said] = dialog.children;
  const hits = make("ol", { class: "hits", "aria-label": "What was found" });
  dialog.append(hits);

  const find = () => {
    let found = index.search(box.value, options);
    if (!found.length) found = index.search(box.value, { ...options, combineWith: "OR" });
    const seen = {};  // a section shows two of its cells at most
    found = found.filter(({ id }) => (seen[rows[id].lecture + rows[id].heading] ??= []).push(id) <= 2);
    hits.replaceChildren(...found.slice(0, 30).map(({ id, terms }) => {
      const { kind, lecture, heading, text, place } = rows[id], words = [...terms].sort((a, b) => b.length - a.length);
      const link = make("a", { href: place },
        make("b", {}, ...marked(NAMES[kind] && kind !== "lecture" ? `${NAMES[kind]}: ${heading}` : heading, words)),
        make("small", {}, lecture), make("p", {}, ...marked(excerpt(text, words), words)));
      link.addEventListener("click", () => dialog.close());
      return make("li", {}, link);
    }));
    const count = Math.min(found.length, 30);
    said.textContent = !box.value.trim() ? "Arrow keys choose, Enter opens, Escape closes."
      : found.length ? `${found.length} found${count < found.length ? `, the best ${count} shown` : ""}`
        : "Nothing found: try another word, or a part of it.";
    hits.scrollTop = 0;
  };
  box.addEventListener("input", find);
  dialog.addEventListener("keydown", (event) => {  // the arrows go from the box through the hits and back
    const stops = [box, ...hits.querySelectorAll("a")], at = stops.indexOf(document.activeElement);
    const next = { ArrowDown: at + 1, ArrowUp: at - 1 }[event.key];
    if (next !== undefined) (stops[next] ?? stops[at]).focus();
    else if (event.key === "Escape") dialog.close();  // at once: a search box would only empty itself
    else if (event.key === "Enter" && at === 0) stops[1]?.click();
    else if (event.key.length === 1 && at > 0 && !event.ctrlKey && !event.metaKey) { box.focus(); return; }
    else return;
    event.preventDefault();
  });
  dialog.addEventListener("opened", find);
  find();
}
