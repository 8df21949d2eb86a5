"""Cloud Chamber: an AWS-compatible serverless and event-driven cloud in one process."""
