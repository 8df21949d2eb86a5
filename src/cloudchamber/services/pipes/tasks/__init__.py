"""What the outbox runs for EventBridge Pipes."""
