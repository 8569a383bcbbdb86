"""What the server does by itself: thin callers of the use cases."""
