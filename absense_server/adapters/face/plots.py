"""The distances of an evaluation as one picture."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from numpy.typing import NDArray

from absense_server.domain.face_accuracy import Comparisons

# Told apart by every kind of colour vision (M. Okabe and K. Ito, "Color Universal Design", 2008); lines and hatching
# differ as well.
_BLUE, _VERMILION = "#0072B2", "#D55E00"
_BINS = 60
_THRESHOLDS = 2000
"""Points of the lower curves: steps of a width that can be seen."""


def plot_distances(comparisons: Comparisons, threshold: float, title: str, file: Path) -> None:
    """Write a PNG of 1,500 x 1,200 pixels: the distances of both kinds, and FMR and FNMR over the threshold.

    A kind without comparisons is left out. Raises OSError where the file cannot be written.
    """
    mated, non_mated = _numbers(comparisons.mated), _numbers(comparisons.non_mated)
    # Not pyplot, which keeps every figure in a table of its own and may look for a screen.
    figure = Figure(figsize=(10, 8), layout="constrained")
    upper, lower = figure.subplots(2, sharex=True)
    figure.suptitle(title, fontsize=15)
    right = max(threshold, *(float(kind[-1]) for kind in (mated, non_mated) if kind.size), 0.5) * 1.05
    _draw_histograms(upper, mated, non_mated, right)
    _draw_rates(lower, mated, non_mated, right)
    for axes in (upper, lower):
        axes.axvline(threshold, color="black", linestyle=(0, (1, 1.5)), linewidth=2, label=f"threshold {threshold:.4g}")
        # Above the axes, where it hides nothing.
        axes.legend(fontsize=11, ncols=3, loc="lower left", bbox_to_anchor=(0, 1), frameon=False)
        axes.grid(alpha=0.3)
        axes.tick_params(labelsize=11)
        axes.yaxis.set_major_formatter(_percent)
    upper.tick_params(labelbottom=True)
    lower.set_xlim(0, right)
    figure.savefig(file, format="png", dpi=150)


def _draw_histograms(axes: Axes, mated: NDArray[np.float32], non_mated: NDArray[np.float32], right: float) -> None:
    """In shares of each kind's comparisons: there are far more of different people than of one."""
    bins = np.linspace(0, right, _BINS + 1)
    for distances, name, color, hatch in (
        (mated, "mated", _BLUE, "///"),
        (non_mated, "non-mated", _VERMILION, "\\\\\\"),
    ):
        if distances.size:
            share = np.histogram(distances, bins)[0] / distances.size
            outline = axes.stairs(share, bins, fill=True, label=f"{name}: {_count(distances)}", linewidth=1.5)
            outline.set(facecolor=(color, 0.3), edgecolor=color, hatch=hatch)
    axes.set_ylabel("share of the comparisons", fontsize=12)
    axes.set_xlabel("cosine distance", fontsize=12)


def _draw_rates(axes: Axes, mated: NDArray[np.float32], non_mated: NDArray[np.float32], right: float) -> None:
    """On a logarithmic scale: the false match rates that matter are small."""
    thresholds = np.linspace(0, right, _THRESHOLDS)
    if mated.size:
        errors = mated.size - np.searchsorted(mated, thresholds, "right")
        axes.step(
            thresholds,
            errors / mated.size,
            where="post",
            color=_BLUE,
            linewidth=2,
            label="false non-match rate (FNMR)",
        )
    if non_mated.size:
        errors = np.searchsorted(non_mated, thresholds, "right")
        rate = errors / non_mated.size
        axes.step(
            thresholds,
            rate,
            where="post",
            color=_VERMILION,
            linewidth=2,
            linestyle="--",
            label="false match rate (FMR)",
        )
    axes.set_yscale("log", nonpositive="clip")
    axes.yaxis.set_minor_formatter(NullFormatter())
    # Down to half an error, and far enough for two labels.
    axes.set_ylim(min(0.05, 0.5 / max(mated.size, non_mated.size, 1)), 1.5)
    axes.set_ylabel("error rate", fontsize=12)
    axes.set_xlabel("threshold (largest cosine distance taken for one person's)", fontsize=12)


def _percent(share: float, _: int | None) -> str:
    return f"{np.format_float_positional(100 * share, precision=8, trim='-')} %"


def _numbers(ascending: Sequence[float]) -> NDArray[np.float32]:
    return np.asarray(ascending, np.float32)


def _count(distances: NDArray[np.float32]) -> str:
    return f"{distances.size:,} comparison{'s' if distances.size != 1 else ''}"
