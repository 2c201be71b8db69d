"""What the detect stage counts: by hand, and through the whole stage with a clock that is moved."""

import json

from prometheus_client import CollectorRegistry

from streams.agents.processors import Detecting
from streams.catalogue.load import compile_texts
from streams.clock import HOUR, MINUTE, SECOND, rfc3339
from streams.engine.case import Kind
from streams.metrics.instruments import Instruments
from streams.runtime.processor import Batch
from streams.settings import Settings
from tests.metrics.figures import CATALOGUE, MOMENT, NOON, SHOP, Figures, said, series
from tests.support.record import Made

PLACE = ("acme", "east", MOMENT)
WHERE = (*PLACE, "execution")


class Shop:
    """The detect stage of one worker over one log: a shard, its topic, and a clock. `restart` takes another process."""

    def __init__(self) -> None:
        self.settings = Settings(inputs=("orders",))
        self.now, self.offset = NOON, 0
        self.stored: dict[bytes, bytes | None] = {}
        self.restart()

    def restart(self) -> "Shop":
        self.instruments = Instruments(CollectorRegistry())
        self.shard = Detecting(self.settings, CATALOGUE, self.instruments, 1)(0)
        self.shard.restore(self.stored.items())
        self.shard.ready()
        return self

    def at(self, minutes: float, *kinds: str, case: str = "8812", late: float = 0) -> "Shop":
        """So many minutes after noon these events of a case arrive; they happened `late` minutes before."""
        self.now = NOON + round(minutes * MINUTE)
        records = []
        for kind in kinds:
            records.append(self._event(kind, case, self.now - round(late * MINUTE)))
            self.offset += 1
        batch = Batch("orders", records, self.offset - len(records), self.offset, self.now)
        topics = [one for one in self.settings.inputs if one != "orders"]
        feeds = [self.settings.feeds.topic] if self.settings.feeds.watch else []
        idle = [Batch(topic, (), 0, 0, self.now) for topic in (*topics, *feeds)]
        self.stored |= self.shard.decide([batch, *idle], self.now).changes
        return self

    def _event(self, kind: str, case: str, at: int) -> Made:
        event = {
            "specversion": "1.0", "id": f"{kind}-{case}", "source": "//pos", "type": kind, "time": rfc3339(at),
            "subject": case, "tenant": "acme", "region": "east", "data": {"order_id": case, "store_id": "s1"},
        }  # fmt: skip
        return Made("orders", 0, self.offset, key=case.encode(), value=json.dumps(event).encode())

    def __getitem__(self, name: str) -> dict[tuple[str, ...], float]:
        """Series that are not 0, by the values of their labels."""
        return {labels: value for labels, value in series(self.instruments.scrape(), name).items() if value}

    def states(self) -> dict[str, float]:
        """Occurrences of the moment in its region, by state."""
        return {labels[-1]: count for labels, count in self["moments_occurrences"].items() if labels[:4] == WHERE}


def test_a_breach_that_ends_late_is_a_breach_with_its_lateness() -> None:
    shop = Shop().at(0, "order.placed")
    assert shop.states() == {"running": 1}
    assert shop.at(21).states() == {"at_risk": 1}
    shop.at(30 + 1 / 6)
    assert shop.states() == {"broken": 1}
    assert shop["moments_oldest_breach_timestamp_seconds"][PLACE] == (NOON + 30 * MINUTE) / SECOND
    assert shop["moments_breaches_total"][*WHERE, "high"] == 1
    assert shop["moments_store_breaches_total"] == {("acme", "east", "s1"): 2}, "order.confirmed broke at 3 minutes"
    assert shop["moments_due_to_transition_seconds_sum"] == {(): 18 * 60 + 10}, "one was looked for 18 minutes after"
    shop.at(42, "delivery.delivered")
    assert shop.states() == {}
    assert PLACE not in shop["moments_oldest_breach_timestamp_seconds"]
    assert shop["moments_lateness_seconds_sum"] == {("acme", MOMENT): 12 * 60}
    assert shop["moments_time_to_end_seconds_sum"] == {("acme", MOMENT): 42 * 60}
    assert WHERE not in shop["moments_saved_total"]


def test_met_after_a_warning_is_saved_and_met_without_one_is_not() -> None:
    shop = Shop().at(0, "order.placed").at(1, "order.accepted").at(2, "order.placed", case="8813")
    shop.at(3, "order.accepted", case="8813").at(19, "delivery.delivered", case="8813")
    assert shop["moments_saved_total"] == {}
    shop.at(25, "delivery.delivered")
    assert shop["moments_saved_total"] == {WHERE: 1}
    assert shop["moments_breaches_total"] == {}
    assert shop["moments_time_to_end_seconds_count"][("acme", MOMENT)] == 2


def test_late_truth_counts_as_a_retraction_and_corrects_the_gauges() -> None:
    shop = Shop().at(0, "order.placed").at(1, "order.accepted").at(31)
    assert shop.states() == {"broken": 1}
    shop.at(40, "delivery.delivered", late=15)
    assert shop.states() == {}
    assert PLACE not in shop["moments_oldest_breach_timestamp_seconds"]
    assert shop["moments_breaches_total"] == {(*WHERE, "high"): 1}
    assert shop["moments_retractions_total"] == {(*WHERE, "high"): 1}
    assert shop["moments_saved_total"] == {}, "nobody saved what late truth withdrew"
    assert shop["moments_lateness_seconds_count"] == {}


def test_after_a_restart_gauges_come_from_the_state_and_nothing_is_counted_twice() -> None:
    shop = Shop().at(0, "order.placed").at(1, "order.accepted").at(5, "order.placed", case="8813").at(31)
    before = {name: shop[name] for name in ("moments_occurrences", "moments_oldest_breach_timestamp_seconds")}
    assert before["moments_occurrences"][*WHERE, "broken"] == 1
    shop.restart()
    assert {name: shop[name] for name in before} == before
    assert shop["moments_cases"] == {("0",): 2}
    for name in ("moments_breaches_total", "moments_transitions_total", "moments_store_breaches_total"):
        assert shop[name] == {}
    zeros = series(shop.instruments.scrape(), "moments_breaches_total")
    assert (*WHERE, "high") in zeros, "the next breach there is an increase"
    shop.at(36)
    assert shop["moments_breaches_total"] == {(*WHERE, "high"): 1}


def test_a_breach_found_within_the_hour_has_its_delay_and_a_later_one_is_found_late() -> None:
    figures = Figures()
    figures.instruments.detection.said([said(Kind.BREACHED, found=90_000), said(Kind.BREACHED, found=HOUR)])
    assert figures["moments_due_to_transition_seconds_count"] == {(): 2}
    assert figures["moments_due_to_transition_seconds_bucket"]["0.1",] == 1
    assert figures["moments_due_to_transition_seconds_bucket"]["3600.0",] == 2
    assert figures["moments_found_late_total"] == {("acme", MOMENT): 0}
    figures.instruments.detection.said([said(Kind.BREACHED, found=HOUR + 1)])
    assert figures["moments_due_to_transition_seconds_count"] == {(): 2}
    assert figures["moments_found_late_total"] == {("acme", MOMENT): 1}


def test_a_negative_count_is_passed_over() -> None:
    figures = Figures()
    detection = figures.instruments.detection
    detection.occurred({(*PLACE, "opened"): 3, (*PLACE, "met"): -1})
    detection.started({("acme", "east", "s1"): 2, ("acme", "east", None): 1, ("acme", "east", "s2"): -1})
    kinds = {labels[-1]: count for labels, count in figures["moments_transitions_total"].items()}
    assert (kinds["opened"], kinds["met"]) == (3, 0)
    assert figures["moments_store_started_total"] == {("acme", "east", "s1"): 2}


def test_of_a_tenant_that_is_new_every_moment_has_a_zero() -> None:
    figures = Figures()
    detection = figures.instruments.detection
    detection.catalogue(CATALOGUE)
    assert figures["moments_breaches_total"] == {}
    detection.occurred({(*PLACE, "opened"): 1})
    assert figures["moments_breaches_total"] == {
        ("acme", "", MOMENT, "execution", "high"): 0,
        ("acme", "", "order.confirmed", "decision", "low"): 0,
        (*WHERE, "high"): 0,
    }
    assert figures["moments_occurrences"][*WHERE, "broken"] == 0
    assert figures["moments_lateness_seconds_count"] == {("acme", MOMENT): 0, ("acme", "order.confirmed"): 0}


def test_a_new_catalogue_takes_the_place_of_the_old_one_and_known_tenants_get_its_moments() -> None:
    figures = Figures()
    detection = figures.instruments.detection
    detection.catalogue(CATALOGUE)
    detection.occurred({(*PLACE, "opened"): 1})
    moved = compile_texts(
        [("shop.yaml", SHOP.replace("order.confirmed", "order.taken").replace("low", "medium\n    objective: 0.9"))]
    )
    detection.catalogue(moved)
    assert figures["moments_catalogue_info"] == {(moved.version,): 1}
    assert figures["moments_moment_objective"] == {(MOMENT,): 0.95, ("order.taken",): 0.9}
    assert ("order.taken", "decision", "medium", "store", "接单", "Accepted") in figures["moments_moment_info"]
    assert len(figures["moments_moment_info"]) == 2
    assert ("acme", "", "order.taken", "decision", "medium") in figures["moments_breaches_total"]


def test_spans_are_counted_in_bulk_as_one_by_one() -> None:
    bulk, single = Figures(), Figures()
    spans = [0, 30 * SECOND, 30 * SECOND + 1, HOUR, 700_000 * SECOND]
    bulk.instruments.detection.durations({("acme", MOMENT): spans})
    for span in reversed(spans):
        single.instruments.detection.durations({("acme", MOMENT): [span]})
    for name in ("bucket", "sum", "count"):
        assert bulk[f"moments_time_to_end_seconds_{name}"] == single[f"moments_time_to_end_seconds_{name}"]
    buckets = {le: count for (*_, le), count in bulk["moments_time_to_end_seconds_bucket"].items()}
    assert (buckets["30.0"], buckets["60.0"], buckets["3600.0"], buckets["604800.0"], buckets["+Inf"]) == (2, 3, 4, 4, 5)


def test_every_severity_that_an_occurrence_may_begin_with_has_a_zero() -> None:
    graded = SHOP.replace("severity: low", "severity: {field: attributes.urgency, default: low}").replace(
        "{after: 30m}", "{after: 30m, targets: [{when: {tier: vip}, after: 20m, severity: critical}]}"
    )
    figures = Figures()
    detection = figures.instruments.detection
    detection.catalogue(compile_texts([("shop.yaml", graded)]))
    detection.occurred({(*PLACE, "opened"): 1})
    for name in ("moments_breaches_total", "moments_retractions_total"):
        zeros = {labels[-1] for labels in figures[name] if labels[:-1] == WHERE}
        assert zeros == {"high", "critical"}
        assert {labels[-1] for labels in figures[name] if labels[2] == "order.confirmed"} == {
            "low",
            "medium",
            "high",
            "critical",
        }
