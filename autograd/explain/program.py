"""What the caller's source code says: how the arguments of a call are written, and where names are assigned.

A value does not know where it was made, but the program does. All of this is a reading of the text, so it finds
nothing where there is no source, and only what the calling function says itself.
"""

from __future__ import annotations

import ast
import linecache
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from types import CodeType, FrameType

_LONGEST = 24  # characters of an argument that serve as a name


@dataclass(frozen=True)
class Assignment:
    """An assignment to a name.

    makes: whether something is computed there, rather than another name given to what exists already.
    own: whether the new value is made from the old one, as in x = x + 1.
    """

    line: int
    text: str
    makes: bool
    own: bool


class Program:
    """The function, or module, that a frame runs; `file` and `line` are where it is."""

    def __init__(self, frame: FrameType) -> None:
        self.file = frame.f_code.co_filename
        self.line = frame.f_lineno
        self._position = position(frame.f_code, frame.f_lasti)
        try:
            tree = ast.parse("".join(linecache.getlines(self.file, frame.f_globals)))
        except SyntaxError:  # such as a notebook's own commands
            tree = ast.Module([], [])
        around = [
            node
            for node in ast.walk(tree)
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            and node.lineno <= frame.f_lineno <= (node.end_lineno or node.lineno)
        ]
        inside = frame.f_code.co_name != "<module>" and around
        scope = max(around, key=lambda node: node.lineno) if inside else tree
        self._scope = scope
        self._nodes = list(_own_nodes(scope))

    def arguments(self, *keywords: str) -> list[str | None]:
        """How the arguments of the call under way are written, where they are short enough to be names."""
        for node in ast.walk(self._scope):
            if isinstance(node, ast.Call) and _spot(node) == self._position:
                by_keyword = {keyword.arg: keyword.value for keyword in node.keywords}
                given = [*node.args, *[by_keyword[k] for k in keywords[len(node.args) :] if k in by_keyword]]
                return [_as_name(argument) for argument in given] + [None] * (len(keywords) - len(given))
        return [None] * len(keywords)

    def assignments(self, name: str) -> list[Assignment]:
        """Where the name is assigned to, in the order of the lines."""
        found = []
        for node in self._nodes:
            if isinstance(node, ast.Assign):
                targets: list[ast.expr] = node.targets
            elif isinstance(node, ast.AugAssign | ast.AnnAssign | ast.NamedExpr | ast.For):
                targets = [node.target]
            else:
                continue
            if any([_text(part) == name for target in targets for part in ast.walk(target)]):
                value = [] if isinstance(node, ast.For) or node.value is None else list(ast.walk(node.value))
                again = any([_text(part) == name for part in value])
                own = isinstance(node, ast.AugAssign) or again
                makes = own or any([isinstance(part, ast.Call | ast.BinOp | ast.UnaryOp) for part in value])
                found.append(Assignment(node.lineno, ast.unparse(node) if value else "", makes, own))
        return sorted(found, key=lambda assignment: assignment.line)

    def block(self, file: str, line: int) -> range:
        """The lines inside the `with` statement that opened a scope at this line; empty if there is none here."""
        for node in self._nodes if file == self.file else []:
            if isinstance(node, ast.With | ast.AsyncWith) and node.lineno <= line <= node.body[0].lineno:
                return range(node.body[0].lineno, (node.end_lineno or line) + 1)
        return range(0)


def line_of(code: CodeType, instruction: int) -> tuple[str, int]:
    """File and line of an instruction."""
    return code.co_filename, position(code, instruction)[0] or code.co_firstlineno


def position(code: CodeType, instruction: int) -> tuple[int | None, int | None, int | None, int | None]:
    """First and last line, first and last column of the expression that an instruction belongs to."""
    return next(islice(code.co_positions(), instruction // 2, None), (None, None, None, None))


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a function or module, without those of functions and classes in it."""
    waiting = list(ast.iter_child_nodes(scope))
    while waiting:
        node = waiting.pop()
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            yield node
            waiting += ast.iter_child_nodes(node)


def _spot(node: ast.expr) -> tuple[int, int | None, int, int | None]:
    return node.lineno, node.end_lineno, node.col_offset, node.end_col_offset


def _text(node: ast.AST) -> str | None:
    return ast.unparse(node) if isinstance(node, ast.Name | ast.Attribute | ast.Subscript) else None


def _as_name(argument: ast.expr) -> str | None:
    text = _text(argument)
    return text if text is not None and len(text) <= _LONGEST else None
