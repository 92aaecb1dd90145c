"""PostgreSQL backend that binds the tenant to each transaction."""
