"""Which kinds this app adds to the registry."""
