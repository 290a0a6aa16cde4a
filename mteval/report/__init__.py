"""Views of results: they read what an evaluation found and compute nothing."""
