"""A person or a service account."""

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from portal import clock
from portal.people.models.organisation import check_zone
from portal.people.reach import Grants, VisibleQuerySet, grants


class UserManager(BaseUserManager.from_queryset(VisibleQuerySet)):
    def get_by_natural_key(self, email):
        return self.get(email__iexact=email)

    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser):
    """Someone who signs in by e-mail (a person) or by token (`is_service`). What they may do comes from roles and appointments."""

    email = models.EmailField(max_length=254)
    name = models.CharField(max_length=120)
    unit = models.ForeignKey("people.Unit", on_delete=models.PROTECT, null=True, blank=True, related_name="members")
    reports_to = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reports")
    time_zone = models.CharField(max_length=64, validators=[check_zone], blank=True)  # empty: the organisation's
    language = models.CharField(max_length=10, default="en")
    single_keys = models.BooleanField(default=True)  # keys without Ctrl do something (WCAG 2.1.4)
    is_service = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=clock.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message=_("There is an account with this e-mail."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visibility(cls, seen: Grants) -> models.Q:
        """Names are known to everybody who has a role: owners are chosen among them."""
        return models.Q() if seen.names else models.Q(pk__in=())

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    # Django's admin and templates ask these; access has the one answer.
    @property
    def is_staff(self) -> bool:
        return self.has_perm("people.use_admin")

    is_superuser = False

    def has_perm(self, permission: str, obj=None) -> bool:
        return self.is_active and permission in grants(self).permissions

    def has_perms(self, permissions, obj=None) -> bool:
        return all(self.has_perm(permission) for permission in permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and any(name.startswith(f"{app_label}.") for name in grants(self).permissions)
