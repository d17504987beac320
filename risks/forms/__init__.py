"""What people are asked about risks."""
