"""Events among patients: the counts that proportions and two-arm comparisons start from."""

from dataclasses import dataclass

from abscopal.errors import OptionError


def assert_counts(events: int, n: int) -> None:
    """Refuse counts that no group of patients can have.

    Args:
        events: patients with the event.
        n: patients in all.

    Example:
        >>> assert_counts(9, 37)
    """
    if n < 0 or not 0 <= events <= n:
        raise OptionError(
            f"{events} events among {n} patients cannot be.",
            where="counts",
            remedy="Events must lie between 0 and the number of patients.",
        )


@dataclass(frozen=True, slots=True)
class TwoArmCounts:
    """Events and patients of two arms; differences are always first minus second.

    Args:
        events_1: patients with the event in the first arm.
        n_1: patients of the first arm.
        events_2: patients with the event in the second arm.
        n_2: patients of the second arm.

    Example:
        >>> TwoArmCounts(9, 37, 12, 21).swapped
        TwoArmCounts(events_1=12, n_1=21, events_2=9, n_2=37)
    """

    events_1: int
    n_1: int
    events_2: int
    n_2: int

    def __post_init__(self) -> None:
        assert_counts(self.events_1, self.n_1)
        assert_counts(self.events_2, self.n_2)

    @property
    def n(self) -> int:
        """Patients of both arms."""
        return self.n_1 + self.n_2

    @property
    def events(self) -> int:
        """Events of both arms."""
        return self.events_1 + self.events_2

    @property
    def is_empty(self) -> bool:
        """Whether an arm has no patient, so that nothing can be compared."""
        return self.n_1 == 0 or self.n_2 == 0

    @property
    def swapped(self) -> "TwoArmCounts":
        """The same table with the arms exchanged."""
        return TwoArmCounts(self.events_2, self.n_2, self.events_1, self.n_1)
