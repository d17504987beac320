"""How a view answers: one template, whole or its partial for htmx; a refusal in one sentence."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers

from portal.errors import ConcordError
from portal.web import collisions

SECRETS = "/accounts/"  # forms there hold what no page repeats


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
    """The sentence of `error` with its status; htmx gets it into #messages. What was written can be sent again from there where
    somebody else was in the way."""
    context: dict[str, Any] = {"sentence": str(error), "error": error}
    if request.htmx:
        response = render(request, "components/_refusal.html", context, status=error.status)
        response["HX-Retarget"] = "#messages"
        response["HX-Reswap"] = "innerHTML"
        return response
    if isinstance(error, collisions.Busy) and not request.path.startswith(SECRETS) and not request.FILES:
        context |= {"again": request.get_full_path(), "written": _written(request)}
    return render(request, "errors/409.html", context, status=error.status)


def _written(request: HttpRequest) -> list[tuple[str, str]] | None:
    """What a form held, field by field; None where nothing was sent."""
    if request.method != "POST":
        return None
    return [(name, value) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken" for value in values]
