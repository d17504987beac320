"""How often one caller may ask."""

from rest_framework.throttling import UserRateThrottle


class PerToken(UserRateThrottle):
    scope = "token"
