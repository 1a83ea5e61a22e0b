"""An in-memory data loader: a batch is an index into tensors that are already on the model's device."""

import torch


class Batches:
    """Mini-batches (x, y) of samples and targets, an iterable: each iteration is one epoch.

    Args:
        x: tensor with N samples along its first dimension.
        y: tensor with their N targets, on the same device.
        batch_size: number of samples in a batch; the last batch may be smaller.
        shuffle: draw a new random order in every epoch, from a generator of its own (torch's global one is not used).
        seed: seed of that generator; the same seed gives the same orders.

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
        device = x.device if x.device.type in ("cpu", "cuda", "mps") else "cpu"
        self.generator = torch.Generator(device).manual_seed(seed)

    def __len__(self):
        """Number of batches in an epoch."""
        return -(-len(self.x) // self.batch_size)

    def __iter__(self):
        """Batches (x, y) of one epoch."""
        if not self.shuffle:
            yield from zip(self.x.split(self.batch_size), self.y.split(self.batch_size), strict=True)
            return
        order = torch.randperm(len(self.x), generator=self.generator, device=self.generator.device).to(self.x.device)
        for index in order.split(self.batch_size):
            yield self.x[index], self.y[index]
