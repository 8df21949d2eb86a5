"""The operations of EventBridge Scheduler, by noun."""
