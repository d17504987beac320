"""A post office of the tests: real SMTP on a real port."""

import email
import socketserver
import threading
from contextlib import contextmanager

PATIENCE = 60  # seconds before a step counts as stuck


class Letterbox(socketserver.StreamRequestHandler):
    """As much of SMTP as Python's client needs; what was taken in is acknowledged only while `server.answers` is set."""

    def handle(self):
        self.say("220 ready")
        while line := self.rfile.readline():
            word = line.split()[0].upper() if line.split() else b""
            if word == b"DATA":
                self.say("354 go on")
                self.take_in()
            elif word == b"QUIT":
                self.say("221 bye")
                return
            else:
                self.say("250 well")

    def take_in(self):
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        self.server.letters.append(email.message_from_bytes(b"".join(lines)))
        if self.server.answers.wait(PATIENCE):
            self.say("250 taken")

    def say(self, text):
        try:
            self.wfile.write(f"{text}\r\n".encode())
        except OSError:  # the one who asked is dead
            return


@contextmanager
def post_office(port=0):
    """On `port`, or on any free one; `letters` holds what was taken in."""

    class Office(socketserver.ThreadingTCPServer):
        allow_reuse_address = daemon_threads = True

    with Office(("127.0.0.1", port), Letterbox) as office:
        office.letters, office.answers = [], threading.Event()
        threading.Thread(target=office.serve_forever, daemon=True).start()
        yield office
        office.answers.set()
        office.shutdown()
