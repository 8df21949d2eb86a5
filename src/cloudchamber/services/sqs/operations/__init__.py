"""The operations of SQS, one module per noun."""
