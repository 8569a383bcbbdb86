"""The demonstration, and what it is shown with."""
