"""Operations of Secrets Manager, one module per noun."""
