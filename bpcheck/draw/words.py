"""Numbers as readers see them, the same in a figure and in its alt text; and what a figure accepts.

Imports: bpcheck.errors.
"""

from __future__ import annotations

from math import floor, isfinite, log10
from numbers import Real

from bpcheck.errors import UsageError

LIMIT = 100.0  # the largest |x|: four digits of x say nothing about sin(x²) long before that

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def number(value: float, digits: int = 4) -> str:
    """`value` rounded to `digits` significant digits, with a real minus sign.

    >>> number(-0.118868), number(2.6), number(1690000.0), number(0.0000123)
    ('−0.1189', '2.6', '1.69×10⁶', '1.23×10⁻⁵')
    """
    if value == 0:
        return "0"
    mantissa, exponent = f"{value:.{digits - 1}e}".split("e")
    power = int(exponent)
    if -5 < power < 6:
        text = _without_zeros(f"{float(f'{mantissa}e{power}'):.{max(0, digits - 1 - power)}f}")
    else:
        text = f"{_without_zeros(mantissa)}×10{str(power).translate(_SUPERSCRIPT)}"
    return text.replace("-", "−")


def fixed(value: float, decimals: int) -> str:
    """`value` with that many decimals: for numbers that stand beside each other.

    >>> fixed(0.8, 2), fixed(-0.0001, 2)
    ('0.80', '0.00')
    """
    text = f"{value:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text.replace("-", "−")


def factor(value: float) -> str:
    """A number that follows a multiplication sign: a negative one stands in brackets.

    >>> factor(2.6), factor(-2.6)
    ('2.6', '(−2.6)')
    """
    return f"({number(value)})" if value < 0 else number(value)


def count(value: int) -> str:
    """A whole number, its digits in groups of three.

    >>> count(1010000)
    '1,010,000'
    """
    return f"{value:,}"


def magnitude(value: float) -> int:
    """Decade of a positive number.

    >>> magnitude(1000), magnitude(999)
    (3, 2)
    """
    power = floor(log10(value))
    return power + 1 if 10.0 ** (power + 1) <= value else power


def one_number(value: object, name: str = "x", limit: float = LIMIT) -> float:
    """`value` as a float.

    Raises
    ------
    UsageError : `value` is not one real, finite number, or is beyond the limit.
    """
    if not isinstance(value, Real) or isinstance(value, bool):
        raise UsageError(f"{name} is one number here, such as 0.5; it got {value!r}")
    found = float(value)
    if not isfinite(found) or abs(found) > limit:
        raise UsageError(f"{name} = {found!r} cannot be drawn; use a number from {-limit:g} to {limit:g}")
    return found


def _without_zeros(text: str) -> str:
    return text.rstrip("0").rstrip(".") if "." in text else text
