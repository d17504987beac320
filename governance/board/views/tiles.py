"""A tile of Today, to be taken along."""

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_safe

from governance.board import tiles
from governance.board.output import tile_files
from portal.people.access import permitted

TYPES = {
    "png": ("image/png", tile_files.png),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", tile_files.xlsx),
}


@require_safe
@permitted("board.view_dashboard")
def tile(request, key, form):
    """As a picture or as a sheet."""
    if form not in TYPES:
        raise Http404
    content_type, write = TYPES[form]
    found = tiles.of(request.user, key, request.GET.get("unit", ""))
    name = f"{key}-{found.at:%Y-%m-%d}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(write(found), content_type=content_type, headers=headers)
