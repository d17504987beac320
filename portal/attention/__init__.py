"""Attention: reviews, reminders, digests, the inbox. One engine for everything dated."""
