"""The explorer beside TLC with two workers, on the same model in the same bounds, in one run.

    python -m benchmarks.explorer [--rounds N] [--bounds "replicas, log slots, records, highest epoch"]
    pytest benchmarks/explorer --benchmark-only -o testpaths=benchmarks      the explorer alone, on small bounds

Each contender is a process of its own, measured from its start to its end with all that it starts: Python and the JVM
load, parse and compile before they search. Both check every invariant and every step property, and nothing that must
come: that is worked out on the finished graph. Their counts must be equal, or there is nothing to compare.
"""
