"""What this room adds to the registries."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import subjects

subjects.register(
    subjects.Subject(
        kind="identity-provider",
        model="sign_on.IdentityProvider",
        word=_("identity provider"),
        plural=_("identity providers"),
        resource="identity-providers",
        url=lambda one: reverse("sign_on:provider", args=[one.pk]),
        label=str,
        unit=lambda one: None,
        related=["unit"],
        is_spoken_of=False,
    )
)
subjects.register(
    subjects.Subject(
        kind="role-rule",
        model="sign_on.RoleRule",
        word=_("rule of a group"),
        plural=_("rules of groups"),
        resource="role-rules",
        url=lambda one: reverse("sign_on:providers"),
        label=str,
        unit=lambda one: one.unit_id,
        related=["unit"],
        is_spoken_of=False,
    )
)
subjects.register(
    subjects.Subject(
        kind="directory-group",
        model="sign_on.DirectoryGroup",
        word=_("group of the directory"),
        plural=_("groups of the directory"),
        resource="directory-groups",
        url=lambda one: reverse("sign_on:providers"),
        label=str,
        unit=lambda one: None,
        is_spoken_of=False,
    )
)
