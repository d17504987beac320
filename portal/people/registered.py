"""Which kinds this app adds to the registry."""

from django.utils.translation import gettext_lazy as _

from portal import subjects

subjects.register(
    subjects.Subject(
        kind="unit",
        model="people.Unit",
        word=_("unit"),
        plural=_("units"),
        resource="units",
        url=lambda unit: "",
        label=str,
        unit=lambda unit: unit,
    )
)
subjects.register(
    subjects.Subject(
        kind="user",
        model="people.User",
        word=_("person"),
        plural=_("people"),
        resource="users",
        url=lambda user: "",
        label=str,
        related=["unit"],
    )
)
