from __future__ import annotations

import functools
import struct
import subprocess
import sys
from html.parser import HTMLParser
from io import BytesIO

import matplotlib as mpl
import pytest
from drawn import PLAIN
from PIL import Image, ImageColor

from bpcheck import draw
from bpcheck.draw.sheet import PALE

plain_figures = pytest.mark.parametrize("name", PLAIN)


@functools.cache
def drawn(name: str) -> draw.Picture:
    """Drawn once for all claims about it."""
    return PLAIN[name]()


class Reader(HTMLParser):
    """What a browser takes from a picture's HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.image: dict[str, str | None] = {}
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img":
            self.image = dict(attrs)

    def handle_data(self, data: str) -> None:
        self.words += data


def run(program: str) -> str:
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout


def test_importing_the_package_imports_no_matplotlib() -> None:
    loaded = run(
        "import sys, bpcheck.draw; print([m for m in ('matplotlib', 'ipywidgets', 'PIL') if m in sys.modules])"
    )

    assert loaded.strip() == "[]"


def test_drawing_does_not_touch_pyplot() -> None:
    assert (
        run("import sys, bpcheck.draw as d; d.chain(1.3); print('matplotlib.pyplot' in sys.modules)").strip()
        == "False"
    )


@plain_figures
def test_a_picture_says_what_it_shows_and_has_a_caption(name: str) -> None:
    picture = drawn(name)

    assert len(picture.alt) > 100
    assert 40 < len(picture.caption) < 400
    assert str(picture) == repr(picture) == picture.alt


@plain_figures
def test_a_picture_is_a_png_of_twice_the_width_and_light_enough_to_keep_in_a_notebook(name: str) -> None:
    picture = drawn(name)
    width, _height = struct.unpack(">II", picture.png[16:24])

    assert picture.png.startswith(b"\x89PNG\r\n\x1a\n")
    assert abs(width - 2 * picture.width) <= 1
    assert len(picture.png) < 100_000


@pytest.mark.parametrize("name", {name.partition("-")[0]: name for name in PLAIN}.values())
def test_drawing_twice_gives_the_same_bytes(name: str) -> None:
    assert drawn(name) == PLAIN[name]()


def test_another_process_gives_the_same_bytes() -> None:
    program = "import hashlib, bpcheck.draw as d; print(hashlib.sha256(d.chain(1.3).png).hexdigest())"

    assert run(program) == run(program)


def test_a_readers_own_settings_neither_change_a_figure_nor_are_changed() -> None:
    before = draw.chain(1.3)
    with mpl.rc_context(
        {"font.size": 30, "mathtext.fontset": "cm", "lines.linewidth": 9, "hatch.linewidth": 7}
    ):
        mine = dict(mpl.rcParams)
        assert draw.chain(1.3).png == before.png
        assert dict(mpl.rcParams) == mine


def test_the_html_holds_the_image_the_alt_text_and_the_caption_escaped() -> None:
    picture = draw.Picture(b"png", 300, 'a "b" < c & d', "x < y & z")

    page = Reader(picture._repr_html_())

    assert page.image["alt"] == picture.alt
    assert page.image["src"] == "data:image/png;base64,cG5n"
    assert page.words == picture.caption
    assert "<" not in picture._repr_html_().split("alt=")[1].split("src=")[0]


def test_the_html_brings_its_own_ground_and_never_outgrows_the_page() -> None:
    """JupyterLab's dark theme would otherwise put the caption's dark words on a dark ground."""
    html = draw.chain(1.3)._repr_html_()

    assert "background:#ffffff;color:#1b1b1b" in html
    assert html.count("max-width:") == 2


def test_pictures_together_say_everything() -> None:
    both = draw.Pictures((draw.chain(1.3), draw.two_roads(1.3)))

    assert str(both) == repr(both) == "\n\n".join(part.alt for part in both.parts)
    assert both._repr_html_().count("<figure") == 2


def test_saving_with_few_colours_keeps_the_white_ground_and_the_pale_stripes() -> None:
    """A faster way of choosing the colours (FASTOCTREE) greyed the page and swallowed the stripes."""
    image = Image.open(BytesIO(draw.course_map().png)).convert("RGB")
    most = sorted(image.getcolors(10_000), reverse=True)[:2]

    assert [colour for _, colour in most] == [(255, 255, 255), ImageColor.getrgb(PALE)]
