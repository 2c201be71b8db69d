"""A Prometheus of the demo's own, where one is installed: it scrapes every process of the monitor."""

import asyncio
import json
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from streams.demo.hired import Hired, free_ports


def is_installed() -> bool:
    """Whether there is a Prometheus on the PATH."""
    return shutil.which("prometheus") is not None


async def hire(targets: Mapping[str, Sequence[str]], folder: Path) -> Hired:
    """Start it on a free port of 127.0.0.1. `targets` are the addresses (host:port) to be scraped, by the names of the
    jobs that rules and dashboards know; what it keeps is in `folder`."""
    port = free_ports(1)
    config = {
        "global": {"scrape_interval": "1s", "evaluation_interval": "1s"},
        "scrape_configs": [
            {"job_name": name, "static_configs": [{"targets": list(some)}]} for name, some in targets.items()
        ],
    }
    file, log = folder / "prometheus.json", folder / "prometheus.log"
    file.write_text(json.dumps(config))  # JSON is YAML
    with log.open("wb") as out:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "streams.demo.leashed", "prometheus", f"--config.file={file}",
            f"--storage.tsdb.path={folder / 'prometheus'}", f"--web.listen-address=127.0.0.1:{port}",
            stdin=asyncio.subprocess.PIPE, stdout=out, stderr=out, start_new_session=True,
        )  # fmt: skip
    return Hired(process, "prometheus", f"http://127.0.0.1:{port}", log)
