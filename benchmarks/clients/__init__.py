"""Produce and consume through one C client, side by side: `python -m benchmarks.clients`. Start with `cells.py`.

    cells.py        what is measured: the client's settings, the goal
    loads.py        the three loads: produce, consume, latency
    librdkafka.py   the client, driven so that no Python runs for a message
    brokers.py      what is measured against: targets of `nilometer.targets`, Apache Kafka as its own scripts start it
    processes.py    who used the processor meanwhile
    report.py       medians, every round, ratios

Rounds are interleaved, A B C A B C: what disturbs the machine for a while disturbs all. The first round is a
warm-up and does not count.
"""
