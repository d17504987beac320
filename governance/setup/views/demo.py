"""Clear the demo and begin as ourselves: asked for here, done by a process with the owner's rights."""

from django.contrib.auth import logout
from django.db import transaction
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from governance.setup import clearing, tasks
from governance.setup.forms.demo import ClearingForm
from governance.setup.views.answers import PERMISSION
from portal.errors import Invalid
from portal.people import freshness, organisations
from portal.people.access import permitted
from portal.web.pages import answer


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@permitted(PERMISSION)
def demo(request):
    organisation = organisations.current()
    if organisation is None or not organisation.is_demo:
        raise clearing.NoDemo
    form = ClearingForm(request.POST or None, initial={"name": (freshness.kept(request) or {}).get("name", "")})
    if request.method == "POST" and form.is_valid():
        if not freshness.is_fresh(request):
            return freshness.ask(request, request.path)
        try:
            token = clearing.ask(form.cleaned_data["name"], actor=request.user)
            transaction.on_commit(tasks.clear_demo.delay, robust=True)
            logout(request)  # a session that is emptied under the asker's feet would break the page that waits
            return redirect("setup:begin", token=token)
        except Invalid as error:
            form.take(error)
    context = {"form": form, "organisation": organisation, "fresh": freshness.is_fresh(request)}
    return answer(request, "setup/demo.html", context, status=422 if form.errors else 200)
