"""What a server's processes have used of the processor, and what the machine is."""

import os
import statistics
import time
from pathlib import Path

TICK = os.sysconf("SC_CLK_TCK")


def _stat(process):
    """proc(5): the fields after the name, which is in brackets and may hold anything."""
    try:
        return Path("/proc", process, "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def used(root):
    """Seconds of the processor, user and system, of a process and all that came from
    it: those that live, and through their parents those that have ended."""
    stats = {}
    for process in filter(str.isdigit, os.listdir("/proc")):
        if (stat := _stat(process)) is not None:
            stats[int(process)] = stat
    if root not in stats:
        raise SystemExit(f"the server's process {root} has ended")
    tree, ticks = [root], 0
    for process in tree:
        tree.extend(child for child, stat in stats.items() if int(stat[1]) == process)
        # utime, stime, and those of the children that were waited for.
        ticks += sum(map(int, stats[process][11:15]))
    return ticks / TICK


def machine(folder):
    """The machine, and what its disk takes for a write of 4 KiB that is synced."""
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    took = []
    probe = Path(folder, "probe")
    with probe.open("wb", buffering=0) as file:
        for _ in range(50):
            begun = time.perf_counter()
            file.write(b"Z" * 4_096)
            os.fdatasync(file.fileno())
            took.append(time.perf_counter() - begun)
    probe.unlink()
    return {
        "cores": len(os.sched_getaffinity(0)),
        "processor": model,
        "synced_write_ms": statistics.median(took) * 1_000,
        "load": os.getloadavg()[0],
    }
