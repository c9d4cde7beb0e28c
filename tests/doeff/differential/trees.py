"""Random doeff programs as trees of JSON values: made from a seed, and made smaller.

A node is a list `[kind, argument...]`; an argument is a node, a list of nodes, a handler (a dict)
or a constant. Any node may stand in any node's place, which is what makes shrinking simple.
"""

import random

EFFECTS = ("A", "B", "C", "D")
KEYS = ("x", "y")
ERRORS = ("ValueError", "KeyError", "Odd", "Custom")
ANNOTATIONS = (
    ("none", 4),
    ("object", 1),
    ("effect base", 1),
    ("A", 3),
    ("B", 3),
    ("C", 2),
    ("D", 2),
    ("base", 2),
    ("marker", 1),
    ("A or D", 2),
    ("C or marker", 1),
    ("text A", 1),
    ("annotated B", 1),
)
ACTS = (
    ("resume", 12),
    ("assigned", 3),
    ("transfer", 6),
    ("wrap", 6),
    ("pass", 10),
    ("pass tail", 4),
    ("pass other", 1),
    ("throw", 1.3),
    ("throw wrap", 1),
    ("transfer throw", 1.2),
    ("drop", 2),
    ("again", 4),
    ("guard", 4),
    ("finally", 3),
    ("raise", 0.6),
    ("after", 0.6),
    ("twice", 1),
    ("hold", 2),
)
LEAVES = (
    ("int", 5),
    ("var", 5),
    ("effect", 12),
    ("ask", 4),
    ("get", 5),
    ("told", 1),
    ("raise", 0.5),
    ("yield value", 0.15),
    ("handlers", 0.5),
    ("context", 0.3),
    ("held", 0.8),
)
BRANCHES = (
    ("seq", 8),
    ("add", 4),
    ("pair", 4),
    ("effect of", 5),
    ("put", 5),
    ("tell", 3),
    ("slog", 1),
    ("call", 7),
    ("from", 2),
    ("with", 8),
    ("state", 2),
    ("reader", 2),
    ("observe", 4),
    ("try", 4),
    ("listen", 2),
    ("local", 2),
    ("catch", 5),
    ("finally", 2),
    ("if", 2),
    ("loop", 2),
)
TASK_LEAVES = (
    ("wait", 4),
    ("gather", 5),
    ("race", 3),
    ("cancel", 1),
    ("promise", 3),
    ("wait promise", 1),
    ("semaphore", 1),
    ("acquire", 0.4),
    ("release", 0.6),
)
TASK_BRANCHES = (("spawn", 12), ("complete", 3), ("fail", 0.6))

# Probabilities: of a program with tasks, of handlers in an unusual order, of a branch, and so on.
TASKS = 0.4
SHUFFLED = 0.3
BRANCH = 0.72
TASK_NODE = 0.3
KNOWN_KEY = 0.96
DAEMON = 0.1
OWN_ACT = 0.35


class Maker:
    """Makes one tree; `budget` bounds its size."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.budget = self.random.randint(10, 140)
        self.tasks = self.chance(TASKS)

    def chance(self, probability):
        return self.random.random() < probability

    def pick(self, weighted):
        """One of the weighted names."""
        names, weights = zip(*weighted, strict=True)
        return self.random.choices(names, weights)[0]

    def program(self):
        """A whole program: a body under the handlers most programs have."""
        body = ["seq", [self.node(4) for _ in range(self.random.randint(2, 8))]]
        for _ in range(self.random.randint(0, 4)):
            body = ["with", self.handler(2), body]
        layers = []
        for kind, chance in (("library", 0.97), ("state", 0.9), ("reader", 0.95), ("with", 0.9)):
            if self.chance(chance):
                layers.append(kind)
        if self.chance(SHUFFLED):
            self.random.shuffle(layers)
        for kind in layers:
            body = self.layer(kind, body)
        return ["scheduled", body] if self.tasks else body

    def layer(self, kind, body):
        """`body` under one of the outer handlers."""
        if kind == "with":
            answering = {"on": "none", "acts": {"*": ["resume", ["int", self.small()]]}}
            return ["with", answering, body]
        if kind == "library":
            return ["library", body]
        return [kind, {key: self.small() for key in KEYS}, body]

    def small(self):
        return self.random.randint(0, 9)

    def node(self, depth):
        """A random node at most `depth` branches deep."""
        self.budget -= 1
        branch = depth > 0 and self.budget > 0 and self.chance(BRANCH)
        if self.tasks and self.chance(TASK_NODE):
            kind = self.pick(TASK_BRANCHES if branch else TASK_LEAVES)
        else:
            kind = self.pick(BRANCHES if branch else LEAVES)
        return [kind, *self.arguments(kind, depth - 1)]

    def nodes(self, depth, low, high):
        return [self.node(depth) for _ in range(self.random.randint(low, high))]

    def arguments(self, kind, depth):  # noqa: PLR0911, PLR0912 - a case for each shape of node
        """The arguments of a node of a kind."""
        pick = self.random.choice
        match kind:
            case "int" | "var" | "wait" | "cancel" | "wait promise" | "acquire" | "release":
                return [self.small()]
            case "effect":
                return [pick(EFFECTS), self.small()]
            case "ask" | "get":
                return [pick(KEYS) if self.chance(KNOWN_KEY) else "none"]
            case "raise":
                return [pick(ERRORS), self.small()]
            case "gather" | "race":
                return [[self.small() for _ in range(self.random.randint(1, 3))]]
            case "told" | "yield value" | "handlers" | "context" | "promise" | "held":
                return []
            case "semaphore":
                return [self.random.randint(1, 2)]
            case "seq":
                return [self.nodes(depth, 2, 4)]
            case "add" | "pair" | "finally":
                return [self.node(depth), self.node(depth)]
            case "effect of" | "put":
                return [pick(EFFECTS if kind == "effect of" else KEYS), self.node(depth)]
            case "with":
                return [self.handler(depth), self.busy(depth)]
            case "state" | "reader":
                return [{key: self.small() for key in KEYS}, self.node(depth)]
            case "local":
                return [{pick(KEYS): self.small()}, self.node(depth)]
            case "catch":
                return [pick((*ERRORS, "Exception")), self.node(depth), self.node(depth)]
            case "if":
                return [self.node(depth), self.node(depth), self.node(depth)]
            case "loop":
                return [self.random.randint(2, 3), self.node(depth)]
            case "complete" | "fail":
                return [self.small(), self.node(depth)]
            case "spawn":
                return [pick((10, 10, 10, 20, 0)), self.chance(DAEMON), self.node(depth)]
            case _:
                return [self.node(depth)]

    def busy(self, depth):
        """A node that surely performs effects."""
        effects = [["effect", self.random.choice(EFFECTS), self.small()] for _ in range(2)]
        return ["seq", [effects[0], self.node(depth), effects[1]]]

    def handler(self, depth):
        """A handler: its annotation and what it does for each class of effects."""
        acts = {"*": self.act(depth)}
        for name in EFFECTS:
            if self.chance(OWN_ACT):
                acts[name] = self.act(depth)
        return {"on": self.pick(ANNOTATIONS), "acts": acts}

    def act(self, depth):
        return [self.pick(ACTS), self.node(min(depth, 1))]


def generate(seed):
    """The program of a seed."""
    return Maker(seed).program()


def is_node(value):
    """Whether a value of a tree is a node."""
    return isinstance(value, list) and bool(value) and isinstance(value[0], str)


def size(value):
    """The number of values in a tree."""
    if isinstance(value, dict):
        return 1 + sum(size(item) for item in value.values())
    if isinstance(value, list):
        return 1 + sum(size(item) for item in value)
    return 1


def descendants(node):
    """Every node inside of a node."""
    for value in node[1:]:
        yield from inner_nodes(value)


def inner_nodes(value):
    """The nodes in a value, itself included."""
    if is_node(value):
        yield value
        yield from descendants(value)
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from inner_nodes(item)


def variants(value):
    """Smaller values in place of a value, the smallest first."""
    if is_node(value):
        if value != ["int", 0]:
            yield ["int", 0]
            yield from sorted(descendants(value), key=size)
        for index in range(1, len(value)):
            for smaller in variants(value[index]):
                yield [*value[:index], smaller, *value[index + 1 :]]
    elif isinstance(value, list):
        for index in range(len(value)):
            yield value[:index] + value[index + 1 :]
            for smaller in variants(value[index]):
                yield [*value[:index], smaller, *value[index + 1 :]]
    elif isinstance(value, dict):
        for key in value:
            if key in EFFECTS:
                yield {other: item for other, item in value.items() if other != key}
            for smaller in variants(value[key]):
                yield {**value, key: smaller}


def shrink(tree, fails, limit=600):
    """A small tree for which `fails` still holds, found in at most `limit` attempts."""
    attempts = 0
    progress = True
    while progress:
        progress = False
        for smaller in variants(tree):
            if size(smaller) >= size(tree):
                continue
            attempts += 1
            if attempts > limit:
                return tree
            if fails(smaller):
                tree, progress = smaller, True
                break
    return tree
