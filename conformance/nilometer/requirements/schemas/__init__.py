"""Area S, schema: ids, versions, verdicts and deletion in a schema registry, over its REST interface."""
