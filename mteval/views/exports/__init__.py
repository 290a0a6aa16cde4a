"""Runs as files for other programs: a module for each format, all listed in the registry."""
