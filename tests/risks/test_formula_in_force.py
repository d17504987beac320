"""Which formula a number means: here, and in a portal that began with an earlier release."""

import json
from dataclasses import replace
from decimal import Decimal
from importlib import import_module

from django.db import connection

from portal.record.models import AuditEntry
from risks import formula_in_force, formula_versions, formulas, proof, recalculation, recompute, stale
from risks.models import Score
from tests.conftest import OWNER, acting_as
from tests.factories.portal import make_company, make_person
from tests.factories.risks import make_levels, make_risk, sign


def refresh(risk):
    stale.mark_risks([risk.pk], "test")
    while recompute.refresh_batch():
        pass


def as_it_was(owner_work):
    """Do this in the test's own database by its owner, the guard of used versions off."""
    with acting_as(OWNER), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE risks_formulaversion DISABLE TRIGGER USER")
        owner_work(cursor)
        cursor.execute("ALTER TABLE risks_formulaversion ENABLE TRIGGER USER")


def test_a_portal_with_risks_keeps_its_formula_and_takes_the_rule_over_by_a_version_of_its_own(own_db):
    def migrated(cursor):
        cursor.execute("DELETE FROM risks_formulaversion WHERE number = 4")
        import_module("risks.migrations.0018_old_evidence_within_effect").bring_in(None, connection.schema_editor())

    as_it_was(migrated)
    assert formula_in_force.now() == formulas.VERSION_4  # empty: it came again

    company = make_company()
    cio, ciso = (make_person(office, company=company) for office in ("CIO", "CISO"))
    risk = make_risk(unit=company.northfield)
    as_it_was(migrated)
    assert formula_in_force.now() == formulas.VERSION_3
    make_levels(risk)
    refresh(risk)

    drafted = formula_versions.draft({}, "No score falls when a control goes.", actor=cio)
    own = replace(formulas.VERSION_3, version=4, old_evidence_within_effect=True)
    assert (drafted.number, formulas.from_json(drafted.parameters)) == (4, own)
    drafted = formula_versions.change(drafted, {"base_points": "3.5"}, "Levels weigh more.", actor=cio, version=None)
    sign(formula_versions.propose(drafted, actor=cio), cio, ciso)
    refresh(risk)

    # the number that means another formula elsewhere means theirs here
    own = replace(own, base_points=Decimal("3.5"))
    assert formula_in_force.now() == formula_in_force.by_number(4) == own != formulas.VERSION_4
    newest = Score.objects.filter(risk=risk, state="CURRENT").latest("pk")
    file = recalculation.file_of(newest, cio)
    assert (newest.value, proof.verify(file)[0]) == (56, True)
    assert AuditEntry.objects.filter(params__CURRENT__proof=proof.content_hash(json.loads(file))).exists()
