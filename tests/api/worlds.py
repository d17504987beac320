"""A small organisation in which every resource has rows, and callers of several roles."""

from types import SimpleNamespace
from typing import Any

from django.contrib.sessions.backends.cached_db import SessionStore

from assets.discovery import reading
from assets.models import DiscoveryRun, Proposal
from governance.compliance import mappings
from portal import subjects
from portal.people import tokens
from portal.people.models import User
from portal.record import sealing
from portal.web.api.router import resources
from risks import register
from tests.factories import assets as make_of_assets
from tests.factories import portal as make
from tests.factories.compliance import make_framework
from tests.factories.risks import make_control

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
CSRF = "a" * 32
EXTERNAL = ({"source": "cmdb", "external_id": "assets-1"}, {}, {})
ROLES = ("CIO", "CISO", "ANALYST", "ENGINEER", "COLLEAGUE", "AUDITOR", "ADMIN", "INTEGRATION")


def build() -> SimpleNamespace:
    """`.company`, `.people` by role, `.callers` by name: the headers and cookies a request of theirs carries."""
    company = make.make_company()
    people = {role: make.make_person(role, company=company) for role in ROLES}
    people["ENGINEER AT NORTHFIELD"] = make.make_person("ENGINEER", company=company, unit=company.northfield)
    analyst = people["ANALYST"]
    plc, hmi, historian = (make_of_assets.make_asset(unit=company.northfield, actor=analyst, **named) for named in EXTERNAL)
    make_of_assets.make_dependency(historian, plc, actor=analyst)
    for asset in (plc, hmi):
        risk = register.log(
            actor=analyst,
            title=f"Ransomware reaches {asset.name}",
            category="OT",
            unit=company.northfield,
            assets=[asset],
            likelihood_level=4,
            impact={"operational": 4},
            it_owner=people["ENGINEER"],
            **({"source": "cmdb", "external_id": "risks-1"} if asset is plc else {}),
        )
    register.log(actor=people["CIO"], title="Confidential", category="LEGAL", unit=company.northfield, is_confidential=True)
    make_of_assets.make_run(unit=company.northfield, actor=people["ENGINEER"])
    reading.read_waiting()
    rules = make_framework(actor=analyst)
    control = make_control(unit=company.northfield, actor=analyst)
    mappings.add(control, rules.requirements.assessable().first(), "SUBSET", actor=analyst)
    sealing.seal_all()
    scopes = [f"{prefix.split('/')[0]}:write" for prefix, _viewset, _name in resources.registry]
    _token, secret = tokens.issue(people["INTEGRATION"], "Everything", scopes, actor=people["ADMIN"])
    callers = {role: in_session(person) for role, person in people.items()}
    callers["token"] = {"headers": {"Authorization": f"Bearer {secret}"}}
    return SimpleNamespace(company=company, people=people, risk=risk, plc=plc, hmi=hmi, callers=callers)


def in_session(person: User) -> dict[str, dict[str, str]]:
    session = SessionStore()
    session["_auth_user_id"], session["_auth_user_backend"] = str(person.pk), BACKEND
    session["_auth_user_hash"] = person.get_session_auth_hash()
    session.create()
    return {"cookies": {"sessionid": session.session_key, "csrftoken": CSRF}, "headers": {"X-CSRFToken": CSRF}}


def ids(world: SimpleNamespace) -> dict[str, int]:
    """By noun or field a row that is there."""
    kinds = subjects.all_kinds().values()
    of_kind = {kind.resource: kind.model_class._default_manager.order_by("pk").first() for kind in kinds}
    known = {noun: row.pk for noun, row in of_kind.items() if row is not None}
    plc, risk, unit = world.plc.pk, world.risk.pk, world.company.northfield.pk
    people = dict.fromkeys(("owner", "it_owner", "security_owner"), world.people["ENGINEER"].pk)
    known["discovery-runs"] = DiscoveryRun.objects.order_by("pk").first().pk
    known["proposals"] = Proposal.objects.order_by("pk").first().pk
    return known | people | {"unit": unit, "asset": plc, "risk": risk, "dependent": plc, "supporting": world.hmi.pk}


def point_to_known(case: Any, known: dict[str, int]) -> None:
    """Let a random request speak of rows that are there: in its path, in its body, and with any version."""
    noun = case.path.removeprefix("/api/v1/").split("/")[0]
    if case.path_parameters and "id" in case.path_parameters and noun in known:
        case.path_parameters["id"] = str(known[noun])
    if case.path_parameters and "run" in case.path_parameters:
        case.path_parameters |= {"run": str(known["discovery-runs"]), "id": str(known["proposals"])}
    if case.path_parameters and "external_id" in case.path_parameters:
        case.path_parameters |= {"source": "cmdb", "external_id": f"{noun}-1"}
    for name in case.query.keys() & known.keys():
        case.query[name] = str(known[name])
    if isinstance(case.body, dict):
        for name in ("mac_address", "fqdn", "accountable"):  # these have rules of their own; others are to be tried as well
            case.body.pop(name, None)
        for name in case.body.keys() & known.keys():
            case.body[name] = known[name]
    if case.method in ("PUT", "PATCH"):
        case.headers["If-Match"] = "*"
