"""The operations of the schema registry, by noun."""
