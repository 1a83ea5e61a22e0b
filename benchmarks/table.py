"""The benchmarks' tables, in benchmarks/README.md and in the terminal.

python benchmarks/table.py        keeps the last run, build/bench.json, as benchmarks/results.json, and writes its table
                                  and those of benchmarks/fast_lane.json and benchmarks/marking.json
"""

import json
import shutil
import statistics
from pathlib import Path

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "benchmarks" / "README.md"
BEGIN = "<!-- benchmark: from benchmarks/results.json by benchmarks/table.py -->\n"
END = "<!-- end of the benchmark -->\n"
FAST = "<!-- fast lane: from benchmarks/fast_lane.json by benchmarks/table.py -->\n"
FAST_END = "<!-- end of the fast lane -->\n"
MARKED = "<!-- marking: from benchmarks/marking.json by benchmarks/table.py -->\n"
MARKED_END = "<!-- end of the marking -->\n"


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


def fast_table(report):
    """Markdown of what benchmarks/fast_lane.py reports: ablation on the validation set, records on the test set.

    A record's ratio is the time in which PyTorch's basic example first passes 99 %, divided by the record's median.
    """
    def row(name, accuracies, seconds, last=""):
        percent, shares = [100 * accuracy for accuracy in accuracies], ""
        if len(percent) > 1:
            shares = f" ({min(percent):.2f} to {max(percent):.2f})"
        times = f"{statistics.median(seconds):.1f}" + (f" ({min(seconds):.1f} to {max(seconds):.1f})"
                                                       if len(seconds) > 1 else "")
        return f"| {name} | {statistics.mean(percent):.2f}{shares} | {times} | {last} |"
    records, first, head = report["records"], report["ablation"][0], "| accuracy, percent | seconds |"
    seeds = f"{len(first['accuracies'])} seeds"
    lines = [f"| one epoch on 50,000 digits, {seeds} {head} others' share of the CPU |", "|---|---|---|---|"]
    lines += [row(one["what"], one["accuracies"], one["seconds"], f"{one['others']:.0%}") for one in report["ablation"]]
    seeds, example = f"{len(records['rows'][0]['accuracies'])} seeds", records["example"]
    lines += ["", f"| on the test set, {seeds} {head} times as fast as the example |", "|---|---|---|---|"]
    for one in records["rows"]:
        same_data = "Fashion" not in one["what"]
        ratio = f"{example[-1]['seconds'] / statistics.median(one['seconds']):.0f}" if same_data else ""
        lines.append(row(one["what"], one["accuracies"], one["seconds"], ratio))
    for name, point in ((f"PyTorch's basic MNIST example, {len(example)} epochs, one run", example[-1]),
                        ("PyTorch's basic MNIST example, one epoch", example[0]),
                        ("Keras's mnist_convnet, one epoch, one run", records["keras"])):
        lines.append(row(name, [point["accuracy"]], [point["seconds"]]))
    return "\n".join([*lines, "", f"Means and medians (least to greatest). {report['machine']}.", ""])


def marking_table(report):
    """Markdown of what benchmarks/marking.py reports."""
    rows = [("hand-ins", report["hand-ins"]), ("of them hostile", report["hostile"]),
            ("export layouts", report["systems"]), ("answers", report["answers"]),
            ("of them right", report["right"]), ("judged otherwise than they are", report["judged otherwise"]),
            ("hand-ins lost", report["lost"]),
            ("seconds", f"{report['seconds']:.0f}, {report['seconds'] / report['hand-ins']:.1f} for each hand-in")]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows), "",
                      f"One run. {report['machine']}.", ""])


def stamped(page, report, fast=None, marking=None):
    """The text `page` with the table of `report`, and of the other reports that are given, between their marks."""
    parts = [(BEGIN, table(report), END)]
    if fast:
        parts.append((FAST, fast_table(fast), FAST_END))
    if marking:
        parts.append((MARKED, marking_table(marking), MARKED_END))
    for begin, text, end in parts:
        before, rest = page.split(begin)
        page = before + begin + text + end + rest.split(end)[1]
    return page


def main():
    """Keep the last run."""
    if (last := ROOT / "build" / "bench.json").exists():
        shutil.copy(last, ROOT / "benchmarks" / "results.json")
    reports = (json.loads((ROOT / "benchmarks" / name).read_text())
               for name in ("results.json", "fast_lane.json", "marking.json"))
    PAGE.write_text(stamped(PAGE.read_text(encoding="utf-8"), *reports), encoding="utf-8")


if __name__ == "__main__":
    main()
