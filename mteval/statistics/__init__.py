"""Statistical tests over sufficient statistics, and what differences mean to people."""
