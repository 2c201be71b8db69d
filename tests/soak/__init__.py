"""The whole monitor for half an hour: does it stay the size it has, and is what it shows what is true?

`chain` is the world (the demo's tea chains, with sources that fall silent), `truth` how every occurrence of it must
stand, `crew` the processes, `exposition` and `hearing` what they say, `cast` everybody together, `run` the plot,
`sampling` and `comparing` what is looked at in its course, `judge` the rules, `verdict` what they say of a run (`found`),
`report` the page.
"""
