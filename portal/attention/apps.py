from django.apps import AppConfig


class AttentionConfig(AppConfig):
    name = "portal.attention"
