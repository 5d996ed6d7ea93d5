"""HTML by construction: every plain string is escaped, so no value from the store can become markup."""

from html import escape


class Html(str):
    """Text that is already HTML. Only `el` and `join` make it."""

    __slots__ = ()


def text(value: str) -> Html:
    """A value as inert HTML text; control characters are dropped because browsers reject or hide them."""
    printable = "".join(sign for sign in value if sign == " " or sign.isprintable())
    return Html(escape(printable, quote=True))


def el(tag: str, cls: str = "", *children: str, **attributes: str) -> Html:
    """One element. Children that are not `Html` are escaped; empty ones are left out.

    `attributes`: by name (`data_label` is `data-label`); empty ones are left out, values are escaped.
    """
    named = {"class": cls, **attributes}
    said = "".join(f' {name.replace("_", "-")}="{text(value)}"' for name, value in named.items() if value)
    return Html(f"<{tag}{said}>{join(*children)}</{tag}>")


def join(*children: str) -> Html:
    """Children one after another, without an element around them."""
    return Html("".join(child if isinstance(child, Html) else text(child) for child in children if child))
