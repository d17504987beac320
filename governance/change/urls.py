"""Where change is followed: initiatives, what they declare, and the gates they pass."""

from django.urls import path

from governance.change.views import declarations, initiatives

app_name = "change"
urlpatterns = [
    path("initiatives/", initiatives.listed, name="initiatives"),
    path("initiatives/new/", initiatives.new, name="initiative-new"),
    path("initiatives/<int:pk>/", initiatives.initiative, name="initiative"),
    path("initiatives/<int:pk>/words/", initiatives.change, name="initiative-words"),
    path("initiatives/<int:pk>/stage/", initiatives.stage, name="initiative-stage"),
    path("initiatives/<int:pk>/stopping/", initiatives.stopping, name="initiative-stopping"),
    path("initiatives/<int:pk>/declaration/", declarations.declaration, name="initiative-declaration"),
    path("seen/<int:pk>/answer/", declarations.seen, name="seen-answer"),
    path("milestones/<int:pk>/reaching/", initiatives.reaching, name="milestone-reaching"),
]
