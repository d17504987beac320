"""A file that somebody lays beside a subject."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.errors import Invalid


class FileForm(forms.Form):
    file = forms.FileField(
        label=_("Which file?"),
        allow_empty_file=True,  # the rule says what is wrong with an empty one
        help_text=_("Up to 25 MB. Whoever may open this may fetch it; it is never shown in the page."),
        error_messages={"required": _("Choose a file.")},
    )

    def __init__(self, *args: Any, **options: Any):
        super().__init__(*args, **{"auto_id": "attached_%s"} | options)

    def take(self, error: Invalid) -> None:
        for sentences in error.fields.values() or [[str(error)]]:
            for sentence in sentences:
                self.add_error("file", str(sentence))
