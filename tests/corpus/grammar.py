"""JSON texts and numbers: what RFC 8259 lets in, what it does not, and what readers differ on."""

from collections.abc import Callable, Mapping

from tests.corpus.cases import DOCUMENT

BROKEN: Mapping[str, bytes] = {
    text.decode(): text
    for text in (
        *(b"nul", b"tru", b"fals", b"None", b"True", b"FALSE", b"NULL", b"undefined", b"nan", b"infinity"),
        *(b"[1,]", b"[,1]", b"[1,,2]", b"[1 2]", b"[1:2]", b"[", b"[1", b"[1,", b"[]]", b"][", b"[)"),
        *(b'{"a"}', b'{"a":}', b'{"a":1,}', b'{"a" 1}', b"{a:1}", b"{'a':1}", b"{1:1}", b'{"a":1 "b":2}'),
        *(b'{,"a":1}', b'{"a":1,,"b":2}', b'{"a"::1}', b"{", b'{"a":1', b'{"a":1]', b"{null:1}", b"{[]:1}"),
        *(
            b'"',
            b'"a',
            b"'a'",
            b'"\\x41"',
            b'"\\a"',
            b'"\\u12"',
            b'"\\u12G4"',
            b'"\\U0041"',
            b'"\\"',
            b'"\\\'"',
        ),
        *(b'"a\nb"', b'"a\tb"', b'"a\rb"', b'"\\0"', b'"\\08"', b'"\\u{41}"', b"`a`", b'"a" "b"'),
        *(b"01", b"-01", b"00", b"+1", b".5", b"1.", b"-", b"-.5", b"1e", b"1e+", b"1.e1", b"1..2", b"1.2.3"),
        *(b"0x10", b"0b1", b"0o7", b"1_000", b"1,000", b"--1", b"1e1.5", b"1E", b"0e", b"1a", b"-a", b"1f"),
        *(b"NaN", b"-NaN", b"Infinity", b"-Infinity", b"+Infinity", b"Inf", b"\xef\xbc\x91"),
        *(
            b"1 // one",
            b"/* one */ 1",
            b"# one",
            b"1 /**/",
            b"<a/>",
            b"a: 1",
            b"- 1",
            b"(1)",
            b"1;",
            b"&",
            b"*",
        ),
        *(b"\x0b1", b"\x0c1", b"\xc2\xa01", b"\xe2\x80\xa81", b"[1\x00]", b"\x00", b"{}{}", b"[][]", b"1 1"),
        *(
            b"true false",
            b'{"a":tru}',
            b"[nul]",
            b"[NaN]",
            b'{"a":+1}',
            b'{"a":01}',
            b"[1.]",
            b'["a]',
            b"[\"a\",\n'b']",
        ),
    )
}
SOUND: Mapping[str, bytes] = {
    text.decode(): text
    for text in (
        *(b"null", b"true", b"false", b'""', b'"a"', b'"\\u0041"', b'"\\/"', b'"\\""', b'"\\\\"'),
        *(b"[]", b"[[]]", b"[1]", b"[1, 2]", b"[null]", b'[""]', b"{}", b'{"a":1}', b'{"a":{}}', b'{"":0}'),
        *(b"[true,false]", b"0.5", b"-1", b"-0", b"0", b"1.5e3", b"1E-2", b"-1.25", b"[1.0]", b'{"a":[{}]}'),
    )
}
"""JSON, but no event, and no sequence number."""
DECIDED: Mapping[str, bytes] = {
    text.decode()[:30]: text
    for text in (
        *(b"1e309", b"-1e309", b"1e99999", b"1" * 400, b"-" + b"9" * 30, b"18446744073709551616"),
        *(
            b"-9223372036854775809",
            b'"\\ud800"',
            b'"\\udc00\\ud800"',
            b'"\\u0000"',
            b'"\\n"',
            b'{"a":1,"a":2}',
        ),
    )
}
"""JSON by its grammar, but read in more than one way: refused as unreadable."""
SPACED: Mapping[str, bytes] = {"space": b" ", "lines": b"\n\n", "returns": b"\r\n", "tabs": b"\t \t"}


def around(space: bytes) -> bytes:
    """The good document with space wherever it may stand."""
    loose = DOCUMENT.encode().replace(b'":', b'":' + space).replace(b',"', b"," + space + b'"')
    return space + loose + space


NUMBERS: Mapping[str, str] = {
    **dict.fromkeys(("1", "2", "9007199254740991", "9007199254740992", "9007199254740993"), "whole"),
    **dict.fromkeys(("9223372036854775806", "9223372036854775807"), "whole"),
    **dict.fromkeys(("9223372036854775808", "9223372036854775809", "18446744073709551615"), "unsigned"),
    **dict.fromkeys(("18446744073709551616", "1" + "0" * 30, "9" * 400, "9" * 5000), "huge"),
    **dict.fromkeys(
        ("-9223372036854775809", "-" + "9" * 40, "1e309", "-1e309", "1e400", "123e99999"), "huge"
    ),
    **dict.fromkeys(("0", "-0", "-1", "-9223372036854775808"), "not positive"),
    **dict.fromkeys(("1.0", "1.5", "1e0", "1E3", "0.1", "1e-9", "999999.5", "1.0000000000000001"), "real"),
    **dict.fromkeys(("-1.5", "-1e-9", "0.0", "-0.0", "0e0"), "real not positive"),
    **dict.fromkeys(("1e7", "1e308", "1.7976931348623157e308"), "real too large"),
    **dict.fromkeys(("5e-324", "2.2250738585072014e-308"), "real"),
    **dict.fromkeys(
        ("01", "+1", "1.", ".5", "1e", "0x1", "1_0", "NaN", "Infinity", "-Infinity", "１", "٣"), "broken"
    ),
    **dict.fromkeys(("true", "false", "null", '"1"', "[1]", '{"a":1}'), "no number"),
}
"""A text and what kind of number it is."""


def _sequence(_text: str, kind: str) -> bool:
    """Whole, from 1 to 2^63 - 1."""
    return kind == "whole"


def _whole(text: str, kind: str) -> bool:
    """Whole, from 1 (it is also at least what was reused) to 10^15."""
    return kind == "whole" and int(text) <= 10**15


def _days(text: str, kind: str) -> bool:
    """Any number above zero, up to a million."""
    return kind == "real" or (kind == "whole" and int(text) <= 10**6)


TAKES: Mapping[str, Callable[[str, str], bool]] = {
    "document/seqno": _sequence,
    "dossier/components_total": _whole,
    "dossier/statutory_days": _days,
}
