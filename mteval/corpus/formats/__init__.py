"""Formats of test sets and translations: what each is, which there are, reading and writing."""
