"""Pages of the points ledger."""
