"""Events as AWS services send them, for tests and for trying a function: one builder per source."""
