"""Pairs of JSON Schemas (generators.py), containment and values by others (peers.py, peer_program.py), why rules and
data part (reasons.py, known.py), and all of them on the same pairs (campaign.py)."""
