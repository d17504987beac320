"""scim/v2/."""

from django.urls import path

from portal.sign_on.scim import discovery, door, views

app_name = "scim"
urlpatterns = [
    path("", door.Nowhere.as_view(), name="root"),
    path("ServiceProviderConfig", discovery.Discovery.as_view(kind="ServiceProviderConfig"), name="config"),
    path("ResourceTypes", discovery.Discovery.as_view(kind="ResourceType"), name="resource-types"),
    path("ResourceTypes/<str:key>", discovery.Discovery.as_view(kind="ResourceType"), name="resource-type"),
    path("Schemas", discovery.Discovery.as_view(kind="Schema"), name="schemas"),
    path("Schemas/<str:key>", discovery.Discovery.as_view(kind="Schema"), name="schema"),
    path("Users", views.Users.as_view(), name="users"),
    path("Users/.search", views.Search.as_view(of=views.Users), name="users-search"),
    path("Users/<str:key>", views.OneUser.as_view(), name="user"),
    path("Groups", views.Groups.as_view(), name="groups"),
    path("Groups/.search", views.Search.as_view(of=views.Groups), name="groups-search"),
    path("Groups/<str:key>", views.OneGroup.as_view(), name="group"),
    path(".search", views.Search.as_view(), name="search"),
    path("<path:rest>", door.Nowhere.as_view(), name="nowhere"),
]
