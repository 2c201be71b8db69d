"""Addresses within the console: built with quoting, and read with suspicion."""

import re
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from streams.console.views import Filter, PromiseFilter

_PLAIN = re.compile(r"[^/\\\x00-\x20\x7f]{1,200}")
_LOCAL = re.compile(r"/(?![/\\])[^\\\x00-\x20\x7f]{0,2000}")
_FIELDS = ("tenant", "region", "store", "moment", "stage", "severity")
_LONGEST = 256
_LONGEST_CASE = 513


def alert(alert_id: str) -> str:
    """The page of an alert."""
    return f"/alerts/{_quoted(alert_id)}"


def incident(group_id: str) -> str:
    """The follow-up list of an incident."""
    return f"/incidents/{_quoted(group_id)}"


def case(tenant: str, case_id: str) -> str:
    """The page of a case. Ids that a path cannot carry (slashes, dots alone) go into the query."""
    if all(_PLAIN.fullmatch(part) and part.strip(".") for part in (tenant, case_id)):
        return f"/cases/{_quoted(tenant)}/{_quoted(case_id)}"
    return "/cases?" + _query({"tenant": tenant, "case": case_id})


def filtered(path: str, looked_for: Filter, **changes: str | None) -> str:
    """A page with this filter, some of it changed."""
    values = {**_values(looked_for), **changes}
    kept = {name: value for name, value in values.items() if value}
    return f"{path}?{_query(kept)}" if kept else path


def filtered_by(path: str, looked_for: Filter, field: str, value: str) -> str:
    """The same filter, looking for one value of a field as well."""
    return filtered(path, looked_for, **{field: value})


def with_hours(looked_for: Filter, hours: int) -> str:
    """The handover of the last so many hours."""
    return filtered("/handover", looked_for, hours=str(hours))


def with_next(path: str, wanted: str) -> str:
    """An address that is to lead on to another one."""
    return f"{path}?{_query({'next': wanted})}"


def filter_of(query: QueryParams, person: str) -> Filter:
    """The filter that an address names; what it names that is none is let be. `mine` is this person's."""
    named = {name: query.get(name, "").strip()[:_LONGEST] or None for name in _FIELDS}
    text = query.get("q", "").strip()[:_LONGEST] or None
    return Filter(**named, text=text, mine=person if query.get("mine") else None)


def promises_of(query: QueryParams) -> PromiseFilter:
    """Whose promises an address names."""
    named = {name: query.get(name, "").strip()[:_LONGEST_CASE] or None for name in PromiseFilter._fields}
    return PromiseFilter(**named)


def promises(tenant: str | None = None, case: str | None = None, person: str | None = None) -> str:
    """The promises of a case, or of a person."""
    named = {"tenant": tenant, "case": case, "person": person}
    return "/promises?" + _query({name: value for name, value in named.items() if value})


def is_filtered(looked_for: Filter | PromiseFilter) -> bool:
    """Whether anything is left out."""
    return any(looked_for)


def chosen(looked_for: Filter, name: str) -> str | None:
    """What is chosen of one field."""
    return _values(looked_for)[name]


def fields(looked_for: Filter) -> list[tuple[str, str]]:
    """The filter as the fields of a form."""
    return [(name, value) for name, value in _values(looked_for).items() if value]


def local_path(wanted: str | None, otherwise: str) -> str:
    """Where to go next, if that is within this console; another site is never gone to."""
    return wanted if wanted and _LOCAL.fullmatch(wanted) else otherwise


def _values(looked_for: Filter) -> dict[str, str | None]:
    values = {name: getattr(looked_for, name) for name in _FIELDS}
    return {**values, "q": looked_for.text, "mine": "1" if looked_for.mine else None}


def _quoted(text: str) -> str:
    return quote(text, safe="", errors="replace")


def _query(values: dict[str, str]) -> str:
    return urlencode(values, quote_via=quote, safe="", errors="replace")
