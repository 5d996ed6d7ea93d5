"""What can go wrong, said in one sentence a person can act on."""


class IocError(Exception):
    """Base of every error raised on purpose; its text names the thing, the value and what was expected."""


class SettingsError(IocError):
    """A setting, a catalogue file or a credential is missing or unusable."""


class Unsafe(IocError):
    """A setting under which the promise "counted once" would not hold; the process refuses to start."""


class StackNotFound(IocError):
    """No running stack under the given data directory."""


class StoreUnavailable(IocError):
    """The store did not answer, or answered with an error that passes: send the same again."""


class StoreRefused(IocError):
    """The store refused the statement for good; `code` is ClickHouse's error code.

    `row`: which row of an INSERT it blames, counted from 0, where it says so.
    """

    def __init__(self, code: int, message: str, row: int | None = None) -> None:
        super().__init__(f"the store refused the statement (code {code}): {message}")
        self.code, self.row = code, row
