"""nnlab.plots: the axes hold the data that were given."""

import copy

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


def drawn(ax):
    """Points on the axes by their label in the legend."""
    return {part.get_label(): part.get_offsets().tolist() for part in ax.collections if part.get_label()[:5] == "class"}


@pytest.mark.parametrize("scores, classes", [(lambda p: p[:, 0], [-1, 1]), (lambda p: p[:, :1], [0, 1]),
                                             (lambda p: p[:, [0, 1, 0]], [0, 1, 2]),
                                             (lambda p: torch.randn(len(p), 10), range(10)),
                                             (lambda p: torch.randn(len(p), 20), range(20)),
                                             (lambda p: torch.randn(len(p), 4), [0, 3])])
@pytest.mark.parametrize("shape", [(40,), (40, 1)])
def test_boundary_draws_every_point_with_its_label(scores, classes, shape):
    x = torch.randn(40, 2, requires_grad=True)
    y = torch.tensor(list(classes))[torch.arange(40) % len(classes)].reshape(shape)
    ax = plot_boundary(scores, x, y)
    for name in classes:
        np.testing.assert_allclose(drawn(ax)[f"class {name}"], x[y.reshape(-1) == name].tolist())
    assert sum(map(len, drawn(ax).values())) == 40
    markers = [str(part.get_paths()[0].vertices) for part in ax.collections if part.get_label()[:5] == "class"]
    assert len(set(markers)) >= min(len(markers), 13)


@pytest.mark.parametrize("y, columns, message", [
    (torch.arange(40) % 3, 1, r"labels \[2\] among y, and 1 scores for each point: give labels from 0 to 1, or -1 and"),
    (torch.arange(40) % 2 * 2 - 1, 2, r"labels \[-1\] among y, and 2 scores for each point: give labels from 0 to 1$"),
    (torch.arange(40) % 4, 3, r"labels \[3\] among y"), (torch.arange(40) % 2 / 2, 1, r"labels \[0\.5\] among y"),
    (torch.arange(39), 1, "39 labels for 40 points"), (torch.eye(2).repeat(20, 1), 2, "80 labels for 40 points")])
def test_boundary_names_labels_that_are_no_class(y, columns, message):
    with pytest.raises(ValueError, match=message):
        plot_boundary(lambda p: torch.zeros(len(p), columns), torch.randn(40, 2), y)


@pytest.mark.parametrize("scores", [lambda model: model, lambda model: lambda p: model(p)[:, 0] - 0.5,
                                    lambda model: lambda p: model[3](model[2](model[1](model[0](p)))),
                                    lambda model: model.forward])
def test_boundary_leaves_the_model_as_it_was(scores):
    """In training mode batch normalization would take the grid for data, and dropout would spoil the picture."""
    torch.manual_seed(0)
    layers = torch.nn.Linear(2, 8), torch.nn.BatchNorm1d(8), torch.nn.Dropout(), torch.nn.Linear(8, 1)
    model = torch.nn.Sequential(*layers)
    model[0].eval()
    x, seen = torch.randn(40, 2), []
    model[3].register_forward_pre_hook(lambda module, inputs: seen.append(bool((inputs[0] == 0).any())))
    before, modes = copy.deepcopy(model.state_dict()), [part.training for part in model.modules()]
    random = torch.get_rng_state()
    plot_boundary(scores(model), x, (x[:, 0] > 0).long())
    assert all(torch.equal(before[name], value) for name, value in model.state_dict().items())
    assert [part.training for part in model.modules()] == modes and seen == [False]
    assert torch.equal(random, torch.get_rng_state())
    model(x)
    assert model[1].num_batches_tracked == 1  # the mode is training again, also for the next call


def test_boundary_of_probabilities_and_of_double_precision():
    x, model = torch.randn(40, 2), torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.Sigmoid())
    y = (model(x)[:, 0] > 0.5).long()
    with pytest.warns(UserWarning, match="if they are probabilities, give threshold=0.5"):
        whole = plot_boundary(model, x, y, plt.figure().gca())
    halves = plot_boundary(model, x, y, plt.figure().gca(), threshold=0.5)
    regions = [len([path for path in ax.collections[0].get_paths() if len(path)]) for ax in (whole, halves)]
    assert regions == [1, 2]
    plot_boundary(model.double(), x.double(), y, plt.figure().gca(), threshold=0.5)
    with pytest.raises(ValueError, match=r"points of shape \(0, 2\)"):
        plot_boundary(model, x[:0], y[:0])


def test_boundary_restores_modes_after_an_error():
    model = torch.nn.Linear(3, 1)
    with pytest.raises(RuntimeError):
        plot_boundary(model, torch.randn(4, 2), torch.zeros(4))
    assert model.training and not torch.nn.modules.module._global_forward_pre_hooks


def test_history_takes_one_column_by_its_name():
    ax = plot_history({"loss": [3.0, 2.0], "accuracy": [0.5, 0.6]}, "accuracy")
    assert [list(line.get_ydata()) for line in ax.lines] == [[0.5, 0.6]] and ax.get_ylabel() == "accuracy"


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
