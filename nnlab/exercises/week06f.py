"""Week 6f: natural splines, minimum norm, the limit of gradient descent, ridge by one SVD, the risk; what is proven."""

import math

import torch

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant


def natural_power_basis(x, knots):
    """Features of natural cubic splines in the basis of truncated powers, an (N, K) tensor.

    x: tensor (N,), float. knots: tensor (K,), of the same dtype, ascending, K ≥ 2.
    With (z)₊ = max(z, 0) and, for k = 1, ..., K - 1,
        d_k(x) = ((x - knot_k)₊³ - (x - knot_K)₊³) / (knot_K - knot_k),
    column 1 is 1, column 2 is x, and column k + 2 is d_k(x) - d_{K-1}(x) for k = 1, ..., K - 2
    (Hastie, Tibshirani and Friedman 2009, formulas 5.4 and 5.5). For K = 2 there are two columns.
    Tested too: places x outside the knots.

    >>> natural_power_basis(torch.tensor([0.0, 2.0, 3.0]), torch.tensor([0.0, 1.0, 2.0]))
    tensor([[1., 0., 0.],
            [1., 2., 3.],
            [1., 3., 6.]])
    """
    cubes = (x[:, None] - knots).clamp(min=0) ** 3
    d = (cubes[:, :-1] - cubes[:, -1:]) / (knots[-1] - knots[:-1])
    return torch.cat([torch.ones_like(x)[:, None], x[:, None], d[:, :-1] - d[:, -1:]], dim=1)


def _places(draw):
    knots = ", ".join(f"{knot}.0" for knot in sorted(draw.sizes(draw.integer(2, 6), -3, 5)))
    return f"natural_power_basis({draw.tensor(draw.integer(1, 4), low=-4.0, high=6.0)}, torch.tensor([{knots}]))"


def _basis(name, *edits):
    return variant(natural_power_basis, *edits, name=name)


_LAST = "d[:, :-1] - d[:, -1:]]"

BASIS = Exercise(
    reference=natural_power_basis,
    inputs=_places,
    float64=False,
    cases=(
        "natural_power_basis(torch.tensor([1.0]), torch.tensor([0.0, 1.0]))",
        "natural_power_basis(torch.tensor([0.5]), torch.tensor([0.0, 1.0]))",
        "natural_power_basis(torch.tensor([-1.0, 3.0]), torch.tensor([0.0, 1.0]))",
        "natural_power_basis(torch.tensor([-1.0, 0.0]), torch.tensor([0.0, 1.0, 2.0]))",
        "natural_power_basis(torch.tensor([0.5, 1.5]), torch.tensor([0.0, 1.0, 2.0]))",
        "natural_power_basis(torch.tensor([0.0, 2.0, 3.0]), torch.tensor([0.0, 1.0, 2.0]))",
        "natural_power_basis(torch.tensor([0.5, 3.5, 5.0]), torch.tensor([0.0, 1.0, 3.0, 4.0]))",
        "natural_power_basis(torch.tensor([-2.0, 1.5, 4.5]), torch.tensor([-1.0, 0.0, 1.0, 2.0, 4.0]))",
    ),
    wrong=(
        Wrong(_basis("basis_of_cubic_splines", (_LAST, "cubes[:, 1:-1]]")),
              "These are cubic splines whose ends are not straight. Beyond the last knot a natural spline is linear: "
              "use the differences d_k - d_{K-1}."),
        Wrong(_basis("basis_without_last_knot", ("cubes[:, :-1] - cubes[:, -1:]", "cubes[:, :-1]")),
              "The cube of the last knot is not subtracted, so d_k is not linear beyond that knot."),
        Wrong(_basis("basis_without_difference", (_LAST, "d[:, :-1]]")),
              "The columns are d_k. Subtract d_{K-1}: d_k alone is quadratic beyond the last knot."),
        Wrong(_basis("basis_not_truncated", (".clamp(min=0) ** 3", " ** 3")),
              "The powers are not truncated: (x - knot)₊³ is 0 where x is below the knot."),
        Wrong(_basis("basis_of_absolute_powers", (".clamp(min=0) ** 3", ".abs() ** 3")),
              "The powers are taken of |x - knot|. (x - knot)₊ is 0 where x is below the knot."),
        Wrong(_basis("basis_of_squares", ("** 3", "** 2")),
              "The truncated powers are squares. Cubic splines take the third power."),
        Wrong(_basis("basis_not_divided", (" / (knots[-1] - knots[:-1])", "")),
              "d_k is not divided by the distance from knot k to the last one."),
        Wrong(_basis("basis_divided_by_gaps", ("(knots[-1] - knots[:-1])", "(knots[1:] - knots[:-1])")),
              "d_k is divided by the distance to the next knot. Divide by that to the last one, knot_K - knot_k."),
        Wrong(_basis("basis_of_neighbors", (_LAST, "d[:, 1:] - d[:, :-1]]")),
              "Neighbors are subtracted, d_{k+1} - d_k. Subtract the last one, d_{K-1}, from each d_k."),
        Wrong(_basis("basis_divides_last_only", ("(cubes[:, :-1] - cubes[:, -1:])", "cubes[:, :-1] - cubes[:, -1:]")),
              "Only the cube of the last knot is divided. Put the difference of the cubes in parentheses."),
        Wrong(_basis("basis_subtracts_first", (_LAST, "d[:, 1:] - d[:, :1]]")),
              "d_1 is subtracted from the others. Subtract d_{K-1} from d_1, ..., d_{K-2}."),
        Wrong(_basis("basis_reversed", (_LAST, "d[:, -1:] - d[:, :-1]]")),
              "The sign of the differences is reversed: they are d_k - d_{K-1}."),
        Wrong(_basis("basis_columns_swapped", ("torch.ones_like(x)[:, None], x[:, None]",
                                               "x[:, None], torch.ones_like(x)[:, None]")),
              "The first two columns change places: 1 comes before x."),
    ),
    hints=("x[:, None] - knots is a matrix (N, K) of all differences; .clamp(min=0) truncates it.",
           "cubes[:, :-1] holds the knots 1 to K - 1 and cubes[:, -1:] the last one, still as a column. The same two "
           "slices of d give d_k - d_{K-1}."),
    allows="A spline fit is linear regression on these columns.",
)


def minimum_norm(X, y):
    """Weights of least squares; where several are best, those with the smallest norm.

    X: tensor (n, p), float, of rank min(n, p). y: tensor (n,) or (n, k), of the same dtype.
    Returns a tensor (p,) or (p, k). For n ≥ p it is the least-squares solution (XᵀX)⁻¹Xᵀy. For
    n < p infinitely many w satisfy Xw = y; it is the one with the smallest Σ w²,
        w = Xᵀ(XXᵀ)⁻¹y.
    For k > 1 the columns are k problems with the same X. pinv and lstsq may not be used.

    >>> minimum_norm(torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]))
    tensor([0.6000, 0.8000])
    """
    n, p = X.shape
    if n >= p:
        return torch.linalg.solve(X.T @ X, X.T @ y)
    return X.T @ torch.linalg.solve(X @ X.T, y)


def _system(draw):
    """Text of a matrix of full rank, its number of rows, its number of columns."""
    n, p = draw.integer(1, 4), draw.integer(1, 4)
    return f"{draw.tensor(n, p, low=-1.2, high=1.2)} + 6 * torch.eye({n}, {p})", n, p


def _regression(draw):
    matrix, n, _ = _system(draw)
    return f"minimum_norm({matrix}, {draw.tensor(*draw.choice(((n,), (n, 2))))})"


def _norm(name, *edits):
    return variant(minimum_norm, *edits, name=name)


_WIDE = "return X.T @ torch.linalg.solve(X @ X.T, y)"


def minimum_norm_first_columns(X, y):
    """A wrong answer: for n < p the first n columns solve the system, the other weights are 0."""
    n, p = X.shape
    if n >= p:
        return torch.linalg.solve(X.T @ X, X.T @ y)
    w = torch.zeros(p, *y.shape[1:], dtype=X.dtype)
    w[:n] = torch.linalg.solve(X[:, :n], y)
    return w


def minimum_norm_small_ridge(X, y):
    """A wrong answer: a ridge that is not small."""
    return torch.linalg.solve(X.T @ X + 0.1 * torch.eye(X.shape[1], dtype=X.dtype), X.T @ y) * (X.shape[1] > 1) + (
        X.shape[1] == 1) * torch.linalg.solve(X.T @ X, X.T @ y)


NORM = Exercise(
    reference=minimum_norm,
    inputs=_regression,
    forbids=("pinv", "pinverse", "lstsq"),
    differentiable=True,
    cases=(
        "minimum_norm(torch.tensor([[2.0]]), torch.tensor([6.0]))",
        "minimum_norm(torch.tensor([[1.0], [1.0]]), torch.tensor([2.0, 4.0]))",
        "minimum_norm(torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]))",
        "minimum_norm(torch.tensor([[2.0, 0.0], [0.0, 4.0]]), torch.tensor([2.0, 8.0]))",
        "minimum_norm(torch.tensor([[2.0, 1.0], [1.0, 2.0]]), torch.tensor([3.0, 0.0]))",
        "minimum_norm(torch.tensor([[1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]), torch.tensor([1.0, 2.0, 6.0]))",
        "minimum_norm(torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), torch.tensor([3.0, 3.0]))",
        "minimum_norm(torch.tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), torch.tensor([[3.0, 1.0], [3.0, 0.0]]))",
        "minimum_norm(torch.tensor([[1.0, 1.0], [1.0, -1.0], [0.0, 1.0]]), torch.tensor([[1.0], [0.0], [2.0]]))",
        "minimum_norm(torch.tensor([[2.0, -1.0, 0.5, 3.0]], dtype=torch.float64), torch.tensor([7.0]).double())",
    ),
    wrong=(
        Wrong(_norm("norm_one_formula", ("if n >= p:", "if True:")),
              "For n < p the matrix XᵀX has rank n < p and no inverse, so (XᵀX)⁻¹Xᵀy does not exist. XXᵀ is n × n and "
              "has one."),
        Wrong(_norm("norm_dual_formula", ("if n >= p:", "if n > 10 ** 6:")),
              "For n > p the matrix XXᵀ has rank p < n and no inverse. Use XᵀX, which is p × p, there."),
        Wrong(minimum_norm_first_columns,
              "For n < p this fits the data with the first n columns and leaves the other weights at 0. It "
              "interpolates, but its norm is not the smallest."),
        Wrong(_norm("norm_padded", (_WIDE, "return torch.cat([torch.linalg.solve(X[:, :n] @ X[:, :n].T + "
                                           "X[:, n:] @ X[:, n:].T, y), "
                                           "torch.zeros(p - n, *y.shape[1:], dtype=X.dtype)])")),
              "For n < p these are the n coefficients (XXᵀ)⁻¹y, filled up with zeros. Multiply them by Xᵀ."),
        Wrong(_norm("norm_of_a_row", (_WIDE, "return X.T @ y / X.square().sum()")),
              "For n < p, Xᵀy is divided by the sum of all squares in X. That is right for one row; for several, "
              "multiply by the inverse of the matrix XXᵀ."),
        Wrong(_norm("norm_transposed_only", (_WIDE, "return X.T @ y")),
              "For n < p this is Xᵀy. The inverse of XXᵀ is missing."),
        Wrong(_norm("norm_not_squared", ("return torch.linalg.solve(X.T @ X, X.T @ y)", "return X.T @ y")),
              "For n ≥ p this is Xᵀy. The inverse of XᵀX is missing."),
        Wrong(_norm("norm_first_rows", ("return torch.linalg.solve(X.T @ X, X.T @ y)",
                                        "return torch.linalg.solve(X[:p], y[:p])")),
              "For n > p only the first p rows are used. Least squares uses all of them: (XᵀX)⁻¹Xᵀy."),
        Wrong(minimum_norm_small_ridge,
              "This is ridge regression: the weights are shrunk. Here nothing is added to the matrix."),
        Wrong(_norm("norm_unit_length", (_WIDE, "w = X.T @ torch.linalg.solve(X @ X.T, y)\n    return w / w.norm()")),
              "For n < p the weights are scaled to length 1, so Xw is no longer y. The smallest norm that satisfies "
              "Xw = y is sought, not norm 1."),
        Wrong(_norm("norm_negative", (_WIDE, "return -X.T @ torch.linalg.solve(X @ X.T, y)")),
              "For n < p the sign is reversed: Xw is -y."),
    ),
    hints=("Which of the two square matrices XᵀX (p × p) and XXᵀ (n × n) has full rank? It depends on n and p.",
           "torch.linalg.solve(A, b) gives A⁻¹b. For n < p solve with XXᵀ and y, then multiply by Xᵀ."),
    allows="The fits of this lecture, on both sides of the interpolation threshold.",
    equivalent=(("n >= p → n > p", "for n = p both formulas give X⁻¹y"),),
)


def limit_of_gradient_descent(X, y, start):
    """The weights to which gradient descent on L(w) = ½ |Xw - y|² converges from `start`.

    X: tensor (n, p), float, of rank min(n, p). y: tensor (n,). start: tensor (p,). All of one
    dtype. The learning rate is small enough to converge. Returns a tensor (p,).
    Every gradient Xᵀ(Xw - y) is a combination of the rows of X, so only the part of the weights in
    the row space of X changes. For n < p the limit is the solution of Xw = y that is nearest to
    `start`; for n ≥ p it is the least-squares solution, from every start. `start` must not change.

    >>> X, y = torch.tensor([[1.0, 0.0]]), torch.tensor([3.0])
    >>> limit_of_gradient_descent(X, y, torch.tensor([1.0, 2.0]))
    tensor([3., 2.])
    """
    return start + torch.linalg.pinv(X) @ (y - X @ start)


def _descents(draw):
    matrix, n, p = _system(draw)
    return f"limit_of_gradient_descent({matrix}, {draw.tensor(n)}, {draw.tensor(p)})"


def _limit(name, *edits):
    return variant(limit_of_gradient_descent, *edits, name=name)


_MOVED = "start + torch.linalg.pinv(X) @ (y - X @ start)"

LIMIT = Exercise(
    reference=limit_of_gradient_descent,
    inputs=_descents,
    fresh=True,
    cases=(
        "limit_of_gradient_descent(torch.tensor([[2.0]]), torch.tensor([6.0]), torch.tensor([0.0]))",
        "limit_of_gradient_descent(torch.tensor([[2.0]]), torch.tensor([6.0]), torch.tensor([3.0]))",
        "limit_of_gradient_descent(torch.tensor([[1.0, 0.0]]), torch.tensor([3.0]), torch.tensor([0.0, 0.0]))",
        "limit_of_gradient_descent(torch.tensor([[1.0, 0.0]]), torch.tensor([3.0]), torch.tensor([1.0, 2.0]))",
        "limit_of_gradient_descent(torch.tensor([[1.0, 1.0]]), torch.tensor([2.0]), torch.tensor([3.0, -1.0]))",
        "limit_of_gradient_descent(torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]), torch.tensor([1.0, 0.0]))",
        "limit_of_gradient_descent(torch.tensor([[1.0], [1.0]]), torch.tensor([2.0, 4.0]), torch.tensor([9.0]))",
        "limit_of_gradient_descent(torch.eye(2, 3) + 1, torch.tensor([3.0, 1.0]), torch.tensor([1.0, -1.0, 2.0]))",
        "w = torch.tensor([1.0, 2.0]); limit_of_gradient_descent(torch.tensor([[1.0, 0.0]]), torch.ones(1), w); w",
    ),
    wrong=(
        Wrong(_limit("limit_minimum_norm", (_MOVED, "torch.linalg.pinv(X) @ y")),
              "This is the solution of minimum norm, whatever the start is. Gradient descent reaches it from 0; the "
              "part of another start that is orthogonal to the rows of X is kept."),
        Wrong(_limit("limit_start_added", ("(y - X @ start)", "y")),
              "The start is added to the solution of minimum norm. Then X w is y + X start: only the part of the start "
              "that is orthogonal to the rows of X may be added."),
        Wrong(_limit("limit_without_start", (_MOVED, "torch.linalg.pinv(X) @ (y - X @ start)")),
              "This is the difference between the limit and the start. Add the start."),
        Wrong(_limit("limit_never_moved", (_MOVED, "start.clone()")),
              "This is the start. Gradient descent moves until its gradient is 0."),
        Wrong(_limit("limit_reversed", ("(y - X @ start)", "(X @ start - y)")),
              "The step has the wrong sign: from start, the residual y - X start must become smaller."),
        Wrong(_limit("limit_row_part_of_start", (_MOVED, "torch.linalg.pinv(X) @ (y + X @ start)")),
              "The part of the start in the row space is kept. That part changes until Xw fits y; the orthogonal part "
              "is kept."),
        Wrong(_limit("limit_one_step", ("torch.linalg.pinv(X) @ (y - X @ start)", "X.T @ (y - X @ start)")),
              "This is one step of gradient descent with learning rate 1. Replace Xᵀ by the matrix that takes the "
              "residual to 0 at once."),
        Wrong(_limit("limit_half_way", ("start + torch", "start + 0.5 * torch")),
              "This is half of the way to the limit."),
        Wrong(_limit("limit_orthogonal_part", (_MOVED, "start - torch.linalg.pinv(X) @ (X @ start)")),
              "This is the part of the start that is orthogonal to the rows of X. Add the solution of minimum norm."),
        Wrong(_limit("limit_norm_of_start", (_MOVED, "torch.linalg.pinv(X) @ y + start.norm() * 0.1")),
              "A multiple of the start's norm is added to every weight. Add the part of the start that is orthogonal "
              "to the rows of X."),
        Wrong(_limit("limit_overwrites", (_MOVED, "start.add_(torch.linalg.pinv(X) @ (y - X @ start))")),
              "The start that is given is overwritten. Return a new tensor."),
    ),
    hints=("Write w = start + v with v in the row space of X. Which system does v solve, if Xw = y?",
           "v is the solution of minimum norm of Xv = y - X start."),
    allows="The limit of gradient descent in one line, from every start.",
)


def ridge_path(X, y, penalties):
    """Weights of ridge regression for many penalties, by one singular value decomposition.

    X: tensor (n, p), float, of rank min(n, p). y: tensor (n,). penalties: tensor (m,), each ≥ 0.
    All of one dtype. Row j of the result, a tensor (m, p), minimizes |Xw - y|² + λ|w|² with
    λ = penalties[j]; for λ = 0 it is the least-squares solution with the smallest norm.
    With X = U diag(s) Vᵀ, where s has min(n, p) entries,
        w = V diag(s / (s² + λ)) Uᵀy.
    Call torch.linalg.svd once, with full_matrices=False. It returns U, s and Vᵀ.

    >>> ridge_path(torch.tensor([[2.0]]), torch.tensor([6.0]), torch.tensor([0.0, 2.0, 8.0]))
    tensor([[3.],
            [2.],
            [1.]])
    """
    U, s, Vh = torch.linalg.svd(X, full_matrices=False)
    factors = s / (s ** 2 + penalties[:, None])
    return factors * (U.T @ y) @ Vh


def _penalties(draw):
    matrix, n, _ = _system(draw)
    penalties = draw.tensor(draw.integer(1, 3), among=(1.0, 0.0, 0.5, 2.0, 8.0, 0.25))
    return f"ridge_path({matrix}, {draw.tensor(n)}, {penalties})"


def _path(name, *edits):
    return variant(ridge_path, *edits, name=name)


_FACTORS = "s / (s ** 2 + penalties[:, None])"

RIDGE = Exercise(
    reference=ridge_path,
    inputs=_penalties,
    cases=(
        "ridge_path(torch.tensor([[1.0]]), torch.tensor([6.0]), torch.tensor([0.0]))",
        "ridge_path(torch.tensor([[1.0]]), torch.tensor([6.0]), torch.tensor([1.0, 2.0]))",
        "ridge_path(torch.tensor([[2.0]]), torch.tensor([6.0]), torch.tensor([0.0, 2.0, 8.0]))",
        "ridge_path(torch.tensor([[3.0, 4.0]]), torch.tensor([5.0]), torch.tensor([0.0, 25.0]))",
        "ridge_path(torch.tensor([[1.0], [1.0]]), torch.tensor([2.0, 4.0]), torch.tensor([0.0, 1.0, 4.0]))",
        "ridge_path(torch.tensor([[2.0, 0.0], [0.0, 1.0]]), torch.tensor([2.0, 3.0]), torch.tensor([1.0]))",
        "ridge_path(torch.tensor([[2.0, 1.0], [0.0, 1.0]]), torch.tensor([2.0, 3.0]), torch.tensor([0.5, 3.0]))",
        "ridge_path(torch.eye(2, 3) + torch.ones(2, 3), torch.tensor([1.0, 5.0]), torch.tensor([0.0, 1.0]))",
        "ridge_path(torch.eye(3, 2) + torch.ones(3, 2), torch.tensor([1.0, 5.0, 2.0]), torch.tensor([2.0, 0.25]))",
    ),
    wrong=(
        Wrong(_path("path_s_plus_lambda", (_FACTORS, "1 / (s + penalties[:, None])")),
              "The factors are 1/(s + λ). The eigenvalues of XᵀX are s²: the factors are s/(s² + λ)."),
        Wrong(_path("path_lambda_squared", ("penalties[:, None])", "penalties[:, None] ** 2)")),
              "λ is squared. The penalty is λ|w|², and λ itself is added to s²."),
        Wrong(_path("path_shrinkage_of_outputs", (_FACTORS, "s ** 2 / (s ** 2 + penalties[:, None])")),
              "s²/(s² + λ) is by how much the outputs shrink. The weights have the factor s/(s² + λ)."),
        Wrong(_path("path_times_n", ("penalties[:, None])", "len(y) * penalties[:, None])")),
              "λ is multiplied by n, as if the loss were the mean of the squares. Here it is their sum."),
        Wrong(_path("path_half", ("penalties[:, None])", "penalties[:, None] / 2)")),
              "λ is halved, as if the penalty were ½ λ|w|² beside the plain sum of squares."),
        Wrong(_path("path_doubled", ("penalties[:, None])", "2 * penalties[:, None])")),
              "λ is doubled, as if only the sum of squares had the factor ½."),
        Wrong(_path("path_no_penalty", (_FACTORS, "1 / s + 0 * penalties[:, None]")),
              "The penalties are not used: this is the solution for λ = 0 in every row."),
        Wrong(_path("path_first_penalty", (_FACTORS, "s / (s ** 2 + penalties[0]) + 0 * penalties[:, None]")),
              "The first penalty is used for all rows."),
        Wrong(_path("path_not_rotated", (" @ Vh", " @ torch.eye(*Vh.shape, dtype=X.dtype)")),
              "The product with Vᵀ is missing: these are the weights in the coordinates of the singular vectors."),
        Wrong(_path("path_lambda_outside", (_FACTORS, "1 / s / (1 + penalties[:, None])")),
              "All directions shrink by the same factor 1/(1 + λ). Directions with a small s shrink most: "
              "s/(s² + λ)."),
        Wrong(_path("path_lambda_in_outputs", (_FACTORS, "1 / s - penalties[:, None]")),
              "λ is subtracted from 1/s. It is added to s² in the denominator."),
    ),
    hints=("torch.linalg.svd returns Vᵀ as its third result, of shape (min(n, p), p).",
           "penalties[:, None] has shape (m, 1): s / (s ** 2 + penalties[:, None]) is (m, min(n, p)), a row for each "
           "penalty. Multiply by Uᵀy, which broadcasts, then by Vᵀ from the right."),
    allows="A hundred penalties cost one decomposition.",
)


def minimum_norm_risk(n, p, sigma, norm):
    """Expected test error of minimum-norm least squares with Gaussian inputs, beyond the noise.

    The inputs are n independent vectors from N(0, I) in p dimensions, y = xᵀβ + ε with |β| = norm
    and noise ε of standard deviation sigma. The risk is the expectation of |w - β|²:
        n > p + 1:  sigma² p / (n - p - 1)
        n < p - 1:  norm² (1 - n/p) + sigma² n / (p - n - 1)
    and infinity, math.inf, in between. n, p: ints ≥ 1. sigma, norm: floats > 0. Returns a float.

    >>> minimum_norm_risk(12, 5, 2.0, 1.0), minimum_norm_risk(5, 10, 2.0, 1.0)
    (3.3333333333333335, 5.5)
    >>> minimum_norm_risk(6, 5, 2.0, 1.0)
    inf
    """
    if n > p + 1:
        return sigma ** 2 * p / (n - p - 1)
    if n < p - 1:
        return norm ** 2 * (1 - n / p) + sigma ** 2 * n / (p - n - 1)
    return math.inf


def _risks(draw):
    p = draw.integer(1, 12)
    return (f"minimum_norm_risk({draw.integer(1, 24)}, {p}, {draw.choice((1.0, 2.0, 0.5, 3.0))}, "
            f"{draw.choice((1.0, 2.0, 0.5))})")


def _risk(name, *edits):
    return variant(minimum_norm_risk, *edits, name=name)


RISK = Exercise(
    reference=minimum_norm_risk,
    inputs=_risks,
    uses={"math": math},
    cases=(
        "minimum_norm_risk(3, 1, 1.0, 1.0)",
        "minimum_norm_risk(1, 3, 1.0, 1.0)",
        "minimum_norm_risk(12, 5, 2.0, 1.0)",
        "minimum_norm_risk(5, 10, 2.0, 1.0)",
        "minimum_norm_risk(5, 10, 1.0, 3.0)",
        "minimum_norm_risk(5, 5, 1.0, 1.0)",
        "minimum_norm_risk(6, 5, 1.0, 1.0)",
        "minimum_norm_risk(4, 5, 1.0, 1.0)",
        "minimum_norm_risk(7, 5, 0.5, 2.0)",
        "minimum_norm_risk(3, 5, 0.5, 2.0)",
    ),
    wrong=(
        Wrong(_risk("risk_classical", ("p / (n - p - 1)", "p / n")),
              "σ²p/n holds for n much larger than p only. The inverse of XᵀX has the expectation I/(n - p - 1)."),
        Wrong(_risk("risk_without_one", ("(n - p - 1)", "(n - p)"), ("(p - n - 1)", "(p - n)")),
              "The denominators are |n - p|. They are n - p - 1 and p - n - 1."),
        Wrong(_risk("risk_plus_one", ("(n - p - 1)", "(n - p + 1)"), ("(p - n - 1)", "(p - n + 1)")),
              "The denominators are |n - p| + 1. They are n - p - 1 and p - n - 1."),
        Wrong(_risk("risk_variance_of_n", ("sigma ** 2 * p / (n", "sigma ** 2 * n / (n")),
              "For n > p + 1 the numerator is p, the number of weights that are fitted."),
        Wrong(_risk("risk_share_reversed", ("(1 - n / p)", "(1 - p / n)")),
              "The bias has the factor 1 - p/n, which is negative here. The share of β that is lost is 1 - n/p."),
        Wrong(_risk("risk_without_bias", ("norm ** 2 * (1 - n / p) + ", "")),
              "For n < p the bias is missing: of β only the part in the row space can be estimated, and "
              "norm²(1 - n/p) is what is lost on average."),
        Wrong(_risk("risk_without_variance", (" + sigma ** 2 * n / (p - n - 1)", "")),
              "For n < p the variance is missing: interpolation fits the noise as well."),
        Wrong(_risk("risk_whole_bias", ("(1 - n / p)", "1")),
              "For n < p the bias is that of w = 0. The n data reveal the share n/p of β: 1 - n/p is left."),
        Wrong(_risk("risk_known_share", ("(1 - n / p)", "n / p")),
              "The bias is the share of β that is *not* in the row space: 1 - n/p, not n/p."),
        Wrong(_risk("risk_variance_of_p", ("sigma ** 2 * n / (p", "sigma ** 2 * p / (p")),
              "For n < p the numerator of the variance is n, the number of directions that are fitted."),
        Wrong(_risk("risk_sigma", ("sigma ** 2", "sigma")),
              "sigma is a standard deviation: the variance is sigma²."),
        Wrong(_risk("risk_norm", ("norm ** 2", "norm")),
              "The bias has norm², not norm."),
        Wrong(_risk("risk_with_noise", ("return sigma ** 2 * p / (n - p - 1)",
                                        "return sigma ** 2 * p / (n - p - 1) + sigma ** 2")),
              "The noise of the test targets is added for n > p + 1. The risk here is |w - β|² alone."),
        Wrong(_risk("risk_finite_at_threshold", ("return math.inf", "return sigma ** 2 * p")),
              "At the threshold the expectation is infinite: for |n - p| ≤ 1 the smallest singular value is near 0 "
              "too often. Return math.inf."),
    ),
    hints=("Three cases: n > p + 1, n < p - 1, and what is between.",
           "Copy the two formulas; math.inf is the third result."),
    allows="The theory's curve beside the simulation.",
)


PROVEN = Quiz(
    name="proven",
    reference=["no", "yes", "no", "no", "yes", "no"],
    questions=(
        "least squares has a peak at n = p in every basis and for all inputs",
        "gradient descent from 0 on linear least squares converges to the solution of minimum norm",
        "gradient descent on a ReLU network is known to converge to the weights of minimum norm",
        "a model with training error 0 has a larger test error than the best model with training error above 0",
        "for isotropic Gaussian inputs, ridge with the best λ has a test error that does not rise with n",
        "the weights of smallest norm belong to the function with the least curvature, in any basis",
    ),
    wrong=(
        Wrong(["yes", "yes", "no", "no", "yes", "no"],
              "Question 1: equally spaced points and natural splines have no peak: no singular value is small there "
              "(section 1). The peak comes from small singular values."),
        Wrong(["no", "no", "no", "no", "yes", "no"],
              "Question 2: every gradient is a combination of rows of X, and so are the weights if they start at 0 "
              "(section 2)."),
        Wrong(["no", "yes", "yes", "no", "yes", "no"],
              "Question 3: this is proven for linear least squares, started in the row space. A network is not linear "
              "in its weights."),
        Wrong(["no", "yes", "no", "yes", "yes", "no"],
              "Question 4: with 3,000 random features the training error is 0 and the test error is smaller than at "
              "every width below the threshold (section 3)."),
        Wrong(["no", "yes", "no", "no", "no", "no"],
              "Question 5: this is proven for isotropic Gaussian inputs (Nakkiran and others 2021); see section 4."),
        Wrong(["no", "yes", "no", "no", "yes", "yes"],
              "Question 6: the natural spline through the points has the least curvature of all interpolants, and the "
              "fit with 36 functions has a smaller norm (section 1)."),
    ),
    hints=("Two of the six are yes; each section answers at least one.",
           "What is proven is about linear least squares. Look for a counterexample in the figures of the others."),
    allows="What one may say about double descent, and what not.",
)


EXERCISES = [BASIS, NORM, LIMIT, RIDGE, RISK, PROVEN]
