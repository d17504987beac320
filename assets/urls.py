"""The addresses of this app."""

from django.urls import path

from assets.views import dependencies, discovery, inventory

app_name = "assets"
urlpatterns = [
    path("inventory/", inventory.assets, name="inventory"),
    path("inventory/new/", inventory.registration, name="registration"),
    path("inventory/<int:pk>/", inventory.asset, name="asset"),
    path("inventory/<int:pk>/edit/", inventory.change, name="change"),
    path("inventory/<int:pk>/archiving/", inventory.archiving, name="archiving"),
    path("inventory/<int:pk>/dependencies/", dependencies.recording, name="dependencies"),
    path("dependencies/<int:pk>/removal/", dependencies.removal, name="dependency-removal"),
    path("discovery/", discovery.runs, name="discovery"),
    path("discovery/<int:pk>/", discovery.run, name="run"),
    path("discovery/<int:pk>/acceptance/", discovery.acceptance, name="acceptance"),
    path("discovery/<int:pk>/dismissal/", discovery.dismissal, name="dismissal"),
]
