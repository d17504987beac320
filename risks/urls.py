"""Addresses of the register."""

app_name = "risks"
urlpatterns: list = []
