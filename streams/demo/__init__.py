"""A lively tea chain to watch the monitor at work, and the truth to hold it against.

`world` says where and when things go wrong, `journeys` what happens to each order and ticket, `truth` which promises that
breaks (its own arithmetic; nothing here asks the engine), `events` and `simulate` what the upstream systems say of it and
when it arrives. `board` counts what the monitor says, `view` draws it, `reckoning` compares it with the truth, `stage`
runs it all. `company` is what the stage knows of the chain, and `pack` makes a company of any pack. Times are the chain's
own: an order is made and delivered in some fifteen seconds, so a minute shows a day.
"""
