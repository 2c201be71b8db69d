"""Laws of the outbox, against a slow model: duplicates, disorder and restarts at any point change nothing."""

from collections import Counter
from collections.abc import Sequence
from random import Random

from schemas.alert import Alert, State
from schemas.group import Group
from schemas.notice import Notice, Outcome, Reason, Receipt
from streams.clock import HOUR, MINUTE, SECOND, as_datetime, instant
from streams.notify.base import FollowUp
from streams.notify.outbox import Attempt
from tests.notify.outbox_model import OVER, Model
from tests.notify.outbox_story import BEGIN, Shard, make_alert, make_group, make_notice, make_receipt
from tests.support.effort import EFFORT

SEEDS = range(40 * EFFORT)
REASONS: tuple[Reason, ...] = ("warned", "broke", "worsened", "escalated", "again", "ended", "retracted", "test")
OF_GROUPS: tuple[Reason, ...] = ("grouped", "incident", "digest", "group_over", "incident_over")
FOLLOW_UPS = {"fleet": FollowUp(repeat_every=5 * MINUTE), "pager": FollowUp(acknowledgements=True)}
RECEIVERS = ("wecom", "mail", "fleet", "pager")
STATES: tuple[State, ...] = ("firing",) * 5 + (
    "acknowledged",
    "snoozed",
    "unknown",
    "resolved",
    "retracted",
    "found_late",
)
OUTCOMES: tuple[Outcome, ...] = ("delivered", "delivered", "deferred", "refused", "overtaken")


class World:
    """Makes what the alert stage and a sender would write, and repeats some of it at any time."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.shard, self.model = Shard(follow_ups=FOLLOW_UPS), Model(FOLLOW_UPS)
        self.alerts = {f"a{number}": [make_alert(1, "firing", id=f"a{number}")] for number in range(4)}
        self.groups = {f"g{number}": [make_group(1, "firing", id=f"g{number}")] for number in range(2)}
        self.written: list[Notice | Alert | Group | Receipt] = []
        self.notices: dict[str, Notice] = {}
        self.said_delivered: set[str] = set()

    @property
    def now(self) -> int:
        return BEGIN + self.shard.now

    def step(self) -> None:
        """Something happens; then shard and model must be of one mind."""
        random = self.random
        self.shard.now += random.choice((0, 1, SECOND, MINUTE, 5 * MINUTE))
        self.give()  # within one decision records go before the clock, which the model does not know
        match random.randrange(10):
            case 0 | 1 | 2:
                self.give(*(self.new_notice() for _ in range(random.randint(1, 3))))
            case 3:
                self.give(self.new_alert() if random.random() < 0.7 else self.new_group())
            case 4 | 5 | 6:
                self.begin()
            case 7 if self.written:
                self.give(*random.sample(self.written, min(3, len(self.written))))
            case 8:
                self.restart()
            case _:
                self.give()
        self.compare()

    def new_alert(self) -> Alert:
        versions = self.alerts[self.random.choice(sorted(self.alerts))]
        last = versions[-1]
        state = self.random.choice(STATES)
        versions.append(
            last.model_copy(update={"version": last.version + 1, "state": state, "changed_at": as_datetime(self.now)})
        )
        return versions[-1]

    def new_group(self) -> Group:
        versions = self.groups[self.random.choice(sorted(self.groups))]
        news = {"version": versions[-1].version + 1, "state": self.random.choice(("firing", "firing", "resolved"))}
        versions.append(versions[-1].model_copy(update=news | {"changed_at": as_datetime(self.now)}))
        return versions[-1]

    def new_notice(self) -> Notice:
        random = self.random
        alert = random.choice(self.alerts[random.choice(sorted(self.alerts))][-3:])
        group = random.choice(self.groups[random.choice(sorted(self.groups))][-3:]) if random.random() < 0.3 else None
        contacts = random.sample(RECEIVERS, random.randint(1, 3))
        age = random.choice((0, 0, 0, MINUTE, 5 * HOUR + 59 * MINUTE, 7 * HOUR, -MINUTE))
        notice = make_notice(
            f"n{len(self.notices)}",
            random.choice(REASONS if group is None else OF_GROUPS),
            person=random.choice(("lin", "wu")),
            contacts=contacts,
            at=self.now - age,
            alert=alert,
            group=group,
        )
        self.notices[notice.id] = notice
        return notice

    def begin(self) -> None:
        """Make some of the attempts that are due; the receipts of some come at once, of others later or never."""
        for attempt in self.shard.due(limit=self.random.randint(1, 4)):
            self.shard.processor.begun(attempt)
            self.model.begun(attempt)
            wait = self.random.choice((SECOND, 30 * MINUTE, 9 * HOUR))
            outcome = self.random.choice(OUTCOMES)
            receipt = make_receipt(attempt, outcome, self.now, self.now + wait if outcome == "deferred" else None)
            self.written.append(receipt)
            if self.random.random() < 0.6:
                self.give(receipt)

    def give(self, *given: Notice | Alert | Group | Receipt) -> None:
        """One decision on all of it."""
        self.model.ended.clear()
        for one in given:
            self.model.take(one, self.now)
            if one not in self.written:
                self.written.append(one)
            if isinstance(one, Receipt) and one.outcome == "delivered":
                self.said_delivered.add(one.notice)
        self.model.judge(self.now)
        self.agree(self.shard.take(*given))

    def restart(self) -> None:
        """The shard goes on elsewhere, from what was stored."""
        self.model.ended.clear()
        self.model.restart()
        self.model.judge(self.now)
        self.agree(self.shard.restart().last)

    def agree(self, said: Sequence[Receipt]) -> None:
        # the order within one record is not promised
        ours = Counter(self._how(receipt.notice, receipt.outcome) for receipt in said)
        assert ours == Counter(self._how(*ended) for ended in self.model.ended)
        self.written += said

    def _how(self, name: str, outcome: Outcome) -> tuple[str, Outcome]:
        """What says an end may be too old and pointless by the same tick; which is said of it first is not promised."""
        notice = self.notices[name]
        too_old = self.now - instant(notice.at) >= 6 * HOUR
        return name, "given_up" if outcome == "overtaken" and too_old and notice.reason in OVER else outcome

    def compare(self) -> None:
        due = self.shard.due(limit=1_000)
        assert [_plain(attempt) for attempt in due] == [_plain(attempt) for attempt in self.model.due(self.now)]
        stands = {stand.notice.id for stand in self.model.stands}
        assert not self.said_delivered & {attempt.notice.id for attempt in due} - stands
        told_again.update(attempt.notice.reason for attempt in due if attempt.notice.id in stands)

    def finish(self) -> None:
        """All that is left is delivered, by a shard that was just restarted."""
        self.restart()
        for _ in range(10_000):
            if not len(self.shard.processor):
                return
            for attempt in self.shard.due():
                self.shard.processor.begun(attempt)
                self.model.begun(attempt)
                self.give(make_receipt(attempt, "delivered", self.now))
            self.shard.now += MINUTE
            self.give()
            self.compare()
        raise AssertionError("something waits for ever")


told_again = Counter[str]()


def _plain(attempt: Attempt) -> tuple[str, State, int, int, int]:
    notice, contact, number, failures = attempt
    return notice.id, notice.alert.state, contact, number, failures


def test_the_outbox_says_what_the_model_says_and_loses_nothing() -> None:
    seen = Counter[str]()
    for seed in SEEDS:
        world = World(Random(seed))
        try:
            for _ in range(80):
                world.step()
            world.finish()
        except Exception as error:
            error.add_note(f"seed {seed}")
            raise
        outcomes = {entry.notice.id: entry.outcome for entry in world.model.entries}
        assert outcomes.keys() | world.model.early.keys() == world.notices.keys()
        assert set(outcomes.values()) <= {"delivered", "overtaken", "given_up"}
        seen.update(str(outcome) for outcome in outcomes.values())
    assert all(seen[outcome] > 5 for outcome in ("delivered", "overtaken", "given_up")), seen
    assert all(told_again[reason] > 5 for reason in ("broke", "grouped", "incident")), told_again


def test_all_that_was_stored_goes_once_nothing_can_come_of_it_any_more() -> None:
    for seed in range(20):
        world = World(Random(seed))
        for _ in range(60):
            world.step()
        world.finish()
        over = {"version": 99, "state": "resolved"}
        world.give(*(versions[-1].model_copy(update=over) for versions in world.alerts.values()))
        world.give(*(versions[-1].model_copy(update=over) for versions in world.groups.values()))
        world.shard.now += 25 * HOUR
        world.shard.restart().take()
        assert world.shard.stored == {}
