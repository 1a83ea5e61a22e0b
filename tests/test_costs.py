"""Costs of a network: output shapes, parameters and multiply-adds against torch's modules and its flop counter."""

import copy
import random

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from torchvision import models

from nnlab.costs import costs
from nnlab.models import CNN, MLP


def counted(model, shape):
    """Multiply-adds of one sample by torch's counter, which counts a multiply-add as two operations."""
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        model(torch.zeros(1, *shape))
    assert counter.get_total_flops() % 2 == 0
    return counter.get_total_flops() // 2


def outputs_of(model, shape):
    """Shapes of the outputs of a sequence of layers, without the dimension of the batch."""
    x, found = torch.zeros(1, *shape), []
    for layer in model:
        x = layer(x)
        found.append(tuple(x.shape[1:]))
    return found


def network(seed):
    """A random sequence of layers, and the shape of its inputs: groups, dilation, strides, kernels of all shapes."""
    draw = random.Random(seed)
    shape = channels, *_ = draw.choice((1, 2, 3, 6)), draw.randint(11, 19), draw.randint(20, 27)
    layers = []
    for _ in range(draw.randint(1, 3)):
        groups = draw.choice([k for k in (1, 2, 3, 6) if channels % k == 0])
        outputs = groups * draw.randint(1, 4)
        kernel, bias = (draw.randint(1, 3), draw.randint(1, 4)), draw.choice((True, False))
        layers += [nn.Conv2d(channels, outputs, kernel, bias=bias,
                             stride=(draw.randint(1, 2), draw.randint(1, 3)), padding=(draw.randint(1, 3), 2),
                             dilation=(draw.randint(1, 2), 1), groups=groups),
                   draw.choice((nn.ReLU(), nn.MaxPool2d(2, padding=1), nn.AvgPool2d(3, 1, 1), nn.BatchNorm2d(outputs)))]
        channels = outputs
    size = outputs_of(layers, shape)[-1]
    if draw.random() < 0.5:
        layers += [nn.Flatten(), nn.Linear(size[0] * size[1] * size[2], draw.randint(1, 9)), nn.Softmax(1)]
    else:
        layers.append(nn.Linear(size[-1], draw.randint(1, 9), bias=False))  # of the last dimension alone
    return nn.Sequential(*layers).eval(), shape


@pytest.mark.parametrize("seed", range(60))
def test_random_networks_as_torch_counts_them(seed):
    model, shape = network(seed)
    found = costs(model, shape)
    assert [cost.shape for cost in found] == outputs_of(model, shape)
    assert [cost.kind for cost in found] == [type(layer).__name__ for layer in model]
    assert [cost.parameters for cost in found] == [sum(p.numel() for p in layer.parameters()) for layer in model]
    assert found.parameters == sum(p.numel() for p in model.parameters())
    assert found.multiply_adds == counted(model, shape)


@pytest.mark.parametrize("model, shape", [
    (nn.Linear(5, 7), (11, 5)),  # the same layer at each of 11 positions
    (nn.Conv1d(4, 6, 3, stride=2, groups=2), (4, 21)),
    (nn.Conv3d(2, 3, (1, 2, 3), padding=1), (2, 5, 6, 7)),
    (nn.ConvTranspose2d(4, 6, (3, 2), stride=(2, 3), groups=2, output_padding=(1, 0)), (4, 5, 7)),
    (nn.ConvTranspose1d(3, 2, 4, stride=2, padding=1), (3, 9)),
    (MLP([12, 5, 3]), (3, 4)), (CNN((3, 5), convolutions=2), (1, 28, 28)),
])
def test_layers_as_torch_counts_them(model, shape):
    assert costs(model, shape).multiply_adds == counted(model, shape)
    assert costs(model, shape).parameters == sum(p.numel() for p in model.parameters())


def test_a_layer_used_twice_computes_twice_and_has_its_parameters_once():
    layer = nn.Linear(6, 6)
    model = nn.Sequential(layer, nn.ReLU(), layer)
    found = costs(model, (6,))
    assert [cost.parameters for cost in found] == [42, 0, 0] and [cost.multiply_adds for cost in found] == [36, 0, 36]
    assert found.multiply_adds == counted(model, (6,))


class Scaled(nn.Module):
    """A layer whose result is multiplied by a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.layer, self.scale = nn.Conv2d(2, 3, 1), nn.Parameter(torch.ones(3, 1, 1))

    def forward(self, x):
        return self.scale * self.layer(x)


def test_parameters_beside_layers_are_counted():
    found = costs(nn.Sequential(Scaled(), nn.ReLU()), (2, 4, 5))
    assert [(cost.name, cost.parameters, cost.multiply_adds) for cost in found] == [
        ("0.layer", 9, 120), ("0", 3, 0), ("1", 0, 0)]


# parameters as torchvision's documentation gives them for these weights
@pytest.mark.parametrize("name, parameters", [
    ("alexnet", 61_100_840), ("vgg16", 138_357_544), ("resnet50", 25_557_032), ("mobilenet_v2", 3_504_872),
    ("convnext_tiny", 28_589_128)])
def test_published_networks_without_memory_for_their_weights(name, parameters):
    with torch.device("meta"):
        model = getattr(models, name)()
    found = costs(model, (3, 224, 224))
    weights = getattr(models, {"alexnet": "AlexNet_Weights", "vgg16": "VGG16_Weights", "resnet50": "ResNet50_Weights",
                               "mobilenet_v2": "MobileNet_V2_Weights", "convnext_tiny": "ConvNeXt_Tiny_Weights"}[name])
    assert found.parameters == parameters == weights.DEFAULT.meta["num_params"]
    assert found.multiply_adds / 1e9 == pytest.approx(weights.DEFAULT.meta["_ops"], abs=0.002)  # in billions


def test_the_model_is_left_as_it_was():
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.BatchNorm2d(3), nn.Dropout(0.5), nn.Flatten(), nn.Linear(12, 2))
    model[1].eval()
    model(torch.randn(5, 1, 4, 4)).sum().backward()
    before = copy.deepcopy(model.state_dict()), [p.grad.clone() for p in model.parameters()]
    modes, random_state = [module.training for module in model.modules()], torch.get_rng_state()
    costs(model, (1, 4, 4))
    with pytest.raises(RuntimeError):
        costs(model, (2, 4, 4))  # an image of another number of channels
    assert all(torch.equal(value, model.state_dict()[name]) for name, value in before[0].items())
    assert all(torch.equal(a, p.grad) for a, p in zip(before[1], model.parameters(), strict=True))
    assert [module.training for module in model.modules()] == modes and torch.equal(torch.get_rng_state(), random_state)
    assert not any(module._forward_hooks for module in model.modules())


def test_the_inputs_have_the_models_type():
    assert costs(CNN((2,)).double(), (1, 28, 28)) == costs(CNN((2,)), (1, 28, 28))


def test_the_table():
    *rows, last = repr(costs(CNN((4,), hidden=0), (1, 28, 28))).splitlines()
    assert rows[0].split() == ["layer", "output", "parameters", "multiply-adds"]
    assert rows[1].split() == ["0", "Conv2d", "4×28×28", "40", "28,224"]
    assert rows[-1].split() == ["4", "Linear", "10", "7,850", "7,840"]
    assert last.split() == ["sum", "7,890", "36,064"] and len({len(row) for row in (*rows, last)}) == 1
