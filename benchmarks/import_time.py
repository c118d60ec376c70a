"""What `import bpcheck` costs beside `import numpy`: fresh processes, by turns, median and ratio."""

import statistics
import subprocess
import sys

RUNS = 25
TIMED = "import time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def seconds(module):
    done = subprocess.run(
        [sys.executable, "-c", TIMED.format(module)], capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def main():
    pairs = [(seconds("numpy"), seconds("bpcheck")) for _ in range(RUNS)]
    numpy, bpcheck = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(b / n for n, b in pairs)
    print(
        f"import numpy    {1000 * numpy:6.1f} ms\nimport bpcheck  {1000 * bpcheck:6.1f} ms   (numpy included)"
    )
    print(f"ratio           {ratio:6.2f}      median of {RUNS} pairs, taken by turns")


if __name__ == "__main__":
    main()
