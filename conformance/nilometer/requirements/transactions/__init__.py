"""Transactions: coordinator, fencing, markers, last stable offset (area T)."""
