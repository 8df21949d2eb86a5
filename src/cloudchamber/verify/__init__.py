"""Scenarios under seeded schedules of faults and interleavings: run, compare, shrink, verdict."""
