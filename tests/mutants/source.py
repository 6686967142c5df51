"""Single changes of the builder's source: all that can be made, and a random choice."""

from __future__ import annotations

import ast
import difflib
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

#: The modules that write formulas, equations or numbers.
BUILDER = (
    "sheetnet/network/**/*.py",
    "sheetnet/calculus/**/*.py",
    "sheetnet/sheets/**/*.py",
    "sheetnet/expressions/formula.py",
    "sheetnet/expressions/mathematics.py",
    "sheetnet/expressions/evaluation.py",
    "sheetnet/expressions/dialects.py",
)
#: What a lesson is given is made before its workbook, which is right with any: starting weights and
#: examples. Other tests hold these to what their names promise.
GIVEN = ("sheetnet/network/initialisation.py", "sheetnet/network/data/*.py")

#: Names, keywords and texts that are mistaken for each other.
EXCHANGED = (
    ("weight", "bias"),
    ("weights", "biases"),
    ("weight_gradient", "bias_gradient"),
    ("weight_gradients", "bias_gradients"),
    ("z", "activation", "delta"),
    ("activations", "deltas"),
    ("loss", "cost"),
    ("losses", "costs"),
    ("input", "target"),
    ("inputs", "targets"),
    ("unit", "source", "sample"),
    ("samples", "steps"),
    ("row", "column"),
    ("rows", "columns"),
    ("top", "bottom"),
    ("left", "right"),
    ("first", "last"),
    ("up", "down"),
    ("height", "width"),
    ("numeric", "analytic"),
    ("maximum", "minimum"),
    ("max", "min"),
    ("exp", "ln"),
    ("sum", "average"),
    ("abs", "sign"),
    ("count", "sum"),
    ("value", "slope"),
    ("+", "-"),
    ("*", "/"),
    ("<", "<=", ">"),
    ("✓", "✗"),
)

_LOOKS = """
    alt_text bold border_colour border_width borders colour cursor default_width error
    fill_colour fit_height fit_width font freeze gridlines heights horizontal indent italic
    locked marker marker_colour marker_size notes print_setup prompt size strict tab_colour
    tip title title_rows underline validations vertical widths wrap
"""
#: What is assigned or handed to these decides no number.
LOOKS = frozenset(_LOOKS.split())

OPERATORS: dict[type[ast.AST], tuple[str, tuple[str, ...]]] = {
    ast.Add: ("+", ("-", "*")),
    ast.Sub: ("-", ("+",)),
    ast.Mult: ("*", ("/", "+")),
    ast.Div: ("/", ("*",)),
    ast.FloorDiv: ("//", ("*",)),
    ast.Mod: ("%", ("*",)),
    ast.Pow: ("**", ("*",)),
    ast.Gt: (">", (">=", "<")),
    ast.GtE: (">=", (">",)),
    ast.Lt: ("<", ("<=", ">")),
    ast.LtE: ("<=", ("<", ">=")),
    ast.Eq: ("==", ("!=",)),
    ast.NotEq: ("!=", ("==",)),
    ast.And: ("and", ("or",)),
    ast.Or: ("or", ("and",)),
    ast.In: ("in", ("not in",)),
    ast.NotIn: ("not in", ("in",)),
}


@dataclass(frozen=True)
class Mutant:
    """A module's bytes from `start` to `end` replaced; `path` begins at the project's root."""

    path: str
    kind: str
    start: int
    end: int
    new: str

    @property
    def source(self) -> bytes:
        return (ROOT / self.path).read_bytes()

    @property
    def changed(self) -> bytes:
        """The module's text after the change."""
        text = self.source
        return text[: self.start] + self.new.encode() + text[self.end :]

    @property
    def place(self) -> str:
        line = self.source[: self.start].count(b"\n") + 1
        return f"{self.path}:{line}"

    @property
    def diff(self) -> str:
        """The lines that differ."""
        old, new = (text.decode().splitlines() for text in (self.source, self.changed))
        lines = list(difflib.unified_diff(old, new, n=0, lineterm=""))[2:]
        return "\n".join(f"{line[0]} {line[1:].strip()}" for line in lines if line[0] in "+-")

    @property
    def works(self) -> bool:
        """Whether it is another program that Python can read."""
        try:
            changed = ast.parse(self.changed)
        except SyntaxError:
            return False
        return ast.dump(changed) != ast.dump(ast.parse(self.source))


def modules() -> list[str]:
    """The modules of the builder, from the project's root."""
    found = {path for pattern in BUILDER for path in ROOT.glob(pattern)}
    found -= {path for pattern in GIVEN for path in ROOT.glob(pattern)}
    return sorted(str(path.relative_to(ROOT)) for path in found)


def draw(count: int, seed: int) -> Iterator[Mutant]:
    """Random mutants, all different; a kind with many places is drawn less than each alone."""
    left = [mutant for path in modules() for mutant in _Module(path).mutants()]
    often = Counter(mutant.kind for mutant in left)
    rng = random.Random(seed)
    # The largest keys first are a weighted draw without replacement.
    keyed = [(rng.random() ** (often[mutant.kind] ** 0.5), mutant) for mutant in left]
    found = 0
    for _, mutant in sorted(keyed, key=lambda pair: -pair[0]):
        if found == count:
            return
        if mutant.works:
            found += 1
            yield mutant


class _Module:
    """All changes that can be made in one module."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.text = (ROOT / path).read_bytes()
        self.tree = ast.parse(self.text)
        self.names = {n.id for n in ast.walk(self.tree) if isinstance(n, ast.Name)}
        self.names |= {n.arg for n in ast.walk(self.tree) if isinstance(n, ast.arg)}
        self.lines = [0, *(match.end() for match in re.finditer(b"\n", self.text))]

    def mutants(self) -> Iterator[Mutant]:
        for node in _nodes(self.tree):
            for kind, start, end, new in self._changes(node):
                if new != self.text[start:end].decode():
                    yield Mutant(self.path, kind, start, end, new)

    def _start(self, node: Any) -> int:
        return int(self.lines[node.lineno - 1] + node.col_offset)

    def _end(self, node: Any) -> int:
        return int(self.lines[node.end_lineno - 1] + node.end_col_offset)

    def _code(self, node: ast.AST) -> str:
        return self.text[self._start(node) : self._end(node)].decode()

    def _whole(self, kind: str, node: ast.AST, new: str) -> tuple[str, int, int, str]:
        return kind, self._start(node), self._end(node), new

    def _changes(self, node: ast.AST) -> Iterator[tuple[str, int, int, str]]:
        match node:
            case ast.BinOp():
                yield from self._operation(node)
            case ast.BoolOp(both, values):
                for one, other in zip(values, values[1:], strict=False):
                    yield from self._operator("and, or", one, both, other)
            case ast.Compare(first, operators, others):
                terms = [first, *others]
                for one, op, other in zip(terms, operators, others, strict=False):
                    yield from self._operator("comparison", one, op, other)
            case ast.UnaryOp(ast.USub(), operand):
                yield self._whole("minus dropped", node, f"({self._code(operand)})")
            case ast.Constant():
                yield from self._constant(node)
            case ast.Call():
                yield from self._call(node)
            case ast.List(items) | ast.Tuple(items) if len(items) > 1 and isinstance(
                node.ctx, ast.Load
            ):
                yield from self._items(items)
            case ast.For(iter=sequence) | ast.comprehension(iter=sequence):
                yield self._whole(
                    "sequence reversed", sequence, f"list({self._code(sequence)})[::-1]"
                )
            case ast.If(test=test) | ast.While(test=test):
                yield self._whole("condition negated", test, f"not ({self._code(test)})")
            case ast.IfExp(test, then, otherwise):
                yield self._whole("condition negated", test, f"(not ({self._code(test)}))")
                swapped = f"{self._code(otherwise)} if {self._code(test)} else {self._code(then)}"
                yield self._whole("branches swapped", node, swapped)
            case ast.Attribute(attr=name):
                end = self._end(node)
                yield from self._exchanged(name, end - len(name.encode()), end)
            case ast.Name(name, ast.Load()):
                for change in self._exchanged(name, self._start(node), self._end(node)):
                    if change[-1] in self.names:
                        yield change
            case ast.Return(value) if isinstance(value, ast.BinOp | ast.Call):
                yield self._whole("minus added", value, f"-({self._code(value)})")

    def _operator(
        self, kind: str, left: ast.AST, op: ast.AST, right: ast.AST
    ) -> Iterator[tuple[str, int, int, str]]:
        sign, others = OPERATORS.get(type(op), ("", ()))
        start = self.text.find(sign.encode(), self._end(left), self._start(right)) if sign else -1
        if start >= 0:
            for other in others:
                yield kind, start, start + len(sign), other

    def _operation(self, node: ast.BinOp) -> Iterator[tuple[str, int, int, str]]:
        left, right = node.left, node.right
        if any(
            isinstance(side, ast.JoinedStr)
            or (isinstance(side, ast.Constant) and isinstance(side.value, str))
            for side in (left, right)
        ):
            return
        yield from self._operator("operator", left, node.op, right)
        one, other = self._code(left), self._code(right)
        if isinstance(node.op, ast.Sub | ast.Div | ast.MatMult | ast.Mod | ast.Pow):
            between = self.text[self._end(left) : self._start(right)].decode().strip(" ()\n")
            yield self._whole("operands swapped", node, f"({other}) {between} ({one})")
        if isinstance(node.op, ast.Add | ast.Sub) and isinstance(right, ast.Constant):
            yield self._whole("+ 1 dropped", node, f"({one})")
        for side in (left, right):
            yield self._whole("minus added", side, f"(-({self._code(side)}))")

    def _constant(self, node: ast.Constant) -> Iterator[tuple[str, int, int, str]]:
        value = node.value
        if isinstance(value, bool):
            yield self._whole("truth flipped", node, str(not value))
        elif isinstance(value, int):
            yield self._whole("integer ± 1", node, str(value + 1))
            yield self._whole("integer ± 1", node, str(value - 1))
        elif isinstance(value, float):
            for factor in (2.0, 0.5, 1.01):
                yield self._whole("float scaled", node, repr(value * factor))
        elif isinstance(value, str) and self._code(node) == f'"{value}"':
            yield from self._exchanged(value, self._start(node) + 1, self._end(node) - 1)

    def _call(self, node: ast.Call) -> Iterator[tuple[str, int, int, str]]:
        plain = [a for a in node.args if not isinstance(a, ast.Starred)]
        for one, other in zip(plain, plain[1:], strict=False):
            yield self._swapped("arguments swapped", one, other)
        keywords = node.keywords
        everything = sorted([*node.args, *keywords], key=self._start)
        for keyword in keywords:
            at = everything.index(keyword)
            start = self._end(everything[at - 1]) if at else self._start(keyword)
            yield "keyword dropped", start, self._end(keyword), ""
            if keyword.arg:
                name_end = self._start(keyword) + len(keyword.arg.encode())
                yield from self._exchanged(keyword.arg, self._start(keyword), name_end)
        match node:
            case ast.Call(ast.Name("reversed"), [sequence], []):
                yield self._whole("reversed dropped", node, f"list({self._code(sequence)})")

    def _items(self, items: list[ast.expr]) -> Iterator[tuple[str, int, int, str]]:
        for one, other in zip(items, items[1:], strict=False):
            yield self._swapped("items swapped", one, other)
            yield "item dropped", self._start(one), self._start(other), ""

    def _swapped(self, kind: str, one: ast.AST, other: ast.AST) -> tuple[str, int, int, str]:
        between = self.text[self._end(one) : self._start(other)].decode()
        new = self._code(other) + between + self._code(one)
        return kind, self._start(one), self._end(other), new

    def _exchanged(self, name: str, start: int, end: int) -> Iterator[tuple[str, int, int, str]]:
        for group in EXCHANGED:
            if name.lower() in group:
                for other in group:
                    if other != name.lower():
                        new = other.upper() if name.isupper() else other
                        yield "names exchanged", start, end, new


def _nodes(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes whose change may alter a number of a workbook."""
    match node:
        case ast.Raise() | ast.Assert() | ast.Import() | ast.ImportFrom() | ast.JoinedStr():
            return
        case ast.Expr(ast.Constant()):
            return
        case ast.keyword(arg=name) if name in LOOKS:
            return
        case ast.Assign(targets=[target]) | ast.AugAssign(target=target) if _is_looks(target):
            return
        case ast.If(test=ast.Name("TYPE_CHECKING")):
            return
        case ast.Call(ast.Attribute(ast.Attribute(attr=name), "append")) if name in LOOKS:
            return
    yield node
    for field, value in ast.iter_fields(node):
        if field not in ("annotation", "returns", "decorator_list", "type_params"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _nodes(child)


def _is_looks(target: ast.AST) -> bool:
    match target:
        case ast.Subscript(value):
            return _is_looks(value)
        case ast.Attribute(attr=name):
            return name in LOOKS
    return False
