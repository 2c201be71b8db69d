"""Pictures of graphs as Prometheus itself draws them: `python -m tests.grafana.graphs ADDRESS FOLDER`.

ADDRESS is that of a Prometheus that has watched for some minutes, such as `moments demo` prints.
"""

import asyncio
import sys
from pathlib import Path
from urllib.parse import quote, urlencode

from tests.e2e.chromium import chromium

GRAPHS = {
    "occurrences": "sum by (state) (moments_occurrences)",
    "due-to-transition": "histogram_quantile(0.99, sum by (le) (rate(moments_due_to_transition_seconds_bucket[30s])))",
    "feeds": "sum by (source, region) (rate(moments_feed_events_total[30s])) * 60",
}
_RANGE = "5m"


async def shoot(address: str, folder: Path) -> None:
    """Write one picture of each graph into the folder."""
    async with chromium() as browser:
        for name, query in GRAPHS.items():
            page = await browser.new_page(viewport={"width": 1200, "height": 980})
            asked = urlencode({"g0.expr": query, "g0.tab": 0, "g0.range_input": _RANGE}, quote_via=quote)
            await page.goto(f"{address}/graph?{asked}", wait_until="networkidle")
            await page.wait_for_timeout(2_500)
            await page.screenshot(path=folder / f"prometheus-{name}.png")
            await page.close()


if __name__ == "__main__":
    asyncio.run(shoot(sys.argv[1], Path(sys.argv[2])))
