"""The shared dashboard stands at the front door."""

from django.urls import path

from governance.board.views import today

app_name = "board"
urlpatterns = [path("", today.today, name="today")]
