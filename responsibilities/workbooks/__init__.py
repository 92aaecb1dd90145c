"""Returns as workbooks: what goes out, what comes back, and what is refused."""
