"""`moments explain`: every clock of a case with its arithmetic, from recorded events or from the state on Kafka."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from streams.engine.case import Case
from streams.engine.rules import Rules
from streams.errors import OperatorError

if TYPE_CHECKING:
    from streams.catalogue.compile import Compiled

Found = tuple[str, Rules, Case, int]
"""Tenant, the rules the case runs under, its record, and how far time was judged."""


def explain(
    case: Annotated[str, typer.Argument(help="The case id: the subject of its events. With --policy: the moment's.")],
    events: Annotated[
        list[str] | None,
        typer.Argument(help="CloudEvents as JSON Lines, also .gz; - is standard input; without any: Kafka."),
    ] = None,
    catalogue: Annotated[str | None, typer.Option("--catalogue", "-c", help="Catalogue for recorded events.")] = None,
    organisation: Annotated[
        list[str] | None, typer.Option(help="An organisation file, whose stores and policies count; may be given again.")
    ] = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="STORE", help="What policies make of a moment at this store and whom it tells, not a case."),
    ] = None,
    tenant: Annotated[str | None, typer.Option(help="Only this tenant's case; with --policy, whose store it is.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Judge recorded events on to this time (RFC 3339) after the last of them.")
    ] = None,
    broker: Annotated[
        str | None, typer.Option("--broker", help="Bootstrap brokers, if not those of the settings.")
    ] = None,
    settings_file: Annotated[Path | None, typer.Option("--settings", help="Settings file: brokers, SASL, TLS.")] = None,
    api_version: Annotated[
        str | None, typer.Option(help="Kafka version to speak, where the broker does not tell.")
    ] = None,
    lang: Annotated[str, typer.Option(help="The language: zh or en.")] = "en",
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object for each clock.")] = False,
) -> None:
    """Show the events of a case and every clock that runs or ran in it: start, deadline, pauses, revisions, due.

    The exit status is 0 where the case is known, 1 where it is not.

    Examples:

    ```
    moments explain 8812 --catalogue pack:tea_chain orders.jsonl deliveries.jsonl
    moments explain 8812 --broker kafka-1:9092
    moments explain --policy SH01 order.confirm --catalogue pack:tea_chain,policies.yaml --organisation acme.yaml
    moments explain --policy SH01 order.confirm --catalogue pack:tea_chain --broker kafka-1:9092
    ```
    """
    if lang not in ("zh", "en"):
        raise OperatorError(f"--lang {lang}: choose zh or en")
    if policy is not None:
        from streams.cli.policy import known_from, show
        from streams.clock import now

        known = known_from(_names(catalogue), organisation or (), broker, settings_file, api_version)
        show(policy, case, tenant, known, now(), lang, as_json=as_json)
        return
    if events:
        found = _from_files(case, events, _rules(catalogue, organisation), until)
    else:
        found = _from_kafka(case, broker, settings_file, api_version)
    shown = 0
    for owner, rules, record, judged in found:
        if tenant in (None, owner):
            _show(owner, case, rules, record, judged, lang, as_json)
            shown += 1
    if not shown:
        raise UnknownCaseError(
            f"nothing is known of case {case}: it never came, was refused, or was over and is forgotten"
        )


class UnknownCaseError(OperatorError):
    """Nothing is stored of the case."""

    exit_status = 1


def _rules(catalogue: str | None, organisation: list[str] | None) -> "Compiled":
    from streams.alerts.organisation_file import read
    from streams.catalogue.load import load

    return load(_names(catalogue), read(organisation or ()))


def _names(catalogue: str | None) -> list[str]:
    if catalogue is None:
        raise OperatorError(
            "recorded events and policies are judged under a catalogue: add --catalogue FILE or --catalogue pack:NAME"
        )
    return catalogue.split(",")


def _from_files(case: str, events: list[str], rules: "Compiled", until: str | None) -> Iterator[Found]:
    from streams.catalogue.load import compile_source
    from streams.cli.replay import merged
    from streams.clock import parse_rfc3339
    from streams.state.replay import Line, Replay

    try:
        end = None if until is None else parse_rfc3339(until)
    except ValueError as error:
        raise OperatorError(f"--until: {error}") from error
    run = Replay(rules, compile_source)
    tenants: dict[str, None] = {}
    for said in run.run((Line(line.value, line.file, line.number) for line in merged(events)), end):
        if said.case == case:
            tenants[said.tenant] = None
    for tenant in tenants:
        kept = run.processor.case(tenant, case)
        if kept is not None:
            yield tenant, *kept, run.processor.clock


def _from_kafka(case: str, broker: str | None, settings_file: Path | None, api_version: str | None) -> Iterator[Found]:
    from streams.catalogue.load import compile_source
    from streams.cli.clients import connection, read_to_end
    from streams.settings import load
    from streams.state.search import Search

    search = Search(case, compile_source)
    changelog = load({"brokers": broker}, settings_file).changelog
    for record in read_to_end(connection(broker, settings_file, api_version), changelog):
        search.take(record.partition, record.key or b"", record.value)
    for tenant, rules, kept, judged in search.found():
        yield tenant, rules, kept, judged or 0


def _show(tenant: str, case_id: str, rules: Rules, case: Case, judged: int, lang: str, as_json: bool) -> None:
    from dataclasses import asdict

    from streams.catalogue.model import SEVERITIES_ZH
    from streams.clock import rfc3339
    from streams.engine.arithmetic import PHASES_ZH, arithmetic
    from streams.engine.explain import clocks, lasting, timeline

    found = clocks(rules, case)
    if as_json:
        for clock in found:
            print(
                json.dumps(
                    {"tenant": tenant, "case": case_id, "catalogue": case.version} | asdict(clock), ensure_ascii=False
                )
            )
        return
    zh = lang == "zh"
    at, kept = rfc3339(judged), lasting(case, judged, lang)
    if zh:
        print(f"单 {case_id}，租户 {tenant}，目录 {case.version}，已判定至 {at}，{kept}")
    else:
        print(f"case {case_id} of {tenant}, catalogue {case.version}, judged up to {at}, {kept}")
    print("\n事件" if zh else "\nevents")
    for line in timeline(case, lang):
        print(f"  {line}")
    forgotten = "开始的事件已不再保留" if zh else "its start is no longer kept"
    for clock in found:
        phase, severity = (PHASES_ZH[clock.phase], SEVERITIES_ZH[clock.severity]) if zh else (clock.phase, clock.severity)
        print(f"\n{clock.moment} #{clock.occurrence}  {phase}  {severity}")
        print(f"  {clock.sentence[lang]}")
        for line in arithmetic(clock.proof, lang) if clock.proof is not None else (forgotten,):
            print(f"    {line}")
