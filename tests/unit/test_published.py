"""What the organisation topic says, compiled with the catalogue: the same everywhere, and never stopped by a bad word."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.organisation import Organisation
from streams.alerts.organisation_file import parts_of
from streams.alerts.organisation_records import Ledger, to_records
from streams.catalogue.compile import Compiled
from streams.catalogue.load import compile_source, compile_texts
from streams.catalogue.published import Passed, Taken, compile_with
from streams.catalogue.source import PAUSE, CatalogueFiles
from streams.clock import HOUR, MINUTE, parse_rfc3339
from streams.errors import CatalogueError

CATALOGUE = """
name: shop
calendars:
  desk: {weekly: {mon-fri: ["09:00-18:00"]}}
  late: {weekly: {mon-sun: ["12:00-23:00"]}}
moments:
  - id: order.confirm
    title: {zh: 接单, en: Order confirmed}
    stage: execution
    owner: store
    severity: high
    starts: order.placed
    ends: order.accepted
    deadline: {after: 3m}
  - id: ticket.reply
    title: {zh: 回复, en: Reply}
    stage: after_sales
    owner: desk
    severity: high
    starts: ticket.opened
    ends: ticket.replied
    deadline: {after: 2h}
    calendar: opening_hours
"""
FOUR = {"order.confirm": {"deadline": "4m"}}
MONDAY = parse_rfc3339("2026-11-23T10:00:00+08:00")


def tenant(*policies: dict[str, Any], name: str = "acme", **rest: Any) -> Organisation:
    return Organisation.model_validate({"tenant": name, "policies": policies, **rest})


def taken(*published: Organisation, files: str = "", catalogue: str = CATALOGUE, largest: int | None = None) -> Taken:
    parts = parts_of([("org", files)]) if files else []
    return compile_with([("shop.yaml", catalogue)], None, parts, published, largest)


def due(compiled: Compiled, moment: str = "order.confirm", **case: str) -> int | None:
    """Of a moment that begins on Monday at ten, how many microseconds later it is due."""
    look = ({"tenant": "acme"} | case).get
    position = compiled.position(moment)
    assert position is not None
    found = compiled.moments[position]
    at = found.deadline.resolve(MONDAY, look, found.zone(look)).at
    return None if at is None else at - MONDAY


def test_a_policy_of_the_topic_counts_for_its_tenant_alone() -> None:
    compiled, passed, refused = taken(tenant({"store": "s7", "moments": FOUR}))
    assert (passed, refused) == ((), ())
    assert due(compiled, store_id="s7") == 4 * MINUTE
    assert due(compiled, store_id="s8") == 3 * MINUTE
    assert due(compiled, store_id="s7", tenant="inn") == 3 * MINUTE


def test_opening_hours_and_brands_of_the_topic_count_as_those_of_files_do() -> None:
    store = {"id": "s7", "brand": "fresh", "time_zone": "Asia/Shanghai", "hours": {"mon-sun": ["10:30-22:00"]}}
    compiled = taken(tenant({"brand": "fresh", "moments": FOUR}, stores=[store])).compiled
    assert due(compiled, "ticket.reply", store_id="s7") == 2 * HOUR + 30 * MINUTE
    assert due(compiled, store_id="s7") == 4 * MINUTE
    again = compile_source(compiled.source)
    assert (again.version, due(again, store_id="s7")) == (compiled.version, 4 * MINUTE)


def test_without_anything_published_the_catalogue_is_that_of_the_files() -> None:
    assert taken().compiled.version == compile_texts([("shop.yaml", CATALOGUE)]).version
    assert taken(tenant(stores=[{"id": "s7"}])).compiled.version == taken().compiled.version


WHOLE = [
    tenant(
        {"store": "s1", "moments": FOUR},
        {"store": "s2", "moments": {"order.confirm": {"severity": "low"}, "nothing.such": {"off": True}}},
        {"brand": "fresh", "calendars": {"desk": "late"}},
        stores=[{"id": f"s{number}", "brand": "fresh", "hours": {"mon-sun": ["10:00-22:00"]}} for number in range(5)],
    ),
    tenant({"moments": {"ticket.reply": {"off": True}}}, name="inn", stores=[{"id": "s1"}]),
]
IN_ORDER = taken(*WHOLE)
RECORDS = [record for whole in WHOLE for record in to_records(whole)]


@settings(max_examples=25, deadline=None)
@given(st.permutations(RECORDS))
def test_the_same_records_make_the_same_version_in_whatever_order_they_came(records: list[tuple[bytes, bytes]]) -> None:
    ledger = Ledger()
    ledger.take(records)
    found = taken(*ledger.organisations())
    assert found.compiled.version == IN_ORDER.compiled.version
    assert [record for record, _ in found.passed_over] == ["acme: policy for store s2: nothing.such"]


FILE = """tenant: acme
fallback: {people: [ann]}
people: [{id: ann, name: Ann, contacts: [{receiver: mail}]}]
stores:
  - {id: s7, hours: {mon-sun: ["10:00-22:00"]}}
  - {id: s8, hours: {mon-sun: ["10:00-22:00"]}}
policies:
  - {store: s7, moments: {order.confirm: {deadline: 5m}}}
  - {store: s8, moments: {order.confirm: {deadline: 6m}}}
"""


def test_where_a_file_and_the_topic_speak_of_one_place_the_topic_counts() -> None:
    stores = [{"id": "s7", "time_zone": "Asia/Shanghai", "hours": {"mon-sun": ["11:00-22:00"]}}]
    compiled = taken(tenant({"store": "s7", "moments": FOUR}, stores=stores), files=FILE).compiled
    assert (due(compiled, store_id="s7"), due(compiled, store_id="s8")) == (4 * MINUTE, 6 * MINUTE)
    assert due(compiled, "ticket.reply", store_id="s7", time_zone="Asia/Shanghai") == 3 * HOUR
    assert due(compiled, "ticket.reply", store_id="s8", time_zone="Asia/Shanghai") == 2 * HOUR


def test_a_fault_of_a_file_is_still_named_at_its_line_where_the_topic_takes_a_policy_from_it() -> None:
    files = FILE.replace("{store: s8, moments: {order.confirm:", "{store: s8, moments: {order.confrm:")
    with pytest.raises(CatalogueError) as refused:
        taken(tenant({"store": "s7", "moments": FOUR}), files=files)
    assert refused.value.problems == ["org:9:27: there is no moment 'order.confrm'; did you mean 'order.confirm'?"]


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        (
            {"store": "s8", "moments": {"order.confrm": {"off": True}, **FOUR}},
            Passed("acme: policy for store s8: order.confrm",
                   "there is no moment 'order.confrm'; did you mean 'order.confirm'?"),
        ),
        (
            {"store": "s8", "calendars": {"dsk": "late"}, "moments": FOUR},
            Passed("acme: policy for store s8: dsk", "there is no calendar 'dsk'; did you mean 'desk'?"),
        ),
        (
            {"store": "s8", "moments": {"ticket.reply": {"calendar": "lat"}, **FOUR}},
            Passed("acme: policy for store s8: ticket.reply", "there is no calendar 'lat'; did you mean 'late'?"),
        ),
    ],
)  # fmt: skip
def test_a_word_this_catalogue_cannot_use_is_passed_over_and_the_rest_counts(bad: dict[str, Any], says: Passed) -> None:
    compiled, passed, refused = taken(tenant({"store": "s7", "moments": FOUR}, bad))
    assert (passed, refused) == ((says,), ())
    assert due(compiled, store_id="s7") == due(compiled, store_id="s8") == 4 * MINUTE


def test_hours_that_a_policy_of_the_topic_speaks_of_too_are_passed_over() -> None:
    policy = {"store": "s7", "calendars": {"opening_hours": "late"}, "moments": FOUR}
    hours = {"mon-sun": ["10:00-22:00"]}
    compiled, passed, refused = taken(tenant(policy, stores=[{"id": "s7", "hours": hours}]))
    assert [record for record, _ in passed] == ["acme/store/s7: hours"]
    assert refused == ()
    assert due(compiled, "ticket.reply", store_id="s7", time_zone="Asia/Shanghai") == 4 * HOUR


def test_a_policy_against_hours_that_a_file_gives_is_passed_over() -> None:
    policy = {"store": "s7", "calendars": {"opening_hours": "late"}, "moments": FOUR}
    compiled, passed, refused = taken(tenant(policy), files=FILE)
    assert passed == (Passed("acme: policy for store s7: opening_hours", "'org' says it, and counts"),)
    assert refused == ()
    assert due(compiled, store_id="s7") == 4 * MINUTE
    assert due(compiled, "ticket.reply", store_id="s7", time_zone="Asia/Shanghai") == 2 * HOUR


def test_what_the_catalogue_says_itself_of_one_place_counts_before_the_topic() -> None:
    own = """
stores: {s7: {tenant: acme, region: east}}
policies: [{store: s7, tenant: acme, moments: {order.confirm: {deadline: 9m}}}]
"""
    stores = [{"id": "s7", "hours": {"mon-sun": ["10:00-22:00"]}}]
    compiled, passed, _ = taken(tenant({"store": "s7", "moments": FOUR}, stores=stores), catalogue=CATALOGUE + own)
    assert [record for record, _ in passed] == ["acme/store/s7", "acme: policy for store s7: order.confirm"]
    assert due(compiled, store_id="s7") == 9 * MINUTE


def test_what_is_too_large_to_be_stored_is_left_out_whole_and_files_are_refused() -> None:
    size = len(taken().compiled.source.encode())
    found = taken(tenant({"store": "s7", "moments": FOUR}), largest=size)
    assert found.compiled.version == taken().compiled.version
    assert "bytes long" in found.refused[0]
    with pytest.raises(CatalogueError, match="bytes long"):
        taken(largest=size - 1)


class Watched:
    """A catalogue file and what is published, looked at again and again."""

    def __init__(self, folder: Path, *published: Organisation) -> None:
        self.path = folder / "shop.yaml"
        self.path.write_text(CATALOGUE, encoding="utf-8")
        self.published = published
        self.files = CatalogueFiles([str(self.path)], published=lambda: self.published, largest=5_000)
        self._at = 0

    def poll(self) -> Compiled | CatalogueError | None:
        self._at += PAUSE
        return self.files.poll(self._at)


def big() -> Organisation:
    return tenant(*({"store": f"s{number}", "moments": FOUR} for number in range(200)))


def test_a_change_in_the_topic_is_a_new_version_and_a_change_of_people_is_none(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    first = watched.poll()
    watched.published = (tenant({"store": "s7", "moments": FOUR}),)
    second = watched.poll()
    assert isinstance(first, Compiled)
    assert isinstance(second, Compiled)
    assert first.version != second.version
    people = [{"id": "ann", "name": "Ann", "contacts": [{"receiver": "mail"}]}]
    watched.published = (tenant({"store": "s7", "moments": FOUR}, people=people),)
    assert watched.poll() is None
    watched.published = ()
    third = watched.poll()
    assert isinstance(third, Compiled)
    assert third.version == first.version


def test_a_topic_that_cannot_be_used_at_all_leaves_what_is_in_force_and_never_stops_a_start(tmp_path: Path) -> None:
    watched = Watched(tmp_path, tenant({"store": "s7", "moments": FOUR}))
    first = watched.poll()
    watched.published = (big(),)
    error = watched.poll()
    assert isinstance(error, CatalogueError)
    assert error.problems[0].startswith("organisation data of the topic: the catalogue is ")
    assert watched.poll() is None
    assert watched.files.current is first
    begun = Watched(tmp_path, big())
    assert isinstance(begun.poll(), Compiled)
    assert [record for record, _ in begun.files.passed_over] == ["all of the topic"]


def test_a_bad_word_is_known_even_where_it_changes_nothing_and_forgotten_once_put_right(tmp_path: Path) -> None:
    watched = Watched(tmp_path)
    watched.poll()
    watched.published = (tenant({"moments": {"order.confrm": {"off": True}}}),)
    watched.poll()
    assert [record for record, _ in watched.files.passed_over] == ["acme: policy for tenant acme: order.confrm"]
    watched.published = ()
    watched.poll()
    assert watched.files.passed_over == ()
