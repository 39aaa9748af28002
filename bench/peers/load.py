"""The load generator: some processes with one connection each, as fast as they are
answered."""

import multiprocessing
import signal
import time

import visits
from browser import Browser

# More than gunicorn has workers, so that none waits for work.
CLIENTS = 8


class Load:
    """The processes, made once."""

    def __init__(self):
        self.pool = multiprocessing.get_context("fork").Pool(CLIENTS, initializer=plain)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.pool.terminate()
        self.pool.join()

    def run(self, visit, users, seconds, port, mail):
        """Makes visits for so long, and ends those that have begun.

        Returns how many, how many requests they had, how long all of it took by the
        clock, and what the generator used of the processor.
        """
        parts = [
            (visit, users[part::CLIENTS], seconds, port, mail) for part in range(CLIENTS)
        ]
        parts = self.pool.starmap_async(client, parts, chunksize=1).get(timeout=120)
        return {
            "visits": sum(part["visits"] for part in parts),
            "requests": sum(part["requests"] for part in parts),
            "seconds": max(part["end"] for part in parts)
            - min(part["begin"] for part in parts),
            "generator": sum(part["processor"] for part in parts),
        }


def plain():
    """They end when they are told to, and leave an interruption to who made them."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)


def client(visit, users, seconds, port, mail):
    """One process: visit after visit, each by the next user."""
    make = getattr(visits, visit)
    begin, used = time.monotonic(), time.process_time()
    browser = Browser(port)
    done = 0
    while time.monotonic() < begin + seconds:
        make(browser, users[done % len(users)], mail)
        done += 1
    browser.socket.close()
    return {
        "visits": done,
        "requests": browser.requests,
        "begin": begin,
        "end": time.monotonic(),
        "processor": time.process_time() - used,
    }
