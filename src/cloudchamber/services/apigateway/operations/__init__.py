"""Operations by noun, and the invocation of what is deployed."""
