"""What opens the doors of source systems: members of their entries in a stack's credentials file.

Each is a text of at least one sign, or it is none: `null` or a number written out would be a key that anybody
can guess.
"""

from collections.abc import Mapping

MEMBERS = ("username", "password", "key", "pseudonym_key")


def secret(entry: object, member: str) -> str:
    """A member of a source's entry; empty when there is none."""
    value = entry.get(member) if isinstance(entry, Mapping) else None
    return value if isinstance(value, str) else ""


def findings(entries: Mapping[str, object]) -> list[str]:
    """One sentence for each entry or member that is there but opens nothing; never what it holds."""
    wrong = []
    for code, entry in entries.items():
        if not isinstance(entry, Mapping):
            wrong.append(
                f"sources.{code} is no object, expected its {', '.join(MEMBERS[:-1])} and {MEMBERS[-1]}"
            )
            continue
        wrong += [
            f"sources.{code}.{member} is no text, expected a text of at least one sign: it opens nothing"
            for member in MEMBERS
            if member in entry and not isinstance(entry[member], str)
        ]
    return wrong
