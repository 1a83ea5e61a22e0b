"""The benchmark's table, in README and in the terminal.

python benchmarks/table.py        keeps the last run: build/bench.json -> benchmarks/results.json -> README.md
"""

import json
import shutil
from pathlib import Path

ROOT = Path(__file__).parent.parent
BEGIN = "<!-- benchmark: from benchmarks/results.json by benchmarks/table.py -->\n"
END = "<!-- end of the benchmark -->\n"


def table(report):
    """Markdown of what benchmarks/peers.py reports: a row for each peer, missed bounds marked."""
    def spread(times):
        return f"{times['median']:.2f} ({times['min']:.2f} to {times['max']:.2f})"
    lines = ["| `fit` against | nnlab, seconds | the other, seconds | ratio | bound | loop by hand |",
             "|---|---|---|---|---|---|"]
    for row in report["rows"]:
        missed = " **missed**" if row["ratio"] > row["bound"] else ""
        floor = f"{row['floor']:.2f}" if row["floor"] else ""
        lines.append(f"| {row['what']} | {spread(row['nnlab'])} | {spread(row['peer'])} | {row['ratio']:.3f} "
                     f"| {row['bound']}{missed} | {floor} |")
    versions = ", ".join(f"{name} {version}" for name, version in report["versions"].items())
    how = "Medians of rounds in turns (least to greatest); the ratio is the median of the rounds' ratios."
    return "\n".join([*lines, "", f"{how} {report['machine']}; {versions}.", ""])


def stamped(readme, report):
    """Text of README with the table of `report` between its two marks."""
    before, rest = readme.split(BEGIN)
    return before + BEGIN + table(report) + END + rest.split(END)[1]


def main():
    """Keep the last run."""
    shutil.copy(ROOT / "build" / "bench.json", ROOT / "benchmarks" / "results.json")
    report = json.loads((ROOT / "benchmarks" / "results.json").read_text())
    (ROOT / "README.md").write_text(stamped((ROOT / "README.md").read_text(encoding="utf-8"), report), encoding="utf-8")


if __name__ == "__main__":
    main()
