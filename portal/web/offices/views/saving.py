"""How a form of this room is answered: what the rule refuses by field stands at the field."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from portal.errors import Invalid
from portal.web.pages import answer


def saved(
    request: HttpRequest, form: forms.Form, save: Callable[[dict[str, Any]], Any], template: str, context: dict[str, Any], then: Any
) -> HttpResponse:
    """Call `save(said)` with what the form holds and go to `then` (or what it returned, where `then` is None); else the page
    again with what is wrong, and with what was written."""
    if form.is_valid():
        try:
            made = save(form.cleaned_data)
        except Invalid as error:
            for name, sentences in error.fields.items():
                for sentence in sentences:
                    form.add_error(name if name in form.fields else None, sentence)
        else:
            return redirect(made if then is None else then)
    return answer(request, template, context | {"form": form}, status=422)
