"""Facts become text, HTML and figures here. Nothing is decided here."""

from bpcheck.render.figure import figure
from bpcheck.render.html import html
from bpcheck.render.text import text

__all__ = ["figure", "html", "text"]
