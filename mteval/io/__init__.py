"""Files, encodings, XML and what is kept on disk."""
