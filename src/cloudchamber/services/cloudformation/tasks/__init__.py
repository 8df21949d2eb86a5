"""What the outbox runs for CloudFormation: the work on each resource of a stack."""
