"""Peers and campaigns of the schema languages: real decoders and checkers against the models' rules."""
