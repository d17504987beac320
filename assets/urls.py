"""The addresses of this app."""

from django.urls import path

from assets.views import care, components, dependencies, discovery, exploited, inventory, reach, suppliers, zones

app_name = "assets"
urlpatterns = [
    path("inventory/", inventory.assets, name="inventory"),
    path("inventory/new/", inventory.registration, name="registration"),
    path("inventory/<int:pk>/", inventory.asset, name="asset"),
    path("inventory/<int:pk>/owner/", care.owner, name="owner"),
    path("care/", care.care, name="care"),
    path("inventory/<int:pk>/edit/", inventory.change, name="change"),
    path("inventory/<int:pk>/archiving/", inventory.archiving, name="archiving"),
    path("inventory/<int:pk>/restoring/", inventory.restoring, name="restoring"),
    path("inventory/<int:pk>/dependencies/", dependencies.recording, name="dependencies"),
    path("dependencies/<int:pk>/removal/", dependencies.removal, name="dependency-removal"),
    path("inventory/<int:pk>/components/", components.listed, name="components"),
    path("inventory/<int:pk>/reach/", reach.asset, name="reach"),
    path("inventory/<int:pk>/overrides/", reach.override, name="overrides"),
    path("zones/", zones.listed, name="zones"),
    path("zones/<int:pk>/", zones.zone, name="zone"),
    path("zones/<int:pk>/archiving/", zones.archiving, name="zone-archiving"),
    path("zones/<int:pk>/permits/", zones.permit, name="permits"),
    path("permits/<int:pk>/withdrawal/", zones.permit_withdrawal, name="permit-withdrawal"),
    path("conduits/", zones.conduit, name="conduits"),
    path("conduits/<int:pk>/end/", zones.conduit_end, name="conduit-end"),
    path("suppliers/", suppliers.listed, name="suppliers"),
    path("suppliers/<int:pk>/", suppliers.supplier, name="supplier"),
    path("suppliers/<int:pk>/archiving/", suppliers.archiving, name="supplier-archiving"),
    path("overrides/<int:pk>/end/", reach.override_end, name="override-end"),
    path("inventory/<int:pk>/exploited/", exploited.asset, name="exploited-asset"),
    path("inventory/<int:pk>/exploited/settlement/", exploited.settlement, name="exploited-settlement"),
    path("inventory/<int:pk>/exploited/finding/", exploited.finding, name="exploited-finding"),
    path("exploited/", exploited.overview, name="exploited"),
    path("exploited/list/", exploited.intake, name="exploited-list"),
    path("exploited/rules/", exploited.rule, name="exploited-rules"),
    path("exploited/rules/<int:pk>/end/", exploited.rule_end, name="exploited-rule-end"),
    path("exploited/matches/<int:pk>/mending/", exploited.mending, name="exploited-mending"),
    path("discovery/", discovery.runs, name="discovery"),
    path("discovery/sources/", discovery.source_order, name="source-orders"),
    path("discovery/sources/<int:pk>/end/", discovery.source_order_end, name="source-order-end"),
    path("discovery/proposals/<int:pk>/split/", discovery.split, name="split"),
    path("discovery/<int:pk>/", discovery.run, name="run"),
    path("discovery/<int:pk>/release/", discovery.release, name="release"),
    path("discovery/<int:pk>/acceptance/", discovery.acceptance, name="acceptance"),
    path("discovery/<int:pk>/dismissal/", discovery.dismissal, name="dismissal"),
]
