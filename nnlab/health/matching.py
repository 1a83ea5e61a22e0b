"""Labels of a batch, from the gradient of the cross-entropy, and the samples of a data set that the batch contains."""

import torch
from torch.nn import functional as F


def read_labels(batch, outputs, gradient):
    """Set labels and loss of a `Batch`, if `gradient` is that of a cross-entropy of `outputs` (B, K).

    The gradient of the mean cross-entropy with respect to the logits is (softmax - one-hot) / B, so the negative
    element of each row is at the label. If a softmax comes before the one in the loss, the gradient is this one
    times the Jacobian of the first softmax. Other losses, label smoothing and class weights are not recognized.
    """
    if outputs is None or gradient is None or outputs.dim() != 2 or outputs.shape[1] < 2 or not len(outputs):
        return
    outputs, gradient = outputs.double(), gradient.double()
    if not outputs.isfinite().all() or not 0 < gradient.norm() < float("inf"):
        return
    labels = torch.where(gradient.abs().amax(1) > 0, gradient.argmin(1), outputs.argmax(1))
    target = F.one_hot(labels, outputs.shape[1]).double()
    p = outputs.softmax(1)
    if _parallel(gradient, p - target, 1e-3):
        logits = outputs
        batch.twice = bool(outputs.min() >= 0 and (outputs.sum(1) - 1).abs().max() < 1e-4)
    else:  # which label in each row explains the gradient best, if a second softmax stands before the mean loss?
        inner = p.softmax(1)[:, None] - torch.eye(p.shape[1], dtype=p.dtype, device=p.device)  # (B, label, K)
        every = p[:, None] * (inner - (p[:, None] * inner).sum(2, keepdim=True))
        labels = (every / len(p) - gradient[:, None]).norm(dim=2).argmin(1)
        if not _parallel(gradient, every[torch.arange(len(p)), labels], 1e-2):
            return
        logits, batch.twice = p, True
    batch.labels, batch.loss = labels.tolist(), F.cross_entropy(logits, labels).item()


def _parallel(gradient, expected, part):
    """Whether `gradient` is a positive multiple of `expected`, up to a `part` of its norm."""
    factor = (gradient * expected).sum() / expected.square().sum().clamp_min(1e-300)
    return bool(factor > 0 and (gradient - factor * expected).norm() < part * gradient.norm())


class Matching:
    """Search for the samples of a batch in the data given to `watch`, also where they were shifted and scaled.

    Args:
        train, val: `nnlab.health.losses.Pair` or None.
    """

    def __init__(self, train, val):
        self.pairs = {pair.name: pair for pair in (train, val) if pair is not None}
        self.prints, self.batch, self.found = {}, None, {}

    def read(self, batch, inputs):
        """Set in a `Batch` how its samples relate to `train` and `val`: labels, leaks, scale and shift.

        Args:
            batch: the `Batch`; its labels are used where they are known.
            inputs: the samples as the network got them, (B, ...).
        """
        found = self._find(inputs)
        if "val" in found:
            batch.leaked = (found["val"] >= 0).double().mean().item()
        if "train" not in found or not (here := found["train"] >= 0).any():
            return
        y = self.pairs["train"].y
        if batch.labels is not None and not y.is_floating_point() and y.dim() == 1:
            batch.wrong = (torch.tensor(batch.labels)[here] != y.cpu()[found["train"][here]]).double().mean().item()
        batch.scale, batch.shift = self.scale(inputs)

    def scale(self, inputs):
        """Pair (scale, shift): the network's inputs are scale * x + shift for x of `train` or `val`; (1, 0) if unknown.

        Args:
            inputs: samples as the network got them, (B, ...).
        """
        for name, index in self._find(inputs).items():
            if (here := index >= 0).any():
                first = here.nonzero()[:8, 0]  # enough for a line
                given = self.pairs[name].x.flatten(1)[index[first]].cpu().double()
                return _line(given, inputs.detach().flatten(1)[first].cpu().double())
        return 1.0, 0.0

    def _find(self, inputs):
        """Dictionary from "train", "val" to the index there of each sample, -1 where it is not in that data."""
        if inputs is None or not inputs.is_floating_point():
            return {}
        if inputs is not self.batch:
            rows = inputs.detach().flatten(1).cpu()
            self.batch, own, self.found = inputs, None, {}
            for name, pair in self.pairs.items():
                if pair.x.is_floating_point() and pair.x[0].numel() == rows.shape[1]:
                    own = _fingerprints(rows) if own is None else own
                    self.found[name] = self._search(name, pair, own)
        return self.found

    def _search(self, name, pair, own):
        if name not in self.prints:
            prints = _fingerprints(pair.x.flatten(1).cpu())
            self.prints[name] = prints, prints[:, 0].sort()
        prints, order = self.prints[name]
        place = torch.searchsorted(order.values, own[:, 0].contiguous())
        result = torch.full((len(own),), -1)
        for near in (place - 1, place):
            index = order.indices[near.clamp(0, len(prints) - 1)]
            result = torch.where((prints[index] - own).abs().amax(1) < 1e-3, index, result)
        return result


def _line(given, got):
    """Pair (scale, shift) with got = scale * given + shift, by least squares; (1, 0) where no line fits."""
    spread = given.std(correction=0)
    if not spread > 0:
        return 1.0, 0.0
    scale = ((given - given.mean()) * (got - got.mean())).mean() / spread ** 2
    shift = got.mean() - scale * given.mean()
    same = abs(scale - 1) < 1e-4 and abs(shift) < 1e-4
    if same or (scale * given + shift - got).abs().max() > 1e-3 * got.std(correction=0):
        return 1.0, 0.0
    return scale.item(), shift.item()


def _fingerprints(rows):
    """Fingerprint (N, 2) of each row: two numbers that do not change when the row is shifted and scaled.

    With fewer than 16 features the rows are not standardized first: too many would then be alike.
    """
    count = rows.shape[1]
    mix = torch.randn(count, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    if count < 16:
        return rows.double() @ mix
    mix -= mix.mean(0)  # so that a shift does not change the products
    rows = rows.double()
    return (rows @ mix) / rows.std(1, correction=0, keepdim=True).clamp_min(1e-12)
