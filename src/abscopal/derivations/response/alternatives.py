"""What each setting of response could also have been, and which settings a derivation really reads."""

from collections.abc import Callable
from dataclasses import Field, dataclass, fields, replace
from typing import Any, Literal, TypeVar, get_args, get_origin

from abscopal.derivations.response.settings import ResponseSettings

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Alternative:
    """One setting read otherwise, everything else as in force.

    Args:
        setting: name of the setting.
        value: the other value.
        settings: the settings in force with that one value exchanged.
    """

    setting: str
    value: Any
    settings: ResponseSettings

    @property
    def choice(self) -> str:
        """The value as it is written."""
        return write_value(self.value)


def write_value(value: object) -> str:
    """Write the value of a setting as study files and reports do.

    Example:
        >>> write_value(True), write_value(None), write_value(42)
        ('true', 'none', '42')
    """
    return "none" if value is None else str(value).lower() if isinstance(value, bool) else str(value)


def list_choices(setting: Field[Any]) -> tuple[Any, ...]:
    """List the values that one setting is worth trying with, its default among them.

    Args:
        setting: a field of ResponseSettings.

    Returns:
        Both answers of a yes-or-no setting, every word of an enumerated one, and for a number those that
        the setting names itself.

    Example:
        >>> by_name = {setting.name: setting for setting in fields(ResponseSettings)}
        >>> list_choices(by_name["visit_date"])
        ('earliest_if_progression', 'earliest', 'latest')
        >>> list_choices(by_name["sd_min_days"])
        (28, 42, 56)
    """
    named: tuple[Any, ...] = setting.metadata.get("choices", ())
    if named:
        return named
    if setting.type is bool:
        return (True, False)
    return get_args(setting.type) if get_origin(setting.type) is Literal else ()


def list_alternatives(settings: ResponseSettings) -> list[Alternative]:
    """List every other reading of every setting, one at a time.

    Args:
        settings: the settings in force.

    Returns:
        One entry per setting and value other than the one in force, in the order of the settings.

    Example:
        >>> [found.choice for found in list_alternatives(ResponseSettings()) if found.setting == "max_ne_between"]
        ['0', '2']
    """
    return [
        Alternative(setting.name, value, replace(settings, **{setting.name: value}))
        for setting in fields(ResponseSettings)
        for value in list_choices(setting)
        if value != getattr(settings, setting.name)
    ]


def compute_with_settings_read(
    settings: ResponseSettings, derive: Callable[[ResponseSettings], Result]
) -> tuple[Result, frozenset[str]]:
    """Run a derivation and note which settings it asked for.

    A derivation that did not ask for a setting gives the same result whatever that setting is: what need not be
    derived again is known from this, not from a list that somebody must keep.

    Args:
        settings: the settings in force.
        derive: a pure function of the settings.

    Returns:
        What the derivation gave, and the names of the settings that it read.

    Example:
        >>> compute_with_settings_read(ResponseSettings(), lambda settings: settings.sd_min_days * 2)
        (84, frozenset({'sd_min_days'}))
    """
    names = frozenset(setting.name for setting in fields(ResponseSettings))
    asked: set[str] = set()

    class WatchedSettings(ResponseSettings):
        """The same settings, which remember what was asked of them."""

        def __getattribute__(self, name: str) -> Any:
            if name in names:
                asked.add(name)
            return super().__getattribute__(name)

    watched = WatchedSettings(**{name: getattr(settings, name) for name in names})
    asked.clear()
    return derive(watched), frozenset(asked)
