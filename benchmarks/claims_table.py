"""Every row of book/claims.md with the notebook and the cell that answers it.

The rows are the page's, the cells stand in each notebook's metadata (`bpcheck.claims`); tests/test_claims.py holds the
two against each other. The last line counts the rows that no cell answers.
"""

import json
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
ROW = re.compile(r"^\| ([A-D]\d+) \| (\S+) \| (.*) \| ([\d, ]+) \|$", re.M)
WIDTH = 76  # of what is printed of a row


def answering_cells():
    """Row -> ["06 your-method", …], in the order of the notebooks."""
    found: dict[str, list[str]] = {}
    for path in sorted(ROOT.glob("solutions/*/*.ipynb")):
        claims = json.loads(path.read_text("utf-8"))["metadata"]["bpcheck"]["claims"]
        for row, cell in claims.items():
            found.setdefault(row, []).append(f"{path.parent.name[:2]} {cell}")
    return found


def main():
    cells = answering_cells()
    rows = ROW.findall((ROOT / "book" / "claims.md").read_text("utf-8"))
    for number, kind, content, _ in rows:
        short = content if len(content) <= WIDTH else content[: WIDTH - 2].rstrip() + " …"
        print(f"{number:<4}{kind:<4}{short:<{WIDTH + 2}}{' · '.join(cells.get(number, ['-']))}")
    print(f"{len(rows)} rows, {sum(number not in cells for number, *_ in rows)} without a cell")


if __name__ == "__main__":
    main()
