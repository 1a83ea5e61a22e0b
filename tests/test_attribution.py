"""nnlab.attribution: gradients, Grad-CAM and guided backpropagation against finite differences and by hand."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from nnlab.attribution import enlarged, grad_cam, guided_backprop, input_gradient, occlusion_map, randomized
from nnlab.models import CNN

SEEDS = range(4)


def tiny(seed):
    """A small network with dropout and batch norm in float64, in training mode, and three images with classes."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.AvgPool2d(2), nn.Conv2d(4, 5, (3, 2)),
                          nn.ReLU(), nn.Flatten(), nn.Dropout(0.5), nn.Linear(5 * 1 * 2, 6)).double()
    with torch.no_grad():
        model[1].running_mean.normal_()
        model[1].running_var.uniform_(0.5, 2)
    return model, torch.randn(3, 2, 8, 8, dtype=torch.float64), torch.tensor([4, 0, 5])


def state(model):
    """All that must be as before: parameters and buffers, gradients, modes, hooks."""
    return ([value.clone() for value in model.state_dict().values()],
            [parameter.grad for parameter in model.parameters()], [module.training for module in model.modules()],
            [(len(module._forward_hooks), len(module._backward_hooks)) for module in model.modules()])


def same(before, after):
    return all(map(torch.equal, before[0], after[0])) and before[1:] == after[1:]


def logits_of(model, images, classes):
    """The logits in evaluation mode, by torch's functions."""
    was, _ = model.training, model.eval()
    with torch.no_grad():
        found = model(images)[torch.arange(len(images)), classes]
    model.train(was)
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_input_gradient_is_the_finite_difference(seed):
    model, images, classes = tiny(seed)
    before, gradient = state(model), input_gradient(model, images, classes)
    assert same(before, state(model)) and not images.requires_grad
    for where in [(0, 0, 3, 4), (1, 1, 7, 0), (2, 0, 5, 5)]:
        up, down = images.clone(), images.clone()
        up[where] += 1e-5
        down[where] -= 1e-5
        slope = (logits_of(model, up, classes) - logits_of(model, down, classes))[where[0]] / 2e-5
        assert gradient[where].item() == pytest.approx(slope.item(), abs=1e-7)


@pytest.mark.parametrize("layer", [0, 2, 3, 4])
@pytest.mark.parametrize("seed", SEEDS)
def test_grad_cam_is_made_of_finite_differences(seed, layer):
    """Each channel's weight is the change of the logit when the whole channel grows by ε, over ε and its size."""
    model, images, classes = tiny(seed)
    before, found = state(model), grad_cam(model, model[layer], images, classes)
    assert same(before, state(model)) and not found.requires_grad
    model.eval()
    first, rest = model[:layer + 1], model[layer + 1:]
    with torch.no_grad():
        activations = first(images)
        expected = torch.zeros_like(activations[:, 0])
        for k in range(activations.shape[1]):
            change = torch.zeros_like(activations)
            change[:, k] = 1e-6
            higher, lower = (rest(activations + sign * change)[torch.arange(3), classes] for sign in (1, -1))
            weight = (higher - lower) / 2e-6 / activations[0, 0].numel()
            expected += weight[:, None, None] * activations[:, k]
    torch.testing.assert_close(found, expected.relu(), atol=1e-7, rtol=1e-5)
    assert (found > 0).any()


@pytest.mark.parametrize("seed", SEEDS)
def test_guided_backprop_by_hand(seed):
    torch.manual_seed(seed)
    first, second, last = nn.Linear(12, 9), nn.Linear(9, 8), nn.Linear(8, 3)
    model = nn.Sequential(nn.Flatten(), first, nn.ReLU(), second, nn.ReLU(), last).double()
    images, classes = torch.randn(5, 1, 3, 4, dtype=torch.float64), torch.tensor([0, 2, 1, 1, 0])
    before, found = state(model), guided_backprop(model, images, classes)
    assert same(before, state(model))
    with torch.no_grad():
        z1 = first(images.flatten(1))
        z2 = second(z1.relu())
        gradient = F.one_hot(classes, 3).double() @ last.weight
        for z, layer in ((z2, second), (z1, first)):
            gradient = gradient.clamp_min(0) * (z > 0) @ layer.weight
    torch.testing.assert_close(found, gradient.reshape(images.shape))
    assert not torch.allclose(found, input_gradient(model, images, classes))


def test_occlusion_map_is_the_fall_of_the_probability():
    model, images, classes = tiny(0)
    before, found = state(model), occlusion_map(model, images[0], 4, size=3, stride=2, value=0.5)
    assert same(before, state(model)) and found.shape == (3, 3)
    covered = images[:1].clone()
    covered[:, :, 2:5, 4:7] = 0.5
    model.eval()
    with torch.no_grad():
        fall = model(images[:1]).softmax(1)[0, 4] - model(covered).softmax(1)[0, 4]
    assert found[1, 2].item() == pytest.approx(fall.item(), abs=1e-12)


def test_randomized_keeps_the_first_layers_and_nothing_else():
    model = CNN((3, 4), hidden=5)
    state_before = torch.get_rng_state()
    other = randomized(model, seed=1, keep=1)
    assert torch.equal(torch.get_rng_state(), state_before)
    equal = [torch.equal(a, b) for a, b in zip(model.parameters(), other.parameters(), strict=True)]
    assert equal == [True, True] + [False] * 6
    assert all(map(torch.equal, randomized(model, 1).parameters(), randomized(model, 1).parameters()))


def test_enlarged_is_torchs_bilinear_interpolation():
    maps = torch.arange(8.0).reshape(2, 2, 2)
    large = enlarged(maps, (4, 6))
    assert large.shape == (2, 4, 6) and large[0, 0, 0] == 0 and large[1, -1, -1] == 7


@pytest.mark.parametrize("made, message", [
    (lambda: guided_backprop(nn.Linear(2, 2), torch.zeros(1, 2), 0), "no nn.ReLU module"),
    (lambda: guided_backprop(nn.Sequential(nn.ReLU(inplace=True)), torch.zeros(1, 2), 0), "in place"),
    (lambda: grad_cam(CNN(), nn.ReLU(), torch.zeros(1, 1, 28, 28), 0), "ReLU is not a module of this model"),
    (lambda: (lambda net: grad_cam(net, net[7], torch.zeros(1, 1, 28, 28), 0))(CNN()), r"shape \(1, 32\)"),
    (lambda: occlusion_map(CNN(), torch.zeros(1, 28, 28), 0, size=29), "size = 29")])
def test_errors(made, message):
    with pytest.raises(ValueError, match=message):
        made()
