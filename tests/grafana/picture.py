"""Draws a dashboard's figures as a page, to look at where no Grafana is: `python -m tests.grafana.picture FOLDER`.

Places, sizes, colours and words are those of the committed JSON, the numbers those of a running Prometheus; how Grafana
itself sets type may differ. Writes `wall-zh.html`, `wall-en.html` and `wall-unknown.html`, the last without a worker.
"""

import html
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from streams.dashboards import palette
from tests.grafana.prometheus import Watching, running, wait_for
from tests.grafana.shelf import Asked, committed, panels

_PAGE = """<!doctype html><meta charset="utf-8"><style>
body{margin:0;width:1920px;height:1080px;background:#111217;color:#ccccdc;font-family:Inter,"Noto Sans CJK SC",sans-serif;
font-variant-numeric:tabular-nums;position:relative;overflow:hidden}
.p{position:absolute;background:#181b1f;border:1px solid #2c3235;box-sizing:border-box;overflow:hidden;display:flex;
flex-direction:column}
.t{font-size:14px;height:32px;line-height:32px;padding:0 8px;flex:none}.v{flex:1;display:flex;gap:10px;min-height:0}
.rows{flex-direction:column}.s{flex:1;padding:4px 12px;display:flex;flex-direction:column;justify-content:center;
align-items:center;min-height:0;white-space:nowrap;overflow:hidden}
.rows .s{flex-direction:row;justify-content:space-between;max-height:110px}</style>"""


def draw(server: Watching, name: str) -> str:
    """The page of a dashboard of stat panels, as it is now."""
    drawn = [_panel(server, name, panel) for panel in panels(committed()[name])]
    return _PAGE + "".join(drawn)


def _panel(server: Watching, name: str, panel: Any) -> str:
    at, options, defaults = panel["gridPos"], panel["options"], panel["fieldConfig"]["defaults"]
    column = (1920 - 2 * 16 + 8) / 24
    box = (
        f"left:{16 + at['x'] * column:.0f}px;top:{16 + at['y'] * 38}px;"
        f"width:{at['w'] * column - 8:.0f}px;height:{at['h'] * 38 - 8}px"
    )
    found = []
    for target in panel["targets"]:
        query = Asked(name, panel["title"], target["refId"], target["expr"], instant=True)
        differing = _overrides(panel, target["refId"])
        for labels, number in server.now(query):
            text, color = _shown(number, {**defaults, **differing})
            title = target["legendFormat"] if options["textMode"] == "value_and_name" else ""
            for label, value in labels.items():
                title = title.replace("{{" + label + "}}", value)
            found.append((title, text, color))
    filled = options["colorMode"] == "background_solid"
    rows = options["orientation"] == "horizontal"
    shown = found or [("", "?", palette.UNKNOWN)]
    figures = "".join(_figure(one, options["text"], filled=filled) for one in shown)
    way, title = "v rows" if rows else "v", html.escape(panel["title"])
    return f'<div class="p" style="{box}"><div class="t">{title}</div><div class="{way}">{figures}</div></div>'


def _figure(one: tuple[str, str, str], sizes: Any, *, filled: bool) -> str:
    title, text, color = one
    color = "#e8ebf0" if color == "text" else color
    parts = zip((0.299, 0.587, 0.114), (1, 3, 5), strict=True)
    dark = sum(weight * int(color[at : at + 2], 16) for weight, at in parts) <= 130  # as Grafana chooses the text on it
    style = f"background:{color};color:{'#f7f8fa' if dark else '#202226'}" if filled else ""
    return (
        f'<div class="s" style="{style}"><span style="font-size:{sizes["titleSize"]}px">{html.escape(title)}</span>'
        f'<b style="font-size:{sizes["valueSize"]}px;{"" if filled else "color:" + color}">{html.escape(text)}</b></div>'
    )


def _overrides(panel: Any, ref: str) -> dict[str, Any]:
    for one in panel["fieldConfig"]["overrides"]:
        if one["matcher"] == {"id": "byFrameRefID", "options": ref}:
            return {each["id"]: each["value"] for each in one["properties"]}
    return {}


def _shown(value: float, config: Any) -> tuple[str, str]:
    """Text and colour of a value, as the mappings, thresholds and unit of its field want them."""
    for mapping in config["mappings"]:
        if mapping["type"] == "value" and value == round(value) and str(round(value)) in mapping["options"]:
            said = mapping["options"][str(round(value))]
            return said["text"], said["color"]
    steps = reversed(config["thresholds"]["steps"])
    color = next(step["color"] for step in steps if step["value"] is None or value >= step["value"])
    if config.get("color", {}).get("mode") == "fixed":
        color = config["color"]["fixedColor"]
    decimals, unit = config.get("decimals"), config["unit"]
    if unit == "percentunit":
        return f"{value * 100:.{1 if decimals is None else decimals}f}%", color
    if unit == "dtdhms":
        return f"{int(value // 3600):02}:{int(value // 60 % 60):02}:{int(value % 60):02}", color
    if unit.startswith("time:"):
        return datetime.fromtimestamp(value / 1000, UTC).strftime("%H:%M:%S"), color
    return f"{value:,.{decimals or 0}f}" + (" s" if unit == "s" else ""), color


def main(folder: Path) -> None:
    """Draw them."""
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as files, running(Path(files)) as server:
        for language in ("zh", "en"):
            page = draw(server, f"{language}/moments-wall")
            (folder / f"wall-{language}.html").write_text(page, encoding="utf-8")
        next(one for one in server.installation.processes if one.name == "second").stop()
        wait_for(lambda: bool(server.ask("query", query="up == 0")["result"]))
        (folder / "wall-unknown.html").write_text(draw(server, "zh/moments-wall"), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
