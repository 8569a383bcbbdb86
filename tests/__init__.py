"""What is promised, shown."""
