"""The operations of SNS, one module per noun."""
