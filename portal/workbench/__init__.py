"""What every list, page and form can do, once for all kinds: search by words, and the import of sheets.

Imports web, people and record; announces nothing.
"""
