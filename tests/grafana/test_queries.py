"""Every query of every panel, executed by Debian's Prometheus, which has scraped every process of an installation."""

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.grafana.installation import REGIONS, SILENT, TENANT
from tests.grafana.prometheus import PROMETHEUS, PROMTOOL, Watching, running, wait_for
from tests.grafana.shelf import Asked, asked, committed, panels

pytestmark = [
    pytest.mark.prometheus,
    pytest.mark.skipif(not (PROMETHEUS and PROMTOOL), reason="Debian's prometheus is not installed"),
]

ABSENT = {
    "moments-wall / By moment / D": "there are rows, so that nothing says that there are none",
    "moments-wall / By region / D": "the same",
    "moments-wall / Lowest shares in time today / B": "the same",
    "moments-wall / Feeds that are not heard / B": "a feed is blind, so that nothing says that all are heard",
}
"""Queries that give nothing while all is well, by panel and letter, and why."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watching]:
    """One for all tests of this file."""
    with running(tmp_path_factory.mktemp("prometheus")) as found:
        yield found


def test_every_query_gives_data_or_its_absence_is_expected(server: Watching) -> None:
    empty, surprising = [], []
    for query in asked():
        name = f"{query.dashboard.split('/')[1]} / {_english(query)} / {query.ref}"
        rows = server.rows(query)
        if not rows and name not in ABSENT:
            empty.append(name)
        if rows and name in ABSENT:
            surprising.append(name)
    assert not empty, "\n".join(["no data:", *empty])
    assert not surprising, "\n".join(["data, against what is expected:", *surprising])


def test_nothing_on_the_wall_is_unknown_while_all_is_known(server: Watching) -> None:
    for query in asked():
        if query.dashboard == "en/moments-wall":
            for row in server.rows(query):
                assert float(row["values"][-1][1]) >= 0, query.where


def test_the_figures_of_the_wall_are_those_of_the_installation(server: Watching) -> None:
    detect = [one for one in server.installation.processes if one.role == "detect"]
    counts: dict[str, int] = {}
    for process in detect:
        for line in process.instruments.scrape().decode().splitlines():
            if line.startswith("moments_occurrences{"):
                state = line.partition('state="')[2].partition('"')[0]
                counts[state] = counts.get(state, 0) + int(line.rsplit(" ", 1)[1])
    shown = {"Broken now": "broken", "At risk now": "at_risk", "Unknown now": "unknown", "Running now": "running"}
    for panel, state in shown.items():
        assert _value(server, panel) == counts[state] > 0
    assert _value(server, "Can this be believed") == 7
    assert 14 <= _value(server, "Oldest, and compared") <= 16
    assert 0.5 < _value(server, "In time today") < 1
    assert _value(server, "In time today") == pytest.approx(_value(server, "Objective, and compared", "B"), abs=0.05)
    assert _value(server, "Started today") == pytest.approx(_value(server, "Started today", "B"), rel=0.1)
    blind = server.rows(_query("Feeds that are not heard"))
    assert [(row["metric"]["source"], row["metric"]["region"]) for row in blind] == [SILENT]


def test_the_choices_above_the_dashboards_have_values(server: Watching) -> None:
    assert server.ask("label/tenant/values?" + urlencode({"match[]": "moments_occurrences"})) == [TENANT]
    regions = server.ask("label/region/values?" + urlencode({"match[]": 'moments_occurrences{tenant=~".*"}'}))
    assert sorted(regions) == sorted(region for region in REGIONS if region)


def test_a_worker_that_stops_covers_the_wall_at_once(server: Watching) -> None:
    """The last test: it takes the second worker away."""
    assert _value(server, "Broken now") > 0
    next(one for one in server.installation.processes if one.name == "second").stop()
    wait_for(lambda: _value(server, "Broken now") == -1)
    assert _value(server, "Can this be believed") == 2
    assert _value(server, "Running now") == -1
    assert _value(server, "Processes that do not answer") == 1


def _value(server: Watching, panel: str, ref: str = "A") -> float:
    rows = server.rows(_query(panel, ref))
    assert len(rows) == 1, (panel, rows)
    return float(rows[0]["values"][-1][1])


def _query(panel: str, ref: str = "A") -> Asked:
    return next(one for one in asked() if (one.dashboard, one.panel, one.ref) == ("en/moments-wall", panel, ref))


def _english(query: Asked) -> str:
    """The English title of a panel, in either language."""
    name = query.dashboard.split("/")[1]
    shelf = committed()
    ids = [panel["title"] for panel in panels(shelf[query.dashboard])]
    return str(panels(shelf[f"en/{name}"])[ids.index(query.panel)]["title"])
