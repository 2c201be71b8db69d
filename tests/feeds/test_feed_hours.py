"""Stories of feeds of shops that close: what is usual is learnt by hour."""

from streams.clock import DAY, HOUR, SECOND
from tests.feeds.feed_stage import MONDAY, Stage


def by_clock(stage: Stage, days: int, hours: dict[int, tuple[int, int]], every: float = 60) -> Stage:
    """Days on which the shops of a region are open between these hours of the week's day; the clock is UTC."""
    for _ in range(days):
        day = (stage.now - MONDAY) // DAY % 7
        opens, closes = hours.get(day, hours[-1])
        stage.run(opens * 60, 0, every).run((closes - opens) * 60, 60, every).run((24 - closes) * 60, 0, every)
    return stage


def test_a_shop_that_is_closed_at_night_is_blind_in_the_first_night_at_most() -> None:
    stage = by_clock(Stage(), 7, {-1: (7, 22)})
    blind = [word.at / 86_400 for word in stage.words if word.state == "blind"]
    assert len(blind) == 1
    assert blind[0] < 1


def test_a_shop_that_opens_later_on_mondays_is_not_waited_for_on_mondays() -> None:
    stage = by_clock(Stage(), 15, {-1: (7, 22), 0: (11, 22)}, every=90)
    stage.fresh()
    by_clock(stage, 7, {-1: (7, 22), 0: (11, 22)}, every=90)
    assert stage.fresh() == []
    stage.run(24 * 60, 0, 60)  # a Tuesday on which nothing comes
    silence = next(word for word in stage.words if word.state == "blind")
    assert 7 < silence.at * SECOND % DAY / HOUR < 8.5


def test_new_closing_hours_are_learnt_on_the_third_day() -> None:
    stage = by_clock(Stage(), 8, {-1: (7, 22)}, every=90)
    stage.fresh()
    by_clock(stage, 7, {-1: (7, 20)}, every=90)
    assert 1 <= [state for _, state in stage.fresh()].count("blind") <= 3
