"""Operations of STS, one module per noun."""
