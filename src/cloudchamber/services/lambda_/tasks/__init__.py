"""What the outbox runs for Lambda."""
