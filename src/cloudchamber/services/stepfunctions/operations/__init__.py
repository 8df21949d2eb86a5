"""The operations of Step Functions, one module per noun."""
