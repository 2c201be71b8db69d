"""Several workers: each tells the part of its own shards, and together they tell the whole, also while shards move."""

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.clock import SECOND
from streams.metrics.contract import STATES
from tests.metrics.figures import MOMENT, NOON, Figures

PLACES = [("acme", region, MOMENT) for region in ("east", "west", "")]
COUNTS = st.dictionaries(st.tuples(st.sampled_from(PLACES), st.sampled_from(STATES)), st.integers(0, 9), max_size=6)
OLDEST = st.dictionaries(st.sampled_from(PLACES), st.integers(NOON, NOON + 10 * SECOND), max_size=3)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3), COUNTS, OLDEST), max_size=12))
def test_what_all_workers_tell_adds_up_to_what_the_shards_have(moves: list[tuple[int, int, dict, dict]]) -> None:  # type: ignore[type-arg]
    workers = [Figures(), Figures()]
    owner: dict[int, int] = {}
    counts: dict[int, Counter[tuple[str, ...]]] = {}
    oldest: dict[int, dict[tuple[str, ...], int]] = {}
    for worker, shard, has, since in moves:
        if owner.get(shard, worker) != worker:
            workers[owner[shard]].instruments.gone(shard)
        owner[shard] = worker
        workers[worker].instruments.detection.occurrences(shard, has)
        workers[worker].instruments.detection.oldest(shard, since)
        counts[shard] = Counter({(*place, state): count for (place, state), count in has.items()})
        oldest[shard] = since
    told: Counter[tuple[str, ...]] = Counter()
    for figures in workers:
        for (tenant, region, moment, _, state), count in figures["moments_occurrences"].items():
            told[tenant, region, moment, state] += int(count)
    assert +told == +sum(counts.values(), Counter())
    first: dict[tuple[str, ...], float] = {}
    for figures in workers:
        for place, at in figures["moments_oldest_breach_timestamp_seconds"].items():
            first[place] = min(at, first.get(place, at))
    places = {place for some in oldest.values() for place in some}
    assert first == {place: min(some[place] for some in oldest.values() if place in some) / SECOND for place in places}


def test_what_was_handed_over_may_be_counted_on_without_changing_what_is_served() -> None:
    figures = Figures()
    counts = Counter({(PLACES[0], "running"): 2})
    figures.instruments.detection.occurrences(0, counts)
    counts[PLACES[0], "running"] += 5
    assert figures["moments_occurrences"][*PLACES[0], "", "running"] == 2


def test_shards_cases_alerts_groups_and_waiting_notices_go_with_the_shard() -> None:
    detect, alert, group, notify = Figures(), Figures("alert"), Figures("group"), Figures("notify")
    for shard in (0, 1):
        for figures in (detect, alert, group, notify):
            figures.instruments.progress("topic", shard, 1, 1, None)
        detect.instruments.detection.cases(shard, 10)
        alert.instruments.alerts.open(shard, {("acme", "high", "firing"): 2})
        group.instruments.groups.open(shard, {("acme", "incident"): 1})
        notify.instruments.outbox.waiting(shard, {"wecom": 4})
    assert detect["moments_shards_owned"] == {("detect",): 2}
    assert sum(detect["moments_cases"].values()) == 20
    assert alert["moments_alerts"]["acme", "high", "firing"] == 4
    assert group["moments_groups"] == {("acme", "group"): 0, ("acme", "incident"): 2}
    assert notify["moments_outbox_waiting"] == {("wecom",): 8}
    for figures in (detect, alert, group, notify):
        figures.instruments.gone(0)
        figures.instruments.gone(1)
        assert sum(figures["moments_shards_owned"].values()) == 0
        assert figures["moments_input_lag"] == {}
    assert detect["moments_cases"] == {}
    assert set(alert["moments_alerts"].values()) == {0}
    assert set(group["moments_groups"].values()) == {0}
    assert notify["moments_outbox_waiting"] == {("wecom",): 0}
