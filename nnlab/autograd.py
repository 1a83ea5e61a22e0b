"""A scalar automatic-differentiation engine: numbers that remember how they were made, and with which slopes.

>>> a, b = Value(2.0), Value(-3.0)
>>> c = (a * b).tanh() + a
>>> c.backward()
>>> round(a.grad, 4), round(b.grad, 4)
(0.9999, 0.0)

Each Value keeps its parents, the Values that it was made from, each with the local slope: how fast this value changes with that
parent alone. The backward pass multiplies slopes along every path and adds up all paths: reverse accumulation (Linnainmaa 1970),
or backpropagation (Rumelhart, Hinton and Williams 1986). So small an engine trains networks: micrograd (Karpathy 2020).
"""

import math
from numbers import Real


def product(a, b):
    """The Value a * b, with a slope for each of the two Values."""
    return Value(a.data * b.data, ((a, b.data), (b, a.data)))


def ordered(root):
    """All Values that `root` was made from, and last itself: each once, and each after its parents (a topological order)."""
    order, done, stack = [], set(), [root]
    while stack:
        node = stack[-1]
        waiting = [parent for parent, _ in node.parents if parent not in done]
        if waiting:
            stack += waiting
        else:
            stack.pop()
            if node not in done:
                done.add(node)
                order.append(node)
    return order


def accumulate(order):
    """Push the gradient of the last Value of a topological order back to all others: each adds what its children send it."""
    for node in reversed(order):
        for parent, slope in node.parents:
            parent.grad += slope * node.grad


class Value:
    """A number `data`, the `parents` that it was made from as pairs (Value, local slope), and its gradient `grad`.

    Raises:
        TypeError: `data` is no number.
    """

    __slots__ = ("data", "grad", "parents")
    __array_ufunc__ = None  # so that NumPy's numbers leave `number * Value` to the Value

    def __init__(self, data, parents=()):
        if not isinstance(data, Real):
            raise TypeError(f"Value({data!r}): give a number; of a tensor or an array make one Value for each element")
        self.data, self.grad, self.parents = float(data), 0.0, parents

    def backward(self):
        """Add to `grad` of every Value without parents the slope of this value with respect to it; others get theirs anew."""
        order = ordered(self)
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad += 1.0
        accumulate(order)

    def zero_grad(self):
        """Set `grad` to 0, of this Value and of all that it was made from."""
        for node in ordered(self):
            node.grad = 0.0

    def __add__(self, other):
        other = _value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return product(self, _value(other))

    def __pow__(self, power):
        if isinstance(power, Value):
            raise TypeError("Value ** Value is not supported: write (b.log() * power).exp() for a positive base b")
        written = f"({self.data}) ** {power}"
        slope = _real(lambda: power and power * self.data ** (power - 1), f"the slope of {written}")
        return Value(_real(lambda: self.data ** power, written), ((self, slope),))

    def __rpow__(self, base):
        return (self * _real(lambda: math.log(base), f"the slope of ({base}) ** x")).exp()

    def exp(self):
        """Exponential function."""
        data = _real(lambda: math.exp(self.data), f"exp({self.data})")
        return Value(data, ((self, data),))

    def log(self):
        """Natural logarithm; ValueError unless this value is positive."""
        return Value(_real(lambda: math.log(self.data), f"log({self.data})"), ((self, 1 / self.data),))

    def tanh(self):
        """Hyperbolic tangent."""
        data = math.tanh(self.data)
        return Value(data, ((self, 1 - data * data),))

    def sigmoid(self):
        """1 / (1 + exp(-x)), without overflow."""
        small = math.exp(-abs(self.data))
        data = (1.0 if self.data > 0 else small) / (1 + small)
        return Value(data, ((self, data * (1 - data)),))

    def relu(self):
        """This value where it is positive, else 0; its slope at 0 is 0, as torch has it."""
        return Value(max(self.data, 0.0), ((self, float(self.data > 0)),))

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -_value(other)

    def __rsub__(self, other):
        return other + -self

    def __truediv__(self, other):
        return self * _value(other) ** -1

    def __rtruediv__(self, other):
        return other * self ** -1

    __radd__ = __add__
    __rmul__ = __mul__

    def __repr__(self):
        return f"Value({self.data:.4g}, grad={self.grad:.4g})"


def _value(number):
    return number if isinstance(number, Value) else Value(number)


def _real(compute, what):
    """What `compute` gives, or a ValueError that says that `what` is no real number."""
    try:
        result = compute()
    except (ValueError, ZeroDivisionError, OverflowError):
        result = None
    if not isinstance(result, Real):
        raise ValueError(f"{what} is no finite real number")
    return result
