"""What every list, page and form can do, once for all kinds: lists as tables and files, search by words, the palette,
import of sheets.

Imports web, people and record; announces nothing.
"""
