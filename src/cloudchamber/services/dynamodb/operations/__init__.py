"""DynamoDB's operations, by noun."""
