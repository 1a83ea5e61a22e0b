"""Week 6d: a residual block, its gradient by hand, paths through blocks, torchvision's block."""

import torch
import torch.nn.functional as F
from torch import nn

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


class ResidualBlock(nn.Module):
    """A pre-activation residual block on vectors: shortcut(x) + branch(x).

    ResidualBlock(in_features, out_features), two ints, builds two attributes; forward returns
    shortcut(x) + branch(x), a tensor (N, out_features), for x (N, in_features), in both modes.
    branch: nn.Sequential of six modules: BatchNorm1d, ReLU, Linear from in_features to
    out_features, BatchNorm1d, ReLU, Linear from out_features to out_features.
    shortcut: nn.Identity() where the sizes are equal; else a Linear layer from in_features to
    out_features (a projection). No Linear layer has a bias. The weight of the last one of branch is
    initialized to zero; all other parameters keep torch's initialization. x must not change.

    >>> ResidualBlock(2, 2)(torch.tensor([[1.0, -3.0], [2.0, 5.0]])).detach()
    tensor([[ 1., -3.],
            [ 2.,  5.]])
    """

    def __init__(self, in_features, out_features):
        super().__init__()
        self.branch = nn.Sequential(
            nn.BatchNorm1d(in_features), nn.ReLU(),
            nn.Linear(in_features, out_features, bias=False),
            nn.BatchNorm1d(out_features), nn.ReLU(),
            nn.Linear(out_features, out_features, bias=False))
        nn.init.zeros_(self.branch[5].weight)
        self.shortcut = nn.Identity()
        if in_features != out_features:
            self.shortcut = nn.Linear(in_features, out_features, bias=False)

    def forward(self, x):
        """Outputs (N, out_features) for inputs (N, in_features)."""
        return self.shortcut(x) + self.branch(x)


class _BlockToWrite(nn.Module):
    def __init__(self, in_features, out_features):
        super().__init__()
        ...

    def forward(self, x):
        ...


@torch.no_grad()
def filled(module):
    """`module`, each of its parameters and running statistics set to numbers that depend on name and position."""
    for name, value in module.state_dict().items():
        if value.is_floating_point():
            numbers = torch.cos(1.7 * torch.arange(value.numel()) + 0.9 * len(name))
            if "running_var" in name:
                numbers = 0.5 + numbers.square()
            value.copy_(numbers.view(value.shape))
    return module


def shapes(module):
    """The list of (name, shape) of the parameters and buffers of `module`, by name."""
    return sorted((name, tuple(value.shape)) for name, value in module.state_dict().items())


def _block_case(draw):
    sizes = draw.sizes(2, 1, 3) if draw.integer(0, 1) else [draw.integer(1, 3)] * 2
    mode = draw.choice(("", ".eval()"))
    x = draw.tensor(draw.integer(2, 4), sizes[0], among=(1.0, 2.0, 0.0, -1.0, 4.0, -3.0, 7.0))
    return f"filled(ResidualBlock({sizes[0]}, {sizes[1]})){mode}({x})"


def _block(name, *edits):
    return variant(ResidualBlock, *edits, name=name)


_SUM = "self.shortcut(x) + self.branch(x)"
_ZERO = "nn.init.zeros_(self.branch[5].weight)"
_ACTIVATED = "self.branch[:2](x)"
_BRANCH = """nn.Sequential(
            nn.BatchNorm1d(in_features), nn.ReLU(),
            nn.Linear(in_features, out_features, bias=False),
            nn.BatchNorm1d(out_features), nn.ReLU(),
            nn.Linear(out_features, out_features, bias=False))"""
_PAIR = "torch.tensor([[1.0, -3.0], [2.0, 5.0]])"

BLOCK = Exercise(
    reference=ResidualBlock,
    given=_BlockToWrite,
    inputs=_block_case,
    tries=12,
    float64=False,
    fresh=True,
    uses={"filled": filled, "shapes": shapes},
    cases=(
        "ResidualBlock(1, 1)(torch.tensor([[2.0], [5.0]]))",
        f"ResidualBlock(2, 2)({_PAIR})",
        f"filled(ResidualBlock(2, 2))({_PAIR})",
        f"filled(ResidualBlock(2, 3))({_PAIR})",
        f"filled(ResidualBlock(2, 1)).eval()({_PAIR})",
        f"filled(ResidualBlock(2, 2)).eval()({_PAIR})",
        "shapes(ResidualBlock(3, 3))",
        "shapes(ResidualBlock(3, 2))",
        "[type(module).__name__ for module in ResidualBlock(2, 2).branch]",
        "type(ResidualBlock(2, 2).shortcut).__name__, type(ResidualBlock(2, 3).shortcut).__name__",
        "block = ResidualBlock(2, 3); bool(block.branch[2].weight.any()), bool(block.branch[5].weight.any())",
        "block = ResidualBlock(3, 3); bool(block.branch[2].weight.any()), bool(block.branch[5].weight.any())",
        f"x = {_PAIR}; filled(ResidualBlock(2, 2))(x); x",
        "x = torch.eye(2).requires_grad_(); torch.autograd.grad(filled(ResidualBlock(2, 2)).eval()(x).sum(), x)[0]",
        f"block = filled(ResidualBlock(2, 2)); block({_PAIR}); block.branch[3].running_mean",
    ),
    wrong=(
        Wrong(_block("BlockAfterwards", (f"return {_SUM}", f"return torch.relu({_SUM})")),
              "ReLU follows the addition, as in the first residual networks (post-activation). Here nothing follows "
              "it: negative outputs stay."),
        Wrong(_block("BlockWithoutShortcut", (_SUM, "self.branch(x)")),
              "Only the branch is returned: this is a plain network, at first the constant 0. Add the shortcut."),
        Wrong(_block("BlockNotAtZero", (_ZERO, "pass")),
              "The last linear layer is initialized at random. Initialize its weight to zero: then the block begins as "
              "its shortcut."),
        Wrong(_block("BlockFirstAtZero", (_ZERO, "nn.init.zeros_(self.branch[2].weight)")),
              "The first linear layer is initialized to zero, so ReLU gives zeros to the last one and passes no "
              "gradient back: the branch never trains. The last layer is the one to initialize to zero."),
        Wrong(_block("BlockBothAtZero", (_ZERO, "nn.init.zeros_(self.branch[2].weight); " + _ZERO)),
              "Both linear layers are initialized to zero. Then neither receives a gradient, and the branch never "
              "trains. Only the last one is initialized to zero."),
        Wrong(_block("BlockAlwaysProjected", ("if in_features != out_features:", "if True:")),
              "The shortcut is a linear layer even where the sizes are equal, so the block is not the identity "
              "after initialization. Use nn.Identity() there."),
        Wrong(_block("BlockProjectionWithBias", ("self.shortcut = nn.Linear(in_features, out_features, bias=False)",
                                                 "self.shortcut = nn.Linear(in_features, out_features)")),
              "The projection has a bias; bias=False there, too."),
        Wrong(_block("BlockWithBias", ("out_features, bias=False", "out_features")),
              "The linear layers have biases. Batch normalization removes the first one's effect, and the statement "
              "asks for none: bias=False."),
        Wrong(_block("BlockWithoutNorm", ("nn.BatchNorm1d(in_features)", "nn.Identity()"),
                     ("nn.BatchNorm1d(out_features)", "nn.Identity()")),
              "There is no batch normalization in the branch. The six modules are BatchNorm1d, ReLU, Linear, twice."),
        Wrong(_block("BlockPostOrder", (_BRANCH, """nn.Sequential(
            nn.Linear(in_features, out_features, bias=False), nn.BatchNorm1d(out_features), nn.ReLU(),
            nn.Linear(out_features, out_features, bias=False), nn.BatchNorm1d(out_features), nn.ReLU())"""),
                     ("self.branch[5]", "self.branch[3]")),
              "The order in the branch is Linear, BatchNorm1d, ReLU. In a pre-activation block normalization and ReLU "
              "come before each linear layer."),
        Wrong(_block("BlockSharedActivation", (f"return {_SUM}",
                                               f"return self.shortcut({_ACTIVATED}) + self.branch(x)")),
              "The shortcut receives the normalized and rectified input. It must receive x itself, or the signal is "
              "changed in every block."),
        Wrong(_block("BlockProduct", (_SUM, "self.shortcut(x) * self.branch(x)")),
              "Shortcut and branch are multiplied. They are added."),
        Wrong(_block("BlockInPlace", (f"return {_SUM}", "y = self.branch(x)\n        if isinstance(self.shortcut, "
                                      "nn.Identity):\n            x.data += y.data\n        return self.shortcut(x) + "
                                      "(y if x.shape != y.shape else 0 * y)")),
              "The inputs are overwritten. Return a new tensor, shortcut plus branch."),
        Wrong(_block("BlockHalved", (_SUM, f"({_SUM}) / 2")),
              "The sum is divided by 2. A residual block adds its two parts; each factor below 1 would shrink the "
              "signal of the shortcut in every block."),
        Wrong(_block("BlockMinus", (_SUM, "self.shortcut(x) - self.branch(x)")),
              "The branch is subtracted. Add it to the shortcut."),
    ),
    hints=("Two attributes: self.branch = nn.Sequential(...) with six modules, and self.shortcut. Then one sum in "
           "forward.",
           "nn.init.zeros_(self.branch[-1].weight) sets a weight to zero; nn.Linear(n, m, bias=False) has no bias."),
    allows="A network of 56 layers is a list of these blocks.",
)


def residual_gradient(x, w1, w2, upstream):
    """The gradient of a loss with respect to the input of a residual block.

    The block computes, for each row x of the batch, z = W₁ x, a = max(z, 0), y = x + W₂ a.
    x: tensor (N, d). w1 (W₁): tensor (h, d). w2 (W₂): tensor (d, h). upstream: tensor (N, d), the
    gradient ∂L/∂y of a loss L with respect to the outputs y, one row for each sample.
    Returns ∂L/∂x, a tensor (N, d). The derivative of max(z, 0) is 1 where z > 0, else 0. Do not use
    autograd: derive the formula. The arguments must not change.

    >>> one = torch.ones(1, 1)
    >>> residual_gradient(2 * one, 3 * one, 0.5 * one, 4 * one)
    tensor([[10.]])
    """
    passes = (x @ w1.T > 0).to(x.dtype)
    return upstream + (upstream @ w2 * passes) @ w1


def _gradient_case(draw):
    n, d, h = draw.sizes(3, 1, 4)
    among = (1.0, 2.0, -1.0, 0.5, -2.0, 3.0, 0.0)
    x, w1, w2, g = (draw.tensor(*shape, among=among) for shape in ((n, d), (h, d), (d, h), (n, d)))
    return f"residual_gradient({x}, {w1}, {w2}, {g})"


def _gradient(name, *edits):
    return variant(residual_gradient, *edits, name=name)


_BACK = "upstream + (upstream @ w2 * passes) @ w1"
_PASSES = "(x @ w1.T > 0).to(x.dtype)"
_ONE = "torch.ones(1, 1)"
_X = "torch.tensor([[1, -2], [0.5, 1]])"
_W = "torch.tensor([[1.0, 2], [-1, 1]])"

GRADIENT = Exercise(
    reference=residual_gradient,
    inputs=_gradient_case,
    fresh=True,
    forbids=("grad", "backward", "vjp", "jvp", "jacobian"),
    cases=(
        f"residual_gradient({_ONE}, {_ONE}, {_ONE}, 0 * {_ONE})",
        f"residual_gradient({_ONE}, {_ONE}, 0 * {_ONE}, {_ONE})",
        f"residual_gradient({_ONE}, {_ONE}, {_ONE}, {_ONE})",
        f"residual_gradient(2 * {_ONE}, 3 * {_ONE}, 0.5 * {_ONE}, 4 * {_ONE})",
        f"residual_gradient(-2 * {_ONE}, 3 * {_ONE}, 0.5 * {_ONE}, 4 * {_ONE})",
        f"residual_gradient({_ONE}, -{_ONE}, {_ONE}, 4 * {_ONE})",
        f"residual_gradient(0 * {_ONE}, {_ONE}, {_ONE}, 4 * {_ONE})",
        "residual_gradient(torch.ones(1, 2), torch.eye(2), torch.eye(2), torch.tensor([[1.0, 3.0]]))",
        f"x = {_X}; residual_gradient(x, {_W}, torch.zeros(2, 2), x)",
        f"x, w = {_X}, {_W}; residual_gradient(x, w, w.T - 1, 0 * x + 1)",
        f"x, w = {_X}, {_W}; residual_gradient(x, w, 2 - w, x + 1)",
        "a = torch.arange(6.0).view(3, 2); residual_gradient(a - 2, a[:1] - 0.5, a[:2, :1] - 3, 1 - a)",
        f"residual_gradient(torch.ones(2, 1), torch.tensor([[1.0], [-1.0], [2.0]]), torch.ones(1, 3), {_ONE}.repeat(2, "
        "1))",
    ),
    wrong=(
        Wrong(_gradient("gradient_of_the_branch", (_BACK, "(upstream @ w2 * passes) @ w1")),
              "The gradient through the shortcut is missing: y contains x itself, so the upstream gradient reaches x "
              "unchanged, and is added."),
        Wrong(_gradient("gradient_of_the_shortcut", (_BACK, "upstream.clone()")),
              "This is the gradient through the shortcut alone. Add the one through the branch."),
        Wrong(_gradient("gradient_plus_one", (_BACK, "1 + (upstream @ w2 * passes) @ w1")),
              "The shortcut has the derivative 1, but its gradient is the upstream gradient times 1: add upstream, not "
              "the number 1."),
        Wrong(_gradient("gradient_multiplied", (_BACK, "upstream * ((upstream @ w2 * passes) @ w1)")),
              "The two paths are multiplied. Along a path one multiplies; over paths one sums."),
        Wrong(_gradient("gradient_without_relu", (_PASSES, "torch.ones_like(x @ w1.T)")),
              "The derivative of ReLU is missing: where z is not positive, no gradient passes through the branch."),
        Wrong(_gradient("gradient_relu_of_x", (_BACK, "upstream + (upstream * (x > 0)) @ (w2 @ w1)")),
              "ReLU's derivative is taken at x. ReLU acts on z = W₁ x."),
        Wrong(_gradient("gradient_times_activation", (_PASSES, "torch.relu(x @ w1.T)")),
              "The branch is multiplied by the activation max(z, 0). Its derivative is 1 or 0."),
        Wrong(_gradient("gradient_at_zero", ("> 0", ">= 0")),
              "At z = 0 a gradient passes. There the derivative of max(z, 0) is taken as 0 here, as torch does."),
        Wrong(_gradient("gradient_forwards", (_BACK, "upstream + torch.relu(upstream @ w1.T) @ w2.T")),
              "The upstream gradient goes through the branch in the forward direction. Backward it meets W₂ first, "
              "then ReLU's derivative, then W₁."),
        Wrong(_gradient("gradient_transposed", (_BACK, "upstream + ((upstream @ w2.T) * passes) @ w1.T")),
              "W₂ and W₁ are transposed: with row vectors, backward is @ w2, then @ w1."),
        Wrong(_gradient("gradient_relu_of_gradient", (_BACK, "upstream + torch.relu(upstream @ w2) @ w1")),
              "ReLU is applied to the gradient. Where z > 0 the gradient passes with either sign; elsewhere it is 0."),
        Wrong(_gradient("gradient_averaged", (_BACK, "upstream + ((upstream @ w2 * passes) @ w1) / len(x)")),
              "The branch's part is divided by the number of samples. Each row has a gradient of its own, and an "
              "average over the batch, if any, is part of upstream already."),
        Wrong(_gradient("gradient_shortcut_twice", (_BACK, "2 * " + _BACK)),
              "The shortcut's gradient is added twice."),
    ),
    hints=("Two paths lead from x to y. Write the gradient that flows back along each, and add.",
           "Through the branch: upstream @ w2 has shape (N, h); set it to 0 where z ≤ 0; then multiply by w1."),
    allows="The chain of 27 blocks is 27 of these lines, and each one adds the upstream gradient.",
)


def path_sums(weights):
    """Sums of products over the paths of each length through a chain of scalar residual blocks.

    weights: tensor (L,), float, L ≥ 0. Block i computes y = x + wᵢ x. A path from the first input
    to the last output takes, in each block, the shortcut (factor 1) or the branch (factor wᵢ); its
    length k is the number of branches on it, and its product is the product of their weights.
    Returns a tensor (L + 1,) of the same dtype: element k is the sum of the products of all paths
    of length k. Element 0 is 1; without blocks the result is (1,). There are 2^L paths, and L up
    to 30 is tested: do not list them.

    >>> path_sums(torch.tensor([2.0, 3.0]))
    tensor([1., 5., 6.])
    """
    sums = weights.new_ones(1)
    for weight in weights:
        sums = F.pad(sums, (0, 1)) + weight * F.pad(sums, (1, 0))
    return sums


def _paths_case(draw):
    return f"path_sums({draw.tensor(draw.integer(0, 5), among=(1.0, 2.0, -1.0, 0.5, 3.0, 0.0, -2.0))})"


def path_sums_again(weights):
    """A wrong answer: the list is updated from its beginning, so that a block can be used more than once."""
    sums = torch.zeros(len(weights) + 1, dtype=weights.dtype)
    sums[0] = 1
    for weight in weights:
        for k in range(1, len(sums)):
            sums[k] += weight * sums[k - 1]
    return sums


def path_sums_in_order(weights):
    """A wrong answer: only the paths through the first k branches."""
    return torch.cat([weights.new_ones(1), weights.cumprod(0)])


def path_sums_powers(weights):
    """A wrong answer: the sums of the powers of each weight."""
    return torch.stack([weights.new_ones(()), *[(weights ** k).sum() for k in range(1, len(weights) + 1)]])


def path_sums_of_mean(weights):
    """A wrong answer: numbers of paths times a power of the mean weight."""
    counts = path_sums(torch.ones_like(weights))
    return counts * (weights.mean() if len(weights) else 1) ** torch.arange(len(counts))


def path_sums_mean(weights):
    """A wrong answer: the mean over the paths of each length."""
    return path_sums(weights) / path_sums(torch.ones_like(weights))


def path_sums_neighbours(weights):
    """A wrong answer: only branches that follow each other directly."""
    size = len(weights)
    sums = [sum((weights[i:i + k].prod() for i in range(size - k + 1)), weights.new_zeros(()))
            for k in range(1, size + 1)]
    return torch.stack([weights.new_ones(()), *sums])


PATHS = Exercise(
    reference=path_sums,
    inputs=_paths_case,
    differentiable=True,
    cases=(
        "path_sums(torch.tensor([2.0]))",
        "path_sums(torch.tensor([]))",
        "path_sums(torch.ones(3))",
        "path_sums(torch.tensor([2.0, 3.0]))",
        "path_sums(torch.tensor([3.0, -2.0]))",
        "path_sums(torch.tensor([2.0, 2.0, 2.0]))",
        "path_sums(torch.tensor([1.0, 2.0, 4.0]))",
        "path_sums(torch.tensor([0.5, 0.0, -1.0, 3.0]))",
        "path_sums(torch.full((30,), 0.1, dtype=torch.float64))",
        "path_sums(torch.linspace(-1, 1, 25, dtype=torch.float64))",
    ),
    wrong=(
        Wrong(path_sums_in_order,
              "Element k holds one path only, the one through the first k branches. A path of length k may use any "
              "k of the L branches."),
        Wrong(path_sums_again,
              "A block is used more than once: sums[k - 1] had received this block's weight already. Update from the "
              "end of the list, or make a new one."),
        Wrong(path_sums_neighbours,
              "Only branches that follow each other are combined. A path may take a shortcut in between."),
        Wrong(path_sums_powers,
              "These are sums of powers of single weights. A path passes each block once: multiply different weights."),
        Wrong(path_sums_of_mean,
              "The mean weight stands for all of them: right only where they are equal. Multiply the weights of each "
              "path."),
        Wrong(path_sums_mean, "This is the mean over the paths of each length. Their sum is asked for."),
        Wrong(variant(path_sums, ("for weight in weights", "for weight in torch.ones_like(weights)"),
                      name="path_sums_counts"),
              "These are the numbers of paths of each length. Each path counts with the product of its weights."),
        Wrong(variant(path_sums, ("return sums", "return sums.flip(0)"), name="path_sums_reversed"),
              "The list is reversed: k counts the branches on a path, not the shortcuts."),
        Wrong(variant(path_sums, ("+ weight * ", "+ weight.abs() * "), name="path_sums_absolute"),
              "The absolute values of the weights are multiplied. Keep their signs: paths can cancel."),
        Wrong(variant(path_sums, ("return sums", "return sums * (torch.arange(len(sums)) > 0)"
                                  " if len(weights) else sums"),
                      name="path_sums_without_the_empty"),
              "One path uses no branch at all: it takes every shortcut, and its product is 1."),
        Wrong(variant(path_sums, ("return sums", "return sums.cumsum(0)"), name="path_sums_up_to"),
              "Element k sums the paths of all lengths up to k. Only those of length k belong there."),
    ),
    hints=("With one more block, a path of length k either takes its shortcut, and had length k before, or takes its "
           "branch, and had length k - 1.",
           "The sums are the coefficients of the polynomial (1 + w₁ t)(1 + w₂ t)⋯. Multiply by one factor at a time: "
           "new = old, plus w times old moved on by one place."),
    allows="The number of paths is known, and how much each length contributes.",
    equivalent=(),
)


class BasicBlock(nn.Module):
    """The block of ResNet-18 and ResNet-34 on images: relu(shortcut(x) + branch(x)).

    BasicBlock(in_channels, channels, stride) builds modules whose names are those of torchvision's
    block, so that its state_dict can be loaded. All convolutions are without biases.
    conv1: 3 × 3, in_channels to channels, padding 1, with the stride. bn1: BatchNorm2d.
    conv2: 3 × 3, channels to channels, padding 1, stride 1. bn2: BatchNorm2d.
    downsample: None where the stride is 1 and in_channels is channels; else nn.Sequential of a
    1 × 1 convolution, in_channels to channels, with the stride, and BatchNorm2d.
    forward: the branch is conv1, bn1, ReLU, conv2, bn2. The shortcut is x, or downsample(x).
    Returns relu(branch + shortcut), a tensor (N, channels, ...). x must not change.

    >>> BasicBlock(2, 4, 2)(torch.zeros(1, 2, 6, 6)).shape
    torch.Size([1, 4, 3, 3])
    """

    def __init__(self, in_channels, channels, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.downsample = None
        if stride != 1 or in_channels != channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, channels, 1, stride, bias=False), nn.BatchNorm2d(channels))

    def forward(self, x):
        """Outputs (N, channels, ...) for images (N, in_channels, height, width)."""
        branch = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        shortcut = x if self.downsample is None else self.downsample(x)
        return torch.relu(branch + shortcut)


class _BasicToWrite(nn.Module):
    def __init__(self, in_channels, channels, stride):
        super().__init__()
        ...

    def forward(self, x):
        ...


def _image_case(draw):
    n, m = draw.sizes(2, 1, 3) if draw.integer(0, 1) else [draw.integer(1, 2)] * 2
    x = draw.tensor(draw.integer(1, 2), n, draw.integer(2, 4), 3, among=(1.0, 2.0, 0.0, -1.0, 4.0, -3.0))
    return f"filled(BasicBlock({n}, {m}, {draw.integer(1, 2)})){draw.choice(('.eval()', ''))}({x})"


def _basic(name, *edits):
    return variant(BasicBlock, *edits, name=name)


_OUT = "return torch.relu(branch + shortcut)"
_INNER = "self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))"
_IMAGES = "torch.arange(32.0).sub(15).view(1, 2, 4, 4)"

BASIC = Exercise(
    reference=BasicBlock,
    given=_BasicToWrite,
    inputs=_image_case,
    tries=12,
    float64=False,
    fresh=True,
    uses={"filled": filled, "shapes": shapes},
    cases=(
        "shapes(BasicBlock(2, 2, 1))",
        "shapes(BasicBlock(2, 3, 1))",
        "shapes(BasicBlock(2, 2, 2))",
        "BasicBlock(2, 2, 1).downsample is None",
        "block = BasicBlock(1, 2, 2); block.conv1.stride, block.conv2.stride",
        "BasicBlock(2, 4, 2)(torch.zeros(1, 2, 6, 6)).shape",
        "filled(BasicBlock(1, 1, 1)).eval()(torch.zeros(1, 1, 2, 2))",
        "filled(BasicBlock(1, 1, 1)).eval()(torch.ones(1, 1, 2, 2))",
        f"filled(BasicBlock(2, 2, 1)).eval()({_IMAGES})",
        f"filled(BasicBlock(2, 2, 1))({_IMAGES})",
        f"filled(BasicBlock(2, 3, 1)).eval()({_IMAGES})",
        f"filled(BasicBlock(2, 3, 2)).eval()({_IMAGES})",
        f"filled(BasicBlock(2, 2, 2))({_IMAGES})",
        f"x = {_IMAGES}; filled(BasicBlock(2, 2, 1))(x); x",
        f"block = filled(BasicBlock(2, 2, 2)); block({_IMAGES}); block.bn2.running_mean",
    ),
    wrong=(
        Wrong(_basic("BasicWithoutShortcut", (_OUT, "return torch.relu(branch)")),
              "The shortcut is not added."),
        Wrong(_basic("BasicWithoutLastReLU", (_OUT, "return branch + shortcut")),
              "No ReLU follows the addition. In this block, unlike in the pre-activation block, one does."),
        Wrong(_basic("BasicReLUBeforeSum", (_OUT, "return torch.relu(branch) + shortcut")),
              "ReLU is applied to the branch alone. In this block it follows the addition."),
        Wrong(_basic("BasicWithoutMiddleReLU", (_INNER, "self.bn2(self.conv2(self.bn1(self.conv1(x))))")),
              "Between the two convolutions there is no ReLU: two linear maps in a row, apart from the normalization."),
        Wrong(_basic("BasicWithoutBn2", (_INNER, "self.conv2(torch.relu(self.bn1(self.conv1(x))))")),
              "The second normalization is built, and forward does not use it."),
        Wrong(_basic("BasicPreActivation", (_INNER, "self.conv2(torch.relu(self.bn2(self.conv1(torch.relu(self.bn1("
                                                    "x)))))) if self.downsample is None else " + _INNER)),
              "Normalization and ReLU come before the convolutions: that is the order of a pre-activation block. Here "
              "it is conv1, bn1, ReLU, conv2, bn2."),
        Wrong(_basic("BasicReLUAfterBn2", (_INNER, f"torch.relu({_INNER})")),
              "ReLU is applied to the branch before the addition as well, so the branch can only add. It comes after "
              "the addition, once."),
        Wrong(_basic("BasicStrideInSecond", ("in_channels, channels, 3, stride, padding", "in_channels, channels, 3, "
                                             "padding"), ("channels, channels, 3, padding=1",
                                                          "channels, channels, 3, stride, padding=1"),
                     ("in_channels, channels, 3, stride, padding", "in_channels, channels, 3, padding")),
              "The stride is in the second convolution. torchvision's block has it in conv1."),
        Wrong(_basic("BasicStrideInBoth", ("channels, channels, 3, padding=1",
                                           "channels, channels, 3, stride, padding=1")),
              "Both 3 × 3 convolutions have the stride, so the branch is smaller than the shortcut. Only conv1 has "
              "it."),
        Wrong(_basic("BasicInPlace", (_OUT, "shortcut += branch\n        return torch.relu(shortcut)")),
              "The input is overwritten: where downsample is None, the shortcut is x itself. Return a new tensor."),
        Wrong(_basic("BasicIdentityModule", ("self.downsample = None", "self.downsample = nn.Identity()")),
              "Without a projection downsample is a module here. It is None there, as in torchvision's block."),
        Wrong(_basic("BasicWithBias", (", padding=1, bias=False", ", padding=1")),
              "The 3 × 3 convolutions have biases; batch normalization follows and makes them useless. bias=False."),
        Wrong(_basic("BasicDownsampleWithoutNorm", ("bias=False), nn.BatchNorm2d(channels))", "bias=False))")),
              "The projection is not normalized: downsample is a 1 × 1 convolution followed by BatchNorm2d."),
        Wrong(_basic("BasicAlwaysDownsamples", ("stride != 1 or in_channels != channels", "True")),
              "There is a projection even where x has the right shape: there the shortcut is x itself."),
        Wrong(_basic("BasicOneNorm", (_INNER, _INNER.replace("bn2", "bn1"))),
              "bn1 is used twice. Each normalization has its own parameters and statistics."),
        Wrong(_basic("BasicAdditionFirst", (_INNER, "self.conv2(torch.relu(self.bn1(self.conv1(x))))"),
                     (_OUT, "return torch.relu(self.bn2(branch + shortcut))")),
              "The second normalization follows the addition, so it normalizes the shortcut too. It belongs into the "
              "branch."),
    ),
    hints=("Draw it: conv1, bn1, ReLU, conv2, bn2 in one line; beside it the shortcut; then the sum, then ReLU.",
           "A 1 × 1 convolution with the stride 2 takes every second pixel in each row and column, and changes the "
           "number of channels."),
    allows="ResNet-18 is eight of these blocks between one convolution and one linear layer.",
)


COUNTS = Quiz(
    name="blocks_and_paths",
    reference=[1024, 120, 1024, 1, 11, 1024],
    questions=(
        "paths through 10 residual blocks, from input to output",
        "how many of them pass through exactly 3 branches",
        "factor by which 10 blocks x + W relu(x), initialized as by He et al., multiply the mean square",
        "the same if each sum is divided by the square root of 2",
        "variance after 10 blocks of a signal of variance 1, if each branch adds an output of variance 1",
        "factor by which 10 shortcuts scaled by 0.5 divide the gradient, where the branches are zero",
    ),
    wrong=(
        Wrong([20, 120, 1024, 1, 11, 1024], "In each block a path chooses between shortcut and branch. Independent "
                                            "choices multiply."),
        Wrong([100, 120, 1024, 1, 11, 1024], "Two choices in each of 10 blocks: 2 · 2 · 2 ⋯, not 10 · 10."),
        Wrong([1023, 120, 1024, 1, 11, 1024], "The path through all shortcuts counts as well."),
        Wrong([1024, 1000, 1024, 1, 11, 1024], "Choose 3 different blocks of 10; their order is given."),
        Wrong([1024, 720, 1024, 1, 11, 1024], "The order of the blocks is fixed: each choice of 3 blocks is one path."),
        Wrong([1024, 30, 1024, 1, 11, 1024], "How many sets of 3 blocks are there among 10? n! / (k! (n - k)!)."),
        Wrong([1024, 120, 20, 1, 11, 1024], "Each block doubles what it receives: 2 · 2 · 2 ⋯."),
        Wrong([1024, 120, 1, 1, 11, 1024], "He's initialization keeps the mean square of the branch. The shortcut is "
                                           "added to it: what do two equal variances add up to?"),
        Wrong([1024, 120, 11, 1, 11, 1024], "Without normalization the branch's output grows with its input: each "
                                            "block doubles it."),
        Wrong([1024, 120, 1024, 32, 11, 1024], "A factor of 1/√2 on the signal is a factor of one half on its mean "
                                               "square, in every block."),
        Wrong([1024, 120, 1024, 512, 11, 1024], "Every block divides its sum, not only one."),
        Wrong([1024, 120, 1024, 1, 10, 1024], "The signal begins with the variance 1, before the first block."),
        Wrong([1024, 120, 1024, 1, 1024, 1024], "A normalized branch adds the same variance, however large its input "
                                                "is: add, don't multiply."),
        Wrong([1024, 120, 1024, 1, 1, 1024], "Only the branch is normalized, not the sum. Variances of independent "
                                             "signals add."),
        Wrong([1024, 120, 1024, 1, 11, 0.0009765625], "That is the factor that multiplies the gradient. By what is it "
                                                      "divided?"),
        Wrong([1024, 120, 1024, 1, 11, 5], "Factors along a path multiply: 0.5 ten times."),
        Wrong([1024, 120, 1024, 1, 11, 20], "Ten factors of a half are not 10 times a half, and their product divides "
                                            "by more than 20: multiply."),
        Wrong([1024, 120, 1024, 1, 11, 1], "The identity would keep the gradient. A shortcut scaled by 0.5 halves it "
                                           "in every block."),
    ),
    hints=("Paths: two choices in each block. Mean squares: shortcut plus branch, which are uncorrelated after "
           "initialization.",
           "Choosing k of n: n! / (k! (n - k)!). A factor c on a signal is c² on its mean square."),
    allows="The numbers behind the figures of this lecture.",
)


EXERCISES = [BLOCK, GRADIENT, PATHS, COUNTS, BASIC]
