"""What deadlines and calendars come to at single places: lengths that the hours there cannot give, and warnings that come
too soon there."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from streams.catalogue.attainable import Allowed, beyond_reach, lengths_in, too_short
from streams.catalogue.doubts.doubt import Doubt
from streams.catalogue.doubts.lengths import shorter, spoken_lead
from streams.catalogue.doubts.somewhere import places_of
from streams.catalogue.entries import Document, Entry
from streams.catalogue.place import Path
from streams.catalogue.policy import Place, Policies, Said, Table
from streams.catalogue.shelf import Shelf
from streams.catalogue.stores import Store


class Spot(NamedTuple):
    """Where something is said that changes what counts at a place."""

    document: Document
    path: Path


def of_places(policies: Policies, documents: Sequence[Document], shelf: Shelf, now: int) -> Iterator[Doubt]:
    """What is doubtful about the lengths of each moment wherever policies or stores have a say in them."""
    looker = _Looker(policies, documents, shelf, now)
    for moment_id, entry in policies.entries.items():
        tables = [*policies.fields.get(moment_id, {}).values(), *policies.swaps.values()]
        for place in places_of(policies, tables):
            yield from looker.look(entry, place)


class _Looker:
    def __init__(self, policies: Policies, documents: Sequence[Document], shelf: Shelf, now: int) -> None:
        self._policies, self._shelf, self._now = policies, shelf, now
        self._stores = {
            (file.tenant, store_id): Spot(document, ("stores", store_id, "hours" if file.hours else "calendars"))
            for document in documents
            for store_id, file in document.file.stores.items()
        }
        self._seen: set[tuple[str, int, str, str]] = set()

    def look(self, entry: Entry, place: Place) -> Iterator[Doubt]:
        fields = self._policies.fields.get(entry.moment.id, {})
        own, hours, off = (fields.get(name, Table()).find(place) for name in ("deadline", "calendar", "off"))
        if off is not None and off.value:
            return
        tenant, _, _, store_id = place
        store = self._policies.stores.of({"tenant": tenant, "store_id": store_id}.get)
        spots: dict[str, Spot] = {}  # of the calendars that something here says

        def find(name: str | None) -> tuple[str, str]:
            document = entry.document if own is None else own.document
            if name is not None:
                key = self._shelf.find(name, document, ())
            else:
                key = self._policies.calendar_of(entry) if hours is None else hours.value
            spot = None if hours is None or name is not None else Spot(hours.document, hours.path)
            key, instead = self._instead(key, place, store)
            if instead is not None or spot is not None:
                spots[key] = instead or spot or Spot(entry.document, entry.path)
            return key, store.time_zone or self._shelf.zones.get(key) or entry.document.file.time_zone

        clause, path = (entry.moment.allows, entry.path) if own is None else (own.value, own.path)
        for length in lengths_in(clause, path, entry.moment.warnings, ("warnings",), find):
            spot = Spot(own.document, length.path) if own is not None else spots.get(length.calendar)
            seen = (entry.moment.id, id(clause), f"{length.path}", f"{length.zone}@{length.calendar}")
            if spot is not None and seen not in self._seen:
                self._seen.add(seen)
                yield from self._of_length(entry, length, spot, own)

    def _of_length(self, entry: Entry, length: Allowed, spot: Spot, own: Said | None) -> Iterator[Doubt]:
        calendar, name = self._shelf.calendars[length.calendar], entry.moment.id
        why = beyond_reach(length, calendar, self._now)
        if why is not None and own is not None:
            yield Doubt(spot.document, spot.path, f"{why}, so this can hardly break{shorter(length)}")
        elif why is not None:
            text = (
                f"{why}, so with this '{name}' can hardly break; name another calendar, or give it a deadline of its own"
            )
            yield Doubt(spot.document, spot.path, text)
        for index, lead in enumerate(length.warnings if why is None else ()):
            short = too_short(length, lead, calendar, self._now)
            if short is None:
                continue
            ahead = spoken_lead(lead)
            if length.warnings_path != ("warnings",):  # of the target itself
                path = (*length.warnings_path, index)
                text = f"this warning comes {ahead} ahead of a deadline that is {short}; write a shorter lead, or a share"
            elif own is not None:
                path = own.path
                text = (
                    f"the moment warns {ahead} ahead, and this deadline is {short}; write a longer one, or let the moment"
                )
                text += " warn at a share"
            elif length.span is None:  # else it is as short in the moment's own calendar
                path = spot.path
                text = (
                    f"'{name}' warns {ahead} ahead, and with this its deadline is {short}; name another calendar, or let"
                )
                text += " it warn at a share"
            else:
                continue
            yield Doubt(spot.document, path, f"{text} such as 80%")

    def _instead(self, key: str, place: Place, store: Store) -> tuple[str, Spot | None]:
        """The key of the calendar that counts at the place where this one is named, and where that is said."""
        said = self._policies.swaps[key].find(place) if key in self._policies.swaps else None
        if said is not None:
            return said.value, Spot(said.document, said.path)
        if key in store.swaps and key not in self._policies.swaps:
            tenant, store_id = place[0], place[3] or ""
            spot = self._stores.get((tenant, store_id)) or self._stores.get((None, store_id))
            return store.swaps[key], spot
        parts = [self._instead(part, place, store) for part in self._shelf.parts_of(key)]
        spot = next((spot for _, spot in parts if spot is not None), None)
        return (key, None) if spot is None else (self._shelf.united([part for part, _ in parts]), spot)
