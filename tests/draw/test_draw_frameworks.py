"""The figures of notebook 13: dates and names are complete in words."""

from bpcheck import draw
from bpcheck.draw.frameworks_history import EVENTS, STAGES


def test_every_date_is_in_the_words():
    alt = draw.history().alt

    assert all(f"{year}, {who}: {what}" in alt for year, who, what, _ in EVENTS)


def test_the_way_back_is_in_it_from_1960_on():
    assert [reverse for *_, reverse in EVENTS] == [year >= 1960 for year, *_ in EVENTS]


def test_every_name_is_in_the_words():
    alt = draw.beside_frameworks().alt

    assert all(", ".join(names) in alt for _, *names in STAGES)
