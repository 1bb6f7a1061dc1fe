"""What a partition is: an append-only sequence in which an offset names a record for ever (area L)."""
