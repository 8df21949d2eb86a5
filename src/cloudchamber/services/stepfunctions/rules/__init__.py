"""Decisions of Step Functions: values in, values out."""
