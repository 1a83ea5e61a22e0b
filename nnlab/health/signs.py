"""Signs of known faults in the records of a training run: `signs`.

A sign is a measurement out of bounds, not a diagnosis: several faults share a sign, and some signs are intended. The
bounds are constants, here and in the two modules of signs, each with its reason. None was crossed by the healthy
networks that tests/test_health.py trains.
"""

from nnlab.health.signs_layers import layer_signs
from nnlab.health.signs_training import training_signs


def signs(health):
    """List of a `Sign` for each measurement out of bounds in a `Health`; those of the whole training come first."""
    if not health.records:
        return []
    return [*training_signs(health), *layer_signs(health)]
