"""The operations of EventBridge Pipes, by noun."""
