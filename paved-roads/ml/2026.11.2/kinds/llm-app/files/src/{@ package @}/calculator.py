"""Arithmetic on text without `eval`: numbers, + - * / // % ** and brackets, with bounded effort."""

import ast
import math
import operator
from collections.abc import Callable

MAX_CHARS = 200
MAX_NODES = 100
MAX_MAGNITUDE = 1e15
MAX_EXPONENT = 100

_BINARY: dict[type[ast.operator], Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[float], float]] = {
    ast.UAdd: operator.pos,
    ast.USub: operator.neg,
}


class CalculationError(ValueError):
    """An expression that is no plain arithmetic, or too large."""


def calculate(expression: str) -> float:
    """Returns the value of an arithmetic expression.

    Raises:
        CalculationError: when it is anything but numbers, operators and brackets, when it is too
            long, or when a value on the way is too large or not real.
    """
    if len(expression) > MAX_CHARS:
        raise CalculationError(f"an expression has at most {MAX_CHARS} characters")
    try:
        tree = ast.parse(expression.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise CalculationError("this is not an arithmetic expression") from error
    if sum(1 for _ in ast.walk(tree)) > MAX_NODES:
        raise CalculationError("the expression has too many parts")
    try:
        return _value(tree.body)
    except (ArithmeticError, TypeError) as error:
        raise CalculationError("the expression has no value") from error


def _value(node: ast.expr) -> float:
    match node:
        case ast.Constant(value=bool()):
            raise CalculationError("only numbers can be calculated with")
        case ast.Constant(value=int() | float() as number):
            return _bounded(number)
        case ast.UnaryOp() if type(node.op) in _UNARY:
            return _UNARY[type(node.op)](_value(node.operand))
        case ast.BinOp() if type(node.op) in _BINARY:
            left, right = _value(node.left), _value(node.right)
            if isinstance(node.op, ast.Pow) and abs(right) > MAX_EXPONENT:
                raise CalculationError(f"an exponent is at most {MAX_EXPONENT}")
            return _bounded(_BINARY[type(node.op)](left, right))
        case _:
            raise CalculationError("only numbers, + - * / // % ** and brackets are understood")


def _bounded(value: object) -> float:
    # A negative base with a fractional exponent gives a complex number.
    if not isinstance(value, int | float) or not math.isfinite(value):
        raise CalculationError("the expression has no real value")
    if abs(value) > MAX_MAGNITUDE:
        raise CalculationError("a value is too large")
    return value
