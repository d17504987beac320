"""What we decided about it: may look at everything below."""
