"""Envoy before the server processes, and the page that it serves: `absense-proxy`."""
