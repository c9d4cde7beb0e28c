"""Reads the table of the public names and the stub."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from inspect import Parameter, Signature
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
API_MD = ROOT / "docs" / "api.md"
PACKAGE = ROOT / "vm" / "py" / "python" / "doeff_vm"
STUB_FILES = [PACKAGE / "doeff_vm.pyi", PACKAGE / "_effect_class.py"]
"""What type checkers read: the stub of the extension, and the module that is written in Python."""
HEADER = ["name", "what it is", "attributes and methods", "raises"]

# A parameter: its name, its kind, and the source of its default; None where it has none, "?" where
# the stub, whose overloads have it or not, says only that it may be left out.
Parameters = list[tuple[str, str, str | None]]


@dataclass
class Entry:
    """What the table or the stub says about one name."""

    name: str
    parameters: Parameters | None = None
    """None for what is not made by calling it."""
    attributes: dict[str, Parameters | None] = field(default_factory=dict)
    """The methods with their parameters, other attributes with None."""
    raises: list[str] = field(default_factory=list)
    """As `when: Error, condition`; not in the stub."""
    bases: list[str] = field(default_factory=list)
    """The names of the base classes; only in the stub."""
    is_class: bool = False
    """Only in the stub."""

    def __str__(self) -> str:
        return self.name


def parameters_of(signature: Signature) -> Parameters:
    """The parameters of a signature that `inspect` gives."""
    return [
        (
            name,
            parameter.kind.name,
            None if parameter.default is Parameter.empty else shown(parameter),
        )
        for name, parameter in signature.parameters.items()
    ]


def shown(parameter: Parameter) -> str:
    """The source of a default; a marker object of an engine's own is shown as `...`."""
    plain = isinstance(parameter.default, str | int | tuple | None)
    return repr(parameter.default) if plain else "..."


def parsed(arguments: ast.arguments, *, method: bool = False) -> Parameters:
    """The parameters of a `def`, without the `self` of a method."""
    found: Parameters = []
    plain = [(arg, "POSITIONAL_ONLY") for arg in arguments.posonlyargs]
    plain += [(arg, "POSITIONAL_OR_KEYWORD") for arg in arguments.args]
    missing = [None] * (len(plain) - len(arguments.defaults))
    for (arg, kind), default in zip(plain, [*missing, *arguments.defaults], strict=True):
        found.append((arg.arg, kind, None if default is None else ast.unparse(default)))
    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        source = None if default is None else ast.unparse(default)
        found.append((arg.arg, "KEYWORD_ONLY", source))
    return found[1:] if method else found


# The table


def signature_in(text: str) -> tuple[str, Parameters | None]:
    """The name and the parameters in `name(a, b=None)`."""
    name, parenthesis, rest = text.partition("(")
    if not parenthesis:
        return name, None
    function = ast.parse(f"def {name}({rest}: ...").body[0]
    assert isinstance(function, ast.FunctionDef)
    return name, parsed(function.args)


def entries_in(cell: str) -> list[str]:
    return [entry for entry in cell.split("<br>") if entry]


def read_table(text: str) -> Iterator[Entry]:
    """The rows of the tables under the heading `The table`."""
    lines = text[text.index("\n## The table\n") :].splitlines()
    rows = [line for line in lines if line.startswith("|")]
    for row in rows:
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == len(HEADER), row
        if cells == HEADER or set(row) <= set("|- "):
            continue
        names = re.fullmatch(r"`([^`]+)`", cells[0])
        assert names, row
        entry = Entry(*signature_in(names[1]))
        assert cells[1], f"{entry} is not explained"
        for attribute in entries_in(cells[2]):
            found = re.match(r"`([^`]+)`", attribute)
            assert found, attribute
            name, parameters = signature_in(found[1])
            entry.attributes[name] = parameters
        entry.raises = [re.sub(r"[`*]", "", raised) for raised in entries_in(cells[3])]
        yield entry


# The stub


def merged(overloads: list[Parameters]) -> Parameters:
    """The parameters of an overloaded function: the longest list, with every default."""
    found = max(overloads, key=len)
    for index, (name, kind, _) in enumerate(found):
        for overload in overloads:
            same = [other for other in overload if other[0] == name]
            assert not same or same[0][1] == kind, f"overloads do not agree on {name}"
            found[index] = (name, kind, found[index][2] or (same[0][2] if same else "?"))
    return found


def read_stub(text: str) -> Iterator[Entry]:
    """The public names in a stub, or in a module with an `__all__`."""
    functions: dict[str, list[Parameters]] = {}
    body = ast.parse(text).body
    exported = [node.value for node in body if ast.unparse(node).startswith("__all__ = ")]
    for node in body:
        if not isinstance(node, ast.ClassDef | ast.FunctionDef) or node.name.startswith("_"):
            continue
        if exported and node.name not in ast.literal_eval(exported[0]):
            continue
        if isinstance(node, ast.ClassDef):
            yield read_class(node)
        else:
            functions.setdefault(node.name, []).append(parsed(node.args))
    for name, overloads in functions.items():
        yield Entry(name, merged(overloads))


def read_class(node: ast.ClassDef) -> Entry:
    entry = Entry(node.name, is_class=True)
    for base in node.bases:
        named = base.value if isinstance(base, ast.Subscript) else base
        entry.bases.append(ast.unparse(named))
    methods: dict[str, list[Parameters]] = {}
    for member in node.body:
        if isinstance(member, ast.AnnAssign):
            entry.attributes[ast.unparse(member.target)] = None
        elif isinstance(member, ast.FunctionDef):
            if "property" in map(ast.unparse, member.decorator_list):
                entry.attributes[member.name] = None
            else:
                methods.setdefault(member.name, []).append(parsed(member.args, method=True))
    for name, overloads in methods.items():
        if name in ("__init__", "__new__"):
            entry.parameters = merged(overloads)
        elif not name.startswith("__"):
            entry.attributes[name] = merged(overloads)
    return entry


TABLE = {entry.name: entry for entry in read_table(API_MD.read_text())}
STUB = {entry.name: entry for file in STUB_FILES for entry in read_stub(file.read_text())}
