"""Which moments an event matters to. The hot path: every event of the installation passes here.

For each event type the triggers that can match are found once. Where none has conditions the answer is one tuple,
made beforehand. Otherwise every field that a condition names is read once, the answers of all conditions make a bit
mask, and the mask leads to a tuple made beforehand: a type costs as many reads as it has fields, however many moments.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from schemas.events.promise import PREFIX as PROMISES
from streams.catalogue.conditions import Atom, Dated
from streams.catalogue.model import OCCURRED_AT, REASON, Hit, Look, Role
from streams.catalogue.vocabulary import ENVELOPE, LABELS, OF_PROMISES, carries, covers

_REMEMBERED = 4096
"""Bound of each memory here; event types and field values come from producers."""

_LABELLED = frozenset(LABELS.values()).difference(ENVELOPE)
"""Fields of the data that are kept for the labels alone."""

Plan = tuple[Hit, ...] | Callable[[Look], tuple[Hit, ...]]


@dataclass(frozen=True, slots=True)
class Link:
    """A trigger: events of `pattern` for which all `conditions` hold play `role` for the moment; with `bit`, the hit has
    that role of the trigger's own, by which the moment comes to `role`.
    """

    moment: int
    role: Role
    pattern: str
    conditions: tuple[Atom, ...] = ()
    due: str | None = None
    bit: int | None = None

    @property
    def plays(self) -> int:
        """The bits of a hit."""
        return int(self.role) if self.bit is None else self.bit

    def covers(self, event_type: str) -> bool:
        """Whether the pattern takes this type."""
        return covers(self.pattern, event_type)


@dataclass(slots=True)
class Matcher:
    """Answers for one catalogue. `looked` are the field paths that any moment looks at, for whatever reason; `widen`
    adds to a look what the catalogue knows of stores, None where it knows nothing."""

    links: Sequence[Link]
    looked: frozenset[str]
    widen: Callable[[Look], Look] | None = None
    _plans: dict[str, Plan] = field(default_factory=dict)
    _kept: dict[str, tuple[str, ...] | None] = field(default_factory=dict)

    def hits(self, event_type: str, look: Look) -> tuple[Hit, ...]:
        """See `Catalogue.hits`."""
        plan = self._plans.get(event_type)
        if plan is None:
            plan = self._plan(event_type)
        return plan if isinstance(plan, tuple) else plan(look)

    def decisive(self, event_type: str) -> tuple[str, ...] | None:
        """See `Catalogue.decisive`."""
        links = [link for link in self.links if link.covers(event_type)]
        asked = [atom for link in links for atom in link.conditions]
        if any(atom.dated or (self.widen is not None and atom.path == "region") for atom in asked):
            return None
        return tuple(sorted({atom.path for atom in asked if atom.kind != "exists"}))

    def keeps(self, event_type: str) -> tuple[str, ...] | None:
        """See `Catalogue.keeps`."""
        try:
            return self._kept[event_type]
        except KeyError:
            kept: tuple[str, ...] | None = None
            links = [link for link in self.links if link.covers(event_type)]
            if links:
                why = {REASON} if any(link.role is Role.PAUSE for link in links) else frozenset()
                paths = sorted(self.looked | _LABELLED | why)
                kept = tuple(path for path in paths if path in ENVELOPE or carries(event_type, path))
                if event_type.startswith(PROMISES):
                    kept = tuple(sorted({*kept, *OF_PROMISES}))
            if len(self._kept) < _REMEMBERED:
                self._kept[event_type] = kept
            return kept

    def can_begin(self, moment: int, event_type: str) -> bool:
        """See `Catalogue.can_begin`."""
        return any(
            link.moment == moment and (link.role is Role.START or link.bit == Role.NEXT) and link.covers(event_type)
            for link in self.links
        )

    def can_end(self, moment: int, event_type: str) -> bool:
        """See `Catalogue.can_end`."""
        return any(link.moment == moment and link.role & Role.END and link.covers(event_type) for link in self.links)

    def _plan(self, event_type: str) -> Plan:
        links = [link for link in self.links if link.covers(event_type)]
        plan: Plan
        if any(link.conditions for link in links):
            plan = _conditional(links)
            if self.widen is not None and any(atom.path == "region" for link in links for atom in link.conditions):
                plan = _widened(plan, self.widen)
        else:
            plan = _merge(links)
        if len(self._plans) < _REMEMBERED:
            self._plans[event_type] = plan
        return plan


def _merge(links: Iterable[Link]) -> tuple[Hit, ...]:
    """One hit a moment, roles joined; of several revisions the first one's field counts, and none is refused beside one
    that is not.
    """
    hits: dict[int, Hit] = {}
    for link in links:
        _, roles, due = hits.get(link.moment, Hit(link.moment, 0, None))
        if link.role is Role.REFUSE and roles & Role.REVISE:
            continue
        if link.role is Role.REVISE and roles & Role.REFUSE:
            roles, due = roles ^ int(Role.REFUSE), None
        hits[link.moment] = Hit(link.moment, roles | link.plays, link.due if due is None else due)
    return tuple(hits[moment] for moment in sorted(hits))


def _widened(plan: Callable[[Look], tuple[Hit, ...]], widen: Callable[[Look], Look]) -> Callable[[Look], tuple[Hit, ...]]:
    return lambda look: plan(widen(look))


def _conditional(links: Sequence[Link]) -> Callable[[Look], tuple[Hit, ...]]:
    bits: dict[str, int] = {}
    texts: dict[str, dict[str, int]] = {}  # by field: value -> bits; the common case, plain texts, is one dict lookup
    others: dict[str, list[tuple[int, Callable[[object], bool]]]] = {}
    dated: list[tuple[int, str, Dated]] = []
    for atom in (atom for link in links for atom in link.conditions):
        if atom.key in bits:
            continue
        bit = bits[atom.key] = 1 << len(bits)
        if atom.dated:
            dated.append((bit, atom.path, atom.dated_test()))
        elif atom.kind == "in" and all(isinstance(value, str) for value in atom.values):
            table = texts.setdefault(atom.path, {})
            for value in atom.values:
                table[str(value)] = table.get(str(value), 0) | bit
        else:
            others.setdefault(atom.path, []).append((bit, atom.test()))
    reads = [(path, texts.get(path, {}), tuple(others.get(path, ()))) for path in sorted({*texts, *others})]
    needs = [(link, sum({bits[atom.key] for atom in link.conditions})) for link in links]
    answers: dict[int, tuple[Hit, ...]] = {}

    def date(look: Look) -> int:
        at = look(OCCURRED_AT)
        return sum(bit for bit, path, test in dated if isinstance(at, int) and test(look(path), at))

    def decide(look: Look) -> tuple[Hit, ...]:
        mask = 0
        for path, table, tests in reads:
            value = look(path)
            if isinstance(value, str):
                mask |= table.get(value, 0)
            for bit, test in tests:
                if test(value):
                    mask |= bit
        if dated:
            mask |= date(look)
        answer = answers.get(mask)
        if answer is None:
            answer = _merge(link for link, need in needs if mask & need == need)
            if len(answers) < _REMEMBERED:
                answers[mask] = answer
        return answer

    return decide
