import email

from django.core.mail import EmailMessage, get_connection


def test_each_message_of_one_connection_is_a_file_of_its_own(tmp_path):
    post = get_connection("portal.attention.mailbox.EmailBackend", file_path=str(tmp_path / "mail"))

    for number in range(3):
        EmailMessage(f"Number {number}", "…", "a@verrow.example", ["b@verrow.example"], connection=post).send()

    files = sorted((tmp_path / "mail").iterdir())
    subjects = {email.message_from_bytes(path.read_bytes())["Subject"] for path in files}
    assert len(files) == 3
    assert subjects == {"Number 0", "Number 1", "Number 2"}
