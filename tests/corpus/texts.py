"""Texts of the corpus: encodings, Vietnamese, times, hostile strings, numbers shaped like those of persons.

No number here is anybody's: they are put together from a place that exists and digits that are made up.
"""

import json
import unicodedata
from collections.abc import Mapping
from typing import Literal

normal = unicodedata.normalize
FORMS: tuple[Literal["NFC", "NFD"], ...] = ("NFC", "NFD")
Rows = tuple[tuple[str, str], ...]

NOT_UTF8: Mapping[str, bytes] = {
    each.hex(): each
    for each in (
        *(bytes([lead]) for lead in (0x80, 0x8F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF)),
        *(bytes([lead]) for lead in (0xF0, 0xF4, 0xF5, 0xF8, 0xFB, 0xFC, 0xFD, 0xFE, 0xFF)),
        *(b"\xc0\xaf", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xe0\x9f\xbf", b"\xf0\x80\x80\xaf"),
        *(
            b"\xf0\x8f\xbf\xbf",
            b"\xf8\x88\x80\x80\x80",
            b"\xfc\x84\x80\x80\x80\x80",
            b"\xe2\x82",
            b"\xe1\xba",
        ),
        *(b"\xf0\x9f\x98", b"\xf0\x9f", b"\xed\xa0\x80", b"\xed\xbf\xbf", b"\xed\xa0\xbd\xed\xb8\x80"),
        *(
            b"\xf4\x90\x80\x80",
            b"\xf7\xbf\xbf\xbf",
            b"\xc3\x28",
            b"\xa0\xa1",
            b"\xe2\x28\xa1",
            b"\xe2\x82\x28",
        ),
        *(b"H\xe0 N\xed", b"\xd0\xe1", b"H\xb5 N\xe9i", b"Ha\xf8 No\xe4i", b"\xa7\xa8\xa9", b"caf\xe9"),
    )
}
"""Also Latin-1, Windows-1258, TCVN3 and VNI: Vietnamese as it was written before Unicode."""
_PLAIN = '{"specversion":"1.0"}'
OTHER_ENCODINGS: Mapping[str, bytes] = {
    **{name: _PLAIN.encode(name) for name in ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le")},
    **{name: _PLAIN.encode(name) for name in ("utf-32-be", "utf-7", "utf-8-sig") if name != "utf-7"},
    "mark alone": b"\xef\xbb\xbf",
    "two marks": b"\xef\xbb\xbf\xef\xbb\xbf{}",
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff",
    "zip": b"PK\x03\x04",
    "pickle": b"\x80\x04}\x94.",
    "avro": b"Obj\x01\x04",
}
CONTROLS: Mapping[str, str] = {
    f"U+{code:04X}": chr(code)
    for code in (*range(0x00, 0x20), 0x7F, 0x80, 0x85, 0x8D, 0x9B, 0x9F, 0x2028, 0x2029, 0xFFFE, 0xFFFF)
}
HALVES: Mapping[str, str] = {
    "a high half": "\\ud83d",
    "a low half": "\\ude00",
    "halves the wrong way round": "\\ude00\\ud83d",
    "two high halves": "\\ud83d\\ud83d",
    "a half before a letter": "\\ud83dA",
}
INVISIBLE: Mapping[str, str] = {
    f"U+{code:04X}": chr(code)
    for code in (
        *(0x00A0, 0x00AD, 0x034F, 0x061C, 0x115F, 0x1680, 0x180E, 0x2000, 0x2003, 0x2009, 0x200B, 0x200C),
        *(0x200D, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x202F, 0x205F, 0x2060, 0x2061),
        *(0x2066, 0x2067, 0x2068, 0x2069, 0x206A, 0x3000, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFFA0, 0xFFFC),
        *(0xFFFD, 0x1D173, 0xE0001, 0xE0020, 0xE007F, 0xF0000, 0x1F600, 0x0301, 0x0323, 0x20E0),
    )
}
VIETNAMESE = (
    *("Hà Nội", "Đà Nẵng", "Thừa Thiên Huế", "Vụ Tổ chức", "Vụ Pháp chế", "Cục Việc làm", "Thanh tra Bộ"),
    *("Văn phòng Bộ", "Vụ Kế hoạch", "Tài chính", "Công chức", "Viên chức", "Cải cách hành chính", "thuỷ"),
    *("thủy", "hoà", "hòa", "quý", "Quý", "uỷ ban", "ủy ban", "ĐIỀU HÀNH", "điều hành", "Điều Hành"),
    *("ấ", "ậ", "ắ", "ặ", "ế", "ệ", "ố", "ộ", "ớ", "ợ", "ứ", "ự", "ý", "ỵ", "ỹ", "ỡ"),
)
LOOKALIKES: Mapping[str, str] = {
    "Cyrillic O": "G09.9\u041e1",
    "Cyrillic G": "\u0413" + "09.901",
    "Greek": "\u0393" + "09.901",
    "full width": "\uff27\uff10\uff19.\uff19\uff10\uff11",
    "Arabic digits": "G\u0660\u0669.901",
    "another dot": "G09\u2024" + "901",
    "middle dot": "G09\u00b7" + "901",
    "ideographic stop": "G09\u3002" + "901",
    "small": "g09.901",
    "letter l": "G09.90l",
    "letter O": "G09.9O1",
    "comma": "G09,901",
    "space behind": "G09.901 ",
    "space before": " G09.901",
    "two dots": "G09..901",
    "dot behind": "G09.901.",
    "four digits": "G09.9011",
    "one digit": "G9.901",
}
STRANGE_KEYS = (
    *(
        "Type",
        "TYPE",
        "ID",
        "Id",
        "Source",
        "specVersion",
        "SpecVersion",
        "Data",
        "DATA",
        "Subject",
        "orgUnit",
    ),
    *("__proto__", "constructor", "prototype", "toString", "$ref", "$schema", "@type", "", " ", "id ", " id"),
    *("data_base64", "sequence", "partitionkey", "doc-ref", "docRef", "a.b", "a/b", "~0", "*", "кey"),
)
TIMES_GOOD = (
    *(
        "2026-11-20T02:00:00Z",
        "2026-11-20T09:00:00+07:00",
        "2026-11-20T02:00:00+00:00",
        "2026-11-20T02:00:00.5Z",
    ),
    *(
        "2026-11-20T02:00:00.123456789Z",
        "2026-11-19T16:00:00-10:00",
        "2024-02-29T12:00:00Z",
        "1990-01-01T00:00:00Z",
    ),
    *(
        "2000-02-29T00:00:00Z",
        "2026-01-01T00:00:00.000Z",
        "2026-11-20T00:00:00Z",
        "2026-11-20T06:59:59+07:00",
    ),
)
"""Of the past, so that nothing is due by then."""
TIMES_BAD = (
    *("2026-11-20T02:00:00", "2026-11-20 02:00:00Z", "2026-11-20", "02:00:00Z", "20261120T020000Z", ""),
    *("2026-11-20T24:00:00Z", "2026-11-20T23:60:00Z", "2026-11-20T23:59:60Z", "2026-11-20T25:00:00Z"),
    *("2026-02-29T00:00:00Z", "2026-02-30T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z"),
    *("2026-00-10T00:00:00Z", "2026-11-00T00:00:00Z", "1900-02-29T00:00:00Z", "2100-02-29T00:00:00Z"),
    *("0001-01-01T00:00:00Z", "1582-10-10T00:00:00Z", "1989-12-31T23:59:59Z", "2100-01-01T00:00:00Z"),
    *("9999-12-31T23:59:59Z", "10000-01-01T00:00:00Z", "-2026-11-20T00:00:00Z", "+2026-11-20T00:00:00Z"),
    *(
        "2026-11-20T02:00Z",
        "2026-11-20T02Z",
        "2026-11-20T2:00:00Z",
        "2026-11-20T02:00:00z",
        "2026-11-20t02:00:00Z",
    ),
    *(
        "2026-11-20T02:00:00+7",
        "2026-11-20T02:00:00+0700",
        "2026-11-20T02:00:00+07",
        "2026-11-20T02:00:00+25:00",
    ),
    *("2026-11-20T02:00:00 +07:00", "2026-11-20T02:00:00ICT", "2026-11-20T02:00:00[Asia/Ho_Chi_Minh]", "now"),
    *("2026-W47-5T02:00:00Z", "2026-324T02:00:00Z", "20/11/2026 09:00", "11/20/2026", "today", "null", "1e9"),
    *("2026-11-20T02:00:00,5Z", "2026-11-20T02:00:00.Z", "２０２６-11-20T02:00:00Z", " 2026-11-20T02:00:00Z"),
)
TIMES_NUMBERS = ("0", "1", "-1", "17636", "1.5", "true", "false", "[]", "{}", '["2026-11-20T02:00:00Z"]')
TIMES_AHEAD = (
    "2026-11-20T03:05:00.001Z",
    "2026-11-20T10:06:00+07:00",
    "2027-01-01T00:00:00Z",
    "2036-11-20T03:00:00Z",
)
"""Now is 2026-11-20T03:00:00Z, and clocks may stand five minutes apart."""
TIMES_FAR = (
    "2026-11-20T02:00:00.001Z",
    "2036-11-20T03:00:00+07:00",
    "2099-12-31T23:59:59Z",
    "2028-02-29T00:00:00Z",
)

_REFERENCE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._/,-Đ")


def is_reference(text: str) -> bool:
    """Whether a text is made of the letters of references alone, up to 64 of them."""
    return 0 < len(text) <= 64 and set(text) <= _REFERENCE


def escaped(text: str) -> bytes:
    """A text as a JSON string in ASCII."""
    return json.dumps(text).encode()


HOSTILE = (
    *(
        "' OR '1'='1",
        "'; DROP TABLE ioc.events; --",
        '" OR ""="',
        "1; SELECT 1",
        "' UNION SELECT 1 --",
        "\\'; --",
    ),
    *(
        "%(tenant)s",
        "%s%s%s",
        "{tenant:String}",
        "$1",
        "?; --",
        "/**/",
        "FORMAT Null",
        "') FORMAT TSV --",
        "`x`",
    ),
    *(
        "{{7*7}}",
        "${7*7}",
        "#{7*7}",
        "<%= 7*7 %>",
        "{% raw %}",
        "{{constructor}}",
        "${jndi:ldap://x/a}",
        "@{x}",
    ),
    *("$(id)", "`id`", "; id", "| id", "&& id", "> x", "$IFS", "%00", "$(<x)", "a\\nb", "!x", "~root"),
    *("<script>x</script>", "<img src=x onerror=x>", "<svg onload=x>", "javascript:x", "<!--", "]]>", "&lt;"),
    *(
        '"><b>',
        "<a href=x>",
        "<style>*{}",
        "<iframe>",
        "data:text/html,x",
        "&#60;b&#62;",
        "<b",
        "</td>",
        "<%00b>",
    ),
    *(
        "=1+1",
        "+1+1",
        "@SUM(1)",
        "=cmd|x",
        "=HYPERLINK(1)",
        "\t=1",
        "-1+1|x",
        "=IMPORTXML(1)",
        "%0A=1",
        "\u00ac=1",
    ),
    *(
        "$__timeFilter(x)",
        "$__interval",
        "${unit}",
        "[[unit]]",
        "$unit",
        "${__user.login}",
        "$__from",
        "${x:raw}",
    ),
    *(
        "../../etc/passwd",
        "..\\..\\x",
        "/etc/passwd",
        "file:///x",
        "C:\\x",
        "\\\\x\\y",
        "....//",
        "%2e%2e%2f",
        "x/../y",
    ),
    *(
        "http://x/",
        "//x/",
        "ldap://x",
        "gopher://x",
        "http://[::1]/",
        "http://127.0.0.1/",
        "ftp://x",
        "urn:x:y",
    ),
    *(
        "<?xml version='1.0'?>",
        "<!DOCTYPE x>",
        "<!ENTITY x 'y'>",
        "%x;",
        "&x;",
        "xmlns:x='y'",
        "<![CDATA[x]]>",
    ),
    *(
        "*)(uid=*",
        "(|(x=*))",
        "*",
        "[x]",
        "x[y]=z",
        "x&y=z",
        "x;y",
        "x#y",
        "x?y",
        "^(a+)+$",
        "(a|a)*b",
        "x" * 65,
    ),
)
CLOUDEVENTS: tuple[tuple[str, str, str, str], ...] = (
    *((f"specversion {text}", "document/specversion", f'"{text}"', "schema")
      for text in ("", "0.3", "1", "1.0.0", "1.1", "2.0", "1.0 ", "v1.0", "１.0")),
    *((f"{name} {text}", f"document/{name}", text, "schema")
      for name in ("specversion", "subject", "tenant", "dataclass", "seqno", "orgunit")
      for text in ('""', "null", "[]", "{}", "true", '" "')),
    *((f"type {text}", "document/type", text, "unknown_type")
      for text in ('""', '"x"', '"document.received"',
                   '"vn.gov.ioc.document.received.v2"', '"vn.gov.ioc.document.received"',
                   '"VN.GOV.IOC.DOCUMENT.RECEIVED.V1"', '"vn.gov.ioc.document.received.v1 "',
                   '"com.github.push"', '"vn.gov.ioc..v1"', '"../document.received.v1"')),
    # Only a text can name a type that is unknown; anything else is no type at all.
    *((f"type {text}", "document/type", text, "schema") for text in ("null", "7", "[]", "{}", "true")),
    *((f"source {text}", "document/source", text, "schema")
      for text in ('""', "null", "7", '"qlvb"', '"urn:ioc:G09:"', '"urn:ioc:G09:QLVB"', '"urn:ioc::qlvb"',
                   '"http://qlvb"', '"urn:ioc:G09:qlvb/x"', '"urn:ioc:G09:qlvb "', '"URN:IOC:G09:qlvb"',
                   '"urn:ioc:G09:1qlvb"', '"urn:ioc:G09:ql vb"')),
    *((f"source {text}", "document/source", f'"{text}"', "unauthorised_source")
      for text in ("urn:ioc:G09:unheard_of", "urn:ioc:G10:qlvb", "urn:ioc:G09:ql", "urn:ioc:G09:qlvb_2")),
    *((f"tenant {text}", "document/tenant", f'"{text}"', "unauthorised_source") for text in ("G10", "g09",
      "X")),
    *((f"tenant {text}", "document/tenant", f'"{text}"', "schema") for text in ("G-09", "G09" * 9, "G 9")),
    *((f"unit {text}", "document/orgunit", f'"{text}"', "unknown_unit")
      for text in ("G09.999", "G01", "H09.901", "999.G09", "G09.901.11", "G09.9")[:5]),
    *((f"unit {text}", "document/orgunit", f'"{text}"', "accept")
      for text in ("G09.901", "901.G09", "G09.901.00", "000.901.G09", "G09.901.000.00")),
    *((f"content type {text}", "document+", f'"datacontenttype":"{text}",', want)
      for text, want in (("application/json", "accept"), ("text/plain", "schema"), ("", "schema"),
                         ("application/xml", "schema"), ("application/json; charset=utf-16", "schema"),
                         ("APPLICATION/JSON", "schema"), ("application/octet-stream", "schema"))),
    *((f"schema {text}", "document+", f'"dataschema":"{text}",', want)
      for text, want in (("https://x.gov.vn/s.json", "accept"), ("urn:ioc:schema/x", "accept"),
                         ("http://x/", "schema"), ("file:///x", "schema"), ("", "schema"), ("x", "schema"),
                         ("https://x/?a=b", "schema"), ("https://x/#", "schema"), ("HTTPS://X/", "schema"),
                         ("https://" + "x" * 201, "schema"), ("javascript:x", "schema"))),
    *((f"trace {text}", "document+", f'"traceparent":"{text}",', want)
      for text, want in (("00-" + "ab" * 16 + "-" + "cd" * 8 + "-01", "accept"), ("", "schema"), ("x",
        "schema"),
                         ("01-" + "ab" * 16 + "-" + "cd" * 8 + "-01", "schema"),
                         ("00-" + "AB" * 16 + "-" + "cd" * 8 + "-01", "schema"))),
    *((f"extension {text}", "document+", f'"{text}":"x",', "schema")
      for text in ("Tenant", "myextension", "receivedat", "receipt", "qualityflags", "time2",
        "datacontentencoding")),
    ("binary data beside data", "document+", '"data_base64":"e30=",', "schema"),
    *((f"data {text}", "document/data", text, "schema")
      for text in ("null", "[]", "{}", '"x"', "7", "true", '"e30="', '[{"doc_ref":"12/BNV-VP"}]')),
    *((f"class {text}", "document/dataclass", f'"{text}"', "schema") for text in ("personal", "public",
      "INTERNAL")),
    *((f"corrects {text}", "document+", f'"correctionof":{text},', want)
      for text, want in (("null", "accept"), ('""', "schema"), ('"x"', "schema"), ("7", "schema"),
                         ('"3f2b8a54-0000-4000-8000-000000000001"', "schema"),
                         ('"3f2b8a54-0000-4000-8000-0000000000ff"', "accept"))),
    ("a subject of its own", "document/subject", '"13/BNV-VP"', "schema"),
)  # fmt: skip
_UUID = "3f2b8a54-0000-4000-8000-0000000000"
IDS: Rows = (
    (_UUID + "aa", "accept"),
    ((_UUID + "ab").upper(), "accept"),
    ("00000000-0000-0000-0000-000000000000", "accept"),
    ("ffffffff-ffff-ffff-ffff-ffffffffffff", "accept"),
    *((text, "schema")
      for text in ("", " ", "1", "x", _UUID, _UUID + "aaa", _UUID + "a ", " " + _UUID + "aa", _UUID + "ag",
                   "{" + _UUID + "aa}", "urn:uuid:" + _UUID + "aa", (_UUID + "aa").replace("-", ""),
                   (_UUID + "aa").replace("-", "_"), _UUID + "\u0430a", _UUID + "\uff10" + "0", "id" * 5000,
                   (_UUID + "aa") * 2, (_UUID + "aa").replace("0000-4", "00004-"), "null", "undefined")),
)  # fmt: skip


def _people() -> Rows:
    """Shapes of numbers: citizens, telephones, insurance, tax, and addresses."""
    made = "2" * 3
    citizens = [place + made + "0" * 6 for place in ("001", "030", "048", "079", "092", "096")]
    phones = [prefix + made + "0" * 4 for prefix in ("091", "038", "077", "086", "+8491", "8438", "056")]
    written = [
        text[:4] + sign + text[4:7] + sign + text[7:] for text in phones[:3] for sign in (".", "-", " ")
    ]
    framed = [
        frame.format(text)
        for text in (citizens[0], phones[0])
        for frame in ("HS-{}", "{}/BNV", "gọi {}", "({})")
    ]
    mails = [
        f"{name}@{host}" for name in ("a.b", "van-thu", "x_1") for host in ("example.org", "bnv.example.vn")
    ]
    return tuple((text, "personal_data") for text in (*citizens, *phones, *written, *framed, *mails))


_MARKS = ("MẬT", "mật", "Tối mật", "TỐI MẬT", "tuyệt mật", "TUYỆT-MẬT", "độ mật: MẬT", "(MẬT)", "toi mat",
  "TOI_MAT",
          "12/TOI-MAT", "Tuyet-Mat", "tuyetmat", "M\u200bẬT", "\uff2d\u1eac\uff34", "1/MẬT/2",
            "mật.")  # fmt: skip
PERSONAL: Rows = (
    *_people(),
    *((normal(form, mark), "secret_marking") for mark in _MARKS for form in FORMS),
)
ANYWHERE = ("document/ref", "document/doc_type", "document/subject", "document/channel", "document/orgunit")
PERSONAL_KEYS: Rows = (
    *((name, "personal_data")
      for name in ("ho_ten", "HoTen", "Họ và tên", "fullName", "cccd", "CMND", "so_dien_thoai", "phone",
        "e-mail",
                   "email", "dia_chi", "Địa chỉ", "trich_yeu", "TrichYeuHoSo", "noi_dung", "ghi_chu",
                     "ngay_sinh")),
    *((name, "secret_marking") for name in ("toi_mat", "tuyệt mật", "mật", "do_mat", "secrecy")),
)  # fmt: skip
LEVELS = (
    '"secret"',
    '"MẬT"',
    '"public"',
    '"Normal"',
    '"NORMAL"',
    "1",
    "true",
    "[]",
    "{}",
    '"normal;mat"',
    '"0"',
)
HARMLESS = (
    "12/BNV-VP",
    "1234567",
    "2026/11/20,12",
    "matran/1",
    "G09.901,2026",
    "TTr-45",
    "MATH-1",
    "hoamat1",
    "Đ/12",
)
