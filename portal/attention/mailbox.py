"""Mail in development: each message is a file of its own, complete as soon as it can be seen."""

from pathlib import Path
from uuid import uuid4

from django.core.mail.backends.filebased import EmailBackend as FolderOfFiles

from portal import clock


class EmailBackend(FolderOfFiles):
    """Django's own backend writes all messages of a connection into one file."""

    def send_messages(self, email_messages) -> int:
        folder = Path(self.file_path)
        for message in email_messages:
            name = f"{clock.now():%Y%m%d-%H%M%S}-{uuid4().hex[:12]}.eml"
            draft = folder / f".{name}"
            draft.write_bytes(message.message().as_bytes())
            draft.replace(folder / name)
        return len(email_messages)
