"""Metrics for Prometheus, by its own client library (prometheus-client).

One process counts in a registry of its own (`process`) and may serve it (`server`). Where several processes are to be
seen together, their parent gives them a folder to count in, and serves the sum (`children`): the library switches to
files when it is imported with PROMETHEUS_MULTIPROC_DIR in the environment, so that nothing else differs.
"""
