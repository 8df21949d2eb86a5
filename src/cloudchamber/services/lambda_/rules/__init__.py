"""Decisions of Lambda: values and an instant in, values out."""
