"""Loss and accuracy of a network on the samples given to `watch`."""

import torch
from torch.nn import functional as F


class Pair:
    """Samples of a data set on which losses are measured.

    Args:
        name: "train" or "val", for messages.
        pair: (x, y), inputs and targets with the samples along their first dimension.
        samples: largest number of samples used, evenly spaced.
    """

    def __init__(self, name, pair, samples):
        if not isinstance(pair, tuple | list) or len(pair) != 2 or not all(hasattr(one, "shape") for one in pair):
            raise ValueError(f"{name} is a {type(pair).__name__}; give a pair of tensors, as in {name}=(x, y)")
        self.name, (self.x, self.y) = name, map(torch.as_tensor, pair)
        if len(self.x) != len(self.y) or not len(self.x):
            raise ValueError(f"{name} has {len(self.x)} inputs and {len(self.y)} targets; give one for each input")
        chosen = torch.linspace(0, len(self.x) - 1, min(samples, len(self.x))).round().long()
        self.some_x, self.some_y = self.x[chosen], self.y[chosen]

    def measure(self, network, loss_fn, like, scale=1.0, shift=0.0):
        """Loss and accuracy of `network`; the accuracy is None where targets are not classes.

        Args:
            network: the module, in evaluation mode; call this in a block without gradients.
            loss_fn: function of (outputs, targets); None for the cross-entropy of classes, else the squared error.
            like: a batch as the network gets it: the samples get its shape, dtype and device.
            scale, shift: the network's inputs are scale * x + shift.
        """
        shape = like.shape[1:]
        if self.some_x[0].numel() != shape.numel():
            raise ValueError(f"{self.name} has samples of shape {tuple(self.some_x.shape[1:])}, but the network is "
                             f"trained on {tuple(shape)}; give {self.name} as the network gets it")
        x = self.some_x.reshape(-1, *shape).to(like)
        y = self.some_y.to(like.device)
        outputs = network(x if (scale, shift) == (1.0, 0.0) else scale * x + shift)
        classes = not y.is_floating_point() and y.dim() == 1 and outputs.dim() == 2
        loss_fn = loss_fn or (F.cross_entropy if classes else F.mse_loss)
        loss = loss_fn(outputs, y).item()
        return loss, (outputs.argmax(1) == y).float().mean().item() if classes else None
