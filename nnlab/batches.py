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
        drop_last: leave out a last batch that is smaller than `batch_size`.
        transform: function of (x, y, generator) that returns the batch (x, y) to be used, such as
            `nnlab.augment.Augment(...)`; it draws from a generator of its own, so the orders stay as without it.

    Raises:
        TypeError: `transform` is not a function.
        ValueError: `x` or `y` is not a tensor; they differ in length or device, or are empty; `batch_size` is not a
            whole number of at least 1; `drop_last` leaves no batch.
    """

    def __init__(self, x, y, batch_size, shuffle=False, seed=0, drop_last=False, transform=None):
        for name, part in (("x", x), ("y", y)):
            if not isinstance(part, torch.Tensor):
                made = "torch.from_numpy" if type(part).__module__ == "numpy" else "torch.tensor"
                double = ", with .float() where it holds float64" if made.endswith("numpy") else ""
                raise ValueError(f"{name} is a {type(part).__name__}, not a tensor; give {made}({name}){double}")
            if part.ndim == 0:
                raise ValueError(f"{name} has no dimensions; samples stand along the first: give {name}[None]")
        if len(x) != len(y):
            raise ValueError(f"{len(x)} samples but {len(y)} targets; each sample needs one")
        if len(x) == 0:
            raise ValueError("no samples: x has length 0; was everything filtered out?")
        if x.device != y.device:
            raise ValueError(f"x is on {x.device}, y on {y.device}; move one of them with .to(...)")
        if isinstance(batch_size, bool) or not hasattr(batch_size, "__index__") or batch_size < 1:
            raise ValueError(f"batch_size = {batch_size!r}; give a whole number of at least 1")
        if drop_last and batch_size > len(x):
            raise ValueError(f"drop_last=True leaves no batch: {len(x)} samples, batch_size = {batch_size}; "
                             f"give a batch_size of at most {len(x)}")
        if transform is not None and not callable(transform):
            raise TypeError(f"transform = {transform!r}; give a function of (x, y, generator), such as "
                            "nnlab.augment.Augment(...)")
        self.x, self.y, self.batch_size, self.shuffle, self.drop_last = x, y, int(batch_size), shuffle, drop_last
        device = x.device if x.device.type in ("cpu", "cuda", "mps") else "cpu"
        self.generator = torch.Generator(device).manual_seed(seed)
        self.transform, self.draws = transform, None
        if transform is not None:
            self.draws = torch.Generator(device).manual_seed(seed + 1)

    def __len__(self):
        """Number of batches in an epoch."""
        return len(self.x) // self.batch_size if self.drop_last else -(-len(self.x) // self.batch_size)

    def __iter__(self):
        """Batches (x, y) of one epoch."""
        if self.transform is None:
            return self._parts()
        return (self.transform(x, y, self.draws) for x, y in self._parts())

    def _parts(self):
        """Batches (x, y) of one epoch, as they are in the data."""
        used = len(self) * self.batch_size
        if not self.shuffle:
            parts = (part[:used].split(self.batch_size) for part in (self.x, self.y))
            yield from zip(*parts, strict=True)
            return
        order = torch.randperm(len(self.x), generator=self.generator, device=self.generator.device).to(self.x.device)
        for index in order[:used].split(self.batch_size):
            yield self.x.index_select(0, index), self.y.index_select(0, index)
