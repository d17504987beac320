"""What is kept, how long, and for whom to read: changes in words, redaction, retention and holds, day heads, personal data.

Owns redactions, holds, disposals and head letters; stands on every other room of the ground floor; announces nothing.
"""
