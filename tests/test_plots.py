"""nnlab.plots: what is drawn is what was given."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from nnlab.plots import pictures


@pytest.fixture(autouse=True)
def closed():
    matplotlib.use("Agg")
    yield
    plt.close("all")


@pytest.mark.parametrize("shape", [(7, 4, 5), (7, 1, 4, 5)])
def test_pictures_draws_each_on_one_scale(shape):
    images = torch.rand(shape, requires_grad=True)
    axes = pictures(images, list("abcdefg"), columns=3, heading="Seven")
    assert axes.shape == (3, 3)
    drawn = [ax.images[0] for ax in axes.flat if ax.images]
    assert len(drawn) == 7 and [ax.get_title() for ax in axes.flat[:7]] == list("abcdefg")
    np.testing.assert_array_equal(drawn[3].get_array(), images.detach().reshape(7, 4, 5)[3])
    assert {image.get_clim() for image in drawn} == {(images.min().item(), images.max().item())}


def test_signed_pictures_are_white_at_zero():
    axes = pictures(torch.tensor([[[-3.0, 0.0, 1.0]]]), signed=True)
    image = axes[0, 0].images[0]
    assert image.get_clim() == (-3, 3)
    np.testing.assert_allclose(image.cmap(image.norm(0.0))[:3], 1, atol=0.04)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"images of shape \(28, 28\).*images\[None\]"):
        pictures(torch.zeros(28, 28))
    with pytest.raises(ValueError, match="2 titles for 3 pictures"):
        pictures(torch.zeros(3, 28, 28), ["a", "b"])


def test_style_loads_and_its_colours_differ_for_the_colour_blind():
    before = dict(matplotlib.rcParams)
    with plt.style.context("nnlab.course"):
        assert matplotlib.rcParams["font.size"] >= 13
        colours = [matplotlib.colors.to_rgb(c) for c in matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]]
    assert dict(matplotlib.rcParams) == before
    # Deuteranopia, Viénot, Brettel and Mollon 1999, on linear RGB.
    linear = np.array([[c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour] for colour in colours])
    seen = linear @ np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]).T
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=-1) + np.eye(len(colours))
    assert apart.min() > 0.1
