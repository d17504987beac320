"""Django's admin: accounts can be mended, everything else of this room is only looked at; nothing of the field is shown."""

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.errors import Refused
from portal.people import accounts, leaving
from portal.people.models import Appointment, RoleAssignment, ServiceToken, Unit, User
from portal.record import audit

MAY = "people.use_admin"


class OnlyLooked(admin.ModelAdmin):
    """Rows as they are; what changes them is a verb."""

    actions: Any = None

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(MAY)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MAY)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(User)
class Accounts(OnlyLooked):
    """Name, unit, line, zone and language; closing and opening go through their verbs. Never a password, never a role."""

    actions = ["close", "reopen"]
    fields = ["email", "name", "unit", "reports_to", "time_zone", "language", "is_service", "is_active", "last_login"]
    readonly_fields = ["email", "is_service", "is_active", "last_login"]
    list_display = ["name", "email", "unit", "is_service", "is_active"]
    search_fields = ["name", "email"]
    list_select_related = ["unit"]
    ordering = ["name"]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.has_perm(MAY)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        audit.record(request.user, "user.changed", obj, {"fields": sorted(form.changed_data)})

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:
        """The audit entry says it; the admin's own log would hold names."""

    @admin.action(description=_("Close the accounts"), permissions=["change"])
    def close(self, request: HttpRequest, queryset: Any) -> None:
        for user in queryset:
            try:
                leaving.close(user, actor=request.user)
            except Refused as refusal:
                self.message_user(request, f"{user}: {refusal}", messages.ERROR)

    @admin.action(description=_("Open the accounts again"), permissions=["change"])
    def reopen(self, request: HttpRequest, queryset: Any) -> None:
        for user in queryset:
            accounts.reopen(user, actor=request.user)


@admin.register(ServiceToken)
class Tokens(OnlyLooked):
    exclude = ["digest"]
    list_display = ["name", "prefix", "user", "expires_at", "last_used_at", "revoked_at"]
    list_select_related = ["user"]


admin.site.register([Appointment, RoleAssignment, Unit], OnlyLooked)
admin.site.enable_nav_sidebar = False
