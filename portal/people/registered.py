"""Which kinds this room adds to the registry."""

from django.utils.translation import gettext_lazy as _

from portal import subjects


def _no_page(_subject) -> str:
    """Neither has a page of its own yet."""
    return ""


subjects.register(
    subjects.Subject(
        kind="user",
        model="people.User",
        word=_("person"),
        plural=_("people"),
        resource="users",
        url=_no_page,
        label=lambda user: user.name,
        related=("unit",),
    )
)
subjects.register(
    subjects.Subject(
        kind="unit",
        model="people.Unit",
        word=_("unit"),
        plural=_("units"),
        resource="units",
        url=_no_page,
        label=lambda unit: unit.name,
        unit=lambda unit: unit,
    )
)
subjects.register(
    subjects.Subject(
        kind="organisation",
        model="people.Organisation",
        word=_("organisation"),
        plural=_("organisations"),
        resource="organisation",
        url=_no_page,
        label=lambda organisation: organisation.name,
        unit=lambda _organisation: None,
    )
)
