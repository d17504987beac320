"""One compliance framework: catalogs of requirements, which control answers which, and how well each is practised."""
