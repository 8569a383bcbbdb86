"""The Absense server: attendance claims, verified in layers (see the README's section on the house)."""
