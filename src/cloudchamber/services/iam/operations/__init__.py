"""Operations of IAM, one module per noun."""
