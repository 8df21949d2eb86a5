"""Decisions of S3: values in, values out."""
