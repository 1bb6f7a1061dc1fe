"""Consumer groups: membership, generations, assignment (area G)."""
