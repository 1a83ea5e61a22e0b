// Reads formulas from standard input, a line of JSON {tex, display} each; answers in order with lines {svg} or {error}.
// A command that TeX does not know is an error; MathJax by itself would set it in red.
const mathjax = require(process.argv[2] + "/es5/node-main.js");
mathjax.init({
  loader: { load: ["input/tex", "output/svg"] },
  tex: { packages: { "[-]": ["noundefined"] }, formatError: (_, error) => { throw error; } },
  svg: { fontCache: "none" },
}).then((MathJax) => {
  const lines = require("readline").createInterface({ input: process.stdin });
  let before = Promise.resolve();
  const answer = async (line) => {
    const { tex, display } = JSON.parse(line);
    try {
      const set = await MathJax.tex2svgPromise(tex, { display });  // it may have to load a package first
      return { svg: MathJax.startup.adaptor.outerHTML(set) };
    } catch (error) {
      return { error: error.message };
    }
  };
  lines.on("line", (line) => {
    before = before.then(() => answer(line)).then((one) => { process.stdout.write(JSON.stringify(one) + "\n"); });
  });
});
