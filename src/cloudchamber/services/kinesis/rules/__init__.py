"""Decisions of Kinesis: values and an instant in, values out."""
