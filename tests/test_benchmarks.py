"""The benchmark's table: README shows what benchmarks/results.json holds."""

import copy
import json

from shared import CAUGHT

from benchmarks.table import ROOT, stamped, table

REPORT = json.loads((ROOT / "benchmarks" / "results.json").read_text())


def test_readme_shows_the_results():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert stamped(text, REPORT) == text
    other = copy.deepcopy(REPORT)
    other["rows"][0]["ratio"] += 0.01
    assert stamped(text, other) != text
    CAUGHT.append(("benchmark", "a ratio that README does not show", "README differs from benchmarks/results.json"))


def test_missed_bounds_are_marked_and_ratios_are_of_these_times():
    lines = table(REPORT).splitlines()
    for row, line in zip(REPORT["rows"], lines[2:], strict=False):
        assert ("**missed**" in line) == (row["ratio"] > row["bound"])
        quotient = row["nnlab"]["median"] / row["peer"]["median"]
        assert abs(row["ratio"] - quotient) < 0.15 * quotient, (
            f"{row['what']}: the rounds' ratios and the medians disagree")
    whats = " ".join(row["what"] for row in REPORT["rows"])
    for peer in ("loop by hand, batch 10", "batch 32", "ToTensor, batch 128", "TensorDataset", "scikit-learn", "skorch",
                 "Lightning", "fastai", "Keras", "import torch", "6,000"):
        assert peer in whats
