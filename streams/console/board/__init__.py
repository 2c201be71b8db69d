"""What the console knows: the topics of the alert, group and notify stages, laid out for questions. Pure.

One feeds it records, as they come, and asks it. The order of the topics is free; whoever feeds alerts first needs less
memory meanwhile. Nothing in it is looked for by going through everything but what a question is about.
"""

from typing import Final

from pydantic import ValidationError

from schemas.alert import Alert, AuditLine
from schemas.feed import Feed, feed_key
from schemas.followed import Followed
from schemas.group import Group, MuteInForce
from schemas.notice import Notice, Receipt
from schemas.organisation import Person
from streams.alerts.organisation import Directory
from streams.catalogue.model import Catalogue
from streams.clock import DAY, HOUR
from streams.console.board.alerts import Alerts
from streams.console.board.audit import TAKING, Audit
from streams.console.board.days import local_day
from streams.console.board.duties import on_duty
from streams.console.board.first_page import first_page, unheard_of
from streams.console.board.follow_up import follow_up
from streams.console.board.following import Following
from streams.console.board.handover import MOST, hand_over
from streams.console.board.hearing import Hearing
from streams.console.board.histories import Histories
from streams.console.board.journey import journey
from streams.console.board.looking import Look
from streams.console.board.messages import Messages
from streams.console.board.mutes import Mutes
from streams.console.board.names import Topic, topics_of
from streams.console.board.pages import Pages
from streams.console.board.rows import Rows
from streams.console.board.sighting import UnfitError
from streams.console.board.tenancy import may_read
from streams.console.viewer import Viewer
from streams.console.views import (
    AlertView,
    CaseRecord,
    CaseView,
    DeadLetter,
    FeedRow,
    Feeds,
    Filter,
    Freshness,
    Handover,
    IncidentRow,
    Now,
    OnCall,
    Outcome,
    PromiseFilter,
    Promises,
    Row,
    Source,
    Stage,
)

__all__ = ["Board", "Topic", "topics_of"]

KEPT: Final = 3 * DAY
"""How long messages, remarks, and what is said of unknown alerts are kept."""


class Board:
    """All that the console shows.

    Each question enforces the tenant scope of whoever asks: what is of other tenants is not there for them. Those that
    name no viewer are for the rim. `version` grows with every change that somebody might see; `unreadable` counts records
    that could not be read, and were passed over.
    """

    def __init__(self, *, watches_feeds: bool = True) -> None:
        """`watches_feeds`: somebody tells which feeds are heard."""
        self._watches_feeds = watches_feeds
        self.version = 0
        self.unreadable = 0
        self._alerts, self._audit, self._messages, self._mutes = Alerts(), Audit(), Messages(), Mutes()
        self._hearing = Hearing()
        self._rows = Rows(self._alerts, self._mutes, self._hearing)
        self._following = Following(self._alerts, self._rows)
        self._histories = Histories(self._alerts, self._audit, self._messages, self._mutes, self._rows, self._following)
        self._catalogue: Catalogue | None = None
        self._fresh = Freshness(None)
        self._feeds: tuple[FeedRow, ...] = ()
        self._letters: tuple[DeadLetter, ...] = ()
        self._newest = 0
        self._pages = Pages()

    def take(self, topic: Topic, partition: int, key: bytes | None, value: bytes | None, at: int) -> None:
        """One record, those of a partition in their order; `at` is the instant of the record.

        Never raises for data: a record that cannot be read is counted, and what was known before stays.
        """
        try:
            changed = self._drop(topic, key, at) if value is None else self._take(topic, partition, key, value, at)
        except (ValidationError, UnicodeDecodeError, UnfitError):
            self.unreadable += 1
            return
        self.version += changed
        if at >= self._newest + HOUR:
            self._newest = at
            self._sweep()

    def _take(self, topic: Topic, partition: int, key: bytes | None, value: bytes, at: int) -> bool:
        if topic == "alerts":
            alert = Alert.model_validate_json(value)
            _require(key == alert.id.encode())
            return self._alerts.put(alert, value, partition, self._audit.last_taken(alert.id))
        if topic == "groups":
            group = Group.model_validate_json(value)
            _require(key == group.id.encode())
            return self._alerts.put_group(group)
        if topic == "mutes":
            _require(key is not None)
            return self._mutes.put(key or b"", MuteInForce.model_validate_json(value))
        if topic == "feeds":
            feed = Feed.model_validate_json(value)
            _require(key == feed_key(feed.tenant, feed.source, feed.region))
            return self._hearing.put(key or b"", feed, at)
        if topic == "followed":
            followed = Followed.model_validate_json(value)
            _require(key == followed.id.encode())
            return self._following.put(followed, partition)
        if topic == "audit":
            line = self._audit.put(AuditLine.model_validate_json(value), value)
            if line.what in TAKING:
                self._alerts.hand(self._audit.last_taken(line.alert) or line)  # lines may come late
        elif topic == "notices":
            self._messages.put_notice(Notice.model_validate_json(value), value, at)
        else:
            self._messages.put_receipt(Receipt.model_validate_json(value), value, at)
        return True

    def _drop(self, topic: Topic, key: bytes | None, at: int) -> bool:
        _require(key is not None and topic in ("alerts", "groups", "mutes", "feeds", "followed"))
        name = b"" if key is None else key
        if topic == "feeds":
            return self._hearing.drop(name, at)
        if topic == "mutes":
            return self._mutes.drop(name)
        if topic == "followed":
            return self._following.drop(name.decode())
        self._messages.drop(name.decode())
        if topic == "groups":
            return self._alerts.drop_group(name.decode())
        self._audit.drop(name.decode())
        return self._alerts.drop(name.decode())

    def _sweep(self) -> None:
        """Forget what is old. While the topics are being read an alert may yet come of which something was said."""
        before = self._newest - KEPT
        self._messages.sweep(before)
        self._hearing.sweep(before)
        if self._fresh.read_at is not None:
            self._audit.sweep(before, lambda name: name in self._alerts)

    def use_directory(self, directory: Directory) -> None:
        """The organisation data in force: names, chains, duties, people."""
        self._rows.use(directory)
        self.version += 1

    def use_catalogue(self, catalogue: Catalogue | None) -> None:
        """The catalogue in force; None: it is not known."""
        self._catalogue = catalogue
        self._following.use(catalogue)
        self.version += 1

    def freshness(self, fresh: Freshness) -> None:
        """How far what is shown can be trusted. That it was looked at again is no change; that a stage has become stale
        is, or that the topics have been read for the first time."""
        before, self._fresh = self._fresh, fresh
        self.version += (dict(before.stale), before.read_at is None) != (dict(fresh.stale), fresh.read_at is None)

    @property
    def fresh(self) -> Freshness:
        """How far what is shown can be trusted, as last said."""
        return self._fresh

    def feeds_are(self, feeds: tuple[FeedRow, ...], letters: tuple[DeadLetter, ...]) -> None:
        """The input topics, and the last dead letters, newest first."""
        self.version += (feeds, letters) != (self._feeds, self._letters)
        self._feeds, self._letters = feeds, letters

    def now(self, viewer: Viewer, filter: Filter, at: int, limit: int = 100) -> Now:
        """The first page; what is over is not on it.

        At risk and unknown: soonest due first, then the gravest. Broken: the gravest first, of these the one that has
        waited longest. A broken member of an incident is shown in the row of that alone; totals, counts and `oldest` have
        it, `left_out` has not. Ties are broken by id. Equal questions are answered from one page until something changes.
        """

        def make() -> tuple[Now, int]:
            look = Look(viewer, filter)
            page = first_page(look, self._alerts, self._mutes, self._rows, self._hearing, at, limit, self._fresh)
            return page, min(self._mutes.next_change(at), local_day(at, viewer.time_zone)[1])

        return self._pages.get(viewer, filter, limit, at, self.version, self._fresh, make)

    def alert(self, viewer: Viewer, alert_id: str, at: int) -> AlertView | None:
        """One alert with its history; None where there is none that this viewer may see."""
        one = self._alerts.get(alert_id)
        return None if one is None or not viewer.sees(one.tenant) else self._histories.alert(one, at)

    def case(self, viewer: Viewer, tenant: str, case: str, record: CaseRecord | None, at: int) -> CaseView | None:
        """A case: its alerts, those that are open first, and one timeline. `record` is what detection keeps of it. None
        where nothing is known of it, or it is not the viewer's to see."""
        return self._histories.case(tenant, case, record, at) if viewer.sees(tenant) else None

    def partition_of_case(self, tenant: str, case: str) -> int | None:
        """The partition that everything of a case lies in; None where nothing says it."""
        own = self._alerts.of_case(tenant, case)
        return own[0].partition if own else self._following.partition_of(tenant, case)

    def promises(self, viewer: Viewer, wanted: PromiseFilter, at: int, limit: int = 1000) -> Promises:
        """The ledger: every open promise that is looked for, and those that ended today."""
        return self._following.promises(viewer, wanted, at, limit, self._fresh)

    def promisers(self, viewer: Viewer) -> list[tuple[str, str]]:
        """Who has promised something that is open: ids and names, by name."""
        return self._following.people(viewer)

    def promising_stores(self, viewer: Viewer) -> list[tuple[str, str]]:
        """Where something that is open was promised: ids and names, by name."""
        return self._following.stores(viewer)

    def journey(self, viewer: Viewer, filter: Filter, at: int) -> tuple[Stage, ...]:
        """The four stages with their moments, with their counts now and on the viewer's day."""
        return journey(Look(viewer, filter), self._alerts.shelves, self._catalogue, at)

    def unheard(self, viewer: Viewer, filter: Filter) -> tuple[Source, ...]:
        """The feeds of what is looked at that are not heard."""
        return unheard_of(Look(viewer, filter), self._hearing, self._rows)

    def handover(self, viewer: Viewer, filter: Filter, since: int, at: int) -> Handover:
        """What a shift that began at `since` leaves to the next."""
        first = self.now(viewer, filter, at, MOST)
        look = Look(viewer, filter)
        return hand_over(look, self._alerts, self._audit, self._rows, first, self._mutes.to_come(look.sees, at), since)

    def feeds(self, viewer: Viewer, at: int) -> Feeds:  # noqa: ARG002  (every question is told the time)
        """The input topics, the dead letters that may be the viewer's to read, and the feeds of their tenants."""
        return Feeds(
            self._feeds,
            tuple(letter for letter in self._letters if may_read(viewer, letter)),
            self._fresh,
            self._hearing.sources(viewer.sees, self._rows.region_name),
            self._watches_feeds,
        )

    def rota(self, viewer: Viewer, at: int) -> tuple[OnCall, ...]:
        """Who is on duty where, and who is next: by tenant, from the fallback down to the stores."""
        directory = self._rows.directory
        tenants = (tenant for tenant in directory.tenants() if viewer.sees(tenant))
        return tuple(place for tenant in tenants for place in on_duty(directory, tenant, at))

    def incident(
        self, viewer: Viewer, group_id: str, at: int, limit: int = 1000
    ) -> tuple[IncidentRow, tuple[Row, ...]] | None:
        """An incident (or a group, or a digest) and the first of those who still wait; None where there is none that this
        viewer may see."""
        group = self._alerts.incidents.groups.get(group_id)
        if group is None or not viewer.sees(group.tenant):
            return None
        return follow_up(group, self._alerts, self._rows, at, limit)

    def mutes(self, viewer: Viewer, at: int) -> tuple[MuteInForce, ...]:
        """Mutes that have not ended, those still to begin included; the first to end first."""
        return self._mutes.to_come(viewer.sees, at)

    def outcome(self, command_id: str, tenant: str | None = None) -> Outcome | None:
        """What became of a command; None while no line of the audit says it. Nothing is shown of an alert that was none
        of the command's business. Ids are chosen by whoever sends: `tenant` tells equal ones of several tenants apart."""
        answer = self._audit.answer(command_id, tenant)
        if answer is None:
            return None
        one = self._alerts.get(answer.alert) if answer.present else None
        present = None if one is None or one.tenant != answer.tenant else self._alerts.read(one)
        return Outcome(answer.result, answer.why, present)

    def people(self, viewer: Viewer, tenant: str) -> tuple[Person, ...]:
        """Those to whom an alert of this tenant can be assigned, by name."""
        whole = self._rows.directory.organisation(tenant) if viewer.sees(tenant) else None
        return () if whole is None else tuple(sorted(whole.people, key=lambda person: (person.name, person.id)))


def _require(fits: bool) -> None:
    if not fits:
        raise UnfitError
