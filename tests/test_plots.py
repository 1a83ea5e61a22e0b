"""nnlab.plots: the axes hold the data that were given."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch

from nnlab.plots import plot_boundary, plot_confusion, plot_history, plot_images
from nnlab.toys import moons


@pytest.fixture(autouse=True)
def closed():
    matplotlib.use("Agg")
    yield
    plt.close("all")


@pytest.mark.parametrize("shape", [(7, 4, 5), (7, 1, 4, 5)])
def test_images_are_drawn_on_one_scale_in_rows(shape):
    images = torch.rand(shape, requires_grad=True)
    ax = plot_images(images, list("abcdefg"), columns=3, heading="Seven")
    assert len(ax.images) == 7 and ax.get_title(loc="left") + ax.get_title() == "Seven"
    np.testing.assert_array_equal(ax.images[3].get_array(), images.detach().reshape(7, 4, 5)[3])
    assert {image.get_clim() for image in ax.images} == {(images.min().item(), images.max().item())}
    lefts, tops = zip(*((image.get_extent()[0], image.get_extent()[3]) for image in ax.images), strict=True)
    assert len(set(lefts)) == 3 and len(set(tops)) == 3 and lefts[3] == lefts[0] and tops[3] > tops[2]
    for text, image in zip(ax.texts, ax.images, strict=True):  # each title stands above its own image
        left, right, _, top = image.get_extent()
        assert left < text.get_position()[0] < right and text.get_position()[1] <= top
    assert [text.get_text() for text in ax.texts] == list("abcdefg")


def test_images_of_three_channels_are_colors_and_ax_is_used():
    images, own = torch.rand(2, 3, 4, 5), plt.subplots()[1]
    ax = plot_images(images, ax=own)
    assert ax is own and ax.images[1].get_array().shape == (4, 5, 3)
    np.testing.assert_allclose(ax.images[1].get_array()[2, 1], images[1, :, 2, 1])


def test_signed_images_are_white_at_zero():
    ax = plot_images(torch.tensor([[[-3.0, 0.0, 1.0]]]), signed=True)
    image = ax.images[0]
    assert image.get_clim() == (-3, 3)
    np.testing.assert_allclose(image.cmap(image.norm(0.0))[:3], 1, atol=0.04)


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"images of shape \(28, 28\).*images\[None\]"):
        plot_images(torch.zeros(28, 28))
    with pytest.raises(ValueError, match=r"images of shape \(2, 4, 5, 5\)"):
        plot_images(torch.zeros(2, 4, 5, 5))
    with pytest.raises(ValueError, match="2 titles for 3 images"):
        plot_images(torch.zeros(3, 28, 28), ["a", "b"])


def test_style_loads_and_its_colors_differ_for_the_color_blind():
    before = dict(matplotlib.rcParams)
    with plt.style.context("nnlab.course"):
        assert matplotlib.rcParams["font.size"] >= 13
        colors = [matplotlib.colors.to_rgb(c) for c in matplotlib.rcParams["axes.prop_cycle"].by_key()["color"]]
    assert dict(matplotlib.rcParams) == before
    # Deuteranopia, Viénot, Brettel and Mollon 1999, on linear RGB.
    linear = np.array([[c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
                       for color in colors])
    seen = linear @ np.array([[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]]).T
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=-1) + np.eye(len(colors))
    assert apart.min() > 0.1


def test_boundary_colors_the_plane_by_the_predicted_class():
    toy = moons(60)
    ax = plot_boundary(toy.boundary, toy.x, toy.y, true=toy.boundary)
    regions, dashed = ax.collections[0], ax.collections[1]
    assert isinstance(regions, matplotlib.contour.QuadContourSet) and len(dashed.get_paths()) == 1
    points = {tuple(map(float, point)) for dots in ax.collections[2:] for point in dots.get_offsets()}
    assert points == {tuple(map(float, point)) for point in toy.x.numpy()}
    assert plot_boundary(lambda p: torch.stack([p[:, 0], p[:, 1], -p.sum(1)], 1), toy.x, toy.y, ax=ax) is ax
    with pytest.raises(ValueError, match=r"points of shape \(60, 1\); a plane needs \(N, 2\)"):
        plot_boundary(toy.boundary, toy.x[:, :1], toy.y)


def test_history_names_its_lines():
    ax = plot_history({"loss": [3.0, 2.0, 1.0], "val_loss": [3.5, 2.5, 2.0]})
    assert [list(line.get_ydata()) for line in ax.lines] == [[3.0, 2.0, 1.0], [3.5, 2.5, 2.0]]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["loss", "val_loss"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("epoch", "loss")
    with pytest.raises(ValueError, match="the history has no 'accuracy'; it has: 'loss'"):
        plot_history({"loss": [1.0]}, ["accuracy"])


def test_confusion_writes_the_counts():
    ax = plot_confusion(torch.tensor([[5, 0], [1, 1200]]), ["cat", "dog"])
    assert sorted(text.get_text() for text in ax.texts) == ["1", "1,200", "5"]
    assert ax.get_xlabel() == "predicted class" and ax.get_ylabel() == "true class"
    with pytest.raises(ValueError, match=r"3 classes for a matrix of shape \(2, 2\)"):
        plot_confusion(torch.ones(2, 2), "abc")
