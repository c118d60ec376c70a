"""What bpcheck still gets wrong on seed 1, with the reason. These lists only shrink.

`python benchmarks/gradcheck_corpus.py --failures --seed S` prints what belongs here for another seed. On seed 11 that is one
open verdict, "scales/noise of 1e-08/right": a slope of 0.02 cannot be told to one part in a thousand from values known
to 1e-8.
"""

FALSE_VERDICTS: dict[str, str] = {}
OPEN_VERDICTS: dict[str, str] = {}
