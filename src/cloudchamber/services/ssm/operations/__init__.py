"""Operations of Parameter Store, one module per noun."""
