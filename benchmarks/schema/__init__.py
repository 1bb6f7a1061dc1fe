"""Verdicts on large and deep schemas.

pytest benchmarks/schema --benchmark-only -o testpaths=benchmarks
"""
