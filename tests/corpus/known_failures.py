"""What bpcheck still gets wrong on seeds 1 to 3, with the reason. These lists only shrink.

`python benchmarks/corpus.py --failures` prints what belongs here today.
"""

FALSE_VERDICTS: dict[str, str] = {}
OPEN_VERDICTS: dict[str, str] = {}
