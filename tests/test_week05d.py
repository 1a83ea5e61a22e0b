"""Week 5d's exercises: their rules, answers that others might write, oracles."""

import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab import attribution
from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week05d
from nnlab.models import CNN

EXERCISE = {exercise.name: exercise for exercise in week05d.EXERCISES}


# right answers in other styles

def strongest_in_loops(maps):
    count, channels, height, width = maps.shape
    rows = []
    for k in range(channels):
        best, where = float("-inf"), None
        for n in range(count):
            for i in range(height):
                for j in range(width):
                    if maps[n, k, i, j] > best:
                        best, where = maps[n, k, i, j], [n, i, j]
        rows.append(where)
    return torch.tensor(rows)


def strongest_by_comparison(maps):
    return torch.stack([(maps[:, k] == maps[:, k].max()).nonzero()[0] for k in range(maps.shape[1])])


def strongest_by_unravel(maps):
    places = maps.permute(1, 0, 2, 3).reshape(maps.shape[1], -1).max(1).indices
    return torch.stack(torch.unravel_index(places, (maps.shape[0], *maps.shape[2:])), -1)


def occlusion_one_by_one(model, image, label, size, value=0.0):
    _, height, width = image.shape
    fall = torch.zeros(height - size + 1, width - size + 1, dtype=image.dtype)
    with torch.no_grad():
        whole = F.softmax(model(image.unsqueeze(0)), dim=-1)[0][label]
        for i in range(fall.shape[0]):
            for j in range(fall.shape[1]):
                covered = image.clone()
                covered[:, i:i + size, j:j + size] = value
                fall[i, j] = whole - F.softmax(model(covered.unsqueeze(0)), dim=-1)[0][label]
    return fall


@torch.no_grad()
def occlusion_in_one_batch(model, image, label, size, value=0.0):
    height, width = image.shape[-2:]
    down, across = height - size + 1, width - size + 1
    rows, columns = torch.arange(height), torch.arange(width)
    masks = torch.stack([((rows >= i) & (rows < i + size))[:, None] & ((columns >= j) & (columns < j + size))
                         for i in range(down) for j in range(across)])
    batch = torch.where(masks[:, None], torch.tensor(value, dtype=image.dtype), image)
    probabilities = model(torch.cat((image[None], batch))).softmax(-1)[:, label]
    return (probabilities[0] - probabilities[1:]).view(down, across)


def cam_by_einsum(activations, gradients):
    return torch.einsum("nk,nkij->nij", gradients.mean((2, 3)), activations).clamp(min=0)


def cam_in_loops(activations, gradients):
    result = torch.zeros_like(activations[:, 0])
    for n in range(len(activations)):
        for k in range(activations.shape[1]):
            result[n] += gradients[n, k].sum() / gradients[n, k].numel() * activations[n, k]
    return torch.maximum(result, torch.zeros_like(result))


def guided_by_where(upstream, z):
    return torch.where((z > 0) & (upstream > 0), upstream, torch.zeros_like(upstream))


def guided_by_copy(upstream, z):
    passed = upstream.clone()
    passed[z <= 0] = 0
    passed[upstream < 0] = 0
    return passed


def rank_by_unique(a, b):
    def ranks(values):
        _, inverse, counts = values.flatten().unique(return_inverse=True, return_counts=True)
        last = counts.cumsum(0).double()
        return (last - (counts - 1) / 2)[inverse]
    r, s = ranks(a), ranks(b)
    r, s = r - r.mean(), s - s.mean()
    size = r.norm() * s.norm()
    return 0.0 if size == 0 else float((r * s).sum() / size)


def rank_by_scipy(a, b):
    from scipy.stats import rankdata
    r, s = (torch.from_numpy(rankdata(x.flatten().numpy())) for x in (a, b))
    if r.std() == 0 or s.std() == 0:
        return 0.0
    return torch.corrcoef(torch.stack((r, s)))[0, 1].item()


class TestRules(ExerciseRules):
    module = week05d
    styles = {
        "strongest": [strongest_in_loops, strongest_by_comparison, strongest_by_unravel],
        "occlusion_map": [occlusion_one_by_one, occlusion_in_one_batch],
        "grad_cam_map": [cam_by_einsum, cam_in_loops],
        "guided_relu_gradient": [guided_by_where, guided_by_copy],
        "rank_correlation": [rank_by_unique, rank_by_scipy],
    }


# wrong answers that a student might give

def right(name, *arguments):
    return EXERCISE[name].reference(*arguments)


def strongest_from_zero(maps):
    rows = []
    for channel in maps.transpose(0, 1):
        best, where = 0, (0, 0, 0)
        for place in torch.cartesian_prod(*map(torch.arange, channel.shape)):
            if channel[tuple(place)] > best:
                best, where = channel[tuple(place)], tuple(place)
        rows.append(torch.tensor(where))
    return torch.stack(rows)


def strongest_by_dimension(maps):
    return torch.stack((maps.amax((2, 3)).argmax(0), maps.amax((0, 3)).argmax(1), maps.amax((0, 2)).argmax(1)), dim=1)


def strongest_down_the_columns(maps):
    return torch.stack([(maps[:, k].mT == maps[:, k].max()).nonzero()[0][[0, 2, 1]] for k in range(maps.shape[1])])


def strongest_in_the_brightest_image(maps):
    rows = []
    for k in range(maps.shape[1]):
        n = maps[:, k].mean((1, 2)).argmax()
        rows.append([n, maps[n, k].argmax() // maps.shape[3], maps[n, k].argmax() % maps.shape[3]])
    return torch.tensor(rows)


def occlusion_relative(model, image, label, size, value=0.0):
    return right("occlusion_map", model, image, label, size, value) / model(image[None]).softmax(1)[0, label]


def occlusion_on_the_diagonal(model, image, label, size, value=0.0):
    fall = right("occlusion_map", model, image, label, size, value)
    return fall.diagonal()[:, None].repeat(1, fall.shape[1])[:fall.shape[0]]


def occlusion_by_factor(model, image, label, size, value=0.0):
    fall = torch.zeros(image.shape[1] - size + 1, image.shape[2] - size + 1, dtype=image.dtype)
    for i in range(fall.shape[0]):
        for j in range(fall.shape[1]):
            mask = torch.ones_like(image)
            mask[:, i:i + size, j:j + size] = value
            fall[i, j] = (model(image[None]).softmax(1) - model((image * mask)[None]).softmax(1))[0, label]
    return fall


def occlusion_of_a_square_image(model, image, label, size, value=0.0):
    shorter = min(image.shape[1:]) - size + 1
    return right("occlusion_map", model, image, label, size, value)[:shorter, :shorter]


def guided_overwriting(upstream, z):
    passed = upstream
    passed[z <= 0] = 0
    passed[passed < 0] = 0
    return passed


def ranks(values):
    values = values.flatten()
    return (values < values[:, None]).sum(1) + ((values == values[:, None]).sum(1) + 1).double() / 2


def rank_by_differences_of_mean_ranks(a, b):
    n = a.numel()
    return 0.0 if min(a.std(), b.std()) == 0 else (
        1 - 6 * (ranks(a) - ranks(b)).square().sum() / (n * (n * n - 1))).item()


def rank_without_gaps(a, b):
    return torch.corrcoef(torch.stack([x.flatten().unique(return_inverse=True)[1].double() for x in (a, b)])
                          )[0, 1].nan_to_num().item()


def rank_in_one_order(a, b):
    r, s = ranks(torch.stack((a, b))).view(2, -1)
    return torch.corrcoef(torch.stack((r, s)))[0, 1].nan_to_num().item()


def occlusion_centered(model, image, label, size, value=0.0):
    fall = right("occlusion_map", model, F.pad(image, [size // 2] * 4), label, size, value)
    return fall[:image.shape[1], :image.shape[2]]


def occlusion_keeping(model, image, label, size, value=0.0):
    covered = torch.full_like(image, value)
    covered[:, :size, :size] = image[:, :size, :size]
    fall = right("occlusion_map", model, image, label, size, value)
    whole, part = (model(x[None]).softmax(1)[0, label] for x in (image, covered))
    return torch.zeros_like(fall) + whole - part


def occlusion_in_place(model, image, label, size, value=0.0):
    fall = right("occlusion_map", model, image, label, size, value)
    image[:, -size:, -size:] = value
    return fall


def rank_kendall(a, b):
    a, b = a.flatten(), b.flatten()
    pairs = ((a[:, None] - a).sign() * (b[:, None] - b).sign()).sum()
    return (pairs / (len(a) * (len(a) - 1))).item()


def rank_by_differences(a, b):
    r, s = (x.flatten().argsort(stable=True).argsort().double() for x in (a, b))
    n = len(r)
    return (1 - 6 * (r - s).square().sum() / (n * (n * n - 1))).item()


def rank_by_row(a, b):
    return torch.corrcoef(torch.stack((a.argsort(-1).argsort(-1).double().flatten(),
                                       b.argsort(-1).argsort(-1).double().flatten())))[0, 1].nan_to_num().item()


WRONG = {
    "strongest": [
        strongest_from_zero, strongest_by_dimension, strongest_down_the_columns, strongest_in_the_brightest_image,
        lambda maps: right("strongest", maps.mT.contiguous()),
        lambda maps: right("strongest", maps.relu()),
        lambda maps: right("strongest", maps).float(),
        lambda maps: right("strongest", maps)[:, 1:],
        lambda maps: right("strongest", maps.flip(0)),
        lambda maps: right("strongest", maps.transpose(0, 1)),
    ],
    "occlusion_map": [
        occlusion_centered, occlusion_keeping, occlusion_in_place,
        occlusion_relative, occlusion_on_the_diagonal, occlusion_by_factor, occlusion_of_a_square_image,
        lambda model, image, label, size, value=0.0: right("occlusion_map", model, image, label, size, value).abs(),
        lambda model, image, label, size, value=0.0: right("occlusion_map", model, image, label, size, value).relu(),
        lambda model, image, label, size, value=0.0: right("occlusion_map", model, image, 0, size, value),
        lambda model, image, label, size, value=0.0: right("occlusion_map", model, image, label, size, image.mean()),
        lambda model, image, label, size, value=0.0: right("occlusion_map", model, image, label, size, value)[:-1, :-1],
    ],
    "grad_cam_map": [
        lambda activations, gradients: (activations * gradients).sum((2, 3)).relu(),
        lambda activations, gradients: gradients.mean(1).relu(),
        lambda activations, gradients: right("grad_cam_map", activations, gradients.relu()),
        lambda activations, gradients: right("grad_cam_map", gradients, activations),
        lambda activations, gradients: (gradients.amax((2, 3), keepdim=True) * activations).sum(1).relu(),
        lambda activations, gradients: (gradients.mean((2, 3), keepdim=True) * activations).amax(1).relu(),
        lambda activations, gradients: (
            (activations * gradients).mean((2, 3), keepdim=True) * activations).sum(1).relu(),
        lambda activations, gradients: torch.einsum("nk,mkij->nij", gradients.mean((2, 3)), activations).relu(),
        lambda activations, gradients: (gradients[:1].mean((2, 3), keepdim=True) * activations).sum(1).relu(),
    ],
    "guided_relu_gradient": [
        lambda upstream, z: upstream,
        lambda upstream, z: upstream.clamp_min(0) * z.sign(),
        lambda upstream, z: (upstream * z).clamp_min(0),
        lambda upstream, z: upstream.clamp_max(0) * (z > 0),
        lambda upstream, z: z.clamp_min(0) * (upstream > 0),
        lambda upstream, z: upstream.clamp_min(0) * (z != 0),
        guided_overwriting,
        lambda upstream, z: upstream * (upstream * z > 0),
        lambda upstream, z: upstream.clamp_min(0) * (z.clamp_(min=0) > 0),
        lambda upstream, z: torch.minimum(upstream, z).relu(),
    ],
    "rank_correlation": [
        rank_kendall, rank_by_differences, rank_by_row,
        rank_by_differences_of_mean_ranks, rank_without_gaps, rank_in_one_order,
        lambda a, b: F.cosine_similarity(a.flatten().float(), b.flatten().float(), dim=0).item(),
        lambda a, b: 1 - right("rank_correlation", a, b),
        lambda a, b: torch.tensor(right("rank_correlation", a, b)).abs().sqrt().item(),
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week05d, WRONG)


@pytest.mark.parametrize("given", [(484, 14, 28, 1), [484.0, 14, 28, 1]])
def test_the_quiz_takes_numbers_in_any_form(given):
    assert judge_value(EXERCISE["map_sizes"], given).kind == "correct"


@pytest.mark.parametrize("given", [("yes", "no", "no", "no"), ["Yes", "NO", "no", "No"]])
def test_the_quiz_takes_words_in_any_spelling(given):
    assert judge_value(EXERCISE["what_follows"], given).kind == "correct"


# oracles

def network(seed):
    torch.manual_seed(seed)
    return CNN((3, 4), hidden=5, size=8, num_classes=6).double().eval(), torch.rand(3, 1, 8, 8, dtype=torch.float64)


@pytest.mark.parametrize("seed", range(3))
def test_occlusion_is_that_of_the_package(seed):
    model, images = network(seed)
    found = week05d.occlusion_map(model, images[0], 4, 3, 0.5)
    torch.testing.assert_close(found, attribution.occlusion_map(model, images[0], 4, size=3, value=0.5))


@pytest.mark.parametrize("seed", range(3))
def test_grad_cam_is_that_of_the_package(seed):
    model, images = network(seed)
    layers = list(model)
    activations = nn.Sequential(*layers[:5])(images).detach().requires_grad_()
    logits = nn.Sequential(*layers[5:])(activations)[:, 2]
    gradient = torch.autograd.grad(logits.sum(), activations)[0]
    torch.testing.assert_close(week05d.grad_cam_map(activations.detach(), gradient),
                               attribution.grad_cam(model, model[4], images, 2))


@pytest.mark.parametrize("seed", range(3))
def test_the_guided_rule_makes_the_packages_guided_backpropagation(seed):
    class Guided(torch.autograd.Function):
        @staticmethod
        def forward(ctx, z):
            ctx.save_for_backward(z)
            return z.relu()

        @staticmethod
        def backward(ctx, upstream):
            return week05d.guided_relu_gradient(upstream, *ctx.saved_tensors)

    model, images = network(seed)
    x = images.clone().requires_grad_()
    outputs = x
    for layer in model:
        outputs = Guided.apply(outputs) if isinstance(layer, nn.ReLU) else layer(outputs)
    gradient = torch.autograd.grad(outputs[:, 1].sum(), x)[0]
    torch.testing.assert_close(gradient, attribution.guided_backprop(model, images, 1))


@pytest.mark.parametrize("seed", range(3))
def test_rank_correlation_is_scipys(seed):
    stats = pytest.importorskip("scipy.stats")
    torch.manual_seed(seed)
    a, b = torch.randint(6, (40,)).double(), torch.randint(9, (40,)).double()
    assert week05d.rank_correlation(a, b) == pytest.approx(stats.spearmanr(a.numpy(), b.numpy()).statistic)


def test_the_sizes_in_the_quiz():
    image, model = torch.zeros(1, 28, 28), CNN()
    shapes = [attribution.grad_cam(model, model[k], image[None], 0).shape[1] for k in (4, 1)]
    assert [attribution.occlusion_map(model, image, 0, size=7).numel(), *shapes, 1] == EXERCISE["map_sizes"].reference
