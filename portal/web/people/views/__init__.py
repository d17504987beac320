"""Doors to people and accounts."""
