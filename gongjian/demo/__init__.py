"""The invented tenant 示范市, brought through its year by calling the services."""
