"""How a saved form answers."""

from django.http import HttpResponse
from django.shortcuts import redirect

from portal.errors import Invalid, Stale


def gone_to(request, url):
    """On to `url`: a redirect for a plain form, a whole new page for htmx."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)


def saved(form, save, *beside):
    """(what `save()` gave, 200); (None, the status) where `form`, or one `beside` it, does not fit or came too late: what is
    wrong then stands on `form`."""
    fitting = [one.is_valid() for one in (form, *beside)]  # every one is asked, so that each says what is wrong with it
    if not all(fitting):
        return None, 422
    try:
        return save(), 200
    except Stale as error:
        form.keep_yours(error)
        return None, error.status
    except Invalid as error:
        form.take(error)
        return None, error.status


def version_told(request):
    """The version that a form was written for, 0 where it says none."""
    return number_told(request, "version")


def number_told(request, name):
    """The number that a form carries as `name`, 0 where it says none."""
    told = request.POST.get(name, "")
    return int(told) if told.isdecimal() and len(told) < 19 else 0
