"""Acts on the ledger."""
