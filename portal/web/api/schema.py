"""How the API describes itself: OpenAPI 3.1, with what every address has in common written once."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import is_list_serializer
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.permissions import SAFE_METHODS

from portal.web.api import scopes
from portal.web.problems import CONTENT_TYPE, KINDS

ACTIONS = {
    "list": _("List"),
    "retrieve": _("Read one"),
    "create": _("Register one"),
    "update": _("Change one"),
    "partial_update": _("Change some fields of one"),
    "bulk": _("Register or change up to 500"),
}
CHANGES = ("PUT", "PATCH")
SUBJECT_ID = {"type": "string", "pattern": r"^([0-9]{1,18}|[A-Z]{1,3}-[0-9]{1,9})$"}
FLAG = {"type": "string", "enum": ["0", "1"]}


class Problem(serializers.Serializer):
    """What went wrong, by RFC 9457."""

    type = serializers.CharField(help_text="Where this kind of problem is explained.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="One sentence for a person, which says what to do next.")
    code = serializers.CharField(help_text="For programs.")
    fields = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), help_text='Sentences by field, as in "levels.0.area".'
    )


class Bearer(OpenApiAuthenticationExtension):
    target_class = "portal.people.tokens.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "A token made by manage.py issue_token, with its scopes."}

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        resource = getattr(auto_schema.view, "resource", "")
        return {self.name: [scopes.needed_for(resource, auto_schema.method)] if resource else []}


class Session(OpenApiAuthenticationExtension):
    target_class = "rest_framework.authentication.SessionAuthentication"
    name = "session"
    priority = 1

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {
            "type": "apiKey",
            "in": "cookie",
            "name": "sessionid",
            "description": "A person signed in by browser; writes need CSRF.",
        }


class LinkedField(OpenApiSerializerFieldExtension):
    target_class = "portal.web.api.fields.Linked"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        if direction == "response":
            return {"type": "integer"}
        return {"oneOf": [{"type": "integer"}, {"type": "string", "pattern": SUBJECT_ID["pattern"]}]}


class ResourceSchema(AutoSchema):
    """Grouped by resource; with the headers, parameters and problems that come with the classes of this package."""

    def get_tags(self) -> list[str]:
        return [getattr(self.view, "resource", "") or "portal"]

    @property
    def action(self) -> str:
        """What a resource of rows is asked to do; "" for an address that stands alone."""
        return (getattr(self.view, "action", "") or "") if hasattr(self.view, "kind") else ""

    def _is_list_view(self, serializer: Any = None) -> bool:
        return self.action == "list" or is_list_serializer(serializer)

    def get_summary(self) -> str | None:
        action = self.action
        if action == "by_external_id":
            told = _("Register or change by external id") if self.method == "PUT" else _("Read one by external id")
            return str(told)
        if action in ACTIONS:
            return str(ACTIONS[action])
        return super().get_summary() or action.replace("_", " ").capitalize() or str(_("Read"))

    def get_operation_id(self) -> str:
        action = self.action
        top = self.path in (f"/api/v1/{self.view.resource}/", f"/api/v1/{self.view.resource}/{{id}}/")
        if top and action in {"list", "retrieve", "create", "update", "partial_update"}:
            return f"{self.view.resource}_{action}".replace("-", "_")
        return super().get_operation_id()

    def get_override_parameters(self) -> list[Any]:
        view, action = self.view, self.action
        here = []
        if "{id}" in self.path:
            here.append(OpenApiParameter("id", SUBJECT_ID, "path", description="The id, or the number people say."))
        if action in ("list", "retrieve"):
            names = ", ".join(self._get_serializer().fields)
            here.append(OpenApiParameter("fields", str, description=f"Only these, parted by commas; the id stays. Of: {names}."))
        if action == "list" and view.kind:
            told = "Rows changed since, in sealed order; {id, gone: true} for what is no longer there."
            here.append(OpenApiParameter("updated_since", {"type": "string", "format": "date-time"}, description=told))
        if self.method not in SAFE_METHODS:
            if view.offers_dry_run:
                here.append(OpenApiParameter("dry_run", FLAG, description="1: tell what would be, and undo it."))
            here.append(self._header("Idempotency-Key", "A repeat with the same key within 48 hours is answered, not done again."))
            if self.method in CHANGES and "{id}" in self.path:
                here.append(self._header("If-Match", "The ETag that was read.", required=True))
            elif "{id}" in self.path or action == "by_external_id":
                here.append(self._header("If-Match", "The ETag that was read; checked where it is sent."))
        return here

    def _header(self, name: str, description: str, required: bool = False) -> OpenApiParameter:
        return OpenApiParameter(name, str, "header", required=required, description=description)

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        responses = super()._get_response_bodies(direction)
        action = self.action
        if action == "by_external_id" and self.method == "PUT":
            responses["201"] = {**responses["200"], "description": "It is new."}
        for status, response in responses.items():
            response["description"] = response.get("description") or "As asked."
            if "{id}" in self.path or action in ("create", "by_external_id"):
                response.setdefault("headers", {})["ETag"] = _told("The version, for If-Match.")
            if status == "201":
                response.setdefault("headers", {})["Location"] = _told("The address of the new row.")
            response.setdefault("headers", {})["RateLimit"] = _told("Requests left (r) and seconds until there are more (t).")
        for status in self._statuses():
            responses.setdefault(str(status), self._problem(status))
        return responses

    def _statuses(self) -> list[int]:
        """Which problems this address can answer with."""
        action = self.action
        statuses = [401, 403, 422, 429, *getattr(self.view, "also_answers", ())]
        if "{" in self.path or action != "list":
            statuses.append(404)
        if self.method not in SAFE_METHODS:
            statuses += [400, 404, 409, 415]
            if "{id}" in self.path or action == "by_external_id":
                statuses.append(412)
            if self.method in CHANGES and "{id}" in self.path:
                statuses.append(428)
        return sorted(set(statuses))

    def _problem(self, status: int) -> dict[str, Any]:
        component = self.resolve_serializer(Problem, "response")
        answer: dict[str, Any] = {"description": str(KINDS[status][1]), "content": {CONTENT_TYPE: {"schema": component.ref}}}
        if status == 429:
            answer["headers"] = {"Retry-After": _told("Seconds to wait.")}
        if status == 401:
            answer["headers"] = {"WWW-Authenticate": _told("How to sign in.")}
        return answer


def _told(description: str) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "description": description}
