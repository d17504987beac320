import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from portal.people import openings
from tests.factories.portal import make_user


def test_the_link_is_printed_and_kept_where_only_its_owner_reads_it(db, tmp_path):
    file, out = tmp_path / "first-sign-in.txt", StringIO()

    call_command("first_sign_in", file=file, stdout=out)

    link = file.read_text().strip()
    assert out.getvalue().splitlines()[-1] == link
    assert file.stat().st_mode & 0o777 == 0o600
    assert openings.by_token(re.search(r"/begin/([^/]+)/$", link)[1])


def test_where_somebody_lives_there_is_no_link_and_an_old_file_goes(db, tmp_path):
    make_user()
    file = tmp_path / "first-sign-in.txt"
    file.write_text("http://old")

    with pytest.raises(CommandError):
        call_command("first_sign_in", file=file)

    assert not file.exists()
