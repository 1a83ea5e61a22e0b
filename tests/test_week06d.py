"""Week 6d's exercises: their rules, answers that others might write, oracles, the modules that the text names."""

import itertools
import json
import math

import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from benchmarks import residual
from benchmarks.table import ROOT
from nnlab.checks.exercise import variant
from nnlab.exercises import week06d
from nnlab.exercises.week06d import BasicBlock, ResidualBlock, filled

REPORT = json.loads((ROOT / "benchmarks" / "residual.json").read_text())


# right answers in other styles

class FunctionalBlock(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        last = nn.Linear(out_features, out_features, bias=False)
        with torch.no_grad():
            last.weight *= 0
        layers = [nn.BatchNorm1d(in_features), nn.ReLU(inplace=True), nn.Linear(in_features, out_features, False)]
        self.branch = nn.Sequential(*layers, nn.BatchNorm1d(out_features), nn.ReLU(inplace=True), last)
        same = in_features == out_features
        self.shortcut = nn.Identity() if same else nn.Linear(in_features, out_features, False)

    def forward(self, x):
        y = x
        for layer in self.branch:
            y = layer(y)
        return y.add(self.shortcut(x))


class ListedBlock(nn.Module):
    def __init__(self, in_features, out_features):
        nn.Module.__init__(self)
        sizes, layers = (in_features, out_features, out_features), []
        for n, m in itertools.pairwise(sizes):
            layers += [nn.BatchNorm1d(n), nn.ReLU(), nn.Linear(n, m, bias=False)]
        nn.init.constant_(layers[-1].weight, 0.0)
        self.branch = nn.Sequential(*layers)
        if in_features == out_features:
            self.shortcut = nn.Identity()
        else:
            self.shortcut = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x):
        return sum((self.branch(x), self.shortcut(x)))


def gradient_by_samples(x, w1, w2, upstream):
    rows = []
    for sample, g in zip(x, upstream, strict=True):
        jacobian = torch.eye(len(sample), dtype=x.dtype) + w2 @ torch.diag((w1 @ sample > 0).to(x.dtype)) @ w1
        rows.append(jacobian.T @ g)
    return torch.stack(rows)


def gradient_by_where(x, w1, w2, upstream):
    z = x.matmul(w1.t())
    through = torch.where(z > 0, upstream.matmul(w2), torch.zeros_like(z))
    return through.matmul(w1).add(upstream)


def gradient_by_einsum(x, w1, w2, upstream):
    z = torch.einsum("nd,hd->nh", x, w1)
    return upstream + torch.einsum("nd,dh,nh,he->ne", upstream, w2, z.sign().clamp(min=0), w1)


def paths_from_the_end(weights):
    sums = [weights.new_ones(())] + [weights.new_zeros(())] * len(weights)
    for weight in weights:
        for k in range(len(weights), 0, -1):
            sums[k] = sums[k] + weight * sums[k - 1]
    return torch.stack(sums)


def paths_by_recursion(weights):
    if len(weights) == 0:
        return torch.ones(1, dtype=weights.dtype)
    rest, zero = paths_by_recursion(weights[1:]), weights.new_zeros(1)
    return torch.cat([rest, zero]) + weights[0] * torch.cat([zero, rest])


def paths_by_convolution(weights):
    sums = torch.ones(1, 1, 1, dtype=weights.dtype)
    for weight in weights:
        kernel = torch.stack([weight, torch.ones_like(weight)]).view(1, 1, 2)
        sums = F.conv1d(sums, kernel, padding=1)
    return sums.view(-1)


class FunctionalBasic(nn.Module):
    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, (3, 3), stride=(stride, stride), padding=(1, 1), bias=False)
        self.conv2 = nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn1, self.bn2 = nn.BatchNorm2d(channels), nn.BatchNorm2d(channels)
        same = stride == 1 and in_channels == channels
        self.downsample = None if same else nn.Sequential(
            nn.Conv2d(in_channels, channels, kernel_size=1, stride=stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (self.downsample(x) if self.downsample is not None else x))


class InPlaceBasic(FunctionalBasic):
    def forward(self, x):
        out = self.bn1(self.conv1(x)).relu_()
        out = self.bn2(self.conv2(out))
        out += self.downsample(x) if self.downsample else x
        return out.relu_()


class TestRules(ExerciseRules):
    module = week06d
    styles = {
        "ResidualBlock": [FunctionalBlock, ListedBlock],
        "residual_gradient": [gradient_by_samples, gradient_by_where, gradient_by_einsum],
        "path_sums": [paths_from_the_end, paths_by_recursion, paths_by_convolution],
        "BasicBlock": [FunctionalBasic, InPlaceBasic],
    }


# wrong answers, as new students would write them

class OnceNormalized(ListedBlock):
    def forward(self, x):
        return self.shortcut(x) + self.branch[2:](x)


class Concatenated(ListedBlock):
    def forward(self, x):
        return torch.cat([self.shortcut(x), self.branch(x)], dim=1)


class TwiceTheShortcut(ListedBlock):
    def forward(self, x):
        return 2 * self.shortcut(x) + self.branch(x)


class Averaged(ListedBlock):
    def forward(self, x):
        return 0.5 * self.shortcut(x) + 0.5 * self.branch(x)


class BiasedProjection(ListedBlock):
    def __init__(self, in_features, out_features):
        super().__init__(in_features, out_features)
        if in_features != out_features:
            self.shortcut = nn.Linear(in_features, out_features)


class NormalizedAfterwards(FunctionalBasic):
    def forward(self, x):
        out = self.conv2(F.relu(self.bn1(self.conv1(x))))
        return F.relu(self.bn2(out + (x if self.downsample is None else self.downsample(x))))


class DownsampledBranch(FunctionalBasic):
    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.relu(out + x) if out.shape == x.shape else F.relu(out)


class LeakyBasic(FunctionalBasic):
    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        return F.leaky_relu(out + (x if self.downsample is None else self.downsample(x)), 0.1)


class EmptyDownsample(FunctionalBasic):
    def __init__(self, in_channels, channels, stride):
        super().__init__(in_channels, channels, stride)
        self.downsample = self.downsample or nn.Sequential()


class StrideTwice(FunctionalBasic):
    def __init__(self, in_channels, channels, stride):
        super().__init__(in_channels, channels, stride)
        self.conv2 = nn.Conv2d(channels, channels, 3, stride, 1, bias=False)


class AddedToInputs(FunctionalBasic):
    def forward(self, x):
        out = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        if self.downsample is not None:
            x = self.downsample(x)
        x += out
        return F.relu(x)


_reference = week06d.residual_gradient

WRONG = {
    "ResidualBlock": [
        OnceNormalized, Concatenated, TwiceTheShortcut, Averaged, BiasedProjection,
        variant(ResidualBlock, ("self.shortcut(x) +", "self.branch[0](x) +")),
        variant(ResidualBlock, ("nn.init.zeros_(self.branch[5].weight)", "nn.init.zeros_(self.branch[3].weight)")),
        variant(ResidualBlock, ("nn.BatchNorm1d", "nn.LayerNorm")),
    ],
    "residual_gradient": [
        lambda x, w1, w2, g: g + (g @ w2 * (x @ w1.T > 0)) @ w1 * g,
        lambda x, w1, w2, g: g + (g @ w1.T * (x @ w1.T > 0)) @ w2.T,
        lambda x, w1, w2, g: g + ((g @ w2.T) * (x @ w1.T > 0)) @ w1.T,
        lambda x, w1, w2, g: g @ (torch.eye(len(w2), dtype=x.dtype) + w2 @ w1),
        lambda x, w1, w2, g: x + (g @ w2 * (x @ w1.T > 0)) @ w1,
        lambda x, w1, w2, g: g - (g @ w2 * (x @ w1.T > 0)) @ w1,
        lambda x, w1, w2, g: g + (w2 @ w1).sum() * g,
        lambda x, w1, w2, g: torch.relu(_reference(x, w1, w2, g)),
    ],
    "path_sums": [
        lambda w: torch.cat([w.new_ones(1), w.sort(descending=True).values.cumprod(0)]),
        lambda w: torch.stack([w.new_ones(()), *[w.sum() ** k / math.factorial(k) for k in range(1, len(w) + 1)]]),
        lambda w: (1 + w).prod(),
        lambda w: torch.cat([w.new_ones(1), w]),
        lambda w: week06d.path_sums(1 + w),
        lambda w: week06d.path_sums(w)[1:],
    ],
    "BasicBlock": [
        NormalizedAfterwards, DownsampledBranch, LeakyBasic, EmptyDownsample, StrideTwice, AddedToInputs,
        variant(BasicBlock, ("1, stride, bias", "1, 1, bias")),
        variant(BasicBlock, ("in_channels, channels, 1, stride, bias=False)", "in_channels, channels, 3, stride, "
                             "padding=1, bias=False)")),
        variant(BasicBlock, ("branch + shortcut", "branch * shortcut")),
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week06d, WRONG)


# oracles

def test_the_gradient_is_autograds():
    x, w1, w2, g = (torch.randn(*shape, dtype=torch.float64) for shape in ((6, 4), (5, 4), (4, 5), (6, 4)))
    x.requires_grad_()
    y = x + torch.relu(x @ w1.T) @ w2.T
    (expected,) = torch.autograd.grad(y, x, g)
    assert torch.allclose(week06d.residual_gradient(x.detach(), w1, w2, g), expected, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("size", [0, 1, 4, 7])
def test_path_sums_are_sums_over_all_paths(size):
    weights = torch.randn(size, dtype=torch.float64)
    expected = [sum(math.prod(chosen) for chosen in itertools.combinations(weights.tolist(), k))
                for k in range(size + 1)]
    assert torch.allclose(week06d.path_sums(weights), torch.tensor(expected, dtype=torch.float64))
    assert torch.isclose(week06d.path_sums(weights).sum(), (1 + weights).prod())


def test_the_chain_rule_through_blocks_is_the_sum_over_all_paths():
    jacobians = [torch.randn(3, 3, dtype=torch.float64) for _ in range(4)]
    product, paths = torch.eye(3, dtype=torch.float64), torch.zeros(3, 3, dtype=torch.float64)
    for jacobian in jacobians:
        product = (torch.eye(3, dtype=torch.float64) + jacobian) @ product
    for chosen in itertools.product((False, True), repeat=4):
        path = torch.eye(3, dtype=torch.float64)
        for jacobian, taken in zip(jacobians, chosen, strict=True):
            path = jacobian @ path if taken else path
        paths += path
    assert torch.allclose(product, paths)


@pytest.mark.parametrize(("n", "m", "stride"), [(4, 4, 1), (4, 8, 2), (4, 8, 1), (4, 4, 2)])
@pytest.mark.parametrize("training", [True, False])
def test_the_block_on_images_is_torchvisions(n, m, stride, training):
    resnet = pytest.importorskip("torchvision.models.resnet")
    downsample = None
    if stride != 1 or n != m:
        downsample = nn.Sequential(resnet.conv1x1(n, m, stride), nn.BatchNorm2d(m))
    theirs = filled(resnet.BasicBlock(n, m, stride, downsample)).train(training)
    ours = BasicBlock(n, m, stride).train(training)
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(3, n, 9, 8)
    assert torch.allclose(ours(images), theirs(images), atol=1e-5)
    assert torch.allclose(ours.bn2.running_var, theirs.bn2.running_var, atol=1e-5)


def test_the_blocks_have_the_modules_that_the_text_names():
    """A normalization before each ReLU, and a ReLU before each linear layer of the branch."""
    names = [type(module).__name__ for module in ResidualBlock(3, 3).branch]
    assert names == ["BatchNorm1d", "ReLU", "Linear"] * 2
    for kind, count in (("residual", 2), ("residual, He", 2), ("post-activation", 2), ("plain", 2), ("identity", 0)):
        block = residual.BLOCKS[kind](residual.Recipe(kind))
        modules = [type(module).__name__ for module in block.modules()]
        assert modules.count("BatchNorm1d") == modules.count("Linear") * (count > 0) == count
        assert modules.count("Linear") == 2


@pytest.mark.parametrize("kind", residual.BLOCKS)
@pytest.mark.parametrize("depth", [8, 20, 56])
def test_depth_counts_the_linear_layers(kind, depth):
    model = residual.network(residual.Recipe(kind, depth))
    assert sum(isinstance(layer, nn.Linear) for layer in model.modules()) == depth
    assert model(torch.randn(5, 196)).shape == (5, 10)


def test_a_residual_network_starts_as_the_identity_between_its_first_and_last_layers():
    torch.manual_seed(0)
    first, *blocks, norm, relu, last = residual.network(residual.Recipe("residual", 56))
    x = torch.randn(20, 196)
    hidden = first(x).detach().requires_grad_()
    signal = hidden
    for block in blocks:
        signal = block(signal)
    assert torch.equal(signal, hidden)
    F.cross_entropy(last(relu(norm(signal))), torch.arange(20) % 10).backward()
    direct = hidden.detach().clone().requires_grad_()
    F.cross_entropy(last(relu(norm(direct))), torch.arange(20) % 10).backward()
    assert torch.allclose(hidden.grad, direct.grad, atol=1e-7)


# what was recorded

def _rows(part, **wanted):
    rows = REPORT["small"]["rows"][part]
    return [row for row in rows if all(row["recipe"][name] == value for name, value in wanted.items())]


def test_records_hold_what_the_notebook_says_of_them():
    mean = {(row["recipe"]["kind"], row["recipe"]["depth"]): sum(row["train"]) / len(row["train"])
            for row in _rows("depths")}
    assert all(len(row["train"]) == REPORT["small"]["seeds"] == 5 for row in _rows("depths"))
    assert mean["plain", 8] < mean["plain", 20] < mean["plain", 56] and mean["plain", 56] > 5 * mean["plain", 8]
    for kind in ("residual", "residual, He", "post-activation, zero"):
        assert mean[kind, 56] < mean[kind, 8]
    assert mean["post-activation", 56] > 1.5 * mean["post-activation", 8]
    assert min(min(row["train"]) for row in _rows("rates", kind="plain")) > 0.7, "no learning rate rescues it"
    assert "torch" in REPORT["small"]["machine"]


def test_the_table_at_full_scale_is_a_table_or_absent():
    assert REPORT["cifar10"] is None or len(REPORT["cifar10"]["rows"]) == 6


@pytest.mark.parametrize("shortcut", [False, True])
def test_the_networks_at_full_scale_have_their_depth_and_train(shortcut):
    model = residual.image_network(shortcut, 20)
    assert sum(isinstance(layer, nn.Conv2d | nn.Linear) for layer in model.modules()) == 20
    data = torch.rand(64, 3, 32, 32), torch.arange(64) % 10, torch.rand(16, 3, 32, 32), torch.arange(16) % 10
    train, test, seconds = residual.run_images(shortcut, 8, data, 0, "cpu", epochs=1)
    assert 0 <= train <= 1 and 0 <= test <= 1 and seconds > 0


def test_the_fully_connected_networks_learn_in_small():
    generator = torch.Generator().manual_seed(0)
    y = torch.arange(400) % 10
    x = torch.randn(400, 196, generator=generator) + 3 * torch.randn(10, 196, generator=generator)[y]
    for kind in ("plain", "residual"):
        train, _, _ = residual.run(residual.Recipe(kind, 8, epochs=4), (x, y, x, y), 0)
        assert train < 0.2
