"""Addresses that allauth knows by name and that have pages of our own."""

from django.urls import path

from portal.web.people.views import entrance

urlpatterns = [
    path("password/reset/", entrance.forgotten, name="account_reset_password"),
    path("password/reset/done/", entrance.on_its_way, name="account_reset_password_done"),
]
