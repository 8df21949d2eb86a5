"""Decisions of the schema registry: what events have in common, how schemas are written, what a content may be."""
