"""What this app hears: each receiver only inserts rows."""
