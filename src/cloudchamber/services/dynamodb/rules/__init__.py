"""DynamoDB's decisions, by noun: values and an instant in, values out."""
