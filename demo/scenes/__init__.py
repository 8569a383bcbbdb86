"""The scenes of the demonstration, by what they are about."""
