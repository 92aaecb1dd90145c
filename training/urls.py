"""Addresses of the training."""

app_name = "training"
urlpatterns: list = []
