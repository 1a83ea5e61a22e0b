"""Monitoring of a network in training: activations, gradients, updates, losses, and the signs of known faults.

``with watch(model, optimizer) as health:`` around any training loop, or around a call of `nnlab.train.fit`, measures
every fifth step. Afterwards ``print(health.table())`` shows the layers, ``health.signs()`` lists measurements out of
bounds, and ``Figure("health", board=health.board())`` draws all of it. `watch()` alone finds model and optimizer.
"""

from nnlab.health.reading import Health
from nnlab.health.records import Batch, Layer, Parameter, Record, Sign
from nnlab.health.watching import watch

__all__ = ["Batch", "Health", "Layer", "Parameter", "Record", "Sign", "watch"]
