"""A student's outputs as an instructor's browser may show them: no script, nothing loaded from elsewhere.

Feedback pages and formgrader show HTML as it is, and formgrader's page may do whatever the instructor may: a script in
an output could give marks. What is taken out leaves its plain text.

Imports: the sibling `model`; bleach and nbconvert on call.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from html import escape
from typing import Any

from bpcheck.grading.model import Output

# SECURITY: what is not named here is dropped: scripts, SVG, widgets, and records that would be a student's, not ours.
PLAIN = ("text/plain", "text/latex", "application/json")
PICTURES = ("image/png", "image/jpeg")
HTML = "text/html"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TAGS = _words(
    "a abbr b blockquote br caption code dd details div dl dt em figcaption figure h1 h2 h3 h4 h5 h6 hr i img kbd li ol "
    "p pre s small span strong sub summary sup table tbody td tfoot th thead tr u ul"
)
ATTRIBUTES = (
    "alt",
    "aria-hidden",
    "aria-label",
    "class",
    "colspan",
    "open",
    "role",
    "rowspan",
    "scope",
    "title",
)
STYLES = _words(
    "background background-color border border-bottom border-collapse border-left border-radius border-right border-top "
    "color display font-family font-size font-style font-weight height line-height margin margin-bottom margin-left "
    "margin-right margin-top max-width min-width opacity padding padding-bottom padding-left padding-right padding-top "
    "text-align vertical-align white-space width"
)
# tags in one output, in a notebook: a third of a second at most, three seconds
MANY_AT_ONCE, MANY = 2000, 20_000
ELSEWHERE = "url("  # in a style: it would tell somebody who looked


def harmless(outputs: Iterable[Output], room: int = MANY) -> tuple[list[Output], int]:
    """The outputs that may be shown, and how much is left of `room`.

    Parameters
    ----------
    outputs : of a student's cell
    room : tags of HTML that may still be cleaned, which takes time; what has more leaves its plain text

    >>> page = {"text/html": "<b>1</b><script>2</script>"}
    >>> harmless([{"output_type": "display_data", "metadata": {}, "data": page}])[0]
    [{'output_type': 'display_data', 'metadata': {}, 'data': {'text/html': '<b>1</b>2'}}]
    """
    shown = []
    for output in outputs:
        if "data" in output:
            tags = str(output["data"].get(HTML, "")).count("<")
            output = _bundle(output, tags <= min(room, MANY_AT_ONCE))
            room -= tags if HTML in output["data"] else 0
        shown.append(output)
    return shown, room


def prose(page: str) -> str:
    """In the place of nbconvert's `strip_files_prefix`, through which nbgrader's pages show every text of a student's.

    nbgrader_config.py names it. A page of more tags than can be cleaned in time is shown as its source.
    """
    from nbconvert.filters import strip_files_prefix

    return _cleaner()(strip_files_prefix(page)) if page.count("<") <= MANY_AT_ONCE else escape(page)


def _bundle(output: Output, with_html: bool) -> Output:
    data = {mime: part for mime, part in output["data"].items() if mime in (*PLAIN, *PICTURES)}
    page = output["data"].get(HTML)
    if isinstance(page, str) and with_html:
        data[HTML] = _cleaner()(page)
    metadata = {mime: _size(output["metadata"].get(mime)) for mime in PICTURES if mime in data}
    return {**output, "data": data, "metadata": {mime: size for mime, size in metadata.items() if size}}


def _size(told: Any) -> dict[str, int]:
    """Width and height of a picture."""
    known = told.items() if isinstance(told, dict) else ()
    return {name: value for name, value in known if name in ("width", "height") and type(value) is int}


@functools.cache
def _cleaner() -> Callable[[str], str]:
    from bleach.css_sanitizer import CSSSanitizer
    from bleach.sanitizer import Cleaner

    class Styles(CSSSanitizer):  # type: ignore[misc]
        def sanitize_css(self, style: str) -> str:
            kept: str = super().sanitize_css(style)
            return "" if ELSEWHERE in kept.lower() else kept

    cleaner = Cleaner(
        tags=TAGS,
        attributes=_allowed,
        protocols=("data", "http", "https", "mailto"),
        strip=True,
        css_sanitizer=Styles(allowed_css_properties=STYLES),
    )
    clean: Callable[[str], str] = cleaner.clean
    return clean


def _allowed(tag: str, name: str, value: str) -> bool:
    if tag == "img" and name == "src":
        # a picture from elsewhere tells who looked
        return value.startswith(("data:image/png;", "data:image/jpeg;"))
    if tag == "a" and name == "href":
        return value.startswith(("http:", "https:", "mailto:", "#"))
    return name in ATTRIBUTES or name == "style" or (tag == "img" and name in ("width", "height"))
