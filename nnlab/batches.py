"""An in-memory loader: a batch is an index into tensors that lie where the model is."""

import torch


class Batches:
    """Batches of the samples `x` and their targets `y`, to iterate over again and again.

    Args:
        x: tensor with N samples along its first dimension.
        y: tensor with their N targets, on the same device.
        batch_size: samples in a batch; the last one may be smaller.
        shuffle: a new order in every pass, drawn from a generator of its own: the global one is left alone.
        seed: begins that generator; the same seed gives the same orders.

    Raises:
        ValueError: the tensors differ in length or device, are empty, or `batch_size` is not positive.
    """

    def __init__(self, x, y, batch_size, shuffle=False, seed=0):
        if len(x) != len(y):
            raise ValueError(f"{len(x)} samples but {len(y)} targets; each sample needs one")
        if len(x) == 0:
            raise ValueError("no samples: x has length 0; was everything filtered out?")
        if x.device != y.device:
            raise ValueError(f"x is on {x.device}, y on {y.device}; move one of them with .to(...)")
        if not isinstance(batch_size, int) or batch_size < 1:
            raise ValueError(f"batch_size = {batch_size!r}; give a whole number of at least 1")
        self.x, self.y, self.batch_size, self.shuffle = x, y, batch_size, shuffle
        self.generator = torch.Generator(x.device if x.device.type in ("cpu", "cuda", "mps") else "cpu").manual_seed(seed)

    def __len__(self):
        """Number of batches in a pass."""
        return -(-len(self.x) // self.batch_size)

    def __iter__(self):
        """Pairs (x, y) of one pass."""
        if not self.shuffle:
            yield from zip(self.x.split(self.batch_size), self.y.split(self.batch_size), strict=True)
            return
        order = torch.randperm(len(self.x), generator=self.generator, device=self.generator.device).to(self.x.device)
        for index in order.split(self.batch_size):
            yield self.x[index], self.y[index]
