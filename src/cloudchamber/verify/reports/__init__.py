"""A `Report` as text, JSON, JUnit XML and one HTML page."""
