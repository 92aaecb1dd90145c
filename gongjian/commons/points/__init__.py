"""Points ledger: rules as data, facts that earn points, and entries that are only reversed."""
