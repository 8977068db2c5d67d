"""A benchmark's figures, and how they are told."""

import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing."""

    count: int
    median: float
    p95: float
    worst: float

    def __str__(self) -> str:
        return f"median {self.median:,.0f}, p95 {self.p95:,.0f}, worst {self.worst:,.0f} (n = {self.count})"


def spread(values: Sequence[float]) -> Spread | None:
    """Sum up; None without a value. Percentiles interpolate linearly (numpy's default)."""
    if not values:
        return None
    return Spread(len(values), float(np.median(values)), float(np.percentile(values, 95)), float(max(values)))


@dataclass(frozen=True)
class Row:
    """One line of the report."""

    what: str
    target: str
    measured: str
    met: bool | None
    """None: nothing to compare, or not measured."""


def against(what: str, values: Sequence[float], limits: Mapping[str, float], unit: str = "ms") -> Row:
    """Hold measurements against their targets.

    Args:
        what: What was measured.
        values: The measurements.
        limits: ``median`` or ``p95`` → the largest allowed.
        unit: Of values and limits.
    """
    target = ", ".join(f"{name} ≤ {limit:,.0f} {unit}" for name, limit in limits.items())
    summed = spread(values)
    if summed is None:
        return Row(what, target, "nothing measured", False)
    met = all(asdict(summed)[name] <= limit for name, limit in limits.items())
    return Row(what, target, f"{summed} {unit}", met)


def hardware() -> str:
    """The machine, in a line: processor, cores available to this process, system, Python."""
    return (
        f"{_processor()}, {len(os.sched_getaffinity(0)) if hasattr(os, 'sched_getaffinity') else os.cpu_count()} "
        f"cores, {platform.system()} {platform.machine()}, Python {platform.python_version()}"
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def as_text(rows: Sequence[Row]) -> str:
    """A table for people."""
    marks = {True: "met", False: "MISSED", None: ""}
    return "\n".join(f"{row.what}\n    {row.measured}\n    target {row.target}  {marks[row.met]}" for row in rows)
