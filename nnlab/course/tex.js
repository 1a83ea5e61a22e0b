// Reads formulas from standard input, a line of JSON {tex, display} each; answers with lines {svg} or {error}.
const mathjax = require(process.argv[2] + "/es5/node-main.js");
mathjax.init({
  loader: { load: ["input/tex", "output/svg"] },
  tex: { formatError: (_, error) => { throw error; } },
  svg: { fontCache: "none" },
}).then((MathJax) => {
  const lines = require("readline").createInterface({ input: process.stdin });
  lines.on("line", (line) => {
    const { tex, display } = JSON.parse(line);
    let answer;
    try {
      answer = { svg: MathJax.startup.adaptor.outerHTML(MathJax.tex2svg(tex, { display })) };
    } catch (error) {
      answer = { error: error.message };
    }
    process.stdout.write(JSON.stringify(answer) + "\n");
  });
});
