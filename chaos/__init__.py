"""Failures on purpose: what is acknowledged must survive them."""
