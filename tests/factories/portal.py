"""People and units with believable defaults."""

from itertools import count
from types import SimpleNamespace

from allauth.mfa.models import Authenticator

from portal import clock
from portal.people import roles
from portal.people.models import Appointment, Organisation, RoleAssignment, Unit, User

_serial = count(1)
SEATS = set(Appointment.Seat.values)


def make_unit(name: str, *, parent: Unit | None = None, kind: str = Unit.Kind.SITE) -> Unit:
    unit = Unit.objects.create(name=name, kind=kind, parent=parent, path=f"draft-{next(_serial)}")
    unit.path = f"{parent.path if parent else '/'}{unit.pk}/"
    unit.save(update_fields=["path"])
    return unit


def make_company() -> SimpleNamespace:
    """`.root`, `.northfield`, `.eastmere`, `.finance`, `.organisation`."""
    organisation, _ = Organisation.objects.get_or_create(
        pk=1,
        defaults={
            "name": "Verrow Manufacturing",
            "currency": "EUR",
            "time_zone": "Europe/Berlin",
            "created_at": clock.now(),
            "set_up_at": clock.now(),
        },
    )
    root = make_unit("Verrow Manufacturing", kind=Unit.Kind.COMPANY)
    return SimpleNamespace(
        organisation=organisation,
        root=root,
        northfield=make_unit("Northfield", parent=root),
        eastmere=make_unit("Eastmere", parent=root),
        finance=make_unit("Finance", parent=root, kind=Unit.Kind.DEPARTMENT),
    )


def make_user(name: str = "", **fields) -> User:
    number = next(_serial)
    fields.setdefault("email", f"person-{number}@verrow.example")
    return User.objects.create_user(name=name or f"Person {number}", **fields)


def make_person(name: str, /, *, company: SimpleNamespace, unit: Unit | None = None, has_factor: bool = True, **fields) -> User:
    """Someone in the role or seat `name`; roles are given for `unit`, the root by default. Where the role asks for a second
    factor they have one, unless told otherwise."""
    user = make_user(**{"unit": unit or company.root, "is_service": name == "INTEGRATION"} | fields)
    if name in SEATS:
        Appointment.objects.create(seat=name, holder=user)
    else:
        RoleAssignment.objects.create(user=user, role=name, unit=unit or company.root)
    if has_factor and name in roles.NEED_FACTOR:
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
    return user


def freshen(client, user: User, *, seconds_ago: float = 0) -> None:
    """Let the session of `client` hold a second factor that `user` gave so long ago."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "mfa", "at": clock.now().timestamp() - seconds_ago, "type": "totp"}]
    session["account_authentication_methods_user"] = str(user.pk)
    session.save()
