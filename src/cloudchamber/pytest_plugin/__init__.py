"""The pytest plugin: a chamber for tests."""
