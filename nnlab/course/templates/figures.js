// Brings the figures of a page to life with no kernel: each gets what a widget gets, a model and a place.
window.figuresReady = false;
const modules = {};
for (const source of document.querySelectorAll("script[data-module]")) {
  modules[source.dataset.module] = URL.createObjectURL(new Blob([JSON.parse(source.textContent)], { type: "text/javascript" }));
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
    off: (event, listener) => { listeners[event] = (listeners[event] || []).filter((one) => one !== listener); },
    save_changes: () => {},
  };
}

const alive = {};  // by name; the second of a name is name-2
for (const el of document.querySelectorAll("[data-figure]")) {
  try {
    const { default: figure } = await import(modules[el.dataset.figure]);
    const model = modelOf(JSON.parse(el.dataset.state), JSON.parse(el.dataset.network || "{}"));
    figure.render({ model, el });
    el.dataset.ready = "";
    const before = Object.keys(alive).filter((name) => name.replace(/-\d+$/, "") === el.dataset.figure).length;
    alive[el.dataset.figure + (before ? `-${before + 1}` : "")] = { figure, model, el };
  } catch (error) {  // the others still come to life
    el.textContent = `The figure ${el.dataset.figure} fails: ${error.message}`;
    console.error(el.textContent);
  }
}

// On a page, what was changed stands after # in the address: #neuron={"bias":1}. A deck's address names its slide.
if (!document.querySelector(".reveal")) {
  let timer = null, written = null;
  const parts = () => location.hash.slice(1).split("&").map((part) => part.split(/=(.*)/s)).filter(([name, text]) => alive[name] && text);
  const write = () => {
    const changed = Object.entries(alive).map(([name, { model }]) => {
      const start = model.get("start"), differs = ([part, value]) => JSON.stringify(value) !== JSON.stringify(start[part]);
      return [name, Object.entries(model.get("state")).filter(differs)];
    }).filter(([, changes]) => changes.length);
    written = changed.map(([name, changes]) => `${name}=${encodeURIComponent(JSON.stringify(Object.fromEntries(changes)))}`).join("&");
    if (written || parts().length) history.replaceState(null, "", written ? `#${written}` : location.pathname + location.search);
  };
  const read = () => {
    document.querySelectorAll(".address-fails").forEach((old) => old.remove());
    const given = Object.fromEntries(parts());
    if (!Object.keys(given).length || location.hash.slice(1) === written) return;
    for (const [name, { figure, model, el }] of Object.entries(alive)) {
      try {
        model.set("state", figure.whole({ ...model.get("start"), ...given[name] && JSON.parse(decodeURIComponent(given[name])) }));
      } catch (error) {
        const said = Object.assign(document.createElement("p"), { className: "address-fails",
          textContent: `The state in this page's address cannot be shown: ${error.message}. Here is the figure as the lecture begins with it.` });
        said.setAttribute("role", "alert");
        el.before(said);
      }
    }
    alive[Object.keys(given)[0]].el.scrollIntoView({ block: "center" });
  };
  for (const { model } of Object.values(alive)) model.on("change:state", () => { clearTimeout(timer); timer = setTimeout(write, 300); });
  read();
  addEventListener("hashchange", read);
}
window.figuresReady = true;
window.dispatchEvent(new Event("figures"));
