"""A simulated day of any pack: its moments with times of seconds, journeys made from the pack itself, and what is true.

`shrink` makes the times short, `conditions` says whether an event fits and what would make it fit, `roles` for which
moments it does, `script` knows what can be played. `truth` judges a case by the rules alone: `law` says what counts
where (stores, policies, calendars), `hours` counts open time and `dues` says by when. `fates` and `journey` decide what
happens, `late` what is told late, `telling` makes events of it and `company` shows it all as the demo's stage wants it;
`weeks` are lived through at the pack's own pace. `examples` are `lives` at it in which every event has its place, with
fields that are `lifelike`; `promises` have words and people. Nothing here asks the engine what is
true, nor the catalogue what a calendar means.
"""
