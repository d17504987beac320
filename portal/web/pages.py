"""How a view answers: one template, whole or its partial for htmx; a refusal in one sentence."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from portal.errors import ConcordError


def answer(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, then: Any = None, status: int = 200
) -> HttpResponse:
    """`template` may name a partial ("…/detail.html#card"): htmx gets it, others the whole page; after a POST others are
    redirected to `then` (a URL name, path or model)."""
    whole, _, partial = template.partition("#")
    if request.htmx and not request.htmx.boosted and not request.htmx.history_restore_request and partial:
        response = render(request, template, context, status=status)
    elif then is not None:
        return redirect(then)
    else:
        response = render(request, whole, context, status=status)
    patch_vary_headers(response, ["HX-Request"])
    return response


def refusal(request: HttpRequest, error: ConcordError) -> HttpResponse:
    """The sentence of `error` with its status; htmx gets it into #messages."""
    context = {"sentence": str(error), "error": error}
    if request.htmx:
        response = render(request, "components/_refusal.html", context, status=error.status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML"
        return response
    return render(request, "errors/409.html", context, status=error.status)
