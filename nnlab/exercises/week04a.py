"""Week 4a: minima of convex functions, gradient descent, its best learning rate, and the largest curvature."""

import math

import torch
from torch.optim import Optimizer

from nnlab.checks.exercise import Exercise, Quiz, Wrong, variant
from nnlab.checks.running import Stopped
from nnlab.optim import GradientDescent, updates

ONE_MINIMUM = ("Convex is not enough for exactly one minimum. Ask where the derivative of the function is zero: "
               "nowhere, at one point, or on a whole interval?")

MINIMA = Quiz(
    name="minima",
    reference=["one", "none", "infinitely many", "none", "two"],
    questions=(
        "x² (convex): at how many points does it take its smallest value?",
        "eˣ (convex)",
        "max(|x| - 1, 0) (convex)",
        "x (convex: the inequality holds with =)",
        "x⁴ - x² (not convex)",
    ),
    wrong=(
        Wrong(["one", "one", "one", "one", "one"], ONE_MINIMUM),
        Wrong(["one", "infinitely many", "two", "infinitely many", "infinitely many"],
              "Sketch the function, draw a horizontal line that touches its graph from below, and count the points "
              "where they meet."),
        Wrong(["one", "two", "none", "two", "none"],
              "A minimum is a point x at which the value is smallest. That the function is flat somewhere, or bounded "
              "from below, is not the same."),
    ),
    hints=("Sketch each function, and ask two things: is there a smallest value, and at how many points is it taken?",
           "eˣ comes as close to 0 as one likes, but is 0 nowhere. max(|x| - 1, 0) is 0 on the whole interval "
           "from -1 to 1."),
    alone=("At how many points does each function of one variable x take its smallest value? Choose from "
          '"none", "one", "two" and "infinitely many".'),
    allows="A convex function may have no minimum, one, or a whole interval of them. What it never has is a local "
           "minimum that is not a global one.",
)


def parameter(values, grad=None):
    """A parameter with these values, a tensor, and this gradient; None: without one."""
    made = values.clone().requires_grad_()
    made.grad = grad
    return made


def _steps_of_descent(draw):
    n = draw.integer(1, 3)
    lr = draw.number(among=(1, 0.5, 0.1, 2, 0.01))
    w, g = draw.tensor(n), draw.tensor(n)
    kind = draw.choice(("one", "twice", "scheduled", "groups", "decay", "without"))
    first = f"w = parameter({w}, {g})"
    if kind == "one":
        return f"{first}; GradientDescent([w], lr={lr}).step(); w.detach()"
    if kind == "groups":
        return (f"{first}; b = parameter({draw.tensor(1)}, {draw.tensor(1)}); GradientDescent([{{'params': [w]}}, "
                f"{{'params': [b], 'lr': {draw.number(among=(0.25, 3))}}}], lr={lr}).step(); w.detach(), b.detach()")
    if kind == "without":
        return (f"{first}; b = parameter({draw.tensor(2)}); GradientDescent([w, b], lr={lr}).step(); "
                "w.detach(), b.detach()")
    if kind == "decay":
        decay = draw.number(among=(0.5, 0.1, 1))
        return (f"{first}; optimizer = GradientDescent([w], lr={lr}, weight_decay={decay}); optimizer.step(); "
                "optimizer.step(); w.detach(), w.grad")
    between = "" if kind == "twice" else f"optimizer.param_groups[0]['lr'] = {draw.number(among=(0.3, 0))}; "
    return (f"{first}; optimizer = GradientDescent([w], lr={lr}); optimizer.step(); {between}optimizer.step(); "
            "w.detach(), w.grad")


class GradientDescentWithoutStep(Optimizer):
    """What the notebook's cell begins with."""

    def __init__(self, params, lr, weight_decay=0.0):
        super().__init__(params, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self):
        """Update every parameter once."""
        ...


_UPDATE = 'w -= group["lr"] * (g + group["weight_decay"] * w)'


def _descent(name, *edits):
    return variant(GradientDescent, *edits, name=name)


DESCENT = Exercise(
    reference=GradientDescent,
    given=GradientDescentWithoutStep,
    statement="""Gradient descent: each step is w ← w - η g for every parameter w with gradient g.

    params: iterable of parameters (float tensors of any shape), or of dictionaries, as in torch.
    lr: the learning rate η, a float. weight_decay λ, a float: it adds λ w to the gradient, so that
    the step is w ← w - η (g + λ w).
    Write `step`: it changes each parameter in place and returns nothing; gradients stay as they
    are. for w, g, _, group in updates(self) yields the parameters that have a gradient; group is a
    dictionary with the "lr" and "weight_decay" of this parameter. Tested too: two groups with
    different learning rates, a learning rate that changes between two steps, and a parameter
    without a gradient (.grad is None), which does not change.

    >>> w = torch.tensor([1.0, 2.0], requires_grad=True); w.grad = torch.tensor([0.5, -1.0])
    >>> GradientDescent([w], lr=0.1).step(); w.detach()
    tensor([0.9500, 2.1000])
    """,
    inputs=_steps_of_descent,
    tries=30,
    cases=(
        "w = parameter(torch.tensor([1.0]), torch.zeros(1)); GradientDescent([w], lr=1.0).step(); w.detach(), w.grad",
        "w = parameter(torch.tensor([1.0]), torch.tensor([2.0])); GradientDescent([w], lr=1.0).step(); w.detach()",
        "w = parameter(torch.tensor([1.0]), torch.tensor([2.0])); GradientDescent([w], lr=0.1).step(); w.detach()",
        "w = parameter(torch.ones(2), torch.tensor([3.0, 4.0])); GradientDescent([w], 0.1).step(); w.detach(), w.grad",
        "w, b = parameter(torch.ones(1), torch.ones(1)), parameter(torch.ones(2)); "
        "GradientDescent([b, w], 0.5).step(); w.detach()",
        "w = parameter(torch.ones(1), torch.ones(1)); o = GradientDescent([w], 0.5); o.step(); o.step(); "
        "w.detach(), w.grad",
        "w = parameter(torch.ones(1), torch.ones(1)); o = GradientDescent([w], 0.5); o.param_groups[0]['lr'] = 2; "
        "o.step(); w.detach()",
        "w = parameter(torch.ones(1), torch.ones(1)); o = GradientDescent([{'params': [w], 'lr': 2.0}], 0.5); "
        "o.step(); w.detach()",
        "w = parameter(3 * torch.ones(1), torch.ones(1)); o = GradientDescent([w], 0.5, weight_decay=0.1); "
        "o.step(); w.detach()",
        "w = parameter(torch.ones(1), torch.ones(1)); o = GradientDescent([w], 0.5, weight_decay=0.1); o.step(); "
        "o.step(); w.detach()",
    ),
    wrong=(
        Wrong(_descent("GradientDescentUphill", ("w -=", "w +=")),
              "These steps go uphill: the gradient points to where the loss grows. Which sign makes the loss fall?"),
        Wrong(_descent("GradientDescentRebinds", (_UPDATE, "w = w - group['lr'] * (g + group['weight_decay'] * w)")),
              "The parameters do not change. `w = w - ...` makes a new tensor and gives it the name w; the network "
              "keeps the old one. Change the tensor in place."),
        Wrong(_descent("GradientDescentWithoutRate", ('group["lr"] * (', "(")),
              "The learning rate does not appear: with lr = 0.1 the step should be a tenth as long."),
        Wrong(_descent("GradientDescentFirstRate", ('group["lr"]', 'self.defaults["lr"]')),
              "Always the learning rate that the optimizer was made with: a schedule that changes it, or a group with "
              "its own, has no effect. Read it from `group`."),
        Wrong(_descent("GradientDescentOfFirstGroup", ('group["lr"]', 'self.param_groups[0]["lr"]')),
              "All parameters get the learning rate of the first group. Each parameter comes with its own `group`."),
        Wrong(_descent("GradientDescentNormalized", ("(g + ", "(g / g.norm() + ")),
              "The gradient is divided by its length, so every step is equally long. The step of gradient descent is "
              "proportional to the gradient: it becomes short near a minimum."),
        Wrong(_descent("GradientDescentSigns", ("(g + ", "(g.sign() + ")),
              "Only the sign of the gradient is used. The step of gradient descent is proportional to the gradient."),
        Wrong(_descent("GradientDescentWithoutDecay", (' + group["weight_decay"] * w', "")),
              "weight_decay has no effect. It adds λ w to the gradient before the gradient is multiplied by η."),
        Wrong(_descent("GradientDescentPlainDecay",
                       (_UPDATE, 'w -= group["lr"] * g + group["weight_decay"] * w')),
              "The weight decay is not multiplied by the learning rate. λ w is added to the gradient, and η multiplies "
              "the sum."),
        Wrong(_descent("GradientDescentGrowingDecay",
                       (_UPDATE, 'g += group["weight_decay"] * w; w -= group["lr"] * g')),
              "`g += ...` changes the parameter's gradient itself, so λ w is in it a second time at the next step. "
              "Make a new tensor: g = g + ..."),
        Wrong(_descent("GradientDescentClears", (_UPDATE, _UPDATE + "; g.zero_()")),
              "The gradients are zero afterwards. Clearing them is the task of zero_grad: the training loop calls it."),
        Wrong(_descent("GradientDescentDecoupled", (_UPDATE, 'w -= group["lr"] * g; w *= 1 - group["lr"] * '
                                                            'group["weight_decay"]')),
              "The weights are shrunk after the step. In w - η (g + λ w) both terms use the w of before the step."),
    ),
    hints=("The loop yields w and its gradient g. What is subtracted from w is group[\"lr\"] times something.",
           "w -= ... changes a tensor in place. First write the line without weight decay; then add "
           "group[\"weight_decay\"] * w to g."),
    allows="This class trains any network of this course: torch's SGD without momentum does the same.",
    uses={"parameter": parameter, "updates": updates},
)


def best_learning_rate(A):
    """Best learning rate of gradient descent on L(w) = ½ wᵀAw, and the factor per step with it.

    A: symmetric matrix, float tensor (n, n), n ≥ 1, with eigenvalues λ > 0 only; A need not be
    diagonal, and its size n may be 1. One step multiplies the component of w along an eigenvector
    by 1 - η λ. The slowest direction is the one with the largest |1 - η λ|; choose the η > 0 that
    makes this largest value as small as possible.
    Return the pair (lr, factor): that η, and the largest |1 - η λ| at that η; two numbers or
    tensors (). A stays as it is.

    >>> lr, factor = best_learning_rate(torch.tensor([[2.0, 0.0], [0.0, 6.0]]))
    >>> round(float(lr), 3), round(float(factor), 3)
    (0.25, 0.5)
    """
    eigenvalues = torch.linalg.eigvalsh(A)
    low, high = eigenvalues[0], eigenvalues[-1]
    return 2 / (low + high), (high - low) / (high + low)


def _positive_definite(draw):
    n = draw.integer(1, 3)
    Q = draw.tensor(n, n)
    return f"Q = {Q}; best_learning_rate(Q @ Q.T + {draw.choice((1, 0.5, 4))} * torch.eye({n}, dtype=Q.dtype))"


def _best(name, *edits):
    return variant(best_learning_rate, *edits, name=name)


_PAIR = "2 / (low + high), (high - low) / (high + low)"

BEST = Exercise(
    reference=best_learning_rate,
    inputs=_positive_definite,
    cases=(
        "best_learning_rate(torch.tensor([[2.0]]))",
        "best_learning_rate(torch.tensor([[1.0, 0.0], [0.0, 3.0]]))",
        "best_learning_rate(torch.tensor([[10.0, 0.0], [0.0, 1.0]]))",
        "best_learning_rate(torch.tensor([[2.0, 1.0], [1.0, 2.0]]))",
        "best_learning_rate(torch.tensor([[1.0, 0.0, 0.0], [0.0, 2.0, 0.0], [0.0, 0.0, 9.0]]))",
        "best_learning_rate(torch.tensor([[0.5, 0.0], [0.0, 0.5]]))",
        "best_learning_rate(torch.tensor([[3.0, -2.0], [-2.0, 6.0]], dtype=torch.float64))",
        "A = torch.tensor([[2.0, 1.0], [1.0, 4.0]]); (best_learning_rate(A), A)[1]",
    ),
    wrong=(
        Wrong(_best("best_at_the_limit", (_PAIR, "2 / high, 1 - 2 * low / high")),
              "2/λmax is the limit: there the steepest direction has |1 - ηλ| = 1 and does not shrink. The best rate "
              "is smaller: where are the steepest and the flattest direction equally slow?"),
        Wrong(_best("best_limit_and_one", (_PAIR, "2 / high, 1 + 0 * low")),
              "At 2/λmax the factor is 1: nothing shrinks in the steepest direction. Look for the rate at which the "
              "steepest and the flattest direction are equally slow."),
        Wrong(_best("best_for_the_steepest", (_PAIR, "1 / high, 1 - low / high")),
              "1/λmax reaches the minimum along the steepest direction in one step, but the flattest direction then "
              "decides. A larger rate makes the steepest one slower and the flattest one faster."),
        Wrong(_best("best_for_the_flattest", (_PAIR, "1 / low, high / low - 1")),
              "1/λmin is made for the flattest direction. Compute |1 - ηλ| in the steepest one: is it below 1?"),
        Wrong(_best("best_from_the_diagonal", ("torch.linalg.eigvalsh(A)", "A.diagonal().sort().values")),
              "The diagonal of A holds the curvatures along the coordinate axes. The factors belong to the eigenvalues "
              "of A, which differ from the diagonal when A is not diagonal."),
        Wrong(_best("best_without_the_factor", (_PAIR, "2 / (low + high)")),
              "The learning rate is right. Return the pair (lr, factor)."),
        Wrong(_best("best_signed_factor", ("(high - low) / (high + low)", "1 - 2 / (low + high) * high")),
              "The learning rate is right. The factor is |1 - ηλ|, without the sign: in the steepest direction 1 - ηλ "
              "is negative, because the iterates change sides."),
        Wrong(_best("best_with_all_eigenvalues", ("2 / (low + high)", "1 / eigenvalues.mean()")),
              "The mean of all eigenvalues gives another rate as soon as there are three of them. Only the two extreme "
              "eigenvalues decide."),
        Wrong(_best("best_by_the_trace", (_PAIR, "1 / eigenvalues.mean(), "
                                                 "(1 - eigenvalues / eigenvalues.mean()).abs().max()")),
              "1 divided by the mean of all eigenvalues is the best rate for two eigenvalues. With a third one between "
              "them, still only the two extreme ones decide."),
        Wrong(_best("best_half", (_PAIR, "1 / (low + high), high / (high + low)")),
              "Too small by a factor of two: with this rate |1 - ηλ| of the flattest direction is larger than that of "
              "the steepest. At the best rate the two are equal."),
        Wrong(_best("best_square_root", ("(high - low) / (high + low)",
                                         "(high ** 0.5 - low ** 0.5) / (high ** 0.5 + low ** 0.5)")),
              "The learning rate is right. The factor with square roots of the eigenvalues belongs to momentum; here "
              "it is the largest |1 - ηλ|."),
        Wrong(_best("best_squared_factor", ("(high - low) / (high + low)", "((high - low) / (high + low)) ** 2")),
              "The learning rate is right. This factor is squared, as for the loss; asked is the factor of w."),
        Wrong(_best("best_by_singular_values_of_inverse", (_PAIR, "2 / (low + high), high / low")),
              "The learning rate is right. λmax/λmin is the condition number κ; the factor is the largest |1 - ηλ|."),
    ),
    hints=("torch.linalg.eigvalsh(A) returns the eigenvalues of a symmetric matrix in ascending order.",
           "|1 - ηλ| is largest at one of the two extreme eigenvalues. Set 1 - ηλmin = -(1 - ηλmax) and solve for η."),
    allows="For every quadratic you now know the fastest learning rate, and how fast it is.",
)


def steps_needed(kappa, reduction):
    """Least number of steps after which the distance to the minimum is `reduction` times the first.

    Gradient descent on a quadratic with the condition number kappa κ, a number ≥ 1, and the best
    learning rate: in the worst direction each step multiplies the distance by (κ - 1)/(κ + 1).
    reduction: a float between 0 and 1, both excluded. Return the least int n ≥ 0 for which
    ((κ - 1)/(κ + 1))ⁿ ≤ reduction. Tested too: κ = 1, where one step suffices, and κ up to 10,000.
    The numbers tested are such that rounding decides nothing.

    >>> steps_needed(3, 0.5), steps_needed(3, 0.2)
    (1, 3)
    """
    factor = (kappa - 1) / (kappa + 1)
    if factor == 0:
        return 1
    return math.ceil(math.log(reduction) / math.log(factor))


def _reduction(draw):
    return (f"steps_needed({draw.number(among=(3, 1, 2, 10, 1.5, 100, 7, 1000, 25, 10000)):g}, "
            f"{draw.number(among=(0.5, 0.2, 0.9, 0.01, 0.001, 1e-6)):g})")


def _needed(name, *edits):
    return variant(steps_needed, *edits, name=name)


_COUNT = "math.ceil(math.log(reduction) / math.log(factor))"

NEEDED = Exercise(
    reference=steps_needed,
    inputs=_reduction,
    tries=30,
    cases=(
        "steps_needed(3, 0.5)",
        "steps_needed(3, 0.2)",
        "steps_needed(1, 0.01)",
        "steps_needed(10, 0.01)",
        "steps_needed(2, 0.9)",
        "steps_needed(100, 0.001)",
        "steps_needed(1000, 1e-6)",
    ),
    wrong=(
        Wrong(_needed("steps_rounded_down", ("math.ceil", "math.floor")),
              "This is one step too few wherever the quotient of the logarithms is no whole number: after that many "
              "steps the distance is still above the goal."),
        Wrong(_needed("steps_rounded", ("math.ceil(", "round(")),
              "Rounded to the nearest whole number this is sometimes one step too few. Round so that the goal is "
              "reached."),
        Wrong(_needed("steps_one_more", (_COUNT, "math.floor(math.log(reduction) / math.log(factor)) + 1")),
              "One step too many where the goal is reached exactly: with κ = 3 the factor is ½, so one step suffices "
              "for a reduction to ½."),
        Wrong(_needed("steps_at_one_over_steepest", ("(kappa - 1) / (kappa + 1)", "1 - 1 / kappa")),
              "1 - 1/κ is the factor at the learning rate 1/λmax. At the best one it is (κ - 1)/(κ + 1), and about "
              "half as many steps suffice."),
        Wrong(_needed("steps_of_the_loss", ("math.log(factor)", "(2 * math.log(factor))")),
              "These are the steps until the *loss* is reduced so far: it shrinks by the square of the factor. Asked "
              "is the distance."),
        Wrong(_needed("steps_with_momentum", ("(kappa - 1) / (kappa + 1)", "(kappa**0.5 - 1) / (kappa**0.5 + 1)")),
              "The square root of κ belongs to momentum. Plain gradient descent has the factor (κ - 1)/(κ + 1)."),
        Wrong(_needed("steps_as_a_float", ("math.ceil(math.log(reduction) / math.log(factor))",
                                           "math.log(reduction) / math.log(factor)")),
              "The number of steps is a whole number: the least n with factorⁿ ≤ reduction."),
        Wrong(_needed("steps_by_the_estimate", (_COUNT, "math.ceil(kappa / 2 * math.log(1 / reduction))")),
              "κ/2 · ln(1/reduction) is a good estimate for large κ, and not the exact number: here the least n with "
              "factorⁿ ≤ reduction is asked."),
        Wrong(_needed("steps_for_one_never", ("return 1\n", "return 0\n")),
              "κ = 1: the factor is 0, and 0⁰ is 1. Without a step the distance is what it was; one step reaches the "
              "minimum."),
        Wrong(_needed("steps_logarithm_ten", ("math.log(reduction)", "math.log10(reduction)")),
              "Both logarithms need the same base: then the base cancels in the quotient."),
    ),
    hints=("factorⁿ ≤ reduction: take the logarithm of both sides. log(factor) is negative, so the inequality turns.",
           "n is at least log(reduction)/log(factor): round up with math.ceil. For κ = 1 the factor is 0, which has no "
           "logarithm. Or multiply in a loop and count."),
    allows="A hundred times the condition number costs about a hundred times the steps.",
)

BACKWARD = 20  # backward passes that an answer may take through one function


def limited(f):
    """The function f of a tensor; it stops an answer that takes more than BACKWARD backward passes through it."""
    passes = [0]

    def count(gradient):
        passes[0] += 1
        if passes[0] > BACKWARD:
            raise Stopped(f"After {BACKWARD} backward passes it had not ended: one for each row of the Hessian is too "
                          "many for a network. Differentiate the number g·v once.")
        return gradient

    def function(w):
        w = w * 1
        if w.requires_grad:
            w.register_hook(count)
        return f(w)

    return function


def hessian_vector_product(f, w, v):
    """Product H v of the Hessian H of f at w with the vector v, a tensor (n,), without H itself.

    f: function of a tensor (n,) that returns a tensor (), made of torch's operations; H, the matrix
    (n, n) of its second derivatives, is symmetric. w and v: tensors (n,) of one dtype, float32 or
    float64, that do not require gradients; both stay as they are. The result has their shape and
    dtype and requires no gradient. With the gradient g(w) of f, H v is the gradient of the number
    g(w)·v with respect to w, where v is constant. Tested too: n = 20,000, where H would fill
    1.6 GB, and a vector v of zeros.

    >>> f = lambda w: w[0] ** 2 * w[1]
    >>> hessian_vector_product(f, torch.tensor([1.0, 3.0]), torch.tensor([1.0, 10.0]))
    tensor([26.,  2.])
    """
    w = w.detach().requires_grad_()
    gradient, = torch.autograd.grad(f(w), w, create_graph=True)
    return torch.autograd.grad(gradient @ v, w)[0]


_FUNCTIONS = ("(w ** 3).sum()", "w.sum() ** 2", "(w ** 2).prod()", "(w[0] * w).sum() ** 2",
              "torch.sin(w).sum() * w[-1]", "torch.exp(w / 4).sum() * w[0]")


def _product_case(draw):
    n = draw.integer(1, 4)
    f = draw.choice(_FUNCTIONS)
    return f"hessian_vector_product(lambda w: {f}, {draw.tensor(n, low=-2, high=2)}, {draw.tensor(n)})"


def _hvp(name, *edits):
    return variant(hessian_vector_product, *edits, name=name)


_LAST = "torch.autograd.grad(gradient @ v, w)[0]"

PRODUCT = Exercise(
    reference=hessian_vector_product,
    inputs=_product_case,
    cases=(
        "hessian_vector_product(lambda w: (w ** 3).sum(), torch.tensor([1.0]), torch.tensor([1.0]))",
        "hessian_vector_product(lambda w: (w ** 3).sum(), torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.5]))",
        "hessian_vector_product(lambda w: w[0] * w[1], torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.0]))",
        "hessian_vector_product(lambda w: w[0] ** 2 * w[1], torch.tensor([1.0, 3.0]), torch.tensor([1.0, 10.0]))",
        "hessian_vector_product(lambda w: torch.cos(w).sum(), torch.zeros(3), torch.zeros(3)).sum()",
        "v = torch.ones(2, dtype=torch.float64); hessian_vector_product(lambda w: (w ** 4).sum(), 2 * v, v)",
        "hessian_vector_product(limited(lambda w: w.sum() ** 2 / 2), torch.ones(20_000), torch.ones(20_000))[:3]",
    ),
    wrong=(
        Wrong(_hvp("product_of_the_diagonal", (_LAST, "torch.autograd.grad(gradient.sum(), w)[0] * v")),
              "The gradient of the *sum* of g gives the row sums of H, and v comes afterwards. Multiply g by v first, "
              "then differentiate: only then each second derivative meets its own element of v."),
        Wrong(_hvp("product_of_the_gradient", (_LAST, "gradient.detach() * v")),
              "This is the gradient times v, element by element: first derivatives only. Differentiate once more."),
        Wrong(_hvp("product_a_number", (_LAST, "(gradient @ v).detach()")),
              "g·v is a number, the derivative of f in the direction v. H v is the gradient of this number with "
              "respect to w."),
        Wrong(_hvp("product_only_the_gradient", (_LAST, "gradient.detach()")),
              "This is the gradient of f. H v is made of second derivatives: differentiate g·v once more."),
        Wrong(_hvp("product_quadratic_form", (_LAST, "torch.autograd.grad(gradient @ v, w)[0] @ v")),
              "This is vᵀHv, one number. Asked is the vector H v."),
        Wrong(_hvp("product_with_a_graph", (_LAST, "torch.autograd.grad(gradient @ v, w, create_graph=True)[0]"),
                   ("w = w.detach().requires_grad_()", "w = w.detach().requires_grad_()\n    v = v / v.norm()")),
              "The vector v is divided by its length: H v is linear in v, so twice the v gives twice the product."),
        Wrong(_hvp("product_of_the_squared_gradient", ("gradient @ v, w)[0]", "gradient @ gradient / 2, w)[0] * v")),
              "g·g/2 has the gradient H g. Put v in the place of one of the two g, as a constant."),
        Wrong(_hvp("product_with_w", ("gradient @ v", "gradient @ w.detach()"), ("[0]\n", "[0]\n")),
              "The gradient is multiplied by w in place of v: this is H w."),
        Wrong(_hvp("product_with_moving_w", ("gradient @ v", "gradient @ (v * w)")),
              "v is constant here: if it contains w, its derivative is added to H v."),
    ),
    hints=("First the gradient, with create_graph=True: only then it can be differentiated itself.",
           "The number gradient @ v is a function of w. Its gradient, by torch.autograd.grad, is H v."),
    allows="Two backward passes per product: this works for a network with millions of parameters.",
    equivalent=(("0 → -1", "the only element of a tuple"),
                ("gradient @ v → v @ gradient", "a product of two vectors")),
    uses={"limited": limited},
)


def power_iteration(product, v, steps):
    """Eigenvalue of largest absolute value of a symmetric matrix H, and an eigenvector: (λ, v).

    product: function that returns H u, a tensor (n,), for a tensor u (n,); H is not given.
    v: tensor (n,), the initial vector, of any length but 0; it stays as it is. steps: an int ≥ 0.
    First divide v by its length. Then repeat `steps` times: v ← H v / ‖H v‖. Return λ = vᵀ H v, a
    tensor () or a number, and the last v, of length 1. λ may be negative. In the cases tested H v
    is never zero.

    >>> H = torch.tensor([[2.0, 1.0], [1.0, 2.0]])
    >>> power_iteration(lambda u: H @ u, torch.tensor([4.0, 0.0]), 20)
    (tensor(3.), tensor([0.7071, 0.7071]))
    """
    v = v / v.norm()
    for _ in range(steps):
        v = product(v)
        v = v / v.norm()
    return v @ product(v), v


def _iterated(draw):
    n = draw.integer(2, 3)
    S = draw.tensor(n, n)
    v = draw.tensor(n, among=(1.0, 2.0, -1.0, 0.5, -3.0))
    return (f"S = {S}; H = S + S.T + {draw.choice((20, -20))} * torch.eye({n}, dtype=S.dtype); "
            f"power_iteration(lambda u: H @ u, {v}, {draw.choice((1, 0, 2, 3, 5))})")


def _power(name, *edits):
    return variant(power_iteration, *edits, name=name)


_MATRIX = "H = torch.tensor([[2.0, 1.0], [1.0, 2.0]]); "

POWER = Exercise(
    reference=power_iteration,
    inputs=_iterated,
    cases=(
        _MATRIX + "power_iteration(lambda u: H @ u, torch.tensor([1.0, 0.0]), 0)",
        _MATRIX + "power_iteration(lambda u: H @ u, torch.tensor([1.0, 0.0]), 1)",
        _MATRIX + "power_iteration(lambda u: H @ u, torch.tensor([5.0, 0.0]), 2)",
        "power_iteration(lambda u: torch.tensor([-4.0, 1.0]) * u, torch.tensor([1.0, 1.0]), 3)",
        "power_iteration(lambda u: torch.tensor([100.0, 1.0]) * u, torch.tensor([1.0, 1.0]), 60)",
        "power_iteration(lambda u: torch.tensor([0.01, 0.02]) * u, torch.tensor([1.0, 1.0]), 60)",
        "power_iteration(lambda u: torch.tensor([1.0, 0.5]) * u, torch.tensor([1.0, 0.0]), 2)",
        "v = torch.tensor([3.0, 4.0]); power_iteration(lambda u: torch.tensor([1.0, 2.0]) * u, v, 1), v",
    ),
    wrong=(
        Wrong(_power("power_of_the_length", ("v @ product(v), v", "product(v).norm(), v")),
              "‖Hv‖ is the absolute value of the eigenvalue: the sign is lost, and before the iteration has converged "
              "it differs from vᵀHv."),
        Wrong(_power("power_of_the_largest_element", ("v @ product(v), v", "product(v).max(), v")),
              "The largest element of H v is not the eigenvalue: v has length 1, not largest element 1. Use vᵀHv."),
        Wrong(_power("power_without_normalization", ("        v = v / v.norm()\n", "")),
              "v is not divided by its length after each product: it grows or shrinks by a factor |λ| each time."),
        Wrong(_power("power_normalized_at_the_end", ("        v = v / v.norm()\n    return",
                                                     "        pass\n    v = v / v.norm()\n    return")),
              "Divided by its length only at the end, v overflows to infinity (or underflows to 0) on the way, here "
              "after 60 products. Normalize after each product."),
        Wrong(_power("power_of_any_length", ("    v = v / v.norm()\n    for", "    for")),
              "Without a step (steps = 0) the initial v is used as it is. Divide it by its length first: vᵀHv is an "
              "estimate of an eigenvalue only for a v of length 1."),
        Wrong(_power("power_only_the_value", ("return v @ product(v), v", "return v @ product(v)")),
              "The eigenvalue is right. Return the pair (eigenvalue, vector): the vector is a good start for the next "
              "call."),
        Wrong(_power("power_vector_first", ("v @ product(v), v", "v, v @ product(v)")),
              "The pair begins with the eigenvalue; the vector comes second."),
        Wrong(_power("power_one_step_more", ("range(steps)", "range(steps + 1)")),
              "One product too many: v ← Hv/‖Hv‖ is repeated `steps` times, not once more. What should happen for "
              "steps = 0?"),
        Wrong(_power("power_not_iterated", ("v = product(v)\n", "v = product(v) if _ == 0 else v\n")),
              "v is multiplied by H only once, whatever `steps` is."),
        Wrong(_power("power_absolute", ("v @ product(v), v", "(v @ product(v)).abs(), v")),
              "The sign is lost: a matrix may have a negative eigenvalue of largest absolute value, as at a saddle."),
        Wrong(_power("power_normalized_by_the_sum", ("v.norm()", "v.sum()")),
              "v is divided by the sum of its elements, which may be zero or negative. Divide by v.norm()."),
        Wrong(_power("power_normalized_by_the_largest", ("v.norm()", "v.abs().max()")),
              "v is divided by its largest element. With vᵀHv for λ, v needs length 1: divide by v.norm()."),
        Wrong(_power("power_of_the_last_vector", ("return v @ product(v), v", "return v @ product(v), product(v)")),
              "The eigenvalue is right. The vector returned is H v; return v itself, of length 1."),
    ),
    hints=("v / v.norm() has length 1. Inside the loop two things happen: a product, and a division by the length.",
           "After the loop, λ is the scalar product of v with product(v)."),
    allows="With Hessian-vector products this measures the largest curvature of a network.",
    equivalent=(("v @ product(v) → product(v) @ v", "a product of two vectors"),),
)

EXERCISES = [MINIMA, DESCENT, BEST, NEEDED, PRODUCT, POWER]
