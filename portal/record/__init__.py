"""The record: audit entries, seals, row history, totals ledger, stored files. Written by verbs, sealed by one function."""
