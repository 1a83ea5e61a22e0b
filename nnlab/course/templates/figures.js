// Brings the figures of a page to life with no kernel: each gets what a widget gets, a model and a place.
window.figuresReady = false;
const modules = {}, own = (table, name) => Object.hasOwn(table, name) ? table[name] : undefined;
for (const source of document.querySelectorAll("script[data-module]")) {
  const module = new Blob([JSON.parse(source.textContent)], { type: "text/javascript" });
  modules[source.dataset.module] = URL.createObjectURL(module);
}

/** What the page holds of a widget's model: values, and who listens to their changes. */
function modelOf(state, network) {
  const values = { state, start: state, network }, listeners = {};
  return {
    get: (name) => values[name],
    set: (name, value) => {
      values[name] = value;
      for (const listener of listeners[`change:${name}`] || []) listener();
    },
    on: (event, listener) => { (listeners[event] ||= []).push(listener); },
    off: (event, listener) => {
      listeners[event] = (listeners[event] || []).filter((one) => one !== listener);
    },
    save_changes: () => {},
  };
}

const alive = {};  // by name; the second of a name is name-2
for (const el of document.querySelectorAll("[data-figure]")) {
  try {
    const { default: figure } = await import(own(modules, el.dataset.figure));
    const model = modelOf(JSON.parse(el.dataset.state), JSON.parse(el.dataset.network || "{}"));
    figure.render({ model, el });
    el.dataset.ready = "";
    const name = el.dataset.figure;
    const before = Object.keys(alive).filter((other) => other.replace(/-\d+$/, "") === name).length;
    alive[before ? `${name}-${before + 1}` : name] = { figure, model, el };
  } catch (error) {  // the others still come to life
    el.textContent = `The figure ${el.dataset.figure} fails: ${error.message}`;
    console.error(el.textContent);
  }
}

// On a page, what was changed stands after # in the address: #neuron={"bias":1}. A deck's address names its slide.
if (!document.querySelector(".reveal")) {
  let timer = null, written = null;
  const pairs = () => location.hash.slice(1).split("&").map((part) => part.split(/=(.*)/s));
  const parts = () => pairs().filter(([name, text]) => Object.hasOwn(alive, name) && text);
  const changesOf = (model) => {
    const start = model.get("start"), same = (one, other) => JSON.stringify(one) === JSON.stringify(other);
    return Object.entries(model.get("state")).filter(([part, value]) => !same(value, start[part]));
  };
  const encoded = (changes) => encodeURIComponent(JSON.stringify(Object.fromEntries(changes)));
  const write = () => {
    const changed = Object.entries(alive).map(([name, { model }]) => [name, changesOf(model)]);
    written = changed.filter(([, changes]) => changes.length)
      .map(([name, changes]) => `${name}=${encoded(changes)}`).join("&");
    if (!written && !parts().length) return;
    history.replaceState(null, "", written ? `#${written}` : location.pathname + location.search);
  };
  const read = () => {
    document.querySelectorAll(".address-fails").forEach((old) => old.remove());
    const given = Object.fromEntries(parts());
    if (!Object.keys(given).length || location.hash.slice(1) === written) return;
    for (const [name, { figure, model, el }] of Object.entries(alive)) {
      try {
        const changes = own(given, name) && JSON.parse(decodeURIComponent(given[name]));
        model.set("state", figure.whole({ ...model.get("start"), ...changes }));
      } catch (error) {
        const said = document.createElement("p");
        said.className = "address-fails";
        said.textContent = `The state in this page's address cannot be shown: ${error.message}. `
          + "Here is the figure as the lecture begins with it.";
        said.setAttribute("role", "alert");
        el.before(said);
      }
    }
    alive[Object.keys(given)[0]].el.scrollIntoView({ block: "center" });
  };
  const later = () => { clearTimeout(timer); timer = setTimeout(write, 300); };
  for (const { model } of Object.values(alive)) model.on("change:state", later);
  read();
  addEventListener("hashchange", read);
}
window.figuresReady = true;
window.dispatchEvent(new Event("figures"));
