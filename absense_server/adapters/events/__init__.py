"""Event buses: who waits for a change hears of it."""
