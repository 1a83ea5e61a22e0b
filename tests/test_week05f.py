"""Week 5f's exercises: their rules, answers that others might write, oracles; the recorded tables that it shows."""

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from exercise_rules import ExerciseRules, all_rejected
from torch import nn

from nnlab.checks.quizzes import judge_value
from nnlab.exercises import week05f
from nnlab.fast import averaged_logits

EXERCISE = {exercise.name: exercise for exercise in week05f.EXERCISES}


# right answers in other styles

def smoothed_by_targets(logits, targets, smoothing):
    k = logits.shape[1]
    q = F.one_hot(targets, k).to(logits.dtype) * (1 - smoothing) + smoothing / k
    return -(q * F.log_softmax(logits, dim=1)).sum(dim=1).mean()


def smoothed_in_a_loop(logits, targets, smoothing):
    losses = []
    for z, y in zip(logits, targets, strict=True):
        log_p = z - torch.logsumexp(z, 0)
        losses.append(-(1 - smoothing) * log_p[y] - smoothing / len(z) * log_p.sum())
    return torch.stack(losses).mean()


def smoothed_by_gather(logits, targets, smoothing):
    log_p = F.log_softmax(logits, 1)
    q = torch.full_like(logits, smoothing / logits.size(1))
    q = q.scatter_add(1, targets[:, None], torch.full_like(logits[:, :1], 1 - smoothing))
    return torch.einsum("nk,nk->", q, -log_p) / len(logits)


def whiten_in_numpy(patches, eps):
    x = patches.numpy() - patches.numpy().mean(0)
    values, vectors = np.linalg.eigh(x.T @ x / len(x))
    return torch.from_numpy(x @ (vectors @ np.diag(1 / np.sqrt(values + eps)) @ vectors.T).astype(x.dtype))


def whiten_by_svd(patches, eps):
    x = patches - patches.mean(dim=0, keepdim=True)
    u, s, v = torch.linalg.svd(x, full_matrices=False)
    return u @ torch.diag(s / (s ** 2 / len(x) + eps).sqrt()) @ v


def whiten_by_sum(patches, eps):
    x = patches - patches.mean(0)
    values, vectors = torch.linalg.eigh(torch.cov(x.T, correction=0).reshape(x.shape[1], x.shape[1]))
    w = sum(torch.outer(v, v) / math.sqrt(max(float(value), 0) + eps)
            for value, v in zip(values, vectors.T, strict=True))
    return torch.stack([w @ row for row in x])


def average_in_a_loop(model, images, size, places):
    total = 0
    for top, left in places:
        total = total + model(images[..., top:top + size, left:left + size]).detach()
    return total / len(places)


@torch.no_grad()
def average_at_once(model, images, size, places):
    windows = torch.cat([images.narrow(2, top, size).narrow(3, left, size) for top, left in places])
    return model(windows).unflatten(0, (len(places), len(images))).mean(0)


@torch.inference_mode()
def average_by_unfold(model, images, size, places):
    windows = images.unfold(2, size, 1).unfold(3, size, 1)
    return sum(model(windows[:, :, top, left]) for top, left in places) / len(places)


def speedup_in_a_loop(shares, factors):
    left = 0.0
    for k in range(len(shares)):
        left += shares[k] / factors[k]
    return 1.0 / left


def speedup_in_torch(shares, factors):
    return 1 / (torch.tensor(shares, dtype=torch.float64) / torch.tensor(factors, dtype=torch.float64)).sum().item()


def speedup_in_numpy(shares, factors):
    return 1 / np.dot(shares, 1 / np.array(factors))


class TestRules(ExerciseRules):
    module = week05f
    styles = {
        "speedup": [speedup_in_a_loop, speedup_in_torch, speedup_in_numpy],
        "smoothed_loss": [smoothed_by_targets, smoothed_in_a_loop, smoothed_by_gather],
        "whiten": [whiten_in_numpy, whiten_by_svd, whiten_by_sum],
        "average_windows": [average_in_a_loop, average_at_once, average_by_unfold],
    }


# wrong answers, as new students would write them

def smoothed_by_torch(logits, targets, smoothing):
    return F.cross_entropy(logits, targets, label_smoothing=smoothing)


def smoothed_by_noise(logits, targets, smoothing):
    return F.cross_entropy(logits * (1 - smoothing), targets)


def smoothed_by_bce(logits, targets, smoothing):
    q = F.one_hot(targets, logits.shape[1]) * (1 - smoothing) + smoothing / logits.shape[1]
    return F.binary_cross_entropy_with_logits(logits, q.to(logits.dtype))


def smoothed_divided_by_samples(logits, targets, smoothing):
    q = F.one_hot(targets, logits.shape[1]) * (1 - smoothing) + smoothing / len(logits)
    return -(q * logits.log_softmax(1)).sum(1).mean()


def smoothed_mean_of_all(logits, targets, smoothing):
    q = F.one_hot(targets, logits.shape[1]) * (1 - smoothing) + smoothing / logits.shape[1]
    return -(q * logits.log_softmax(1)).mean()


def smoothed_detached(logits, targets, smoothing):
    return smoothed_by_targets(logits.detach(), targets, smoothing)



def whiten_by_std(patches, eps):
    return (patches - patches.mean(0)) / (patches.std(0, correction=0) + eps)


def whiten_all_alike(patches, eps):
    return (patches - patches.mean()) / (patches.var(correction=0) + eps).sqrt()


def whiten_by_inverse(patches, eps):
    x = patches - patches.mean(0)
    return x @ torch.linalg.inv(x.T @ x / len(x) + eps * torch.eye(x.shape[1], dtype=x.dtype))


def whiten_uncentered_result(patches, eps):
    return EXERCISE["whiten"].reference(patches, eps) + patches.mean(0)


def average_center_only(model, images, size, places):
    top, left = (images.shape[2] - size) // 2, (images.shape[3] - size) // 2
    with torch.no_grad():
        return model(images[:, :, top:top + size, left:left + size])


def average_weighted_to_the_last(model, images, size, places):
    with torch.no_grad():
        result = model(images[:, :, places[0][0]:places[0][0] + size, places[0][1]:places[0][1] + size])
        for top, left in places[1:]:
            result = (result + model(images[:, :, top:top + size, left:left + size])) / 2
    return result


def average_by_roll(model, images, size, places):
    with torch.no_grad():
        return sum(model(images.roll((top, left), (2, 3))[:, :, :size, :size]) for top, left in places) / len(places)


def average_one_too_large(model, images, size, places):
    with torch.no_grad():
        return sum(model(images[:, :, top:top + size + 1, left:left + size + 1]) for top, left in places) / len(places)


WRONG = {
    "smoothed_loss": [
        smoothed_by_torch, smoothed_by_noise, smoothed_by_bce, smoothed_divided_by_samples, smoothed_mean_of_all,
        smoothed_detached,
        lambda logits, targets, smoothing: (1 - smoothing) * F.cross_entropy(logits, targets) + smoothing,
        lambda logits, targets, smoothing: F.cross_entropy(logits, targets) * (1 - smoothing),
    ],
    "whiten": [
        whiten_by_std, whiten_all_alike, whiten_by_inverse, whiten_uncentered_result,
        lambda patches, eps: patches - patches.mean(0),
    ],
    "average_windows": [
        average_center_only, average_weighted_to_the_last, average_by_roll, average_one_too_large,
        lambda model, images, size, places: model(images[:, :, :size, :size]).detach(),
        lambda model, images, size, places: average_at_once(model, images, size, places).softmax(1),
    ],
    "speedup": [
        lambda shares, factors: sum(factors) / len(factors),
        lambda shares, factors: max(factors) * max(shares),
        lambda shares, factors: 1 / (1 - shares[0] + shares[0] / factors[-1]),
        lambda shares, factors: round(1 / sum(s / f for s, f in zip(shares, factors, strict=True)), 1),
        lambda shares, factors: sum(s * f for s, f in zip(shares, factors, strict=True) if f != math.inf),
    ],
}


def test_other_wrong_answers_are_rejected():
    all_rejected(week05f, WRONG)


@pytest.mark.parametrize("right", [("yes", "yes", "no", "no", "no", "yes"), ["Yes", "YES", "no", "no", "No", "yes"]])
def test_the_quiz_takes_the_words_in_any_spelling(right):
    assert judge_value(EXERCISE["may_exchange"], right).kind == "correct"


# oracles

def test_smoothing_is_torchs():
    logits, targets = 5 * torch.randn(20, 7, dtype=torch.float64), torch.randint(7, (20,))
    for smoothing in (0.0, 0.1, 0.7, 1.0):
        expected = F.cross_entropy(logits, targets, label_smoothing=smoothing)
        torch.testing.assert_close(week05f.smoothed_loss(logits, targets, smoothing), expected, atol=1e-12, rtol=0)


def test_whitened_patches_are_uncorrelated_and_nearest_to_the_centered_ones():
    x = torch.randn(500, 4, dtype=torch.float64) @ torch.randn(4, 4, dtype=torch.float64) + 3
    whitened = week05f.whiten(x, 1e-12)
    torch.testing.assert_close(torch.cov(whitened.T, correction=0), torch.eye(4, dtype=torch.float64), atol=1e-6,
                               rtol=0)
    variances = torch.linalg.eigvalsh(torch.cov(x.T, correction=0))
    damped = torch.linalg.eigvalsh(torch.cov(week05f.whiten(x, 0.5).T, correction=0))
    torch.testing.assert_close(damped, variances / (variances + 0.5))


def test_averaged_windows_are_the_packages_views():
    torch.manual_seed(0)
    model, images = nn.Sequential(nn.Flatten(), nn.Linear(2 * 9, 5), nn.Tanh()), torch.randn(6, 2, 5, 4)
    places = [(0, 0), (2, 1), (1, 1)]
    views = [lambda x, t=top, s=left: x[:, :, t:t + 3, s:s + 3] for top, left in places]
    torch.testing.assert_close(week05f.average_windows(model, images, 3, places),
                               averaged_logits(model, images, views))


@pytest.mark.parametrize("question, first, second", [
    (0, lambda x: F.max_pool2d(x, 2), lambda x: F.leaky_relu(x, 0.1)),
    (1, lambda x: F.max_pool2d(x, 2), lambda x: x + torch.tensor([1.0, -2.0, 0.5]).view(3, 1, 1)),
    (2, lambda x: F.max_pool2d(x, 2), lambda x: x * torch.tensor([1.0, -2.0, 0.5]).view(3, 1, 1)),
    (3, lambda x: F.max_pool2d(x, 2), torch.abs),
    (4, lambda x: F.avg_pool2d(x, 2), F.relu),
    (5, lambda x: F.avg_pool2d(x, 2), lambda x: F.conv2d(x, torch.arange(12.0).view(4, 3, 1, 1) - 5)),
])
def test_the_quiz_says_what_torch_computes(question, first, second):
    x = torch.randn(4, 3, 6, 8, generator=torch.Generator().manual_seed(0))
    same = torch.allclose(first(second(x)), second(first(x)), atol=1e-4)
    assert week05f.EXCHANGED.reference[question] == ("yes" if same else "no")
