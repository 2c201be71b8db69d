"""How well the feed stage tells silence from chance, on simulated weeks (the long run is docs/feeds.md's table)."""

from statistics import median

from streams.clock import SECOND
from tests.feeds.simulated import simulate


def test_after_a_week_false_blindness_is_rare_and_outages_are_found() -> None:
    found, totals = simulate(weeks=1, seed=3, volumes=(0.5, 10.0, 60.0), step=15 * SECOND)
    assert totals == 0
    assert sum(one.blinds for one in found) <= 1  # on the holiday's morning, when a week is all that is known
    assert all(one.suspects <= 0.5 * one.judged for one in found)
    assert (found[0].judged, found[0].blind_after) == (0, [])
    for one, usually in zip(found[1:], (420, 100), strict=True):
        assert len(one.suspect_after) == len(one.blind_after) == one.cut >= 4
        assert median(one.blind_after) <= usually
        assert median(one.suspect_after) <= usually / 2
