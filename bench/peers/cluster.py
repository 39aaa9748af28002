"""A PostgreSQL server of one's own, as delivered (it syncs), on a socket in a folder."""

import os
import pwd
import re
import shutil
import subprocess
import time
from pathlib import Path


def programs():
    """Where Debian puts them, the newest first; elsewhere they are on the path."""
    folders = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    found = sorted(folders, key=lambda path: int(path.parts[-3]))
    path = found[-1] if found else shutil.which("postgres")
    if path is None:
        raise SystemExit("PostgreSQL's server is not installed")
    return Path(path).parent


class Cluster:
    """Runs until it is left."""

    def __init__(self, folder):
        self.folder = Path(folder, "postgres")
        self.programs = programs()
        self.user = {}
        if os.getuid() == 0:
            # It refuses to run as root: as the user that its package made, then.
            user = pwd.getpwnam("postgres")
            self.user = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}

    def __enter__(self):
        self.folder.mkdir(mode=0o700)
        if self.user:
            os.chown(self.folder, self.user["user"], self.user["group"])
        data = self.folder / "data"
        self._do("initdb", "--pgdata", data, "--username=peer", "--auth=trust", "--no-sync")
        self.log = Path(self.folder, "log").open("wb")
        self.process = subprocess.Popen(
            [self.programs / "postgres", "-D", data, "-k", self.folder]
            + ["-c", "listen_addresses="],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
            cwd=self.folder,
            start_new_session=True,
            **self.user,
        )
        try:
            self._wait()
            self._do("createdb", "-h", self.folder, "-U", "peer", "peer")
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        # SIGINT: at once and in order.
        self.process.send_signal(2)
        try:
            self.process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def version(self):
        """As it says itself, without what the distribution adds."""
        said = subprocess.check_output([self.programs / "postgres", "--version"], text=True)
        return re.search(r"[\d.]+", said)[0]

    def _wait(self):
        ready = [self.programs / "pg_isready", "-q", "-h", self.folder]
        for _ in range(300):
            if subprocess.run(ready, check=False).returncode == 0:
                return
            if self.process.poll() is not None:
                break
            time.sleep(0.1)
        raise SystemExit(f"PostgreSQL does not start:\n{Path(self.log.name).read_text()}")

    def _do(self, program, *words):
        done = subprocess.run(
            [self.programs / program, *words],
            capture_output=True,
            text=True,
            cwd=self.folder,
            check=False,
            **self.user,
        )
        if done.returncode != 0:
            raise SystemExit(f"{program} failed:\n{done.stderr}")
