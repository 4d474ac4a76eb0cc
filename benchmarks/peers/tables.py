"""Markdown tables of what was measured."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from statistics import fmean

from benchmarks.peers.phase import Figures
from benchmarks.peers.systems import OURS, PEERS, UNSAFE, System

Runs = dict[tuple[float, System], list[Figures]]
"""By latency in seconds and system."""

Measure = Callable[[Figures], float]


def served_per_s(run: Figures) -> float:
    """As the server sees it, from the first arrival to the last answer."""
    return run.requests / run.served_s


def finished_per_s(run: Figures) -> float:
    """By the client's clock, from the start to everything stored."""
    return run.requests / run.wall_s


def cpu_per_1000(run: Figures) -> float:
    return run.cpu_s / run.requests * 1000


def peak_mb(run: Figures) -> float:
    return run.peak_mb


def figures_table(
    latencies_s: Sequence[float],
    systems: Sequence[System],
    runs: Runs,
    errors: Mapping[System, str],
) -> Iterator[str]:
    """Lowest to highest of each figure, or why there is none."""
    yield "| latency | system | requests/s | by wall time | CPU s per 1,000 | peak memory |"
    yield "|---:|---|---:|---:|---:|---:|"
    for latency_s in latencies_s:
        for system in systems:
            start = f"| {latency_s * 1000:.0f} ms | {system.name}"
            if system in errors:
                yield f"{start}: did not run, {errors[system].replace('|', '/')} | | | | |"
                continue
            of = runs[latency_s, system]
            yield (
                f"{start} | {_spread(of, served_per_s)} | {_spread(of, finished_per_s)} "
                f"| {_spread(of, cpu_per_1000, 2)} | {_spread(of, peak_mb)} MB |"
            )


def _spread(runs: Sequence[Figures], measure: Measure, digits: int = 0) -> str:
    low, high = (f"{end(map(measure, runs)):,.{digits}f}" for end in (min, max))
    return low if low == high else f"{low}–{high}"


def ratios_table(latencies_s: Sequence[float], runs: Runs) -> Iterator[str]:
    """Ours over the best durable peer, figure by figure, and over the peer that keeps nothing.

    Means over means; in brackets our worst run over their best.
    """
    yield "| latency | over | requests/s | by wall time | CPU s per 1,000 |"
    yield "|---:|---|---:|---:|---:|"
    durable = [peer for peer in PEERS if peer.durable]
    for latency_s in latencies_s:
        ours = runs[latency_s, OURS]
        for name, peers in (("the best durable peer", durable), (UNSAFE.name, [UNSAFE])):
            theirs = [found for peer in peers if (found := runs.get((latency_s, peer)))]
            if theirs:
                rates = [_ratio(ours, theirs, rate, max) for rate in (served_per_s, finished_per_s)]
                cpu = _ratio(ours, theirs, cpu_per_1000, min)
                yield f"| {latency_s * 1000:.0f} ms | {name} | {' | '.join(rates)} | {cpu} |"


def _ratio(
    ours: Sequence[Figures],
    theirs: Sequence[Sequence[Figures]],
    measure: Measure,
    best: Callable[[Iterable[float]], float],
) -> str:
    worst: Callable[[Iterable[float]], float] = min if best is max else max
    usual = fmean(map(measure, ours)) / best(fmean(map(measure, peer)) for peer in theirs)
    least = worst(map(measure, ours)) / best(measure(run) for peer in theirs for run in peer)
    return f"{usual:.2f}× ({least:.2f}×)"
