"""Tests that are named after the rules of the semantics."""
