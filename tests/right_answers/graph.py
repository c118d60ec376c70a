"""At least three right answers to every exercise of notebook 04, written as different people would write them."""

import math
from graphlib import TopologicalSorter

import numpy as np

from bpcheck.reference import engine


def rule_by_table(op, ins, out):
    table = {
        "add": lambda _a, _b: [1, 1],
        "mul": lambda a, b: [b, a],
        "pow": lambda a, n: n * out / a,
        "exp": lambda a: math.exp(a),
        "log": lambda a: a**-1,
        "sin": lambda a: math.sin(a + math.pi / 2),
        "tanh": lambda a: math.cosh(a) ** -2,
    }
    return table[op](*ins)


def rule_by_match(op, ins, out):
    match op:
        case "add":
            return np.ones(2)
        case "mul":
            return np.array(ins)[::-1]
        case "pow":
            return np.array([ins[1] * ins[0] ** (ins[1] - 1)])
        case "exp":
            return np.float64(out)
        case "log":
            return (np.exp(-out),)
        case "sin":
            return np.array(np.cos(ins[0]))
        case _:
            return ((1 - out) * (1 + out),)


def rule_by_complex_step(op, ins, _out):
    functions = {
        "add": lambda a, b: a + b,
        "mul": lambda a, b: a * b,
        "pow": lambda a, n: a**n.real,
        "exp": np.exp,
        "log": np.log,
        "sin": np.sin,
        "tanh": np.tanh,
    }
    movable = ins[:1] if op == "pow" else ins
    found = []
    for i in range(len(movable)):
        moved = [complex(number, 1e-30 * (k == i)) for k, number in enumerate(ins)]
        found.append(functions[op](*moved).imag / 1e-30)
    return found


def record_by_engine(f, *numbers):
    return f(*map(engine.Value, numbers))


class Listed:
    """Parents and slopes in lists; constants are not remembered at all."""

    def __init__(self, value, parents=None, slopes=None):
        self.value, self.parents = value, [] if parents is None else parents
        self.slopes = [] if slopes is None else slopes

    def made(self, value, *roads):
        kept = [(p, s) for p, s in roads if isinstance(p, Listed)]
        return Listed(value, [p for p, _ in kept], [s for _, s in kept])

    @staticmethod
    def number(other):
        return other.value if isinstance(other, Listed) else other

    def __add__(self, other):
        return self.made(self.value + self.number(other), (self, 1), (other, 1))

    def __mul__(self, other):
        return self.made(self.value * self.number(other), (self, self.number(other)), (other, self.value))

    __radd__, __rmul__ = __add__, __mul__

    def __pow__(self, n):
        return self.made(self.value**n, (self, n * self.value ** (n - 1)))

    def sin(self):
        return self.made(math.sin(self.value), (self, math.cos(self.value)))

    def exp(self):
        return self.made(math.exp(self.value), (self, math.exp(self.value)))


def record_in_lists(f, *numbers):
    return f(*[Listed(number) for number in numbers])


class Plain(Listed):
    """Constants stand among the parents as plain numbers, and the second parent comes first."""

    def made(self, value, *roads):
        return Plain(np.array(value), tuple(p for p, _ in roads[::-1]), np.array([s for _, s in roads[::-1]]))


def record_with_plain_parents(f, *numbers):
    return f(*[Plain(number) for number in numbers])


def sweeps_by_roads(x):
    factor, sine = 2 * x * math.sin(x * x), 2 * x**3 * math.cos(x * x)
    return [sine, factor + factor + sine, factor + sine]


def sweeps_as_array(x):
    u = x * x
    heard = np.array([np.sin(u), u * np.cos(u)])
    return 2 * x * np.array([[0, 1], [2, 1], [1, 1]]) @ heard


def sweeps_by_simulation(x):
    u = x**2
    messages = [math.sin(u), math.cos(u) * u]
    held = total = at_once = 0
    for message in messages:
        held, total = message, total + message
        at_once += 2 * x * total
    return 2 * x * held, at_once, 2 * x * total


def order_by_counting_users(node):
    """Kahn's algorithm from the end."""
    users, waiting, seen = {}, [node], {node}
    while waiting:
        for parent in waiting.pop().parents:
            users[parent] = users.get(parent, 0) + 1
            if parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    listed, ready = [], [node]
    while ready:
        made = ready.pop()
        listed.append(made)
        for parent in made.parents:
            users[parent] -= 1
            if not users[parent]:
                ready.append(parent)
    return tuple(reversed(listed))


def order_by_the_library(node):
    graph, waiting = {}, [node]
    while waiting:
        made = waiting.pop()
        if made not in graph:
            graph[made] = set(made.parents)
            waiting.extend(made.parents)
    return list(TopologicalSorter(graph).static_order())


def order_by_two_stacks(node):
    listed, done, stack = [], set(), [(node, iter(node.parents))]
    while stack:
        made, parents = stack[-1]
        for parent in parents:
            if parent not in done and parent is not made:
                stack.append((parent, iter(parent.parents)))
                break
        else:
            stack.pop()
            if made not in done:
                done.add(made)
                listed.append(made)
    return np.array(listed, dtype=object)


def backward_by_dict(node):
    grads = {}
    for made in reversed(engine.order(node)):
        grads[made] = grads.get(made, 0) + (made is node)
        for i in range(len(made.parents)):
            parent = made.parents[i]
            grads[parent] = grads.get(parent, 0) + made.slopes[i] * grads[made]
    for made, grad in grads.items():
        made.grad = grad


def backward_by_pulling(node):
    """Each Value asks all that were made from it."""
    nodes = order_by_counting_users(node)
    children = {made: [] for made in nodes}
    for made in nodes:
        for parent, slope in zip(made.parents, made.slopes, strict=True):
            children[parent].append((made, slope))
    for made in nodes[::-1]:
        made.grad = np.float64(made is node) + sum(slope * child.grad for child, slope in children[made])


def each_backward(losses, w):
    grads = np.zeros(len(losses))
    for i, loss in enumerate(losses):
        engine.backward(loss)
        grads[i] = w.grad
    return grads


def each_cleared_afterwards(losses, w):
    def one(loss):
        engine.sweep(loss)
        found = w.grad
        engine.zero_grad(engine.order(loss))
        return found

    return tuple(one(loss) for loss in losses)


def each_from_the_last(losses, w):
    found = {}
    for loss in reversed(losses):
        for node in engine.order(loss):
            node.grad = 0
        engine.sweep(loss)
        found[loss] = np.array(w.grad)
    return [found[loss] for loss in losses]


def maximum_of_the_winner(a, b):
    a, b = engine.as_value(a), engine.as_value(b)
    winner = b if b.value > a.value else a
    return engine.Value(winner.value, (winner,), (1,))


def maximum_itself(a, b):
    a, b = engine.as_value(a), engine.as_value(b)
    return a if a.value >= b.value else b


def maximum_with_int_slopes(a, b):
    a, b = engine.as_value(a), engine.as_value(b)
    return engine.Value(max(a.value, b.value), [a, b], [int(a.value >= b.value), int(a.value < b.value)])


def neuron_by_hand(x, w, b, y):
    yhat = 1 / (1 + math.exp(-(np.dot(w, x) + b)))
    delta = (yhat - y) * yhat * (1 - yhat)
    return delta * x, np.array(delta)


def neuron_with_object_arrays(x, w, b, y):
    values = np.array([engine.Value(number) for number in w], dtype=object)
    bias = engine.Value(b)
    distance = y - 1.0 / (np.exp(-(values @ x + bias)) + 1.0)
    engine.backward(distance * distance * 0.5)
    return np.array([value.grad for value in values]), bias.grad


def neuron_through_tanh(x, w, b, y):
    """The sigmoid is a stretched tanh."""
    inputs = [engine.Value(number) for number in [*w, b]]
    z = sum(number * value for number, value in zip([*x, 1.0], inputs, strict=True))
    yhat = (engine.tanh(z / 2) + 1) / 2
    engine.sweep((yhat - y) ** 2 / 2)
    *dw, db = (value.grad for value in inputs)
    return dw, db


RIGHT = {
    "local_rule": [rule_by_table, rule_by_match, rule_by_complex_step],
    "record": [record_by_engine, record_in_lists, record_with_plain_parents],
    "three_sweeps": [sweeps_by_roads, sweeps_as_array, sweeps_by_simulation],
    "order": [engine.order, order_by_counting_users, order_by_the_library, order_by_two_stacks],
    "backward": [engine.backward, backward_by_dict, backward_by_pulling],
    "grads_of_each": [each_backward, each_cleared_afterwards, each_from_the_last],
    "maximum": [engine.maximum, maximum_of_the_winner, maximum_itself, maximum_with_int_slopes],
    "neuron_by_engine": [neuron_by_hand, neuron_with_object_arrays, neuron_through_tanh],
}
