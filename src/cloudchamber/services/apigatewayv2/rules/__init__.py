"""Decisions of HTTP APIs: pure functions of values."""
