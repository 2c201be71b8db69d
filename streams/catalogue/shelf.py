"""The calendars of all documents, found by name, and the stores that say which of them count where."""

from collections.abc import Mapping, Sequence

from streams.catalogue.calendar import Always, Hours, Side, Union
from streams.catalogue.document.places import StoreFile
from streams.catalogue.entries import Document
from streams.catalogue.model import Calendar
from streams.catalogue.place import Path, Problems, nearest
from streams.catalogue.stores import ALWAYS, OPENING_HOURS, Store, Stores
from streams.catalogue.workdays import PublicDays, Workdays, expand_weekly, written


class Shelf:
    """The calendars of all documents by name, and the stores that say which of them count where."""

    def __init__(self, documents: Sequence[Document], problems: Problems) -> None:
        self._documents = documents
        self._problems = problems
        self._owners: dict[str, list[Document]] = {}
        for document in documents:
            for name in document.file.calendars:
                self._owners.setdefault(name, []).append(document)
                if name == ALWAYS:
                    problems.add(
                        document.places,
                        ("calendars", name),
                        f"'{ALWAYS}' is taken: it is day and night",
                        key=True,
                    )
        self.calendars: dict[str, Calendar] = {ALWAYS: Always()}
        self.zones: dict[str, str] = {}
        self._parts: dict[str, tuple[str, ...]] = {}  # of unions
        self.united_keys: set[str] = set()
        """Of calendars that no file names: what unions are where others count instead of their parts."""
        for document in documents:
            for name, file in document.file.calendars.items():
                key = self._key(name, document)
                if file.any_ is not None:
                    self._parts[key] = ()
                    continue
                public = PublicDays(file.holidays.country, file.holidays.region) if file.holidays else None
                days = Workdays(expand_weekly(file.weekly), public, file.makeup, frozenset(file.closed), dict(file.open))
                self.calendars[key] = Hours(key, days)
                if file.time_zone is not None:
                    self.zones[key] = file.time_zone
        for document in documents:
            for name, file in document.file.calendars.items():
                if file.any_ is not None:
                    key = self._key(name, document)
                    self._parts[key] = self._named(file.any_, document, ("calendars", name, "any"))
                    self.calendars[key] = self._union(key, self._parts[key])

    def _named(self, names: Sequence[str], document: Document, path: Path) -> tuple[str, ...]:
        """The keys of the calendars that a union names."""
        keys: list[str] = []
        for index, name in enumerate(names):
            key = self.find(name, document, (*path, index))
            text = None
            if name == ALWAYS:
                text = f"'{ALWAYS}' is day and night, and so is whatever is open whenever it is; leave it out"
            elif key in self._parts:
                text = f"'{name}' is itself made of others; name those that have hours of their own"
            elif name in names[:index]:
                text = f"'{name}' is named twice; leave one out"
            if text is not None:
                self._problems.add(document.places, (*path, index), text)
            keys.append(key)
        return tuple(key for key in keys if key not in self._parts)

    def _union(self, key: str, parts: Sequence[str]) -> Calendar:
        """Open whenever one of these is."""
        found = [(self.calendars[part], self.zones.get(part)) for part in parts]
        sides = tuple(Side(calendar.days, zone) for calendar, zone in found if isinstance(calendar, Hours))
        return Union(key, sides) if len(sides) == len(found) else Always(id=key)

    def with_unions(self, swaps: Mapping[str, str]) -> dict[str, str]:
        """These swaps, and what they make of the unions of which a part is swapped."""
        found = dict(swaps)
        for union, named in self._parts.items():
            if union in swaps or not any(part in swaps for part in named):
                continue
            found[union] = self.united([swaps.get(part, part) for part in named])
        return found

    def parts_of(self, key: str) -> tuple[str, ...]:
        """The calendars that a union names; none where it is no union."""
        return self._parts.get(key, ())

    def united(self, keys: Sequence[str]) -> str:
        """The key of the calendar that is open whenever one of these is, which may be unions themselves."""
        parts = tuple(dict.fromkeys(part for key in keys for part in self._parts.get(key, (key,))))
        key = " or ".join(parts) if len(parts) != 1 else f"{parts[0]} alone"
        if key not in self.united_keys:
            self.united_keys.add(key)
            self.calendars[key] = self._union(key, parts)
        return ALWAYS if self.calendars[key].always else key

    def _key(self, name: str, owner: Document) -> str:
        """The plain name where there is one calendar of it, else with the catalogue's name before it."""
        return name if self._one(name) else f"{owner.file.name}.{name}"

    def _one(self, name: str, seen: frozenset[str] = frozenset()) -> bool:
        """Whether all catalogues that have a calendar of this name mean the same: what an including file says of it has
        been written into those that it includes."""
        owners = self._owners.get(name, ())
        found = [owner.file.calendars[name] for owner in owners]
        parts = (part for file in found for part in file.any_ or () if part not in seen)
        return all(file == found[0] for file in found) and (
            len(found) == 1 or all(self._one(part, seen | {name}) for part in parts)
        )

    def find(self, name: str | None, document: Document, path: Path) -> str:
        """Key of the calendar that a document means by `name`: its own, else the only other of that name."""
        if name is None or name == ALWAYS:
            return ALWAYS
        owners = self._owners.get(name, [])
        if document in owners:
            return self._key(name, document)
        if owners and self._one(name):
            return name
        if name == OPENING_HOURS and not owners:
            self.calendars.setdefault(name, Always(id=name))
            return name
        if owners:
            among = ", ".join(owner.file.name for owner in owners)
            text = f"several catalogues have a calendar '{name}' ({among}); declare the one you mean here"
        else:
            text = f"there is no calendar '{name}'{nearest(name, [*self._owners, ALWAYS], 'declare it under calendars:')}"
        self._problems.add(document.places, path, text)
        return ALWAYS

    def stores(self) -> Stores:
        """What all documents together say of stores."""
        stores = Stores()
        for document in self._documents:
            for store_id, file in document.file.stores.items():
                path = ("stores", store_id)
                if stores.has(store_id, file.tenant):
                    self._problems.add(
                        document.places, path, f"store '{store_id}' is declared twice; join them", key=True
                    )
                swaps = self.swaps(file.calendars, document, (*path, "calendars"))
                if file.hours:
                    swaps |= {key: self._opening(file) for key in self._keys(OPENING_HOURS)}
                    if OPENING_HOURS in file.calendars:
                        text = f"the hours of this store are its '{OPENING_HOURS}'; leave one of the two out"
                        self._problems.add(document.places, (*path, "calendars", OPENING_HOURS), text, key=True)
                stores.add(store_id, file.tenant, Store(file.time_zone, file.region, self.with_unions(swaps), file.brand))
        return stores

    def swaps(self, calendars: Mapping[str, str], document: Document, path: Path) -> dict[str, str]:
        """The keys of calendars, each with that of the one that counts instead of it."""
        found: dict[str, str] = {}
        for standard, own in calendars.items():
            keys = self._keys(standard)
            if not keys:
                hint = nearest(standard, self._owners, "name one of the calendars declared")
                self._problems.add(
                    document.places, (*path, standard), f"there is no calendar '{standard}'{hint}", key=True
                )
            for key in keys:
                found[key] = self.find(own, document, (*path, standard))
        return found

    def _keys(self, name: str) -> set[str]:
        """The keys of all calendars of this name."""
        keys = {self._key(name, owner) for owner in self._owners.get(name, ())}
        return keys or ({OPENING_HOURS} if name == OPENING_HOURS else set())

    def _opening(self, file: StoreFile) -> str:
        """The key of a store's hours as a calendar, `opening_hours mon-fri 09:00-18:00`; the same hours have the same."""
        days = sorted(f"{days} {'+'.join(map(written, shifts))}" for days, shifts in file.hours.items())
        key = f"{OPENING_HOURS} {', '.join(days)}"
        if key not in self.calendars:
            self.calendars[key] = Hours(key, Workdays(expand_weekly(file.hours)))
        return key
