"""Counts of calls: in this process, or in a Redis that processes share."""
