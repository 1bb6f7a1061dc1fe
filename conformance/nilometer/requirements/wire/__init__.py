"""The bytes themselves (area W)."""
