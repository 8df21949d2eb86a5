"""Decisions of EventBridge Scheduler: values and an instant in, values out."""
