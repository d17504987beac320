"""The way in for the first person, the six steps, and the settings they become."""

from django.urls import path

from governance.setup.views import begin, demo, organisation, people, scales, settings

app_name = "setup"
urlpatterns = [
    path("begin/<str:token>/", begin.begin, name="begin"),
    path("settings/", settings.settings, name="settings"),
    path("settings/recovery-codes/", begin.codes, name="codes"),
    path("settings/organisation/", organisation.organisation, name="organisation"),
    path("settings/units/", organisation.units, name="units"),
    path("settings/leaders/", organisation.leaders, name="leaders"),
    path("settings/levels/", scales.levels, name="levels"),
    path("settings/appetite/", scales.appetite_points, name="appetite"),
    path("settings/people/", people.people, name="people"),
    path("settings/demo/", demo.demo, name="demo"),
    path("settings/finish/", settings.finish, name="finish"),
]
