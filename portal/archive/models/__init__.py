"""What was redacted, held and disposed of."""
