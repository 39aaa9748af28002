"""Tillkey's side: what `tillkey bench` says of sign-ons and cases."""

import json
import os
import subprocess
from pathlib import Path

from figures import Figure

ROOT = Path(__file__).resolve().parents[2]

# What it calls them, and what they are called beside the others.
FIGURES = [
    ("sign_on", "sign-ons, one core", "per_core", "Tillkey, sign-on"),
    ("case", "cases, one core", "per_core", "Tillkey, case"),
    ("sign_on", "Argon2id verifications, one core", "per_core", "Argon2id alone, 19 MiB"),
    ("sign_on", "sign-ons, by the clock", "by_clock", "Tillkey, sign-on"),
    ("case", "cases", "by_clock", "Tillkey, case"),
]


def program():
    """The release build: `TILLKEY`, or where Cargo leaves it; None where there is none."""
    if named := os.environ.get("TILLKEY"):
        if not Path(named).is_file():
            raise SystemExit(f"TILLKEY={named}: there is no such file")
        return Path(named).resolve()
    target = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))
    found = target / "release" / "tillkey"
    return found.resolve() if found.is_file() else None


def measure(program, folder, quick):
    """Its figures by kind and name, and what it says of the machine."""
    words = [program, "bench", "sign_on", "case", "--json", "--data", folder]
    words += ["--quick"] if quick else []
    done = subprocess.run(words, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"tillkey bench failed: {done.stdout}")
    said = json.loads(done.stdout)
    found = {"per_core": {}, "by_clock": {}}
    for part, theirs, kind, ours in FIGURES:
        values = next(one for one in said["figures"][part] if one["name"] == theirs)
        # A smoke run may be too short for the processor's clock.
        if values["median"]:
            found[kind][ours] = Figure(ours, "1/s", values)
    version = subprocess.check_output([program, "--version"], text=True).split()[-1]
    return found, {"version": version, "build": said["machine"]["build"], "said": said}
