"""Where a student's code runs: in a process of its own that can compute, draw and print, and nothing else.

What it is protected by, and from what: `layers`. What crosses: `wire`. Nothing here knows an exercise.
"""

from bpcheck.sandbox.client import Sandbox
from bpcheck.sandbox.doctor import Attempt, attempts
from bpcheck.sandbox.limits import Limits
from bpcheck.sandbox.remote import SessionAnswer
from bpcheck.sandbox.session import Cell, Ran, Session

__all__ = ["Attempt", "Cell", "Limits", "Ran", "Sandbox", "Session", "SessionAnswer", "attempts"]
