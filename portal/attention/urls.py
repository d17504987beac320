"""reviews/ and inbox/."""

from django.urls import path

from portal.attention.views import inbox, quiet, reviews

app_name = "attention"

urlpatterns = [
    path("reviews/", reviews.listed, name="reviews"),
    path("reviews/<int:pk>/", reviews.detail, name="review"),
    path("reviews/<int:pk>/answer/", reviews.answer, name="review-answer"),
    path("inbox/", inbox.listed, name="inbox"),
    path("inbox/reading/", inbox.reading_of_all, name="inbox-reading"),
    path("inbox/quiet/", quiet.quiet_hours, name="quiet-hours"),
    path("inbox/<int:pk>/", inbox.reminder, name="reminder"),
    path("inbox/<int:pk>/reading/", inbox.reading, name="reminder-reading"),
]
