"""Rules for Prometheus: a catalogue in, rule files out. Pure; `moments rules` writes what comes out.

What follows from the objectives of the moments (`budget`) and what is the same in every installation (`operations`) are
two files, so that another catalogue replaces one of them.
"""
