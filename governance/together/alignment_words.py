"""The eight terms of alignment in words: what each is called and what it counts."""

from django.utils.translation import gettext_lazy as _

WORDS = {
    "answered_in_time": (
        _("Answered within the agreed days"),
        _("Of what was asked of either office: both had answered within five working days."),
    ),
    "settled_by_the_two": (
        _("Settled by the two"),
        _("Of the differences that were settled: by the two, not by the arbiter."),
    ),
    "gates_first_time": (
        _("Gates passed first time, and answered in time"),
        _(
            "Of the gates that were passed: nothing was found not met, nothing waived for IT, nothing let go by security, which"
            " answered in time. An edition of criteria that asks less counts as one that did not go well."
        ),
    ),
    "security_before_design": (
        _("Security joined before design"),
        _("Of the initiatives that reached design: security had joined before, or was asked and silent for five working days."),
    ),
    "areas_without_fault": (
        _("Areas without a fault"),
        _("Of the charter's areas: one office answers, and no open risk of theirs stands on the other side."),
    ),
    "goals_on_track": (_("Shared goals on track"), _("Of the goals both signed: met or on track by their readings.")),
    "board_answered_jointly": (
        _("Questions of the board answered jointly"),
        _("Of the board's questions that were answered, or are late: by one answer of both, within five working days."),
    ),
    "exceptions_on_plan": (
        _("Exceptions on plan"),
        _("Of the exceptions that had begun: within their days, or fixed by their last day."),
    ),
}
