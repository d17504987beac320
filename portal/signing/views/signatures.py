"""One thing and its signatures: read it, sign it, refuse it."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from portal import subjects
from portal.errors import Invalid
from portal.people import freshness
from portal.people.access import permitted
from portal.signing import panels, registry, signatures
from portal.signing.errors import MovedSinceRead
from portal.signing.forms.signature import RefusalForm, SigningForm
from portal.web.pages import answer


def _own_address(kind, pk):
    return reverse("signing:signatures", args=[kind, pk])


@require_safe
@permitted("signing.view_signature")
def signed(request, kind, pk):
    """Who signed this, who is asked, and all that a signature covers."""
    kept = freshness.kept(request)
    return _shown(request, _subject(request, kind, pk), RefusalForm(kept) if kept and "reason" in kept else None)


@require_POST
@permitted(signatures.SIGN)
@freshness.second_factor(back=_own_address)
def signature(request, kind, pk):
    """Sign it for one's office."""
    subject = _subject(request, kind, pk)
    form = SigningForm(request.POST)
    if not form.is_valid():
        raise MovedSinceRead
    given = {"actor": request.user, "factor_at": freshness.given_at(request)}
    signatures.sign(subject, digest=form.cleaned_data["digest"], **given)
    return redirect(_own_address(kind, pk))


@require_POST
@permitted(signatures.SIGN)
@freshness.second_factor(back=_own_address)
def refusal(request, kind, pk):
    """Refuse it for one's office, for a reason."""
    subject = _subject(request, kind, pk)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _shown(request, subject, form, status=422)
    given = {"actor": request.user, "factor_at": freshness.given_at(request)}
    try:
        signatures.say_no(subject, **form.cleaned_data, **given)
    except Invalid as error:
        form.add_error("reason", str(error))
        return _shown(request, subject, form, status=error.status)
    return redirect(_own_address(kind, pk))


def _subject(request, kind, pk):
    """Any kind that is signed, as far as the reader may see it."""
    registry.of_kind(kind)
    return get_object_or_404(subjects.of_kind(kind).visible_to(request.user), pk=pk)


def _shown(request, subject, form=None, status=200):
    panel = panels.read(subject, request.user)
    if panel is None:
        raise Http404
    signable = registry.of_kind(panel.kind)
    context = {
        "elsewhere": signable.answered_at(subject) if signable.check_no and signable.answered_at else "",
        "subject": subject,
        "url": subjects.of_kind(panel.kind).url(subject),
        "word": subjects.of_kind(panel.kind).word,
        "panel": panel,
        "covered": panels.whole(subject),
        "form": form or RefusalForm(initial={"digest": panel.standing.digest}, auto_id="refuse-%s"),
        "signing": SigningForm(initial={"digest": panel.standing.digest}, auto_id="sign-%s"),
        "is_fresh": freshness.is_fresh(request),
    }
    return answer(request, "signing/signatures.html", context, status=status)
