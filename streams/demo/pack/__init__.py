"""A simulated day of any pack: its moments with times of seconds, journeys made from the pack itself, and what is true.

`shrink` makes the times short, `conditions` says whether an event fits and what would make it fit, `script` knows what
can be played, `truth` judges a case by the rules alone, `fates` and `journey` decide what happens, `late` what is told
late, `telling` makes events of it and `company` shows it all as the demo's stage wants it; `examples` are journeys at
their real pace. Nothing here asks the engine.
"""
