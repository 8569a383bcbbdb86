"""The reference client: what a student's phone does, for people who write one.

It knows the public stubs, grpcio, protobuf and cryptography, and nothing else of Absense. docs/MOBILE.md has the rules
that it follows; `python -m examples.phone --help` plays it.
"""
