"""Stands for the contract's tests: see conftest.py."""
