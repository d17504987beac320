"""Doors to subscriptions."""
