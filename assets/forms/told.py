"""A rule's complaint, shown beside the fields it is about."""

from django import forms

from portal.errors import Invalid


def tell(form: forms.Form, error: Invalid) -> None:
    """Put the sentences of `error` where they belong; what no field of `form` is about stands above them all."""
    told = False
    for name, sentences in error.fields.items():
        if name in form.fields:
            told = True
            for sentence in sentences:
                form.add_error(name, str(sentence))
    if not told:
        form.add_error(None, str(error))
