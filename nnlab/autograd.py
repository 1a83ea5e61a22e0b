"""Reverse-mode automatic differentiation of scalars: a Value is a node of a computational graph.

>>> a, b = Value(2.0), Value(-3.0)
>>> c = (a * b).tanh() + a
>>> c.backward()
>>> round(a.grad, 4), round(b.grad, 4)
(0.9999, 0.0)

Each Value keeps its parents with its local derivatives, the partial derivatives with respect to them. The backward pass
multiplies the local derivatives along each path and sums over all paths: reverse accumulation (Linnainmaa 1970), also
called backpropagation (Rumelhart, Hinton and Williams 1986). micrograd (Karpathy 2020) is an engine of the same kind.
The notebook of week 3b writes this file step by step.
"""

import math
from numbers import Real


class Value:
    """A number, `data`; its `parents`, pairs (Value it was computed from, local derivative); its gradient, `grad`."""

    def __init__(self, data, parents=()):
        assert isinstance(data, Real), f"a Value holds one real number, not {data!r}"
        self.data, self.grad, self.parents = float(data), 0.0, parents

    def __repr__(self):
        return f"Value({self.data:.4g}, grad={self.grad:.4g})"

    def __add__(self, other):
        other = other if isinstance(other, Value) else Value(other)
        return Value(self.data + other.data, ((self, 1.0), (other, 1.0)))

    def __mul__(self, other):
        return product(self, other if isinstance(other, Value) else Value(other))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, power):
        assert isinstance(power, Real), "the exponent is no number; for Values: (b * a.log()).exp()"
        return Value(self.data ** power, ((self, power * self.data ** (power - 1)),))

    def exp(self):
        """Exponential function."""
        data = math.exp(self.data)
        return Value(data, ((self, data),))

    def log(self):
        """Natural logarithm."""
        return Value(math.log(self.data), ((self, 1 / self.data),))

    def tanh(self):
        """Hyperbolic tangent."""
        data = math.tanh(self.data)
        return Value(data, ((self, 1 - data ** 2),))

    def sigmoid(self):
        """Logistic sigmoid 1 / (1 + exp(-x)), computed without overflow."""
        small = math.exp(-abs(self.data))
        data = (1 if self.data > 0 else small) / (1 + small)
        return Value(data, ((self, data * (1 - data)),))

    def relu(self):
        """Rectified linear unit max(x, 0); its derivative at 0 is taken as 0, as in torch."""
        return Value(max(self.data, 0), ((self, float(self.data > 0)),))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * other ** -1

    def __rtruediv__(self, other):
        return self ** -1 * other

    def __rpow__(self, base):
        return (self * math.log(base)).exp()

    def backward(self):
        """Backpropagate: add the gradient of this Value to the `grad` of leaves, and overwrite that of other nodes."""
        order = ordered(self)
        for node in order:
            if node.parents:
                node.grad = 0.0
        self.grad += 1.0
        accumulate(order)

    def zero_grad(self):
        """Set the `grad` of this Value and of all its ancestors to 0."""
        for node in ordered(self):
            node.grad = 0.0


def product(a, b):
    """The product a * b of two Values, of a's class; its parents are a and b, each paired with its local derivative."""
    return type(a)(a.data * b.data, ((a, b.data), (b, a.data)))


def ordered(root):
    """List of `root` and all its ancestors in topological order: each Value once, parents first, `root` last."""
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
    """Backward pass from the last Value of a topological order: add to the `grad` of all others by the chain rule."""
    for node in reversed(order):
        for parent, local_derivative in node.parents:
            parent.grad += local_derivative * node.grad
