"""Timestamps, and finding records by them (area TI)."""
