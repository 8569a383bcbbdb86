"""The use cases: one module per capability; a use case opens one transaction."""
