// Runs before anything is drawn: the colors that were chosen here before, else those of the system.
(() => {
  const root = document.documentElement, system = matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  try { chosen = localStorage.getItem("nnlab-theme"); } catch { /* the browser keeps nothing for files */ }
  const show = () => { root.dataset.theme = chosen || (system.matches ? "dark" : "light"); };
  system.addEventListener("change", show);
  window.chooseTheme = (theme) => {
    chosen = theme;
    try { localStorage.setItem("nnlab-theme", theme); } catch { /* it lasts until the page is left */ }
    show();
  };
  addEventListener("beforeprint", () => { root.dataset.theme = "light"; });
  addEventListener("afterprint", show);
  show();
})();
