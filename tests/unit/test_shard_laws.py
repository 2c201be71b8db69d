"""Laws of a shard as a whole: how its log is cut, when it is restarted and how its topics interleave changes nothing."""

import json
from collections.abc import Callable, Iterator, Sequence
from random import Random

from streams.catalogue.load import compile_source, compile_texts
from streams.clock import MILLISECOND, MINUTE, rfc3339
from streams.state.decision import Batch, Decision, Output
from streams.state.processor import DetectProcessor
from tests.support.effort import EFFORT
from tests.support.record import Made
from tests.support.story import TRANSITIONS
from tests.support.story_catalogues import catalogue, moment

ORDERS, DELIVERIES = "orders.events.v1", "deliveries.events.v1"
TOPICS = (ORDERS, DELIVERIES)
SEEDS = (*range(30 * EFFORT), 283)
BEGIN = 1_793_600_000_000_000
END = BEGIN + 1_000 * MINUTE
CATALOGUE = compile_texts(
    [
        (
            "story.yaml",
            catalogue(
                moment(
                    """
                    starts: [order.placed, {on: delivery.promised, where: {channel: app}}]
                    ends: delivery.delivered
                    cancels: [order.cancelled, delivery.refused]
                    pauses: delivery.failed
                    resumes: delivery.picked_up
                    revises: {on: delivery.eta_revised, due: promised_at}
                    reopens: order.confirmed
                    reopening: continue
                    deadline: {at: promised_at, else: {after: 30m}}
                    warnings: [10m]
                    rises: [{after: 15m, to: high}]
                    time_to_live: 2h
                    """
                ),
                moment("starts: order.accepted\nends: order.ready\nrepeats: true\ndeadline: 8m", name="ready"),
                moment(
                    "starts: [order.placed, order.accepted]\nends: order.paid\nrepeats: true\nwarnings: [9m]\ndeadline: "
                    "{after: 20m, targets: [{when: {channel: app}, after: 12m, severity: critical, warnings: [5m]}]}",
                    name="paid",
                ),
                moment("starts: {moment: ready}\nends: delivery.picked_up\nrepeats: true\ndeadline: 8m", name="pick_up"),
            ),
        )
    ]
)
TYPES = {
    ORDERS: ("order.placed", "order.accepted", "order.ready", "order.cancelled", "order.confirmed", "order.paid"),
    DELIVERIES: (
        "delivery.promised",
        "delivery.delivered",
        "delivery.failed",
        "delivery.picked_up",
        "delivery.eta_revised",
        "delivery.refused",
    ),
}


def make_log(random: Random, count: int, *, in_order: bool) -> list[Made]:
    """Records of two topics in the order of their arrival; unless they are `in_order`, many tell of what is long past."""
    log, now = list[Made](), BEGIN
    offsets = dict.fromkeys(TOPICS, 0)
    for number in range(count):
        now += random.randrange(1, 2 * MINUTE)
        topic = random.choice(TOPICS)
        case = f"c{random.randrange(6)}"
        at = now if in_order else now - random.choice((0, 0, 1, 7, 25)) * MINUTE
        data = {"promised_at": rfc3339(at + random.randrange(5, 50) * MINUTE), "channel": random.choice(("app", "web"))}
        if topic == DELIVERIES:
            data["courier_fleet"] = ("bee", "ant", "kite")[number % 3]
        elif number % 2:
            data["payment_provider"] = ("coin", "purse")[number // 2 % 2]
        envelope = {
            "specversion": "1.0",
            "id": f"e{number}" if in_order or random.random() < 0.9 else f"e{random.randrange(number + 1)}",
            "source": "/log",
            "type": random.choice(TYPES[topic]),
            "time": rfc3339(at),
            "subject": case,
            "tenant": "acme",
            "data": data,
        }
        value = b"broken" if random.random() < 0.03 else json.dumps(envelope).encode()
        stamp = -(-now // MILLISECOND)  # the broker appends after it happened, never before
        log.append(Made(topic, 0, offsets[topic], stamp, case.encode(), value))
        offsets[topic] += 1
    return log


def shard() -> DetectProcessor:
    """A fresh shard."""
    return DetectProcessor(TOPICS, CATALOGUE, compile_source, transitions=TRANSITIONS)


def batch(records: Sequence[Made]) -> Batch:
    """Consecutive records of one topic."""
    return Batch(records[0].topic, records, records[0].offset, records[-1].offset + 1, None)


def caught_up(at: int) -> list[Batch]:
    """The proof that nothing is unread in either topic."""
    return [Batch(topic, [], 0, 0, at) for topic in TOPICS]


def runs(records: Sequence[Made]) -> Iterator[Sequence[Made]]:
    """Cut where the topic changes."""
    start = 0
    for index in range(1, len(records) + 1):
        if index == len(records) or records[index].topic != records[start].topic:
            yield records[start:index]
            start = index


def calls(random: Random, log: Sequence[Made], longest: int) -> Iterator[list[Batch]]:
    """The log in calls of up to so many records, each call in batches of one topic."""
    start = 0
    while start < len(log):
        end = start + random.randint(1, longest)
        yield [batch(run) for run in runs(log[start:end])]
        start = end


def outputs(
    decisions: Iterator[list[Batch]], *, restarts: Callable[[], bool] = lambda: False
) -> tuple[list[Output], dict[bytes, bytes]]:
    """All that is published, and the cases as the log ends; then the shard catches up.

    After a decision the shard may be restarted from what was stored.
    """
    processor, state, published = shard(), dict[bytes, bytes](), list[Output]()

    def decide(batches: list[Batch]) -> None:
        decision: Decision = processor.decide(batches, END)
        published.extend(decision.outputs)
        for key, value in decision.changes.items():
            if value is None:
                del state[key]
            else:
                state[key] = value

    for batches in decisions:
        decide(batches)
        if restarts():
            processor = shard()
            processor.restore(state.items())
            processor.ready()
    known = {key: value for key, value in state.items() if not key.startswith(b"~")}
    decide(caught_up(END))
    return published, known


def test_any_cut_of_the_log_into_calls_publishes_the_same_and_leaves_the_same_cases() -> None:
    for seed in SEEDS:
        random = Random(seed)
        log = make_log(random, 120, in_order=False)
        one_by_one, last = outputs(calls(random, log, 1))
        assert len(split(one_by_one)[0]) > 5
        assert last
        for longest in (7, 50, 120):
            published, state = outputs(calls(random, log, longest))
            # in one decision the dead letters stand behind the transitions
            assert split(published) == split(one_by_one), f"seed {seed}, calls of up to {longest}"
            assert state == last, f"seed {seed}, calls of up to {longest}"


def test_a_restart_from_what_was_stored_at_any_point_changes_nothing() -> None:
    for seed in SEEDS:
        random = Random(1000 + seed)
        log = make_log(random, 120, in_order=False)
        cut = list(calls(random, log, 5))
        without, last = outputs(iter(cut))
        published, state = outputs(iter(cut), restarts=lambda random=random: random.random() < 0.3)  # type: ignore[misc]
        assert published == without, f"seed {1000 + seed}"
        assert state == last, f"seed {1000 + seed}"


def test_two_topics_interleaved_in_any_way_publish_the_same_transitions_once_caught_up() -> None:
    for seed in SEEDS:
        random = Random(2000 + seed)
        log = make_log(random, 120, in_order=True)
        heard = []
        for _ in range(3):
            mixed = interleaved(random, log)
            published, _ = outputs(calls(random, mixed, 9))
            said = sorted(output.value or b"" for output in split(published)[0])
            heard.append(said)
        assert heard[0] == heard[1] == heard[2], f"seed {2000 + seed}"


def interleaved(random: Random, log: Sequence[Made]) -> list[Made]:
    """The same records, each topic in its own order."""
    waiting = {topic: [record for record in log if record.topic == topic] for topic in TOPICS}
    mixed = []
    while any(waiting.values()):
        topic = random.choice([topic for topic in TOPICS if waiting[topic]])
        for _ in range(min(random.randint(1, 30), len(waiting[topic]))):
            mixed.append(waiting[topic].pop(0))
    return mixed


def split(published: Sequence[Output]) -> tuple[list[Output], list[Output]]:
    """Transitions, and dead letters."""
    transitions = [output for output in published if output.topic == TRANSITIONS]
    return transitions, [output for output in published if output.topic != TRANSITIONS]
