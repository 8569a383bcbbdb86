"""Everything that can go wrong, as data, by what it is about."""
