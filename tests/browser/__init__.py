"""The page in a real browser, through the real Envoy, before a real server."""
