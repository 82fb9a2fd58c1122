"""Placeholder until the comparer is written in this same session."""
