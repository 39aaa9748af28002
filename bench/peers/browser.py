"""A browser as small as can be: one connection, cookies, forms.

It takes what gunicorn and Django answer and nothing else, because whatever the load
generator spends of the processor is not the server's.
"""

import re
import socket
from urllib.parse import urlencode

TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="(\w+)"')
COOKIE = re.compile(rb"\r\nset-cookie: (\w+)=([^;\r]*)", re.IGNORECASE)
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
LOCATION = re.compile(rb"\r\nlocation: ([^\r]*)", re.IGNORECASE)


class Unexpected(Exception):
    """The server answered something else than what is measured."""


class Browser:
    """Keeps its connection, also when it forgets who used it."""

    def __init__(self, port):
        self.host = f"127.0.0.1:{port}"
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.cookies = {}
        self.requests = 0

    def forget(self):
        """Somebody else sits down."""
        self.cookies = {}

    def open(self, path):
        """GET: the page's CSRF token, or where it sends one; None where there is neither."""
        status, head, body = self._ask("GET", path)
        if status == 302:
            return LOCATION.search(head)[1].decode()
        if status != 200:
            raise Unexpected(f"GET {path}: {status}")
        token = TOKEN.search(body)
        return token[1].decode() if token else None

    def send(self, path, token, **fields):
        """POST, which must send one elsewhere when it has worked: where to."""
        form = urlencode({"csrfmiddlewaretoken": token, **fields})
        status, head, _ = self._ask("POST", path, form.encode())
        if status != 302:
            raise Unexpected(f"POST {path}: {status}")
        return LOCATION.search(head)[1].decode()

    def _ask(self, method, path, form=None):
        lines = [f"{method} {path} HTTP/1.1", f"Host: {self.host}"]
        if self.cookies:
            pairs = (f"{name}={value}" for name, value in self.cookies.items())
            lines.append("Cookie: " + "; ".join(pairs))
        if form is not None:
            lines.append("Content-Type: application/x-www-form-urlencoded")
            lines.append(f"Content-Length: {len(form)}")
        head = "\r\n".join(lines) + "\r\n\r\n"
        self.socket.sendall(head.encode() + (form or b""))
        self.requests += 1
        return self._answer(f"{method} {path}")

    def _answer(self, question):
        read = b""
        while b"\r\n\r\n" not in read:
            read += self._some(question)
        head, _, body = read.partition(b"\r\n\r\n")
        length = LENGTH.search(head)
        if length is None:
            raise Unexpected(f"{question}: an answer without its length")
        while len(body) < int(length[1]):
            body += self._some(question)
        for name, value in COOKIE.findall(head):
            self.cookies[name.decode()] = value.decode()
        return int(head.split(b" ", 2)[1]), head, body

    def _some(self, question):
        read = self.socket.recv(65_536)
        if not read:
            raise Unexpected(f"{question}: the server hung up")
        return read
