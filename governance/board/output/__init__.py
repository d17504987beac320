"""A pack as files: what it says (`document`), and that as PDF (the same bytes for the same pack), workbook and slides."""
