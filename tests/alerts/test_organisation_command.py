"""`moments organisation` as a user meets it, and what it leaves in the topic."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from streams.alerts.organisation import Directory
from streams.broker.embedded.process import EmbeddedBroker
from streams.cli.clients import Publisher, connection, read_to_end
from streams.cli.main import main
from streams.cli.organisation import organisation
from streams.errors import OperatorError
from streams.settings import Alerting

TOPIC = Alerting().organisation_topic

EXAMPLE = Path(__file__).parent / "organisation_example.yaml"
API = "2.3"  # what the development broker and kafka-python have in common
SMALL = """tenant: tea
fallback: {people: [ann]}
people:
  - {id: ann, name: Ann, contacts: [{receiver: wecom}]}
"""


def run(*arguments: object) -> tuple[int, list[str]]:
    """Exit status and lines; an error we know is raised, since only `moments` itself turns it into a line."""
    result = CliRunner().invoke(organisation, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout.splitlines()


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_check_says_what_is_in_a_file_and_who_is_on_call() -> None:
    status, lines = run("check", EXAMPLE, "--at", "2026-11-06T23:00:00+08:00")
    assert status == 0
    assert lines == [
        "tea: 6 stores, 3 areas, 2 regions, 9 people, 3 chains",
        "on call at 2026-11-06T15:00:00Z:",
        "  SH01  王芳, by its area  (南京东路店)",
        "  SH02  陈伟, 李娜  (人民广场店)",
        "  SH03  王芳, by its area  (徐家汇店)",
        "  HZ01  王芳, by its area  (西湖店)",
        "  BE01  Jonas Wolf  (Alexanderplatz)",
        "  BE02  Anna Berg, by its region  (Ostkreuz)",
    ]


def test_check_without_a_time_speaks_of_now(tmp_path: Path) -> None:
    status, lines = run("check", write(tmp_path / "o.yaml", SMALL + "stores:\n  - {id: S1}\n"))
    assert status == 0
    assert lines[0] == "tea: 1 store, 0 areas, 0 regions, 1 people, 0 chains"
    assert lines[2] == "  S1  Ann, by its fallback"


def test_check_of_a_bad_file_prints_a_line_a_fault_and_fails(tmp_path: Path) -> None:
    path = write(tmp_path / "o.yaml", SMALL + "stores:\n  - {id: S1, area: x}\n  - {id: S1}\n")
    assert run("check", path) == (
        1,
        [
            f"{path}:6:20: there is no area 'x'; add it to areas:, or name one that is there",
            f"{path}:7:10: store 'S1' is declared twice, first at {path}:6:10; ids must differ",
        ],
    )


def test_a_time_that_is_none_is_an_error_of_the_operator() -> None:
    with pytest.raises(OperatorError, match="--at tonight: write an instant like"):
        run("check", EXAMPLE, "--at", "tonight")


class Cluster:
    """A broker as the commands are told of it."""

    def __init__(self, bootstrap: str) -> None:
        self.options = connection(bootstrap, None, API)
        self.flags = ["--broker", bootstrap, f"--api-version={API}"]

    def records(self) -> list[tuple[bytes, bytes | None]]:
        found: list[Any] = list(read_to_end(self.options, TOPIC))
        return [(record.key, record.value) for record in found]

    def live(self) -> set[bytes]:
        """The keys that compaction would leave."""
        return {key for key, value in dict(self.records()).items() if value is not None}


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with EmbeddedBroker({TOPIC: 2}) as broker:
        yield Cluster(broker.bootstrap)


def test_what_is_published_is_the_directory_of_the_file(cluster: Cluster) -> None:
    assert run("publish", EXAMPLE, *cluster.flags) == (0, [f"24 entries to {TOPIC}"])
    directory, faults = Directory.from_records(cluster.records())
    assert faults == ()
    whole = directory.organisation("tea")
    assert whole is not None
    assert sorted(store.id for store in whole.stores) == ["BE01", "BE02", "HZ01", "SH01", "SH02", "SH03"]
    assert [chain.id for chain in whole.chains] == ["critical", "delivery", "standard"]
    assert [person.id for person in directory.duty("tea", "?", None, "store", 0).people] == ["operations"]


def test_a_bad_file_publishes_nothing(cluster: Cluster, tmp_path: Path) -> None:
    path = write(tmp_path / "o.yaml", SMALL + "stores:\n  - {id: S1, area: x}\n")
    status, lines = run("publish", path, *cluster.flags)
    assert status == 1
    assert lines == [f"{path}:6:20: there is no area 'x'; add it to areas:, or name one that is there"]
    assert cluster.records() == []


def test_prune_takes_away_what_the_file_no_longer_has_and_nothing_of_other_tenants(
    cluster: Cluster, tmp_path: Path
) -> None:
    more = SMALL + "stores:\n  - {id: S1}\n  - {id: S2}\n"
    run("publish", write(tmp_path / "tea.yaml", more), *cluster.flags)
    run("publish", write(tmp_path / "inn.yaml", SMALL.replace("tea", "inn") + "stores:\n  - {id: S2}\n"), *cluster.flags)
    with Publisher(cluster.options) as publisher:
        publisher.send(TOPIC, b"tea/robot/R2", b"{}", ())  # nobody's entry: it is left to whoever wrote it
        publisher.flush()
    less = write(tmp_path / "tea.yaml", SMALL + "stores:\n  - {id: S1}\n")

    assert run("publish", less, *cluster.flags) == (0, [f"3 entries to {TOPIC}"])
    assert b"tea/store/S2" in cluster.live()

    assert run("publish", less, *cluster.flags, "--prune") == (0, [f"3 entries to {TOPIC}, 1 taken away"])
    assert cluster.live() == {
        b"tea/fallback/fallback",
        b"tea/person/ann",
        b"tea/store/S1",
        b"inn/fallback/fallback",
        b"inn/person/ann",
        b"inn/store/S2",
        b"tea/robot/R2",
    }

    assert run("publish", less, *cluster.flags, "--prune") == (0, [f"3 entries to {TOPIC}, 0 taken away"])


def test_a_topic_that_is_not_there_is_an_error_of_the_operator(cluster: Cluster) -> None:
    with pytest.raises(OperatorError, match="nowhere"):
        run("publish", EXAMPLE, *cluster.flags, "--topic", "nowhere", "--prune")


POLICIES = """stores:
  - {id: S1, brand: fresh}
brands: [{id: fresh, duty: {people: [ann]}}]
policies:
  - {brand: fresh, moments: {order.confirm: {deadline: 4m}}}
  - {store: S1, moments: {order.confirm: {severity: critical}}}
"""


def test_policies_are_published_taken_away_and_shown_with_who_is_told(
    cluster: Cluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "tea.yaml", SMALL + POLICIES)
    assert run("publish", path, *cluster.flags) == (0, [f"6 entries to {TOPIC}"])
    assert {b"tea/policy/brand=fresh", b"tea/policy/store=S1", b"tea/brand/fresh"} <= cluster.live()
    with pytest.raises(SystemExit):
        main(["explain", "--policy", "S1", "order.confirm", "--catalogue", "pack:tea_chain", *cluster.flags])
    lines = capsys.readouterr().out.splitlines()
    assert "  brand fresh  4m  (counts)" in lines
    assert "  store S1     critical  (counts)" in lines
    assert "  brand fresh  Ann  (counts)" in lines

    write(path, SMALL + POLICIES.rpartition("  - ")[0])
    assert run("publish", path, *cluster.flags, "--prune") == (0, [f"5 entries to {TOPIC}, 1 taken away"])
    assert b"tea/policy/store=S1" not in cluster.live()


def test_policies_are_checked_with_the_catalogue_they_are_for(cluster: Cluster, tmp_path: Path) -> None:
    path = write(tmp_path / "tea.yaml", SMALL + POLICIES.replace("{order.confirm: {deadline", "{order.confrm: {deadline"))
    assert run("check", path)[0] == 0, "without a catalogue nobody knows"
    fault = f"{path}:9:30: there is no moment 'order.confrm'; did you mean 'order.confirm'?"
    assert run("check", path, "--catalogue", "pack:tea_chain") == (1, [fault])
    assert run("publish", path, *cluster.flags, "--catalogue", "pack:tea_chain") == (1, [fault])
    assert cluster.records() == []
