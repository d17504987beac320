"""What people are asked about assets."""
