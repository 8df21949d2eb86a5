"""The composition root: configuration, the list of services, start and stop. The only place that sees all."""
