"""What is known of languages: one module each."""
