"""The whole system as users start and meet it."""
