"""Signs on the boards of week 6g's twelve networks over 20 seeds, and their typical measurements.

`python -m benchmarks.clinic` trains every network 20 times under `nnlab.health.watch` (some minutes on one core)
and writes clinic.json beside this file; the tests of week 6g and its notebook read it.
"""

import argparse
import json
import statistics
from collections import Counter
from pathlib import Path

import torch

from nnlab.device import describe
from nnlab.exercises import week06g_charts as charts

SEEDS = 20
HERE = Path(__file__).parent


AHEAD = 0.03  # accuracy on validation images less that on new ones


def signs(health, accuracies):
    """Names of the signs on a board and in the accuracies beside it, a set."""
    found = {sign.name for sign in health.signs()}
    if accuracies.get("validation", 0) - accuracies["new"] > AHEAD:
        found.add("validation ahead of new images")
    return found


def row(number, seeds):
    """Dictionary on a patient: number of `seeds` that show each sign, and the median of each measurement."""
    trainings = [charts.trained(number, seed) for seed in range(seeds)]
    counts = Counter(name for health, _, _, accuracies in trainings for name in signs(health, accuracies))
    found = [charts.measured(*training) for training in trainings]
    medians = {name: float(f"{statistics.median(one[name] for one in found):.2g}") for name in found[0]}
    return {"signs": dict(counts.most_common()), "medians": medians}


def main():
    """Write clinic.json."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=SEEDS)
    seeds = parser.parse_args().seeds
    torch.set_num_threads(1)
    rows = {}
    for number in range(1, len(charts.PATIENTS) + 1):
        rows[str(number)] = row(number, seeds)
        print(number, rows[str(number)], flush=True)
    recorded = {"seeds": seeds, "machine": describe(), "torch": torch.__version__, "patients": rows}
    (HERE / "clinic.json").write_text(json.dumps(recorded, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
