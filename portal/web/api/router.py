"""The one router of the API; each app registers its resources in its `api` module."""

from rest_framework.routers import SimpleRouter

resources = SimpleRouter()
