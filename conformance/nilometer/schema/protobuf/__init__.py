"""Pairs of .proto files (generators.py), what Google's runtime makes of values that one of them wrote (values.py,
witness.py), checkers of others (peers.py), and all of them on the same pairs (campaign.py)."""
