"""signing/: what is signed, by whom."""

from django.urls import path

from portal.signing.views import signatures

app_name = "signing"
urlpatterns = [
    path("signing/<slug:kind>/<int:pk>/", signatures.signed, name="signatures"),
    path("signing/<slug:kind>/<int:pk>/signature/", signatures.signature, name="signature"),
    path("signing/<slug:kind>/<int:pk>/refusal/", signatures.refusal, name="refusal"),
]
