"""nnlab.fast: the network's layers and size, whitened patches, averaged views."""

import pytest
import torch
import torch.nn.functional as F

from nnlab.fast import FastCNN, averaged_logits, whitening_filters


def test_the_network_is_its_layers_in_torchs_functions():
    torch.manual_seed(0)
    net, x = FastCNN((3, 4, 5), in_channels=2, num_classes=6).eval(), torch.randn(7, 2, 24, 24)
    with torch.no_grad():
        for layer in net:
            if isinstance(layer, torch.nn.BatchNorm2d):
                layer.running_mean.normal_()
                layer.running_var.uniform_(0.5, 2)
    hidden, convolutions = x, [layer for layer in net if isinstance(layer, torch.nn.Conv2d)]
    norms = [layer for layer in net if isinstance(layer, torch.nn.BatchNorm2d)]
    for k, (convolution, norm) in enumerate(zip(convolutions, norms, strict=True)):
        hidden = F.conv2d(hidden, convolution.weight)
        hidden = F.max_pool2d(hidden, 2) if k < 2 else hidden
        hidden = F.batch_norm(hidden, norm.running_mean, norm.running_var, norm.weight, norm.bias).relu()
    assert hidden.shape == (7, 5, 2, 2)
    torch.testing.assert_close(net(x), net[-1](hidden.flatten(1)))


def test_parameters_and_sizes():
    assert sum(parameter.numel() for parameter in FastCNN().parameters()) == 26_234
    plain = FastCNN(normalize=False)
    assert sum(parameter.numel() for parameter in plain.parameters()) == 26_234 - 112  # one bias for γ and β
    assert FastCNN(size=20)(torch.zeros(2, 1, 20, 20)).shape == (2, 10)
    with pytest.raises(ValueError, match="images of 16 × 16 pixels are too small"):
        FastCNN(size=16)


@pytest.mark.parametrize("channels, kernel", [(1, 3), (3, 2)])
def test_outputs_of_whitening_filters_are_uncorrelated_with_variance_one(channels, kernel):
    images = F.avg_pool2d(torch.randn(300, channels, 24, 24, generator=torch.Generator().manual_seed(1)), 3, 1)
    filters = whitening_filters(images, kernel, eps=0.0)
    assert filters.shape == (2 * channels * kernel ** 2, channels, kernel, kernel)
    half = len(filters) // 2
    assert torch.equal(filters[:half], -filters[half:])
    outputs = F.conv2d(images.double(), filters[:half].double()).transpose(0, 1).flatten(1)
    covariance = torch.cov(outputs, correction=0)
    torch.testing.assert_close(covariance, torch.eye(half, dtype=torch.float64), atol=1e-4, rtol=0)
    smaller = F.conv2d(images, whitening_filters(images, kernel, eps=1.0)[:half]).transpose(0, 1).flatten(1).var(1)
    assert (smaller < 1).all() and (smaller.diff() > -1e-3).all()  # the smallest variance is damped the most


def test_views_are_averaged_and_the_mode_is_restored():
    torch.manual_seed(0)
    net, images = FastCNN().train(), torch.randn(25, 1, 28, 28)
    views = [lambda x: x[:, :, 2:26, 2:26], lambda x: x[:, :, :24, 4:].flip(-1)]
    found = averaged_logits(net, images, views, batch_size=10)
    assert net.training and all(layer.training for layer in net) and not found.requires_grad
    net.eval()
    with torch.no_grad():
        expected = (net(images[:, :, 2:26, 2:26]) + net(images[:, :, :24, 4:].flip(-1))) / 2
    torch.testing.assert_close(found, expected)


def test_slices_are_sequences_of_layers():
    net, x = FastCNN(), torch.randn(2, 1, 24, 24)
    assert type(net[:3]) is torch.nn.Sequential and net[-1] is list(net)[-1]
    torch.testing.assert_close(net[3:].eval()(net[:3].eval()(x)), net.eval()(x))
