"""Decisions of CloudWatch: values and an instant in, values out."""
