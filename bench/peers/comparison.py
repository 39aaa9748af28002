"""What the runs say, beside each other."""

from figures import Figure, table

DJANGO = "Django, "
HASHERS = {"PBKDF2": "PBKDF2", "Argon2": "Argon2", "MD5": "no stretching"}
VISITS = {
    "sign_in": "sign-in",
    "sign_in_form": "sign-in, POST alone",
    "reset": "reset",
}


def of(measured, ours, document):
    """The figures for machines, and all of it for people."""
    per_core, by_clock, share, database = ({} for _ in range(4))
    for key, runs in measured.items():
        name = title(key)
        per_core[name] = Figure(name, "1/s", [rate_per_core(run) for run in runs])
        by_clock[name] = Figure(name, "1/s", [r["visits"] / r["seconds"] for r in runs])
        share[name] = Figure(name, "%", [100 * r["generator"] / all_used(r) for r in runs])
        database[name] = Figure(name, "%", [100 * r["postgres"] / server(r) for r in runs])
    if ours:
        per_core |= ours["per_core"]
        by_clock |= ours["by_clock"]
    found = {
        "per_core": list(per_core.values()),
        "by_clock": list(by_clock.values()),
        "ratios": ratios(per_core, measured),
        "generator": list(share.values()),
        "database": list(database.values()),
    }
    parts = [
        head(document),
        table("one core", found["per_core"]),
        table("by the clock", found["by_clock"]),
        extent("the load generator's share of what was used", found["generator"])
        + extent("PostgreSQL's share of what the servers used", found["database"]),
    ]
    if ours:
        parts.insert(3, table("Tillkey to Django, one core", found["ratios"]))
    figures = {key: [one.json() for one in part] for key, part in found.items()}
    return figures, "\n\n".join(part.rstrip() for part in parts)


def extent(what, figures):
    """From where to where the medians go, and of which."""
    least = min(figures, key=lambda figure: figure.median)
    most = max(figures, key=lambda figure: figure.median)
    return (
        f"{what}: {least.median:.1f} % ({least.name.removeprefix(DJANGO)}) "
        f"to {most.median:.1f} % ({most.name.removeprefix(DJANGO)})\n"
    )


def title(key):
    if key == "nothing":
        return DJANGO + "a view that does nothing"
    visit, hasher = key.split()
    return f"{DJANGO}{VISITS[visit]}, {HASHERS[hasher]}"


def server(run):
    return run["gunicorn"] + run["postgres"]


def all_used(run):
    return server(run) + run["generator"]


def rate_per_core(run):
    """Visits for each second of the processor that the servers used, the generator's
    left out."""
    return run["visits"] / server(run)


def ratios(per_core, measured):
    """A sign-on to a sign-in, a case to a reset. Where nothing is stretched, also to what
    is left without HTTP: computed, by taking off as many requests that do nothing."""
    found = []
    nothing = per_core[title("nothing")].median
    for key, runs in measured.items():
        part = "case" if key.startswith("reset") else "sign-on"
        ours = per_core.get(f"Tillkey, {part}")
        if key == "nothing" or ours is None:
            continue
        name = title(key)
        short = f"{part} to {name.removeprefix(DJANGO)}"
        found.append(ours.over(per_core[name], short))
        if key.endswith("MD5"):
            left = [server(run) - run["requests"] / nothing for run in runs]
            rest = [run["visits"] / seconds for run, seconds in zip(runs, left)]
            found.append(ours.over(Figure("", "", rest), f"{short}, no HTTP"))
    return found


def head(document):
    machine, versions = document["machine"], document["versions"]
    hashes = ", ".join(
        f"{hasher} {1_000 * seconds:.3g} ms"
        for hasher, seconds in document["hash_seconds"].items()
    )
    ours = document.get("tillkey")
    lines = [
        f"{machine['cores']} cores ({machine['processor']}), "
        f"{machine['synced_write_ms']:.2f} ms for a synced write, "
        f"load {machine['load']:.1f} before",
        f"Django {versions['django']}, gunicorn {versions['gunicorn']} "
        f"({document['workers']} workers), Python {versions['python']}, "
        f"PostgreSQL {versions['postgresql']}",
        f"Tillkey {ours['version']}, {ours['build']} build" if ours else "without Tillkey",
        f"one verification: {hashes}",
    ]
    if document["quick"]:
        lines.append("a smoke run: the figures mean nothing")
    return "\n".join(lines)
