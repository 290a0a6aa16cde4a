"""What any learned metric needs."""
