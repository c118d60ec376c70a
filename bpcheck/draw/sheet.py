"""Paper and pens: a page measured in CSS pixels from its top left corner, with text, boxes and arrows.

All figures are drawn with these few strokes, so they look alike. matplotlib is imported when a sheet is
opened, not before, and is used without pyplot: nothing of ours stays behind in a reader's session, and
a reader's own rcParams do not change our figures.

Imports: matplotlib on call, bpcheck.draw.picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from io import BytesIO
from typing import TYPE_CHECKING, Any, Literal

from bpcheck.draw.picture import Picture

if TYPE_CHECKING:
    from types import TracebackType

    from matplotlib.path import Path
    from matplotlib.text import Text
    from numpy.typing import NDArray

# Two hues that stay apart in every kind of colour blindness; each is dark enough for text on white.
INK, GREY, RULE, PALE = "#1b1b1b", "#54595f", "#a8adb3", "#f1f3f5"
BLUE, BLUE_PALE = "#0b5a9e", "#e2eef9"
ORANGE, ORANGE_PALE = "#a94400", "#fcebdd"

SMALL, NORMAL, LARGE = 13.0, 15.0, 19.0  # px; a notebook's own text has 14

WIDE = 860  # px: a figure that takes the width of a notebook

Align = Literal["left", "center", "right"]
Point = tuple[float, float]

_POINTS = 72 / 96  # in one px
_OURS = (
    "agg.",
    "axes.",
    "figure.",
    "font.",
    "hatch.",
    "image.",
    "lines.",
    "mathtext.",
    "patch.",
    "path.",
    "text.",
)


class Sheet:
    """An empty white page; a context manager that becomes a `Picture` while it is open.

    Parameters
    ----------
    width, height : of the page, in px
    zoom : the finished picture is this many times larger
    """

    def __init__(self, width: float, height: float, zoom: float = 1.0) -> None:
        self.width, self.height, self.zoom = width, height, zoom
        self._settings = ExitStack()

    def __enter__(self) -> Sheet:
        from matplotlib import rc_context, rcParamsDefault
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        ours = {key: value for key, value in rcParamsDefault.items() if key.startswith(_OURS)}
        self._settings.enter_context(rc_context(ours))
        inches = (self.width / 96, self.height / 96)
        self.figure = Figure(figsize=inches, dpi=2 * 96 * self.zoom, facecolor="white")
        self.canvas: Any = FigureCanvasAgg(self.figure)  # its methods carry no types
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_axis_off()
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(self.height, 0)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._settings.close()

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = NORMAL,
        color: str = INK,
        align: Align = "center",
        bold: bool = False,
        ground: str | None = None,
    ) -> Text:
        """One line of words whose capitals are centred on `y`; `$...$` sets a formula.

        `ground` is the colour of a small patch under the words, where they stand on a line.
        """
        patch = None
        if ground is not None:
            patch = {"facecolor": ground, "edgecolor": "none", "boxstyle": "round,pad=0.2"}
        return self.axes.text(
            x,
            y + 0.36 * size,
            words,
            fontsize=size * _POINTS,
            family="DejaVu Sans",
            math_fontfamily="dejavuserif",
            fontweight="bold" if bold else "normal",
            color=color,
            ha=align,
            va="baseline",
            bbox=patch,
            zorder=5,
        )

    def width_of(self, text: Text) -> float:
        """Width in px of words that stand on the page."""
        return float(text.get_window_extent(self.canvas.get_renderer()).width) / (2 * self.zoom)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        edge: str = INK,
        fill: str = "white",
        line: float = 1.5,
        style: str = "-",
        radius: float = 6,
        hatch: str | None = None,
        layer: float = 2,
    ) -> None:
        """A box with round corners, centred on (x, y)."""
        from matplotlib.patches import FancyBboxPatch

        self.axes.add_patch(
            FancyBboxPatch(
                (x - width / 2, y - height / 2),
                width,
                height,
                boxstyle=f"round,pad=0,rounding_size={radius}" if radius else "square,pad=0",
                edgecolor=edge,
                facecolor=fill,
                linewidth=line * _POINTS,
                linestyle=style,
                hatch=hatch,
                zorder=layer,
            )
        )

    def circle(
        self, x: float, y: float, radius: float, *, edge: str = INK, fill: str = "white", line: float = 1.5
    ) -> None:
        """A circle around (x, y)."""
        from matplotlib.patches import Circle

        self.axes.add_patch(
            Circle((x, y), radius, edgecolor=edge, facecolor=fill, linewidth=line * _POINTS, zorder=3)
        )

    def line(
        self,
        points: Sequence[Point],
        *,
        color: str = INK,
        line: float = 1.5,
        style: str = "-",
        layer: float = 1.5,
    ) -> None:
        """Straight strokes from point to point."""
        self.axes.plot(
            [x for x, _ in points],
            [y for _, y in points],
            color=color,
            linewidth=line * _POINTS,
            linestyle=style,
            solid_capstyle="butt",
            solid_joinstyle="miter",
            zorder=layer,
        )

    def arrow(
        self,
        points: Sequence[Point],
        *,
        color: str = INK,
        line: float = 1.5,
        style: str = "-",
        radius: float = 0,
        head: float = 10,
    ) -> None:
        """An arrow from point to point, with corners of that radius and a head of that length at the end.

        A broken line keeps a whole head.
        """
        from matplotlib.patches import FancyArrowPatch

        neck = _toward(points[-1], points[-2], head)
        parts = [
            (_rounded([*points[:-1], neck], radius), "-", style),
            (_rounded([neck, points[-1]], 0), "-|>", "-"),
        ]
        for path, tip, broken in parts[: 2 if head else 1]:
            self.axes.add_patch(
                FancyArrowPatch(
                    path=path,
                    arrowstyle=f"{tip},head_length={head},head_width={0.42 * head}" if tip != "-" else tip,
                    mutation_scale=_POINTS,
                    color=color,
                    linewidth=(line if tip == "-" else 0.5) * _POINTS,
                    linestyle=broken,
                    fill=tip != "-",
                    shrinkA=0,
                    shrinkB=0,
                    zorder=1.5,
                )
            )

    def image(self, x: float, y: float, side: float, pixels: NDArray[Any], *, edge: str = GREY) -> None:
        """A square picture centred on (x, y): numbers from 0, white, to 1, black."""
        left, top = x - side / 2, y - side / 2
        limits = self.axes.get_xlim(), self.axes.get_ylim()
        self.axes.imshow(
            pixels,
            cmap="gray_r",
            vmin=0,
            vmax=1,
            extent=(left, left + side, top + side, top),
            interpolation="nearest",
            aspect="auto",
            zorder=1,
        )
        self.axes.set_xlim(limits[0])
        self.axes.set_ylim(limits[1])
        self.box(x, y, side, side, edge=edge, fill="none", line=1, radius=0)

    def picture(self, alt: str, caption: str) -> Picture:
        """The page as it stands; the same strokes give the same bytes."""
        from PIL import Image  # matplotlib writes its own PNGs with it

        self.canvas.draw()
        size, pixels = self.canvas.get_width_height(), self.canvas.buffer_rgba()
        image = Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1).convert("RGB")
        out = BytesIO()
        # A few hues and their soft edges need no more than 128 colours: a third of the bytes.
        few = image.quantize(128, Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
        few.save(out, "PNG")
        return Picture(out.getvalue(), round(self.width * self.zoom), alt, caption)


def _rounded(points: Sequence[Point], radius: float) -> Path:
    from matplotlib.path import Path

    vertices, codes = [points[0]], [Path.MOVETO]
    for before, corner, after in zip(points, points[1:], points[2:], strict=False):
        vertices += [_toward(corner, before, radius), corner, _toward(corner, after, radius)]
        codes += [Path.LINETO, Path.CURVE3, Path.CURVE3]
    return Path([*vertices, points[-1]], [*codes, Path.LINETO])


def _toward(start: Point, goal: Point, distance: float) -> Point:
    dx, dy = goal[0] - start[0], goal[1] - start[1]
    share = distance / max((dx * dx + dy * dy) ** 0.5, distance or 1)
    return start[0] + share * dx, start[1] + share * dy
