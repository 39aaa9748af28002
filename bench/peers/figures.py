"""Figures: the least, the median and the most of some runs, and how they are shown."""

import statistics


class Figure:
    """One thing that was measured, in each run."""

    def __init__(self, name, unit, values):
        self.name, self.unit = name, unit
        if isinstance(values, dict):
            # From `tillkey bench --json`.
            self.least, self.median, self.most = (values[k] for k in ("min", "median", "max"))
            self.runs = values["runs"]
        else:
            self.least, self.most = min(values), max(values)
            self.median, self.runs = statistics.median(values), len(values)

    def over(self, other, name):
        """The ratio of this to that: of the medians, and the furthest that runs allow."""
        return Ratio(name, self, other)

    def line(self):
        shown = "".join(f"{number(v):>12}" for v in (self.least, self.median, self.most))
        return f"  {self.name:<56}{self.unit:>6}{shown}"

    def json(self):
        return {
            "name": self.name,
            "unit": self.unit,
            "min": self.least,
            "median": self.median,
            "max": self.most,
            "runs": self.runs,
        }


class Ratio(Figure):
    """How many times one figure is another. The two were not measured in pairs."""

    def __init__(self, name, one, other):
        self.name, self.unit, self.runs = name, "×", None
        self.least = one.least / other.most
        self.median = one.median / other.median
        self.most = one.most / other.least


def table(title, figures):
    """The figures of one kind, one a line."""
    head = f"{title:<64}{'min':>12}{'median':>12}{'max':>12}"
    return "\n".join([head, *(figure.line() for figure in figures)])


def number(value):
    """Three digits or more, in groups: a fourth is noise."""
    size = abs(value)
    if size >= 100:
        return f"{value:,.0f}"
    return f"{value:.1f}" if size >= 10 else f"{value:.2f}" if size >= 1 else f"{value:.3f}"
