"""Between messages of the contract and objects of the domain: pure functions, nothing decided."""
