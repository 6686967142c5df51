"""What a lesson says of its updates besides the optimiser: schedule, clipping, penalties."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from sheetnet.network.clipping import CLIPPINGS, Clipping
from sheetnet.network.fields import Training
from sheetnet.network.hyper import HyperParameter, chosen
from sheetnet.network.names import resolve
from sheetnet.network.net import Net
from sheetnet.network.optimisers import OPTIMISERS
from sheetnet.network.penalties import PENALTIES, Penalised
from sheetnet.network.schedules import SCHEDULES, Schedule


@dataclass(frozen=True)
class Declares:
    """What declares hyper-parameters that are keys of [training]."""

    hyper: tuple[HyperParameter, ...]


class Asked(NamedTuple):
    """What the keys of [training] ask for, in the order of the fields of `Net`."""

    schedule: Schedule
    clipping: Clipping | None
    penalties: tuple[Penalised, ...]


def of_training() -> list[Any]:
    """Everything whose hyper-parameters are keys of [training]."""
    clipping = [each.hyper for each in CLIPPINGS.values()]
    penalties = [each.hyper for each in PENALTIES.values()]
    return [*OPTIMISERS.values(), *SCHEDULES.values(), Declares((*clipping, *penalties))]


def asked(training: Training) -> Asked:
    """The schedule, the clipping and the penalties. Raises `ValueError` with field and remedy."""
    given = training.model_extra or {}
    schedule = resolve(training.schedule, SCHEDULES, "training.schedule", "schedule")
    clippings = [each for name, each in CLIPPINGS.items() if name in given]
    if len(clippings) > 1:
        names = " and ".join(f"training.{each.hyper.name}" for each in clippings)
        raise ValueError(f"{names}: gradients are clipped in one way: take one of them out")
    penalties = [each for name, each in PENALTIES.items() if name in given]
    strengths = _values([each.hyper for each in penalties], given, "a penalty")
    return Asked(
        schedule,
        clippings[0] if clippings else None,
        tuple(Penalised(each, strengths[each.hyper.name]) for each in penalties),
    )


def hyper_of(net: Net, training: Training) -> dict[str, Any]:
    """The hyper-parameters of an update; a key of what the lesson does not have names it."""
    given = dict(training.model_extra or {})
    clipping = [net.clipping.hyper] if net.clipping else []
    own = [*net.optimiser.hyper, *net.schedule.hyper, *clipping]
    known = {parameter.name for parameter in own} | set(PENALTIES)
    declared: tuple[tuple[str, Mapping[str, Any], str], ...] = (
        ("optimiser", OPTIMISERS, net.optimiser.name),
        ("schedule", SCHEDULES, net.schedule.name),
    )
    for kind, others, has in declared:
        for name, other in others.items():
            for parameter in other.hyper:
                if parameter.name in given and parameter.name not in known:
                    raise ValueError(
                        f"training.{parameter.name}: {has} has none: take it out, or set "
                        f'{kind} = "{name}"'
                    )
    if "t_max" in {parameter.name for parameter in own}:
        given.setdefault("t_max", max(training.steps, 1))
    return {
        **_values(net.optimiser.hyper, given, f"the optimiser {net.optimiser.name}"),
        **_values(net.schedule.hyper, given, f"the schedule {net.schedule.name}"),
        **_values(clipping, given, "clipping"),
    }


def _values(
    declared: Iterable[HyperParameter], given: dict[str, Any], owner: str
) -> dict[str, float]:
    names = {parameter.name: parameter for parameter in declared}
    mine = {name: value for name, value in given.items() if name in names}
    return chosen(names.values(), mine, "training.", owner)
