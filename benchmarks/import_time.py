"""What `import bpcheck` costs beside `import numpy`: fresh processes, by turns, median and ratio.

And what the first use costs, which brings the checker in: `from bpcheck import check_gradient`. The package is compiled
first, as an installed one is.
"""

import compileall
import statistics
import subprocess
import sys
from pathlib import Path

RUNS = 25
TIMED = "import time; t = time.perf_counter(); {}; print(time.perf_counter() - t)"
ASKED = ("import numpy", "import bpcheck", "from bpcheck import check_gradient")


def seconds(statement):
    done = subprocess.run(
        [sys.executable, "-c", TIMED.format(statement)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main():
    compileall.compile_dir(Path(__file__).parents[1] / "bpcheck", quiet=1)
    rounds = [[seconds(statement) for statement in ASKED] for _ in range(RUNS)]
    print(
        f"{'':<40}{'ms':>7}{'ratio':>8}   medians of {RUNS} rounds, by turns; NumPy included where it is needed"
    )
    for k, statement in enumerate(ASKED):
        taken = statistics.median(times[k] for times in rounds)
        ratio = statistics.median(times[k] / times[0] for times in rounds)
        print(f"{statement:<40}{1000 * taken:>7.1f}{ratio:>8.2f}")


if __name__ == "__main__":
    main()
