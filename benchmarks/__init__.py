"""Benchmarks: each prints what it measured, with its settings, and the numbers of every round."""
