"""What tests start and share."""
