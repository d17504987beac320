"""Why a review is not answered.

Refused
├── NotYours         only its owner and the named people answer
├── AlreadyAnswered  it is closed
└── RateAnew         "Nothing changed" was said twice running
Stale
└── MovedMeanwhile   it was moved or changed while it was on the screen
Invalid
└── UnknownOutcome, WordsMissing
"""

from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid, Refused, Stale


class NotYours(Refused):
    code = "not-yours"

    def __init__(self, review):
        super().__init__(
            _("%(owner)s answers this review. Ask them, or have the owner changed first.") % {"owner": review.owner},
            owner=review.owner_id,
        )


class AlreadyAnswered(Refused):
    code = "already-answered"
    sentence = _("This review is closed already. Open its subject to see what was said.")


class RateAnew(Refused):
    code = "rate-anew"
    sentence = _("“Nothing changed” was the answer twice running. Rate it anew now, then answer with “Changed”.")


class MovedMeanwhile(Stale):
    sentence = _("This review was changed while you had it open. Look at it as it stands now, then answer.")


class UnknownOutcome(Invalid):
    def __init__(self, outcome):
        sentence = _("Answer with UNCHANGED, CHANGED or CLOSED.")
        super().__init__(sentence, fields={"outcome": [sentence]}, outcome=str(outcome)[:40])


class WordsMissing(Invalid):
    def __init__(self):
        sentence = _("Say in a sentence what changed, or why it is closed.")
        super().__init__(sentence, fields={"note": [sentence]})
