"""What `moments explain --policy` prints: the levels above a store, what each says of a moment, and what counts; and who
is told there, from which level."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from streams.alerts.organisation import Directory, Rung
from streams.catalogue.compile import Compiled
from streams.catalogue.model import SEVERITIES_ZH
from streams.catalogue.place import nearest
from streams.catalogue.policy import LEVELS, Place
from streams.catalogue.policy_chain import Word, chain, place_of
from streams.catalogue.published import Passed
from streams.clock import as_datetime, format_duration
from streams.engine.arithmetic import level_in, padded, places
from streams.errors import OperatorError

_WORDS: Final[Mapping[str, Any]] = {
    "en": {
        "head": "{moment} at {place}; catalogue {catalogue}",
        "unknown": "not known of this store: its {levels}",
        "its": ", its ",
        "not_used": "not used: {line}",
        "owner": "owner: {title} ({id})",
        "told": "told, on call at {at}",
        "steps": "steps of an alert that is {severity}",
        "nobody_known": "told\n  nothing is known of whom; give the files (--organisation) or the topic (--broker)",
        "nobody": "nobody",
        "by": ", by its {level}",
        "counts": "  (counts)",
        "says": {},
    },
    "zh": {
        "head": "{moment}，{place}；目录 {catalogue}",
        "unknown": "这家门店未登记：{levels}",
        "its": "、",
        "not_used": "未采用：{line}",
        "owner": "负责人：{title}（{id}）",
        "told": "通知谁，{at} 值班",
        "steps": "级别为 {severity} 的预警，逐级通知",
        "nobody_known": "通知谁\n  不知道；请给出组织文件（--organisation）或 Kafka 地址（--broker）",
        "nobody": "无人",
        "by": "，由其{level}代",
        "counts": "  （以此为准）",
        "says": {"yes": "是", "no": "否", **SEVERITIES_ZH},
    },
}
_FIELDS_ZH: Final = {"deadline": "期限", "calendar": "日历", "severity": "级别", "off": "停用"}
_WHO_ZH: Final = {
    "the moment": "时刻本身",
    "store": "门店",
    "area": "片区",
    "region": "大区",
    "brand": "品牌",
    "fallback": "兜底",
}


class Known(NamedTuple):
    """The catalogue, and who answers for what; `passed_over` is what the topic says in vain, a line each."""

    rules: Compiled
    directory: Directory
    passed_over: tuple[str, ...] = ()


def known_from(
    catalogue: Sequence[str],
    organisation: Sequence[str],
    broker: str | None,
    settings_file: Path | None,
    api_version: str | None,
) -> Known:
    """From files, and what the organisation topic holds if brokers are named."""
    from streams.alerts.organisation_file import read
    from streams.alerts.organisation_records import Ledger
    from streams.catalogue.published import load_with
    from streams.cli.clients import connection, read_to_end
    from streams.settings import load

    parts, ledger = read(organisation), Ledger()
    if broker is not None or settings_file is not None:
        topic = load({"brokers": broker}, settings_file).alerting.organisation_topic
        records = read_to_end(connection(broker, settings_file, api_version), topic)
        ledger.take((record.key, record.value) for record in records)
    published = ledger.organisations()
    rules, passed, refused = load_with(catalogue, parts, published)
    found = [*map(_passed, passed), *(f"all of the topic: {line}" for line in refused)]
    directory = Directory.of([*(part.data for part in parts), *published])
    return Known(rules, directory, (*(fault.line() for fault in ledger.faults.values()), *found))


def show(
    store: str, moment: str, tenant: str | None, known: Known, at: int, language: str = "en", *, as_json: bool = False
) -> None:
    """Print the chain. OperatorError where there is no such moment."""
    rules = known.rules
    policies = rules.policies
    if moment not in policies.entries:
        among = ", ".join(policies.entries)
        raise OperatorError(f"there is no moment '{moment}'{nearest(moment, policies.entries, f'there are {among}')}")
    place = _placed(known.directory, place_of(policies, store, tenant or _owner(known.directory, store)))
    found = chain(policies, moment, place)
    told = _told(known.directory, place[0], store, at)
    steps = list(_steps(known.directory, place[0], store, _severity(found), moment, at)) if told and as_json else []
    if as_json:
        for field, words in (*found, *((("told", told),) if told else ())):
            levels = [word._asdict() for word in words]
            print(json.dumps({"moment": moment, "store": store, "field": field, "levels": levels}, ensure_ascii=False))
        if steps:
            print(json.dumps({"moment": moment, "store": store, "field": "steps", "steps": steps}, ensure_ascii=False))
        return
    t = _WORDS[language]
    at_levels = list(zip(LEVELS, place, strict=True))[::-1]
    whole = ", ".join(f"{name} {value}" for name, value in at_levels if value is not None)
    print(t["head"].format(moment=moment, place=level_in(whole, language), catalogue=rules.version))
    if unknown := [level_in(name, language) for name, value in at_levels if value is None]:
        print(t["unknown"].format(levels=t["its"].join(unknown)))
    for line in known.passed_over:
        print(t["not_used"].format(line=line))
    _print_owner(rules, moment, language)
    for field, words in found:
        _print(_field(field, language), words, language)
    if not told:
        print(f"\n{t['nobody_known']}")
        return
    _print(t["told"].format(at=f"{as_datetime(at):%Y-%m-%d %H:%M} UTC"), told, language)
    severity = _severity(found)
    print(f"\n{t['steps'].format(severity=SEVERITIES_ZH.get(severity, severity) if language == 'zh' else severity)}")
    for step in _steps(known.directory, place[0], store, severity, moment, at, language):
        print(f"  {step['after']:4}  {padded(_kind(step['tell'], language), 8)}  {step['people']}")


def _print_owner(rules: Compiled, moment: str, language: str) -> None:
    """Who answers for the moment, where the catalogue has more than the id."""
    position = rules.position(moment)
    one = None if position is None else rules.moments[position]
    if one is not None and one.owner_title is not None:
        print(_WORDS[language]["owner"].format(title=one.owner_title[language], id=one.owner))


def _print(title: str, words: Sequence[Word], language: str) -> None:
    t = _WORDS[language]
    rows = [(level_in(_kind(word.who, language), language), word) for word in words]
    wide = max(places(who) for who, _ in rows)
    print(f"\n{title}")
    for who, word in rows:
        says = "-" if word.says is None else t["says"].get(word.says, word.says)
        print(f"  {padded(who, wide)}  {says}{t['counts'] if word.counts else ''}")


def _field(name: str, language: str) -> str:
    """The title of what is said of a field."""
    if language == "en":
        return name
    swapped = name.removeprefix("instead of ")
    return _FIELDS_ZH.get(name) or (f"代替日历 {swapped}" if swapped != name else name)


def _kind(who: str, language: str) -> str:
    """A level, with or without its name, or the moment itself."""
    if language == "en":
        return who
    kind, space, name = who.partition(" ")
    return _WHO_ZH.get(who) or f"{_WHO_ZH.get(kind, kind)}{space}{name}"


def _placed(directory: Directory, place: Place) -> Place:
    """The place with the brand and region that the organisation knows of the store, where the catalogue asks for none."""
    tenant, brand, region, store = place
    known = directory.store(tenant, store) if tenant is not None and store is not None else None
    if tenant is None or known is None:
        return place
    whole = directory.organisation(tenant)
    areas = {area.id: area.region for area in whole.areas} if whole is not None else {}
    return tenant, brand or known.brand, region or known.region or areas.get(known.area or ""), store


def _owner(directory: Directory, store: str) -> str | None:
    """The only tenant that has a store of this id, if any."""
    owners = [tenant for tenant in directory.tenants() if directory.store(tenant, store) is not None]
    return owners[0] if len(owners) == 1 else None


def _severity(found: Sequence[tuple[str, Sequence[Word]]]) -> str:
    return next(word.says or "" for field, words in found if field == "severity" for word in words if word.counts)


def _told(directory: Directory, tenant: str | None, store: str, at: int) -> list[Word]:
    """The levels and who is on duty at each, from the farthest to the nearest; the nearest that has somebody counts."""
    if tenant is None:
        return []
    rungs = directory.ladder(tenant, store, at)
    counts = next((rung for rung in rungs if rung.people), None)
    return [Word(_level(rung), _names(rung.people) or None, rung is counts) for rung in reversed(rungs)]


def _steps(
    directory: Directory, tenant: str | None, store: str, severity: str, moment: str, at: int, language: str = "en"
) -> Iterator[dict[str, Any]]:
    assert tenant is not None  # or nobody is known
    for step in directory.chain(tenant, severity, moment):
        found = directory.duty(tenant, store, None, step.tell, at)
        people = _names(found.people) or _WORDS[language]["nobody"]
        by = ""
        if found.by is not None and found.by != step.tell:
            by = _WORDS[language]["by"].format(level=_kind(found.by, language))
        yield {"after": format_duration(step.after), "tell": step.tell, "people": people + by}


def _level(rung: Rung) -> str:
    return f"{rung.level} {rung.name}".strip()


def _names(people: Sequence[Any]) -> str:
    return ", ".join(person.name or person.id for person in people)


def _passed(passed: Passed) -> str:
    return f"{passed.record}: {passed.why}"
