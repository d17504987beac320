"""Addresses of the register."""

from django.urls import path

from risks.views import changing, log, ratings, recompute, register, risk

app_name = "risks"
urlpatterns = [
    path("register/", register.register, name="register"),
    path("heatmap/", register.heat_map, name="heatmap"),
    path("log/", log.log, name="log"),
    path("log/duplicates/", log.alike, name="log-duplicates"),
    path("log/assets/", log.assets, name="log-assets"),
    path("recompute/", recompute.recompute, name="recompute"),
    path("concerns/", log.concerns, name="concerns"),
    path("differences/", ratings.list_of_differences, name="differences"),
    path("<int:pk>/", risk.risk, name="risk"),
    path("<int:pk>/changes/", risk.changes, name="risk-changes"),
    path("<int:pk>/score/", risk.score, name="score"),
    path("<int:pk>/score/<int:score_pk>/recalculation/", risk.recalculation_file, name="recalculation"),
    path("<int:pk>/score/change/", risk.score_change, name="score-change"),
    path("<int:pk>/words/", changing.words, name="risk-words"),
    path("<int:pk>/owners/", changing.owners, name="risk-owners"),
    path("<int:pk>/readers/", changing.readers, name="risk-readers"),
    path("<int:pk>/levels/<str:stage>/", changing.levels, name="risk-levels"),
    path("<int:pk>/rating/", ratings.rating, name="rating"),
    path("<int:pk>/rating/giving/", ratings.giving, name="rating-giving"),
    path("<int:pk>/rating/asking/", ratings.asking, name="rating-asking"),
    path("<int:pk>/rating/agreement/", ratings.agreement, name="rating-agreement"),
    path("<int:pk>/rating/move/", ratings.move, name="rating-move"),
    path("<int:pk>/rating/taking/", ratings.taking, name="rating-taking"),
    path("<int:pk>/rating/keeping/", ratings.keeping, name="rating-keeping"),
    path("<int:pk>/rating/arbitration/", ratings.arbitration, name="rating-arbitration"),
    path("<int:pk>/rating/talk/", ratings.talk, name="rating-talk"),
    path("<int:pk>/closing/", changing.closing, name="risk-closing"),
    path("<int:pk>/assets/", changing.link, name="risk-assets"),
    path("<int:pk>/assets/<int:asset_pk>/removal/", changing.unlink, name="risk-asset-removal"),
]
