"""How a saved form answers."""

from django.http import HttpResponse
from django.shortcuts import redirect


def gone_to(request, url):
    """On to `url`: a redirect for a plain form, a whole new page for htmx."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)
