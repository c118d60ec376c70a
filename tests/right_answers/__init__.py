"""At least three right answers to every exercise, written as different people would write them.

One module for each chapter of `bpcheck/exercises`, by the same name.
"""

from importlib import import_module

from bpcheck.exercises import CHAPTERS

RIGHT = {
    exercise: answers
    for chapter in CHAPTERS
    for exercise, answers in import_module(f"right_answers.{chapter}").RIGHT.items()
}
