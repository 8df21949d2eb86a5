"""Decisions of SNS: values and an instant in, values out."""
