"""Operations of CloudWatch Logs, one module per noun."""
