"""What every dashboard has around its panels: variables, links, and the line that says whether it can be believed."""

from collections.abc import Sequence
from typing import Any, Final

from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import dashboard as model

from streams.dashboards import palette
from streams.dashboards.panels import SOURCE, Panels, Place, Query
from streams.dashboards.promql import TRUST
from streams.dashboards.words import LANGUAGES, Words

CONSOLE: Final = "http://localhost:8080"
"""Where the console is, if the address does not say (`var-console`)."""

Made = Sequence[Builder[model.Panel] | build.Row]


def uid(name: str, language: str) -> str:
    """The id of a dashboard, the same wherever it is provisioned."""
    return f"moments-{name}-{language}"


def page(
    name: str,
    words: Words,
    panels: Made,
    *,
    start: str = "now-6h",
    refresh: str = "30s",
    more: Sequence[Builder[model.VariableModel]] = (),
) -> build.Dashboard:
    """A dashboard: `name` is that of its file, and of its words."""
    made = (
        build.Dashboard(words(f"{name}.title"))
        .uid(uid(name, words.language))
        .description(words(f"{name}.about"))
        .tags(["moments", words.language])
        .timezone("browser")
        .time(start, "now")
        .refresh(refresh)
        .readonly()
        .tooltip(model.DashboardCursorSync.CROSSHAIR)
        .week_start("monday")
    )
    for variable in (*_variables(words), *more):
        made.with_variable(variable)
    for link in _links(name, words):
        made.link(link)
    for panel in panels:
        if isinstance(panel, build.Row):
            made.with_row(panel)
        else:
            made.with_panel(panel)
    return made


def trust(panels: Panels, at: Place, size: int = 20) -> stat.Panel:
    """The line that says whether what is shown is whole, and if not, why."""
    words = panels.words
    says = {code: (words(f"trust.says.{code}"), palette.UNKNOWN if code else palette.CALM) for code in range(9)}
    return panels.figures(
        "trust",
        at,
        [Query(TRUST)],
        unit="none",
        steps=((None, palette.UNKNOWN),),
        size=size,
        fill=True,
        says=says,
    )


def _variables(words: Words) -> list[Builder[model.VariableModel]]:
    return [
        build.DatasourceVariable("datasource").label(words("all.datasource")).type("prometheus"),
        _choice("tenant", "label_values(moments_occurrences, tenant)", words),
        _choice("region", 'label_values(moments_occurrences{tenant=~"$tenant"}, region)', words),
        _choice("moment", 'label_values(moments_occurrences{tenant=~"$tenant"}, moment)', words),
        build.TextBoxVariable("console").label(words("all.console")).default_value(CONSOLE),
    ]


def _choice(name: str, query: str, words: Words) -> build.QueryVariable:
    """One, several or all values of a label. All is every value, that of no region, too."""
    everything: Any = model.VariableOption(selected=True, text=["All"], value=["$__all"])
    return (
        build.QueryVariable(name)
        .label(words(f"all.{name}"))
        .datasource(SOURCE)
        .query({"query": query, "refId": name, "qryType": 5})
        .refresh(model.VariableRefresh.ON_TIME_RANGE_CHANGED)
        .sort(model.VariableSort.ALPHABETICAL_ASC)
        .multi(True)
        .include_all(True)
        .all_value(".*")
        .current(everything)
    )


def _links(name: str, words: Words) -> list[build.DashboardLink]:
    others = (
        build.DashboardLink(words("all.dashboards"))
        .type(model.DashboardLinkType.DASHBOARDS)
        .tags(["moments", words.language])
        .as_dropdown(True)
        .include_vars(True)
        .keep_time(False)
    )
    made = [others]
    for path in ("now", "journey", "feeds"):
        made.append(_out(words(f"all.link.{path}"), f"${{console}}/{path}").target_blank(True))
    for language in LANGUAGES:
        if language != words.language:
            switch = _out(words("all.link.language"), f"/d/{uid(name, language)}")
            made.append(switch.include_vars(True).keep_time(True))
    return made


def _out(title: str, address: str) -> build.DashboardLink:
    return build.DashboardLink(title).type(model.DashboardLinkType.LINK).url(address)
