"""Committed offsets (area O)."""
