"""The kinds of panels that the dashboards are made of. A panel's title and description are the words of its key."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any, Final, TypeVar

from grafana_foundation_sdk.builders import common, heatmap, prometheus, stat, statetimeline, table, timeseries
from grafana_foundation_sdk.builders import dashboard as build
from grafana_foundation_sdk.models import common as looks
from grafana_foundation_sdk.models import dashboard as model
from grafana_foundation_sdk.models.heatmap import HeatmapColorMode
from grafana_foundation_sdk.models.prometheus import PromQueryFormat

from streams.dashboards import palette
from streams.dashboards.promql import NONE, UNKNOWN
from streams.dashboards.words import Words

SOURCE: Final = model.DataSourceRef(type_val="prometheus", uid="${datasource}")

Panel = TypeVar("Panel", stat.Panel, table.Panel, timeseries.Panel, heatmap.Panel, statetimeline.Panel)
Steps = Sequence[tuple[float | None, str]]
"""Colours from a value on; the first from None, which is everything below."""

TEXT: Final = "text"
"""The colour of text in either theme."""


@dataclass(frozen=True, slots=True)
class Query:
    """A query, what its series are called (labels as {{label}}), and where they differ from the panel's others."""

    expr: str
    name: str = ""
    unit: str | None = None
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Column:
    """A column of numbers: a query whose rows have the labels that the table shows. `says` has words for values that are
    no numbers; None stands for those of promql.py."""

    query: str
    word: str
    unit: str = "locale"
    decimals: int | None = None
    steps: Steps | None = None
    says: Mapping[int, tuple[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Where a panel is, in Grafana's grid of 24 columns; a row is 30 pixels high, with 8 between two."""

    x: int
    y: int
    w: int
    h: int


@dataclass(slots=True)
class Panels:
    """Makes panels in one language, with ids in their order."""

    words: Words
    made: int = 0

    def figures(
        self,
        key: str,
        at: Place,
        queries: Sequence[Query],
        *,
        unit: str = "locale",
        decimals: int | None = None,
        steps: Steps = ((None, TEXT),),
        size: int = 34,
        name_size: int = 18,
        fill: bool = False,
        rows: bool = False,
        says: Mapping[int, tuple[str, str]] | None = None,
        link: tuple[str, str] | None = None,
    ) -> stat.Panel:
        """Figures as of now. `fill` colours the whole panel, else the figures; `rows` puts each on a line of its own;
        `says` has words and colours for values that are no numbers."""
        panel = self._begin(stat.Panel(), key, at)
        panel.unit(unit).graph_mode(looks.BigValueGraphMode.NONE).wide_layout(rows)
        panel.color_mode(looks.BigValueColorMode.BACKGROUND_SOLID if fill else looks.BigValueColorMode.VALUE)
        # a series without a name would be called by its whole query
        named = looks.BigValueTextMode.VALUE_AND_NAME if queries[0].name else looks.BigValueTextMode.VALUE
        panel.text_mode(named)
        panel.orientation(looks.VizOrientation.HORIZONTAL if rows else looks.VizOrientation.AUTO)
        panel.text(common.VizTextDisplayOptions().title_size(name_size).value_size(size))
        panel.reduce_options(common.ReduceDataOptions().calcs(["lastNotNull"]).values(False))
        panel.mappings(_sentinels(says or {})).no_value("?").thresholds(_thresholds(steps))
        panel.color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        if decimals is not None:
            panel.decimals(decimals)
        for ref, query in zip(ascii_uppercase, queries, strict=False):
            panel.with_target(_now(ref, query.expr).legend_format(query.name))
            if properties := _differences(query):
                panel.override_by_query(ref, properties)
        if link:
            panel.data_links([_link(self.words(link[0]), link[1])])
        return panel

    def table(
        self,
        key: str,
        at: Place,
        shows: Mapping[str, str],
        columns: Sequence[Column],
        *,
        sort: str,
        link: tuple[str, str, str] | None = None,
    ) -> table.Panel:
        """Rows by their labels: `shows` has the labels and the words above them, `sort` is the word of a column, largest
        first. `link`: the label that leads on, the words, and where to."""
        panel = self._begin(table.Panel(), key, at)
        names = {f"Value #{ref}": self.words(one.word) for ref, one in zip(ascii_uppercase, columns, strict=False)}
        labels = {label: self.words(word) for label, word in shows.items()}
        for ref, column in zip(ascii_uppercase, columns, strict=False):
            panel.with_target(_now(ref, column.query).format(PromQueryFormat.TABLE))
        order = [*labels, *names]
        panel.with_transformation(model.DataTransformerConfig(id_val="merge", options={}))
        panel.with_transformation(
            model.DataTransformerConfig(
                id_val="organize",
                options={
                    "excludeByName": {"Time": True, **({"moment": True} if "moment" not in labels else {})},
                    "indexByName": {name: at for at, name in enumerate(order)},
                    "renameByName": {**labels, **names},
                },
            )
        )
        panel.mappings(_sentinels({})).no_value(self.words("all.no_rows")).unit("locale")
        panel.cell_height(looks.TableCellHeight.SM).filterable(True)
        panel.sort_by([common.TableSortByFieldState().display_name(self.words(sort)).desc(True)])
        for column in columns:
            properties = [_property("unit", column.unit)]
            if column.decimals is not None:
                properties.append(_property("decimals", column.decimals))
            if column.steps is not None:
                properties.append(_property("thresholds", _thresholds(column.steps).build()))
                properties.append(_property("custom.cellOptions", {"type": "color-text"}))
            if column.says is not None:
                properties.append(_property("mappings", [_mapping(column.says)] if column.says else []))
            panel.override_by_name(self.words(column.word), properties)
        if link:
            label, word, address = link
            there = _link(self.words(word), address).build()
            panel.override_by_name(labels[label], [_property("links", [there])])
        return panel

    def series(
        self,
        key: str,
        at: Place,
        queries: Sequence[Query],
        *,
        unit: str = "locale",
        bars: bool = False,
        most: float | None = None,
        steps: Steps | None = None,
    ) -> timeseries.Panel:
        """Numbers over time. `bars` are stacked. Gaps stay gaps: nothing is drawn where nothing is known."""
        panel = self._begin(timeseries.Panel(), key, at)
        panel.unit(unit).min(0).show_points(looks.VisibilityMode.NEVER).span_nulls(False).no_value("?")
        panel.legend(
            common.VizLegendOptions()
            .display_mode(looks.LegendDisplayMode.LIST)
            .placement(looks.LegendPlacement.BOTTOM)
            .show_legend(True)
        )
        panel.tooltip(common.VizTooltipOptions().mode(looks.TooltipDisplayMode.MULTI).sort(looks.SortOrder.DESCENDING))
        if bars:
            panel.draw_style(looks.GraphDrawStyle.BARS).fill_opacity(80).line_width(0)
            panel.stacking(common.StackingConfig().mode(looks.StackingMode.NORMAL).group("A"))
        if most is not None:
            panel.max(most)
        if steps is not None:
            panel.thresholds(_thresholds(steps))
            panel.thresholds_style(common.GraphThresholdsStyleConfig().mode(looks.GraphThresholdsStyleMode.LINE))
        for ref, query in zip(ascii_uppercase, queries, strict=False):
            panel.with_target(_over_time(ref, query.expr).legend_format(query.name))
            if properties := _differences(query):
                panel.override_by_query(ref, properties)
        return panel

    def spread(self, key: str, at: Place, buckets: str) -> heatmap.Panel:
        """A histogram over time: from `increase` of buckets, summed by `le`."""
        panel = self._begin(heatmap.Panel(), key, at)
        panel.calculate(False).cell_gap(1).no_value("?")
        panel.color(heatmap.HeatmapColorOptions().mode(HeatmapColorMode.SCHEME).scheme("Cividis").steps(64))
        panel.y_axis(heatmap.YAxisConfig().unit("s").axis_placement(looks.AxisPlacement.LEFT))
        panel.filter_values(heatmap.FilterValueRange().le(0.001))
        panel.show_legend().show_y_histogram().mode(looks.TooltipDisplayMode.SINGLE)
        panel.with_target(_over_time("A", buckets).legend_format("{{le}}").format(PromQueryFormat.HEATMAP))
        return panel

    def timeline(self, key: str, at: Place, query: Query, says: Mapping[int, tuple[str, str]]) -> statetimeline.Panel:
        """A state over time, one line a series. Where nothing is known the line is empty."""
        panel = self._begin(statetimeline.Panel(), key, at)
        panel.mappings(_sentinels(says)).no_value("?").merge_values(True).row_height(0.8)
        panel.show_value(looks.VisibilityMode.AUTO).fill_opacity(90).line_width(0)
        panel.color_scheme(build.FieldColor().mode(model.FieldColorModeId.THRESHOLDS))
        panel.thresholds(_thresholds(((None, palette.PLAIN),)))
        panel.with_target(_over_time("A", query.expr).legend_format(query.name))
        return panel

    def row(self, key: str, y: int) -> build.Row:
        """The heading of what follows."""
        self.made += 1
        return build.Row(self.words(key)).id(self.made).grid_pos(model.GridPos(x=0, y=y, w=24, h=1))

    def _begin(self, panel: Panel, key: str, at: Place) -> Panel:
        self.made += 1
        panel.id(self.made).title(self.words(f"{key}.title")).description(self.words(f"{key}.about"))
        panel.datasource(SOURCE).grid_pos(model.GridPos(x=at.x, y=at.y, w=at.w, h=at.h))
        return panel


def _now(ref: str, expr: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().ref_id(ref).datasource(SOURCE).expr(expr).instant()


def _over_time(ref: str, expr: str) -> prometheus.Dataquery:
    return prometheus.Dataquery().ref_id(ref).datasource(SOURCE).expr(expr).range()


def _sentinels(says: Mapping[int, tuple[str, str]]) -> list[model.ValueMapping]:
    """What is said instead of a number; see promql.py. No value at all is as unknown as one that says so."""
    known: dict[int, tuple[str, str]] = {UNKNOWN: ("?", palette.UNKNOWN), NONE: ("—", palette.PLAIN), **says}
    absent = model.DashboardSpecialValueMapOptions(
        match=model.SpecialValueMatch.NULL_AND_NAN,
        result=model.ValueMappingResult(text="?", color=palette.UNKNOWN, index=len(known)),
    )
    return [_mapping(known), model.SpecialValueMap(options=absent)]


def _mapping(says: Mapping[int, tuple[str, str]]) -> model.ValueMap:
    return model.ValueMap(
        options={
            str(value): model.ValueMappingResult(text=text, color=color, index=index)
            for index, (value, (text, color)) in enumerate(says.items())
        }
    )


def _thresholds(steps: Steps) -> build.ThresholdsConfig:
    return (
        build.ThresholdsConfig()
        .mode(model.ThresholdsMode.ABSOLUTE)
        .steps([model.Threshold(value=value, color=color) for value, color in steps])
    )


def _differences(query: Query) -> list[model.DynamicConfigValue]:
    found = [] if query.unit is None else [_property("unit", query.unit)]
    if query.color is not None:
        found.append(_property("color", {"mode": "fixed", "fixedColor": query.color}))
    return found


def _property(name: str, value: Any) -> model.DynamicConfigValue:
    return model.DynamicConfigValue(id_val=name, value=value)


def _link(words: str, address: str) -> build.DashboardLink:
    return build.DashboardLink(words).type(model.DashboardLinkType.LINK).url(address).target_blank(True)
