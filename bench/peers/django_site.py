"""The Django site: installed, its database made, and served by gunicorn."""

import json
import os
import secrets
import socket
import subprocess
import sys
import time
from pathlib import Path

import visits

HERE = Path(__file__).resolve().parent
PROJECT = HERE / "django"


class Installed:
    """A virtual environment with what requirements.txt names, in a folder."""

    def __init__(self, folder):
        self.folder = Path(folder)
        self.programs = self.folder / "venv" / "bin"
        self._do([sys.executable, "-m", "venv", self.folder / "venv"])
        quiet = ["--quiet", "--disable-pip-version-check", "--require-hashes"]
        self._do(
            [self.programs / "python", "-m", "pip", "install", *quiet]
            + ["-r", HERE / "requirements.txt"]
        )

    def versions(self):
        """Of what the figures depend on."""
        ask = (
            "import importlib.metadata as m, json, platform as p;"
            "print(json.dumps({n: m.version(n) for n in"
            " ('django', 'gunicorn', 'psycopg', 'argon2-cffi')}"
            " | {'python': p.python_version()}))"
        )
        return json.loads(self._do([self.programs / "python", "-c", ask]))

    def _do(self, words, **more):
        done = subprocess.run(words, capture_output=True, text=True, check=False, **more)
        if done.returncode != 0:
            name = Path(words[0]).name
            raise SystemExit(f"{name} failed:\n{done.stdout}{done.stderr}")
        return done.stdout


class Site(Installed):
    """The project's own programs, with the settings of one run."""

    def __init__(self, folder, cluster):
        super().__init__(folder)
        self.mail = self.folder / "mail"
        self.mail.mkdir()
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "settings",
            "PEER_DATABASE": str(cluster.folder),
            "PEER_MAIL": str(self.mail),
            "PEER_SECRET_KEY": secrets.token_urlsafe(50),
            "PEER_HASHER": "PBKDF2",
            # Nothing is left in the source's folders.
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self._python("-m", "django", "migrate", "--verbosity=0")

    def make_users(self, hasher, count, verifications):
        """Makes them anew; returns what one verification takes of the processor."""
        self.environment["PEER_HASHER"] = hasher
        return float(self._python("users.py", str(count), visits.PASSWORD, str(verifications)))

    def _python(self, *words):
        words = [self.programs / "python", *words]
        return self._do(words, env=self.environment, cwd=PROJECT)


class Gunicorn:
    """Serves the site until it is left."""

    def __init__(self, site, workers):
        self.site = site
        self.workers = workers

    def __enter__(self):
        with socket.create_server(("127.0.0.1", 0), backlog=256) as listener:
            # Its connections inherit it: gunicorn sends head and body apart.
            listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.port = listener.getsockname()[1]
            self.log = (self.site.folder / "gunicorn.log").open("wb")
            self.process = subprocess.Popen(
                [self.site.programs / "gunicorn", "wsgi:application"]
                + ["--bind", f"fd://{listener.fileno()}", "--workers", str(self.workers)]
                # One thread each, as the default, but connections are kept open.
                + ["--worker-class", "gthread", "--threads", "1", "--keep-alive", "60"]
                + ["--timeout", "120", "--no-control-socket"],
                pass_fds=[listener.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=self.log,
                stderr=self.log,
                cwd=PROJECT,
                env=self.site.environment,
                start_new_session=True,
            )
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, 9)
            self.process.wait()
        self.log.close()

    def _wait(self):
        """Until all workers have begun."""
        for _ in range(300):
            said = Path(self.log.name).read_text()
            if said.count("Booting worker") == self.workers:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"gunicorn does not start:\n{said}")
