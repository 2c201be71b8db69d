"""What is usual for a value, and what is more than that."""
