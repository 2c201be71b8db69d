"""The Grafana dashboards, written in code: six dashboards in two languages from one source.

`moments dashboards write` puts them under `grafana/dashboards/{zh,en}/`, `moments dashboards check` says which differ
from what would be written. Needs grafana-foundation-sdk, which the program itself does not.

`promql` has the queries' common parts and what they mean, `words.toml` every word that a reader sees, `palette` colours
and symbols, `panels` the kinds of panels, and each dashboard is a file of its own.
"""
