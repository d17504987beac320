"""The shared dashboard stands at the front door; packs stand in governance."""

from django.urls import path

from governance.board.views import pack_blocks, pack_files, packs, questions, tiles, today

app_name = "board"
HERE = "governance/board-packs"
urlpatterns = [
    path("", today.today, name="today"),
    path("tiles/<slug:key>.<slug:form>", tiles.tile, name="tile"),
    path(f"{HERE}/", packs.listed, name="packs"),
    path(f"{HERE}/verify/", pack_files.verify, name="pack-verify"),
    path(f"{HERE}/questions/<int:pk>/", questions.question, name="question"),
    path(f"{HERE}/<int:pk>/", packs.pack, name="pack"),
    path(f"{HERE}/<int:pk>/files/<str:name>/", pack_files.file, name="pack-file"),
    path(f"{HERE}/<int:pk>/paper/", packs.paper, name="pack-paper"),
    path(f"{HERE}/<int:pk>/blocks/", packs.blocks, name="pack-blocks"),
    path(f"{HERE}/<int:pk>/numbers/", packs.numbers, name="pack-numbers"),
    path(f"{HERE}/<int:pk>/freezing/", packs.freezing, name="pack-freezing"),
    path(f"{HERE}/<int:pk>/thawing/", packs.thawing, name="pack-thawing"),
    path(f"{HERE}/<int:pk>/withdrawal/", packs.withdrawal, name="pack-withdrawal"),
    path(f"{HERE}/blocks/<int:pk>/words/", pack_blocks.words, name="pack-block-words"),
    path(f"{HERE}/blocks/<int:pk>/questions/", questions.asking, name="pack-block-questions"),
    path(f"{HERE}/blocks/<int:pk>/removal/", pack_blocks.removal, name="pack-block-removal"),
    path(f"{HERE}/blocks/<int:pk>/dispute/", pack_blocks.dispute, name="pack-block-dispute"),
]
