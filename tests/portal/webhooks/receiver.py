"""A receiver as another house would write it: standard library, and the package of Standard Webhooks."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from standardwebhooks import Webhook, WebhookVerificationError


@dataclass
class Receiver:
    """`answers` are the statuses it gives, the last one again and again; what it took is in `messages` by id."""

    secret: str = ""
    answers: list[int] = field(default_factory=lambda: [204])
    messages: list[tuple[str, dict]] = field(default_factory=list)
    refused: int = 0
    url: str = ""
    came: threading.Event = field(default_factory=threading.Event)  # a message is here
    may_answer: threading.Event = field(default_factory=threading.Event)


@contextmanager
def listening() -> Iterator[Receiver]:
    found = Receiver()
    found.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status = found.answers.pop(0) if len(found.answers) > 1 else found.answers[0]
            try:
                told = Webhook(found.secret).verify(body, dict(self.headers))
                found.messages.append((self.headers["webhook-id"], told))
            except WebhookVerificationError:
                found.refused += 1
                status = 401
            found.came.set()
            found.may_answer.wait(60)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"{found.url}/elsewhere")
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/hook"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
