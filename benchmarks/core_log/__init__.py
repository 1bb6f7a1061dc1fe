"""The core log of one partition, without a broker around it.

    python -m benchmarks.core_log       append beside bare `pwrite` of the same bytes, look-ups by length, recovery:
                                        one interleaved run, medians, ratios, every round on request
    pytest benchmarks/core_log --benchmark-only -o testpaths=benchmarks      the same loads under pytest-benchmark

Files go to a temporary directory (`--directory` elsewhere), at most `BYTES_MAX` at a time, and are deleted after each
round.
"""
