"""nnlab.toys: without noise the true decision boundary separates the classes; the same seed gives the same points."""

import pytest
import sklearn.datasets
import torch

from nnlab import toys

MAKERS = [toys.xor, toys.moons, toys.circles, toys.spirals]


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("n", [1, 7, 500])
def test_points_lie_on_their_side_of_the_decision_boundary(make, n):
    toy = make(n, noise=0.0)
    assert toy.x.shape == (n, 2) and toy.x.dtype == torch.float32 and toy.y.shape == (n,) and toy.y.dtype == torch.int64
    assert torch.equal((toy.boundary(toy.x) > 0).long(), toy.y)
    assert abs(2 * toy.y.sum().item() - n) <= 1
    torch.manual_seed(0)
    expected = torch.rand(1)
    torch.manual_seed(0)
    noisy, again, other = make(n, seed=1), make(n, seed=1), make(n, seed=2)
    assert torch.rand(1) == expected and torch.equal(noisy.x, again.x) and not torch.equal(noisy.x, other.x)


def test_moons_are_scikit_learns():
    x, y = sklearn.datasets.make_moons(400, noise=0.0, random_state=0)
    ours = toys.moons(10)
    assert torch.equal((ours.boundary(torch.tensor(x, dtype=torch.float32)) > 0).long(), torch.tensor(y))


@pytest.mark.parametrize("name, values", [("and", [0, 0, 0, 1]), ("or", [0, 1, 1, 1]), ("xor", [0, 1, 1, 0])])
def test_logic(name, values):
    toy = toys.logic(name)
    assert toy.y.tolist() == values and (toy.boundary(toy.x) > 0).long().tolist() == values


def test_errors():
    with pytest.raises(ValueError, match="choose 'and', 'or' or 'xor'"):
        toys.logic("nand")
    with pytest.raises(ValueError, match="n = 0; give at least 1 point"):
        toys.moons(0)
