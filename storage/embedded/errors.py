"""One error type for everything a client is told: ClickHouse's code and ClickHouse's words."""

from ioc.errors import IocError

UNKNOWN_PACKET = 99
UNEXPECTED_PACKET = 101
CHECKSUM_DOES_NOT_MATCH = 40
NOT_IMPLEMENTED = 48
UNKNOWN_TYPE = 50
SYNTAX_ERROR = 62
UNKNOWN_DATABASE = 81
UNKNOWN_COMPRESSION_METHOD = 89
SETTING_CONSTRAINT_VIOLATION = 452
READONLY = 164
CANNOT_DECOMPRESS = 271
CANCELLED = 394
ABORTED = 236
ACCESS_DENIED = 497
AUTHENTICATION_FAILED = 516
TOO_LARGE = 128
UNKNOWN_EXCEPTION = 1002

_MARK = "Code: "


class EngineError(IocError):
    """A statement failed or was refused; `code` is ClickHouse's error code, the text ends with its name."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def from_engine(error: Exception) -> EngineError:
    """What the engine raised ("Code: 60. DB::Exception: …") as code and text."""
    if isinstance(error, EngineError):
        return error
    text = str(error)
    start = text.find(_MARK)
    number, dot, message = text[start + len(_MARK) :].partition(".") if start >= 0 else ("", "", "")
    if not dot or not number.isdigit():
        return EngineError(UNKNOWN_EXCEPTION, f"{error.__class__.__name__}: {text}")
    return EngineError(int(number), message.strip().removeprefix("DB::Exception:").strip())
