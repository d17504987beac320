"""The pages of the archive in a browser: accessible in both themes, whole on a phone."""

import pytest
from django.test import Client

from portal.archive import holds, redactions, retention
from portal.record import audit, sealing
from portal.record.models import DayHead
from tests import browser as chromium
from tests.factories import portal as make
from tests.factories.portal import freshen
from tests.factories.risks import make_risk
from tests.house.world import BACKEND
from tests.portal.archive.test_retention import attempt

pytestmark = pytest.mark.axe


def furnished():
    """A leader, and one of everything that the archive shows."""
    company = make.make_company()
    cio, ciso = make.make_person("CIO", company=company), make.make_person("CISO", company=company)
    risk = make_risk(unit=company.northfield, grounds="Ola Brandt clicked on it", it_owner=cio)
    audit.record(cio, "risk.noted", risk, text="Ola Brandt said so on the phone")
    sealing.seal_all()
    DayHead.objects.create(day="2026-11-24", seq=1, hash="3f" * 32)
    done = redactions.propose("risk", risk.pk, actor=cio, fields=["grounds"], reason="A name that need not be there")
    redactions.carry_out(done, actor=ciso)
    redactions.propose("risk", risk.pk, actor=ciso, fields=["title"], reason="Names a shift leader")
    client = Client()
    client.force_login(cio, backend=BACKEND)
    freshen(client, cio)
    attempt(91)
    retention.dispose(actor=None)
    attempt(100)
    holds.place("Claim of Brandt", actor=cio, reason="Letter of their lawyer", kinds=["sign-ins"], about=[("user", ciso.pk)])
    return client, risk


def test_every_page_of_the_archive_keeps_to_the_look(own_live_server):
    client, risk = furnished()
    pages = [f"/archive/{name}/" for name in ("retention", "holds", "holds/new", "redactions", "personal")]
    pages += [f"/archive/heads/?hash={'b' * 64}", f"/archive/redactions/risk/{risk.pk}/", f"/archive/history/risk/{risk.pk}/"]
    complaints = []

    with chromium.launched() as browser:
        context = browser.new_context(viewport=chromium.DESK, reduced_motion="reduce")
        context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": own_live_server.url}])
        page = context.new_page()
        for address in pages:
            page.goto(own_live_server.url + address)
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                complaints += [(address, one) for one in chromium.violations(page)]
            page.set_viewport_size(chromium.PHONE)
            complaints += [(address, f"{width} px too wide") for width in [chromium.overflow(page)] if width]
            page.set_viewport_size(chromium.DESK)

    assert complaints == []
