"""The fold: what is known of a case after its facts, in order, with the timers in between (docs/rules.md, section 2)."""

from collections.abc import Sequence

import msgspec

from streams.catalogue.model import OCCURRED_AT, Hit, Look, Role
from streams.engine.case import NEVER, Base, Fact, Track
from streams.engine.play import Say, advance, play
from streams.engine.rules import Rules

_encode = msgspec.msgpack.Encoder().encode
_decode_tracks = msgspec.msgpack.Decoder(list[Track]).decode

_LOOKS = int(Role.START | Role.REOPEN | Role.REVISE | Role.REFUSE | Role.NEXT)
"""The roles that look at fields, the fact's own or earlier ones."""

Scalar = str | int | float | bool


class LookBack:
    """A look at a fact: its own value, else the latest earlier fact's, else what was folded away."""

    __slots__ = ("base", "facts", "position")

    def __init__(self, facts: Sequence[Fact], position: int, base: Base | None) -> None:
        self.facts = facts
        self.position = position
        self.base = base

    def __call__(self, path: str) -> Scalar | None:
        for index in range(self.position, -1, -1):
            value = self.facts[index].fields.get(path)
            if value is not None:
                return value
        if path == OCCURRED_AT and self.position >= 0:
            return self.facts[self.position].at
        return self.base.fields.get(path) if self.base is not None else None


def track_of(rules: Rules, tracks: list[Track], index: int) -> Track:
    """The track of a moment, made where there is none yet."""
    name = rules.moments[index].id
    for track in tracks:
        if track.moment == name:
            return track
    made = Track(name, [])
    place = len(tracks)
    while place and (rules.catalogue.position(tracks[place - 1].moment) or 0) > index:
        place -= 1
    tracks.insert(place, made)
    return made


def apply_fact(
    rules: Rules,
    tracks: list[Track],
    facts: Sequence[Fact],
    position: int,
    base: Base | None,
    hits: tuple[Hit, ...],
    say: Say,
) -> None:
    """Apply one fact to every moment it matters to (`hits`), and to those that follow what it ends."""
    fact = facts[position]
    look: Look = fact.fields.get
    looked = not position and base is None and not rules.dated  # nothing to look at but its own fields
    ended: list[int] = []
    for index, roles, due_path in hits:
        if roles & _LOOKS and not looked:
            look, looked = LookBack(facts, position, base), True
        if play(rules.moments[index], track_of(rules, tracks, index), fact, roles, due_path, look, say):
            ended.append(index)
    if ended and any(rules.followers[leader] for leader in ended):
        _follow(rules, tracks, ended, fact, LookBack(facts, position, base), say)


def _follow(rules: Rules, tracks: list[Track], ended: list[int], fact: Fact, look: Look, say: Say) -> None:
    """Play the roles of those that follow what has ended, in the catalogue's order, and of those that follow them."""
    while ended:
        leader = min(ended)
        ended.remove(leader)
        for index, roles in rules.followers[leader]:
            if play(rules.moments[index], track_of(rules, tracks, index), fact, roles, None, look, say):
                ended.append(index)


def advance_tracks(rules: Rules, tracks: Sequence[Track], until: int, say: Say) -> int:
    """Let every timer before `until` speak, moment by moment. The latest instant that spoke, or NEVER."""
    latest = NEVER
    for track in tracks:
        if track.occurrences:
            current = track.occurrences[-1]
            if current.timer is not None and current.timer < until:
                index = rules.catalogue.position(track.moment)
                if index is None:
                    continue
                latest = max(latest, advance(rules.moments[index], current, until, say))
    return latest


def fold(rules: Rules, base: Base | None, facts: Sequence[Fact], until: int | None, say: Say) -> tuple[list[Track], int]:
    """The tracks after `facts`, from `base`, with every timer before `until`; and the latest instant that spoke.

    With `until` None the fold stops right after the last fact.
    """
    tracks: list[Track] = copy_tracks(base.tracks) if base is not None else []
    fired = NEVER
    for position, fact in enumerate(facts):
        fired = max(fired, advance_tracks(rules, tracks, fact.at, say))
        apply_fact(rules, tracks, facts, position, base, rules.hits_of(fact), say)
    if until is not None:
        fired = max(fired, advance_tracks(rules, tracks, until, say))
    return tracks, fired


def copy_tracks(tracks: Sequence[Track]) -> list[Track]:
    """A copy that shares nothing."""
    return _decode_tracks(_encode(tracks))
