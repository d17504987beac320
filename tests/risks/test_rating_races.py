"""Who acts at the same moment as another, on real connections: one comes first, and nothing that was said is lost."""

import threading

from django.db import connection, transaction

from portal.errors import Stale
from risks import appetite, ratings, settling
from risks.errors import SavedMeanwhile
from risks.models import Appetite, Levels, RatingRound
from risks.rounds import Judgement
from tests.factories.portal import make_company, make_person
from tests.factories.risks import make_risk
from tests.risks.test_recompute_races import PATIENCE, wait_until_somebody_waits_for_a_lock


def said(likelihood):
    return Judgement(likelihood, {"operational": 2}, "Seen in May")


def at_once(first, second):
    """`second` begins while the transaction of `first` is open; what `second` raised."""
    raised = []

    def work():
        try:
            second()
        except Exception as error:
            raised.append(type(error))
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    with transaction.atomic():
        first()
        thread.start()
        wait_until_somebody_waits_for_a_lock()
    thread.join(PATIENCE)
    assert not thread.is_alive()
    return raised


def test_a_correction_and_an_objection_at_once(own_db):
    company = make_company()
    cio, ciso = (make_person(seat, company=company) for seat in ("CIO", "CISO"))
    told = []
    for objects_first in (False, True):
        risk = make_risk(unit=company.northfield)
        read = ratings.rate(risk, said(2), actor=cio).version
        correct = lambda risk=risk, read=read: settling.move(risk, said(3), actor=cio, version=read)  # noqa: E731
        object_ = lambda risk=risk: ratings.rate(risk, said(1), actor=ciso)  # noqa: E731
        raised = at_once(object_, correct) if objects_first else at_once(correct, object_)
        found = RatingRound.objects.get(risk=risk)
        levels = [(one.office, one.kind, one.likelihood_level) for one in found.ratings.order_by("pk")]
        counts = Levels.objects.get(risk=risk, stage="CURRENT").likelihood_level
        told.append((raised, found.state, levels, counts))

    first, other = ("IT", "FIRST", 2), ("SECURITY", "FIRST", 1)
    assert told == [
        ([], "DIFFERENT", [first, ("IT", "MOVED", 3), other], 3),  # the objection answers what was corrected
        ([SavedMeanwhile], "DIFFERENT", [first, other], 2),  # whoever corrects is told of the objection first
    ]


def test_two_who_say_the_first_appetite_of_a_kind_at_once(own_db):
    versions = {"IT": 0}
    say = lambda points: appetite.agree({"IT": points}, actor=None, versions=versions)  # noqa: E731

    raised = at_once(lambda: say((30, 40)), lambda: say((50, 60)))

    assert raised == [Stale]
    assert list(Appetite.objects.filter(category="IT").values_list("tolerance_points", flat=True)) == [40]
