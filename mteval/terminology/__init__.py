"""Termbases: what a translation must call things, and the files that say so."""
