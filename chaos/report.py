"""The counts, in columns."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from textwrap import shorten

from chaos.crowd import Log
from chaos.faults import Blow
from chaos.verdict import Account

_WIDTH = 72
_FAULT_WIDTH = 40


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    began_at: float
    """Of the clock that blows and acknowledgements go by."""
    sent: int
    log: Log
    account: Account
    blows: Sequence[Blow]
    answered: Mapping[str, int]
    """Claims by the process that answered them."""
    complaints: Counter[str]
    """What the servers' logs warn of."""
    tracebacks: int
    endings: Mapping[str, int]
    """The exit codes of servers and workers that were told to stop in the end."""

    @property
    def problems(self) -> list[str]:
        """What is lost, and what else must not be; nothing when all is well."""
        return [
            *self.account.lost,
            *(f"claim {claim_id} was given up: {why}" for claim_id, why in self.log.failed.items()),
            *(f"{why} came without RetryInfo, {n} times" for why, n in self.log.without_retry_info.items()),
            *(f"{name} answered no claim" for name, number in self.answered.items() if not number),
            *(f"{name} ended with {code}" for name, code in self.endings.items() if code),
            *([f"{self.tracebacks} tracebacks in the servers' logs"] if self.tracebacks else []),
        ]

    def render(self) -> str:
        """All of it as text."""
        account, log = self.account, self.log
        return "\n".join(
            [
                *_counts("claims", {"sent": self.sent, "acknowledged": len(log.acknowledged)}),
                *_counts("given up", {"": len(log.failed)}),
                *_counts("sent again, because of", log.put_off),
                *_counts(
                    "of the acknowledged ones",
                    {
                        "once in the database": account.once,
                        "with their photograph": account.with_photograph,
                        **{f"FACE {verdict}": number for verdict, number in account.faces.items()},
                    },
                ),
                *_counts("in the database, and nobody was told", {"": account.unacknowledged}),
                *_counts("records", account.records),
                *_counts("claims answered by", self.answered),
                *_counts("warnings in the logs", self.complaints),
                "",
                *self._faults(),
                "",
                *(self.problems or ["Nothing is lost."]),
            ]
        )

    def _faults(self) -> list[str]:
        columns = ("struck at", "back after", "next claim", "longest pause")
        lines = ["".join(["faults, seconds".ljust(_FAULT_WIDTH), *(name.rjust(14) for name in columns)])]
        for blow in self.blows:
            numbers = (
                blow.struck_at - self.began_at,
                blow.back_at - blow.struck_at,
                self._next_claim(blow.struck_at),
                self._longest_pause(blow),
            )
            told = f"  {blow.told}" if blow.told else ""
            lines.append("".join([f"  {blow.what}".ljust(_FAULT_WIDTH), *(f"{n:14.1f}" for n in numbers), told]))
        return lines

    def _next_claim(self, instant: float) -> float:
        """Seconds until the next claim was acknowledged."""
        return next((at - instant for at in self.log.acknowledged_at if at > instant), float("inf"))

    def _longest_pause(self, blow: Blow) -> float:
        """The longest time without an acknowledgement that began before what was hit was back."""
        instants = [blow.struck_at, *(at for at in self.log.acknowledged_at if blow.struck_at < at < blow.back_at)]
        return max(self._next_claim(at) for at in instants)


def _counts(title: str, counts: Mapping[str, int]) -> Iterable[str]:
    if list(counts) == [""]:
        return [f"{title.ljust(_WIDTH)}{counts['']:6}"]
    rows = ((shorten(what, _WIDTH - 4, placeholder=" ..."), number) for what, number in counts.items())
    return [title, *(f"  {what}".ljust(_WIDTH) + f"{number:6}" for what, number in rows)]
