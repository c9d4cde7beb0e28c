"""Reads the tables of the public names and the stubs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from inspect import Parameter, Signature
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
API_MD = ROOT / "docs" / "api.md"
DOEFF_MD = ROOT / "docs" / "doeff.md"
PACKAGE = ROOT / "vm" / "py" / "python" / "doeff_vm"
STUB_FILES = [PACKAGE / "doeff_vm.pyi", PACKAGE / "_effect_class.py"]
"""What type checkers read: the stub of the extension, and the module that is written in Python."""
DOEFF_STUB = PACKAGE / "_doeff_names.pyi"
HEADER = ["name", "what it is", "attributes and methods", "raises"]
SHARED_HEADER = ["name", "also made by", "more attributes and methods", "`__dict__`"]
DOEFF_HEADER = ["name", "what it is", "attributes and methods", "`__dict__`"]

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
    also: list[Parameters] = field(default_factory=list)
    """Other parameters that make one; only in doeff's table of shared names."""
    has_dict: bool = False
    """Whether an instance has a `__dict__`; only in doeff's tables."""
    in_package: bool = True
    """Whether it is a name of the package, too; only in doeff's tables."""

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


def rows_of(text: str, header: list[str]) -> Iterator[list[str]]:
    """The cells of the rows below each heading of these columns."""
    within = False
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells == header:
            within = True
        elif not line.startswith("|"):
            within = False
        elif within and not set(line) <= set("|- "):
            assert len(cells) == len(header), line
            yield cells


def entry_of(cells: list[str]) -> Entry:
    """The name and the attributes in a row."""
    name, _, attributes, _ = cells
    found = re.fullmatch(r"`([^`]+)`", name)
    assert found, name
    entry = Entry(*signature_in(found[1]))
    for attribute in entries_in(attributes):
        shown = re.match(r"`([^`]+)`", attribute)
        assert shown, attribute
        of, parameters = signature_in(shown[1])
        entry.attributes[of] = parameters
    return entry


def read_table(text: str) -> Iterator[Entry]:
    """The rows of the tables of our names."""
    for cells in rows_of(text, HEADER):
        entry = entry_of(cells)
        assert cells[1], f"{entry} is not explained"
        entry.raises = [re.sub(r"[`*]", "", raised) for raised in entries_in(cells[3])]
        yield entry


def read_shared_table(text: str) -> Iterator[Entry]:
    """What doeff has more of on our names."""
    for cells in rows_of(text, SHARED_HEADER):
        entry = entry_of(cells)
        for call in entries_in(cells[1]):
            _, parameters = signature_in(call.strip("`"))
            assert parameters is not None, call
            entry.also.append(parameters)
        entry.has_dict = said(cells[3])
        yield entry


def read_doeff_table(text: str) -> Iterator[Entry]:
    """The names that only doeff has."""
    for cells in rows_of(text, DOEFF_HEADER):
        entry = entry_of(cells)
        assert cells[1], f"{entry} is not explained"
        entry.in_package = "only in `doeff_vm.doeff_vm`" not in cells[1]
        entry.has_dict = said(cells[3])
        yield entry


def said(cell: str) -> bool:
    """Whether a cell says yes."""
    assert cell in ("yes", ""), cell
    return cell == "yes"


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


def names_in(parameters: Parameters) -> list[str]:
    return [name for name, *_ in parameters]


def shared_forms(name: str) -> list[list[str]]:
    """The names of the parameters by which doeff makes one of ours."""
    return [names_in(form) for form in OF_BOTH[name].also] if name in OF_BOTH else []


def merged_but_for(others: list[list[str]], overloads: list[Parameters]) -> Parameters | None:
    """The parameters of a constructor without the overloads of these names, all of which it has."""
    own = [overload for overload in overloads if names_in(overload) not in others]
    missing = [form for form in others if form not in map(names_in, overloads)]
    assert not missing, f"the stub lacks {missing}"
    return merged(own) if own else None


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
            entry.parameters = merged_but_for(shared_forms(node.name), overloads)
        elif not name.startswith("__"):
            entry.attributes[name] = merged(overloads)
    return entry


def without_doeffs(entry: Entry) -> Entry:
    """What the stub says about one of our names, without what only doeff has of it."""
    if entry.name not in OF_BOTH:
        return entry
    more = OF_BOTH[entry.name].attributes
    ours = {name: found for name, found in entry.attributes.items() if name not in more}
    return replace(entry, attributes=ours)


def examples(text: str) -> list[str]:
    """The Python in a Markdown text."""
    return [block.partition("```")[0] for block in text.split("```python\n")[1:]]


TABLE = {entry.name: entry for entry in read_table(API_MD.read_text())}
OF_BOTH = {entry.name: entry for entry in read_shared_table(DOEFF_MD.read_text())}
DOEFF = {entry.name: entry for entry in read_doeff_table(DOEFF_MD.read_text())}
STUB = {entry.name: entry for file in STUB_FILES for entry in read_stub(file.read_text())}
STUB_OF_DOEFF = {entry.name: entry for entry in read_stub(DOEFF_STUB.read_text())}
