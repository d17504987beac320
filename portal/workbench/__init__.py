"""What every list, page and form can do, once for all kinds: so far the import of sheets.

Imports web, people and record; announces nothing.
"""
