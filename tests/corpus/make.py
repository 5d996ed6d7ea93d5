"""Writes the corpus: `python -m tests.corpus.make`. Each class says why its cases must end as they do.

Nothing here asks the product: verdicts follow from RFC 8259, CloudEvents 1.0 and the contracts' published
schemas. Texts were made for this corpus.
"""

from collections.abc import Iterator
from itertools import product

from tests.corpus import grammar, texts
from tests.corpus.cases import ACCEPT, FOLDER, READABLE, Case

MAX_BYTES = 64 * 1024
MAX_DEPTH = 32


def quoted(text: str) -> bytes:
    return b'"' + text.encode() + b'"'


def b1() -> Iterator[Case]:
    """What is no JSON is undecodable wherever it stands; what is JSON is refused for something else."""
    for (name, text), at in product(grammar.BROKEN.items(), ("", "document/seqno", "document/data/steering")):
        yield Case(f"n {name}", at, text, "undecodable")
    for name, text in grammar.SOUND.items():
        yield Case(f"y {name}", "", text, READABLE)
        yield Case(f"y {name} for a number", "document/seqno", text, READABLE)
    for name, text in grammar.DECIDED.items():
        yield Case(f"i {name}", "", text, "undecodable")
        yield Case(f"i {name} for a number", "document/seqno", text, "undecodable")
    for name, text in grammar.SPACED.items():
        yield Case(f"y {name}", "", grammar.around(text), ACCEPT)


def b2() -> Iterator[Case]:
    """UTF-8 only, no mark before it, no control characters; letters may be escaped, halves of pairs not."""
    for name, raw in texts.NOT_UTF8.items():
        yield Case(f"{name} in a text", "document/ref", b'"12' + raw + b'"', "undecodable")
        yield Case(f"{name} in a key", "document+", b'"k' + raw + b'":1,', "undecodable")
        yield Case(f"{name} alone", "", raw, "undecodable")
    for name, raw in texts.OTHER_ENCODINGS.items():
        yield Case(name, "", raw, "undecodable")
    for name, text in texts.CONTROLS.items():
        yield Case(f"{name} as it is", "document/ref", b'"12' + text.encode() + b'"', "undecodable")
        escaped = "".join(f"\\u{ord(letter):04x}" for letter in text)
        yield Case(f"{name} escaped", "document/ref", quoted("12" + escaped), "undecodable")
    for name, escape in texts.HALVES.items():
        yield Case(name, "document/ref", quoted(f"12{escape}"), "undecodable")
        yield Case(f"{name} in a key", "document+", b'"' + escape.encode() + b'":1,', "undecodable")
    for name, text in texts.INVISIBLE.items():
        yield Case(f"{name} in a reference", "document/ref", quoted(f"12{text}/BNV"), "schema")
        yield Case(f"{name} in a unit", "document/orgunit", quoted(f"G09{text}.901"), "schema")
    for letter in "AZaz09./,-_":
        yield Case(f"{letter} escaped", "document/ref", quoted(f"12\\u{ord(letter):04X}3/BNV"), ACCEPT)


def b3() -> Iterator[Case]:
    """Vietnamese has no place in codes but Đ, in whatever form it is written: units are codes, not names."""
    for number, text in enumerate(texts.VIETNAMESE):
        for form, at in product(texts.FORMS, ("document/ref", "document/orgunit", "document/doc_type")):
            yield Case(f"{number} {form}", at, quoted(texts.normal(form, text)), "schema")
    for name, text in texts.LOOKALIKES.items():
        yield Case(name, "document/orgunit", quoted(text), "schema")
    for text in ("45/QĐ-BNV", "45/QD-BNV", "Đ", "ĐĐĐ/1", "45/QĐ,1"):
        yield Case(f"reference {text}", "document/ref", quoted(text), ACCEPT)
    for name, text in {"eth": "45/QÐ-BNV", "small": "45/Qđ-BNV", "African D": "45/QƉ-BNV"}.items():
        yield Case(f"reference with {name}", "document/ref", quoted(text), "schema")


def b4() -> Iterator[Case]:
    """64 KiB and 32 levels, to the byte and to the level; within them width is but an unknown member."""
    whole = len(Case("", "document/steering", b"true", "").raw)
    for extra, want in ((-1, ACCEPT), (0, ACCEPT), (1, "oversize"), (10_000, "oversize")):
        space = b" " * (MAX_BYTES - whole + extra)
        yield Case(f"limit {extra:+}", "document/steering", space + b"true", want)
        yield Case(
            f"limit {extra:+} of nothing",
            "",
            b" " * (MAX_BYTES + extra),
            "undecodable" if extra < 1 else want,
        )
        filled = b'"x":"' + b"a" * (MAX_BYTES - whole - 7 + extra) + b'",'
        yield Case(f"limit {extra:+} in a text", "document+", filled, "schema" if extra < 1 else want)
    for depth, (left, right) in product(
        (1, 2, 30, 31, 32, 33, 64, 200, 1000, 10_000, 30_000), ((b"[", b"]"), (b'{"a":', b"}"))
    ):
        inner = left * depth + b"1" + right * depth
        fits = len(inner) < MAX_BYTES - whole
        inside = "oversize" if not fits else "schema" if depth < MAX_DEPTH else "undecodable"
        yield Case(f"depth {depth} of {left.decode()}", "document+", b'"x":' + inner + b",", inside)
        alone = "oversize" if len(inner) > MAX_BYTES else READABLE if depth <= MAX_DEPTH else "undecodable"
        yield Case(f"depth {depth} of {left.decode()} alone", "", inner, alone)
        open_ = "oversize" if len(left * depth) > MAX_BYTES else "undecodable"
        yield Case(f"depth {depth} of {left.decode()} open", "", left * depth, open_)
    for count in (10, 100, 1000, 5000):
        members = b"".join(b'"k%d":1,' % number for number in range(count))
        yield Case(f"{count} unknown members", "document+", members, "schema")
        yield Case(f"{count} items", "document+", b'"x":[' + b"1," * count + b"1],", "schema")
    for length in (1, 64, 65, 1000, 30_000):
        want = ACCEPT if length <= 64 else "schema"
        yield Case(f"reference of {length}", "document/ref", b'"' + b"A" * length + b'"', want)
        yield Case(f"key of {length}", "document+", b'"' + b"k" * length + b'":1,', "schema")
    for name, text in {"empty": b"", "space": b" ", "list": b"[]", "object": b"{}", "null": b"null"}.items():
        yield Case(name, "", text, "undecodable" if name in ("empty", "space") else READABLE)


def b5() -> Iterator[Case]:
    """Numbers are exact or refused: whole ones within 64 bits, never guessed from texts or fractions."""
    for text, kind in grammar.NUMBERS.items():
        for at, kinds in grammar.TAKES.items():
            refused = "undecodable" if kind in ("broken", "huge") else "schema"
            yield Case(text[:40], at, text.encode(), ACCEPT if kinds(text, kind) else refused)
    for text in ("1", "01", "1.0", "1e0", "１", "0x1", " 1", "1 ", "", "-1", "NaN"):
        yield Case(f"text {text}", "document/seqno", quoted(text), "schema")
        yield Case(f"text {text} for days", "dossier/statutory_days", quoted(text), "schema")


def b7() -> Iterator[Case]:
    """A key twice is undecodable, for readers differ on which one counts; an unknown one does not fit."""
    for name in (
        "specversion",
        "id",
        "source",
        "type",
        "subject",
        "time",
        "tenant",
        "orgunit",
        "seqno",
        "data",
    ):
        for value in (b'"x"', b"1", b"null"):
            yield Case(f"{name} twice", "document+", b'"%s":%s,' % (name.encode(), value), "undecodable")
    for name in ("doc_ref", "doc_type", "sender_org", "urgency", "channel", "arrived_at", "steering"):
        for value in (b'"x"', b"null"):
            yield Case(f"{name} twice", "document/data+", b'"%s":%s,' % (name.encode(), value), "undecodable")
    yield Case("one key in two writings", "document+", b'"\\u0069d":"x",', "undecodable")
    yield Case("an unknown key twice", "document+", b'"x":1,"x":1,', "undecodable")
    yield Case("a key twice deep inside", "document+", b'"x":[{"a":1,"a":1}],', "undecodable")
    for name in texts.STRANGE_KEYS:
        key = quoted(name)
        yield Case(f"unknown {name}", "document+", key + b":1,", "schema")
        yield Case(f"unknown {name} in data", "document/data+", key + b":{},", "schema")


def b8() -> Iterator[Case]:
    """A time has an offset, exists, and is not ahead of now; it is never clamped."""
    for text in texts.TIMES_GOOD:
        yield Case(text, "document/time", quoted(text), ACCEPT)
        # What arrives at two is not due before that, nor at that very instant.
        later = text in ("2026-11-20T02:00:00.5Z", "2026-11-20T02:00:00.123456789Z")
        yield Case(f"{text} due", "document/due_at", quoted(text), ACCEPT if later else "schema")
    for text in texts.TIMES_BAD:
        for member in ("time", "producedat", "due_at"):
            yield Case(f"{member} {text}", f"document/{member}", quoted(text), "schema")
    for text in texts.TIMES_NUMBERS:
        for member in ("time", "due_at"):
            yield Case(f"{member} {text}", f"document/{member}", text.encode(), "schema")
    for text in texts.TIMES_AHEAD:
        yield Case(f"produced {text}", "document/producedat", quoted(text), "future_time")
    for text in texts.TIMES_FAR:
        yield Case(f"due {text}", "document/due_at", quoted(text), ACCEPT)


def b9() -> Iterator[Case]:
    """No field has room for what could be run, drawn or followed: none of these letters is in a code."""
    for number, text in enumerate(texts.HOSTILE):
        escaped = texts.escaped(text)
        for member in ("ref", "orgunit", "doc_type", "id", "sender_org"):
            want = ACCEPT if member == "ref" and texts.is_reference(text) else "schema"
            want = want if text.isprintable() else "undecodable"
            yield Case(f"{number} in {member}", f"document/{member}", escaped, want)


def b10() -> Iterator[Case]:
    """CloudEvents: what is required is there, what is said is ours to be said by whom."""
    yield from (Case(name, at, put.encode(), want) for name, at, put, want in texts.CLOUDEVENTS)


def b13() -> Iterator[Case]:
    """Names: a UUID in any case; nothing else, however much it looks like one."""
    for text, want in texts.IDS:
        yield Case(text[:40], "document/id", quoted(text), want)


def b14() -> Iterator[Case]:
    """Numbers and addresses of persons, markings of secrecy: named as that before anything else is."""
    for (text, want), at in product(texts.PERSONAL, texts.ANYWHERE):
        yield Case(f"{want} at {at}", at, quoted(text), want)
        yield Case(f"{want} in a member of its own", "document+", b'"x":[{"y":%s}],' % quoted(text), want)
    for name, want in texts.PERSONAL_KEYS:
        yield Case(f"{want} by its key", "document/data+", quoted(name) + b':"x",', want)
    for level in texts.LEVELS:
        yield Case("a level", "document/classification", level.encode(), "secret_marking")
    for text in texts.HARMLESS:
        yield Case(f"harmless {text}", "document/ref", quoted(text), ACCEPT)


MAKERS = {"B1": b1, "B2": b2, "B3": b3, "B4": b4, "B5": b5, "B7": b7, "B8": b8, "B9": b9, "B10": b10,
          "B13": b13, "B14": b14}  # fmt: skip


def made(name: str) -> str:
    """The text of a class's file."""
    lines = dict.fromkeys(case.line() for case in MAKERS[name]())
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write all files."""
    FOLDER.mkdir(exist_ok=True)
    for name in MAKERS:
        (FOLDER / f"{name}.ndjson").write_text(made(name))


if __name__ == "__main__":
    main()
