"""Probes that the tests of the sandbox bring; an exercise brings its own."""


def slope_of_power(answer, exponent, x):
    """The answer takes a function; the probe makes it from a number."""
    return answer(lambda t: t**exponent, x)


def greedy(answer, *_):
    """A probe that gives back something that is no number."""
    return answer
