"""The forms that change a risk. A late save gets both values back; what was written is never lost."""

from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assets.models import Asset
from portal.people.access import permitted
from portal.web.pages import answer
from risks import register
from risks.errors import RiskClosed
from risks.forms.risk import AssetForm, ClosingForm, LevelsForm, OwnersForm, ReadersForm, WordsForm, initial_levels
from risks.models import Levels, Risk
from risks.views import answers
from risks.views.answers import gone_to
from risks.views.risk import visible_risk

HEADLINES = {
    WordsForm: lambda: (_("Say it better"), _("Keep these words")),
    OwnersForm: lambda: (_("Who answers for it"), _("Name these owners")),
    ReadersForm: lambda: (_("Who may read it"), _("Let these people read it")),
}


def _changing(form_class):
    """A form over the fields of one risk."""

    @require_http_methods(["GET", "HEAD", "POST"])
    @permitted("risks.change_risk")
    def view(request, pk):
        risk = _open_risk(request, pk)
        headline, verb = HEADLINES[form_class]()
        if request.method != "POST":
            names = [name for name in form_class.base_fields if name != "version"]
            values = {name: getattr(risk, name) for name in names if name != "named_people"}
            if "named_people" in names:
                values["named_people"] = list(risk.named_people.all())
            form = form_class(initial=values | {"version": risk.version})
            return _shown(request, risk, form, headline, verb)
        form = form_class(request.POST)
        return _saved(request, risk, form, headline, verb, lambda said: register.change(risk, actor=request.user, **said))

    view.__doc__ = form_class.__name__
    return view


words, owners, readers = _changing(WordsForm), _changing(OwnersForm), _changing(ReadersForm)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.change_risk")
def levels(request, pk, stage):
    """How likely and how bad, in one stage."""
    risk = _open_risk(request, pk)
    if stage not in Levels.Stage.values:
        raise Http404
    headline = _("Levels, %(stage)s") % {"stage": str(Levels.Stage(stage).label).lower()}
    verb = _("Set these levels")
    if request.method != "POST":
        row = risk.levels.filter(stage=stage).first()
        return _shown(request, risk, LevelsForm(stage=stage, initial=initial_levels(row)), headline, verb)
    form = LevelsForm(request.POST, stage=stage)

    def save(said):
        register.set_levels(
            risk,
            stage,
            actor=request.user,
            version=said["version"],
            likelihood_level=said["likelihood_level"],
            levels=form.levels,
            reason=said["reason"],
        )

    return _saved(request, risk, form, headline, verb, save)


@require_http_methods(["GET", "HEAD", "POST"])
@permitted("risks.close_risk")
def closing(request, pk):
    """Close a risk, for a reason."""
    risk = _open_risk(request, pk)
    headline, verb = _("Close it for a reason"), _("Close this risk")
    if request.method != "POST":
        return _shown(request, risk, ClosingForm(), headline, verb)
    form = ClosingForm(request.POST)
    return _saved(request, risk, form, headline, verb, lambda said: register.close(risk, actor=request.user, **said))


@require_POST
@permitted("risks.change_risk")
def link(request, pk):
    """Link one more asset."""
    risk = _open_risk(request, pk)
    form = AssetForm(request.POST, user=request.user)
    headline, verb = _("Link an asset"), _("Link this asset")
    return _saved(request, risk, form, headline, verb, lambda said: register.link_asset(risk, said["asset"], actor=request.user))


@require_POST
@permitted("risks.change_risk")
def unlink(request, pk, asset_pk):
    """This risk would not befall this asset after all."""
    risk = _open_risk(request, pk)
    asset = get_object_or_404(Asset.objects.visible_to(request.user), pk=asset_pk)
    register.unlink_asset(risk, asset, actor=request.user)
    return redirect("risks:risk", risk.pk)


def _open_risk(request, pk):
    risk = visible_risk(request, pk)
    if risk.state != Risk.State.OPEN:
        raise RiskClosed(risk)
    return risk


def _shown(request, risk, form, headline, verb, status=200):
    context = {"risk": risk, "form": form, "headline": headline, "verb": verb}
    return answer(request, "risks/change.html#form", context, status=status)


def _saved(request, risk, form, headline, verb, save):
    """Save and go back to the risk; what does not fit, or came too late, stays on the form."""
    _kept, status = answers.saved(form, lambda: save(form.cleaned_data))
    if status != 200:
        return _shown(request, risk, form, headline, verb, status=status)
    return gone_to(request, reverse("risks:risk", args=[risk.pk]))
