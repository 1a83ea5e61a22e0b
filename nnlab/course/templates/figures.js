// Brings the figures of a page to life with no kernel: each gets what a widget gets, a model and a place.
window.figuresReady = false;
const modules = {};
for (const source of document.querySelectorAll("script[data-module]")) {
  modules[source.dataset.module] = URL.createObjectURL(new Blob([JSON.parse(source.textContent)], { type: "text/javascript" }));
}
for (const el of document.querySelectorAll("[data-figure]")) {
  const values = { state: JSON.parse(el.dataset.state) }, listeners = {};
  const model = {
    get: (name) => values[name],
    set: (name, value) => {
      values[name] = value;
      for (const listener of listeners[`change:${name}`] || []) listener();
    },
    on: (event, listener) => { (listeners[event] ||= []).push(listener); },
    off: (event, listener) => { listeners[event] = (listeners[event] || []).filter((one) => one !== listener); },
    save_changes: () => {},
  };
  try {
    const { default: figure } = await import(modules[el.dataset.figure]);
    figure.render({ model, el });
    el.dataset.ready = "";
  } catch (error) {  // the others still come to life
    el.textContent = `The figure ${el.dataset.figure} fails: ${error.message}`;
    console.error(el.textContent);
  }
}
window.figuresReady = true;
window.dispatchEvent(new Event("figures"));
