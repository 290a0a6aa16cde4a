"""Measurements: whole processes, both sides in one run."""
