"""Decisions of REST APIs: pure functions of values."""
