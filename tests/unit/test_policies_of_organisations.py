"""Policies and stores of organisation files: what of them the catalogue takes, and what is refused."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from streams.alerts.organisation_file import parts_of, read
from streams.catalogue.compile import Compiled
from streams.catalogue.lint import lint
from streams.catalogue.load import compile_source, compile_texts
from streams.catalogue.source import PAUSE, CatalogueFiles
from streams.clock import MINUTE
from streams.errors import CatalogueError
from tests.support.policy_shop import ORGANISATION, PLAIN


def with_organisation(catalogue: str, *files: str) -> Compiled:
    parts = parts_of([(f"org{number}", text) for number, text in enumerate(files)])
    return compile_texts([("c", catalogue)], organisation=parts)


def test_a_catalogue_that_asks_for_nothing_stays_the_same_beside_an_organisation() -> None:
    assert with_organisation(PLAIN, ORGANISATION).version == compile_texts([("c", PLAIN)]).version


def test_a_policy_of_the_organisation_holds_for_its_tenant_alone() -> None:
    catalogue = with_organisation(
        PLAIN,
        f"{ORGANISATION}policies: [{{brand: fresh, moments: {{order.confirm: {{deadline: 4m}}}}}}]\n",
        ORGANISATION.replace("acme", "other").replace("brand: fresh", "brand: old"),
    )
    look = {"tenant": "acme", "store_id": "s7"}
    moment = catalogue.moments[0]
    assert moment.deadline.resolve(0, look.get, "UTC").span == 4 * MINUTE
    assert moment.deadline.resolve(0, {**look, "tenant": "other"}.get, "UTC").span == 3 * MINUTE
    assert moment.deadline.resolve(0, {"store_id": "s7"}.get, "UTC").span == 3 * MINUTE
    assert catalogue.version.startswith("organisation+organisation_2+plain@")
    assert compile_source(catalogue.source).version == catalogue.version


def test_a_policy_without_a_place_is_the_whole_tenants() -> None:
    catalogue = with_organisation(PLAIN, f"{ORGANISATION}policies: [{{moments: {{order.confirm: {{off: true}}}}}}]\n")
    off = catalogue.moments[0].off
    assert off is not None
    assert (off({"tenant": "acme"}.get), off({"tenant": "other"}.get)) == (True, False)


def test_the_opening_hours_of_the_organisation_are_the_calendar_of_that_name() -> None:
    catalogue = with_organisation(f"{PLAIN}    calendar: opening_hours\n", ORGANISATION)
    moment = catalogue.moments[0]
    assert moment.zone({"tenant": "acme", "store_id": "s7"}.get) == "Asia/Tokyo@opening_hours mon-sun 08:00-20:00"
    assert moment.zone({"tenant": "acme", "store_id": "s8"}.get) == (
        "Asia/Shanghai@opening_hours mon-fri 09:00-12:00+13:00-18:00"
    )
    anywhere = moment.zone({"tenant": "other", "store_id": "s7"}.get)
    assert (anywhere, moment.calendar.add(5, 7, anywhere)) == ("UTC", 12)


def test_every_store_of_the_file_counts_as_declared_where_a_policy_names_one(tmp_path: Path) -> None:
    def doubts(store: str) -> list[str]:
        own = f"{PLAIN}policies: [{{tenant: acme, store: {store}, moments: {{order.confirm: {{severity: low}}}}}}]\n"
        (tmp_path / "c.yaml").write_text(own, "utf-8")
        found = lint([str(tmp_path / "c.yaml")], 0, parts_of([("org", ORGANISATION)]))
        return [one.problem.text for one in found if one.level == "warning"]

    assert doubts("s7") == doubts("s8") == []
    assert doubts("s77") == ["there is no store 's77'; did you mean 's7'?"]


def test_the_region_of_an_area_is_that_of_its_stores() -> None:
    text = f"{PLAIN}policies: [{{region: east, moments: {{order.confirm: {{severity: critical}}}}}}]\n"
    ruling = with_organisation(text, ORGANISATION).moments[0].ruling
    assert ruling is not None
    assert ruling({"tenant": "acme", "store_id": "s7"}.get).severity == "critical"
    assert ruling({"tenant": "acme", "store_id": "s8"}.get).severity == "medium"


def test_the_order_of_organisation_files_means_nothing() -> None:
    one = f"{ORGANISATION}policies: [{{brand: fresh, moments: {{order.confirm: {{deadline: 4m}}}}}}]\n"
    two = "tenant: acme\npolicies: [{store: s8, moments: {order.confirm: {deadline: 2m}}}]\n"
    assert with_organisation(PLAIN, one, two).version == with_organisation(PLAIN, two, one).version


@pytest.mark.parametrize(
    ("policies", "says"),
    [
        (
            "[{store: s77, moments: {order.confirm: {off: true}}}]",
            "org:10:20: there is no store 's77'; did you mean 's7'?",
        ),
        (
            "[{tenant: other, moments: {order.confirm: {off: true}}}]",
            "org:10:21: 'other' is not 'acme', the tenant of this file; leave it out",
        ),
        (
            "[{store: s7, moments: {order.confirm: {deadline: {aftr: 4m}}}}]",
            "org:10:61: there is no key 'aftr' here; did you mean 'after'?",
        ),
        (
            "[{store: s7, moments: {order.confrm: {off: true}}}]",
            "org:10:34: there is no moment 'order.confrm'; did you mean 'order.confirm'?",
        ),
    ],
)
def test_a_policy_of_the_organisation_is_refused_at_its_place(policies: str, says: str) -> None:
    with pytest.raises(CatalogueError) as refused:
        compile_texts([("c", PLAIN)], organisation=parts_of([("org", f"{ORGANISATION}policies: {policies}\n")]))
    assert says in refused.value.problems


def test_organisation_files_are_watched_with_the_catalogue(tmp_path: Path) -> None:
    catalogue, organisation = tmp_path / "c.yaml", tmp_path / "o.yaml"
    catalogue.write_text(PLAIN, encoding="utf-8")
    organisation.write_text(ORGANISATION, encoding="utf-8")
    files = CatalogueFiles([str(catalogue)], lambda: read([str(organisation)]))
    polls: Iterator[Any] = (files.poll(number * PAUSE) for number in range(9))
    first = next(polls)
    assert isinstance(first, Compiled)
    organisation.write_text(ORGANISATION.replace("Ann", "Anna"), encoding="utf-8")
    assert next(polls) is None
    policy = "policies: [{store: s7, moments: {order.confirm: {deadline: 4m}}}]\n"
    organisation.write_text(ORGANISATION + policy, encoding="utf-8")
    second = next(polls)
    assert isinstance(second, Compiled)
    assert second.version != first.version
    organisation.write_text(ORGANISATION + policy.replace("4m", "soon"), encoding="utf-8")
    assert isinstance(next(polls), CatalogueError)
    assert next(polls) is None
    assert files.current is second
