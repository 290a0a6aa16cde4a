"""The data model, and test sets and systems on disk."""
