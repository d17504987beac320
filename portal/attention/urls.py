"""reviews/, inbox/ and calendar/."""

from django.urls import path

from portal.attention.views import calendar, inbox, quiet, reviews

app_name = "attention"

urlpatterns = [
    path("reviews/", reviews.listed, name="reviews"),
    path("reviews/<int:pk>/", reviews.detail, name="review"),
    path("reviews/<int:pk>/answer/", reviews.answer, name="review-answer"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/ending/", calendar.ending, name="calendar-ending"),
    path("calendar/<str:secret>/concord.ics", calendar.file, name="calendar-file"),
    path("inbox/", inbox.listed, name="inbox"),
    path("inbox/reading/", inbox.reading_of_all, name="inbox-reading"),
    path("inbox/quiet/", quiet.quiet_hours, name="quiet-hours"),
    path("inbox/<int:pk>/", inbox.reminder, name="reminder"),
    path("inbox/<int:pk>/reading/", inbox.reading, name="reminder-reading"),
]
