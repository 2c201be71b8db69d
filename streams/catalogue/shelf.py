"""The calendars of all documents, found by name, and the stores that say which of them count where."""

from collections.abc import Sequence

from streams.catalogue.calendar import Always, Hours
from streams.catalogue.entries import Document
from streams.catalogue.model import Calendar
from streams.catalogue.place import Path, Problems, nearest
from streams.catalogue.stores import ALWAYS, Stores
from streams.catalogue.workdays import PublicDays, Workdays, expand_weekly


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
        for document in documents:
            for name, file in document.file.calendars.items():
                key = self._key(name, document)
                public = PublicDays(file.holidays.country, file.holidays.region) if file.holidays else None
                days = Workdays(expand_weekly(file.weekly), public, file.makeup, frozenset(file.closed), dict(file.open))
                self.calendars[key] = Hours(key, days)
                if file.time_zone is not None:
                    self.zones[key] = file.time_zone

    def _key(self, name: str, owner: Document) -> str:
        """The plain name where one catalogue has it, else with the catalogue's name before it."""
        return name if len(self._owners[name]) == 1 else f"{owner.file.name}.{name}"

    def find(self, name: str | None, document: Document, path: Path) -> str:
        """Key of the calendar that a document means by `name`: its own, else the only other of that name."""
        if name is None or name == ALWAYS:
            return ALWAYS
        owners = self._owners.get(name, [])
        if document in owners:
            return self._key(name, document)
        if len(owners) == 1:
            return self._key(name, owners[0])
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
                if store_id in stores.known:
                    self._problems.add(
                        document.places, path, f"store '{store_id}' is declared twice; join them", key=True
                    )
                swaps: dict[str, str] = {}
                for standard, own in file.calendars.items():
                    if standard not in self._owners:
                        hint = nearest(standard, self._owners, "name one of the calendars declared")
                        text = f"there is no calendar '{standard}'{hint}"
                        self._problems.add(document.places, (*path, "calendars", standard), text, key=True)
                    for owner in self._owners.get(standard, ()):
                        swaps[self._key(standard, owner)] = self.find(own, document, (*path, "calendars", standard))
                stores.add(store_id, file.time_zone, file.region, swaps)
        return stores
