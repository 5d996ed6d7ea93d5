"""edXML messages as senders write them, made up from parts."""

from collections.abc import Sequence

QCVN = "http://www.mic.gov.vn/TBT/QCVN_102_2016"
OLD = "http://www.e-doc.vn/Schema/"
TRACES = (("G01", "2026/10/01 08:00:00"), ("G09.901", "2026/10/01 08:05:00"))


def message(
    *,
    namespace: str = QCVN,
    prefix: str = "edXML:",
    receivers: Sequence[str] = ("G09.901",),
    traces: Sequence[tuple[str, str]] = TRACES,
    business: str = "0",
    business_first: bool = False,
    subject: str = "V/v phối hợp công tác bảo mật dữ liệu",
    priority: str = "0",
    due: str = "2026/10/15",
    document: str = "G01,2026/10/01,123/BCA-VP",
    doc_type: str = "18",
    extra: str = "",
    body: str = "",
    declaration: str = '<?xml version="1.0" encoding="utf-8"?>',
) -> str:
    """One whole message; the default is a plain incoming letter."""
    declared = f'xmlns="{namespace}" xmlns:edXML="{namespace}"' if prefix else f'xmlns="{namespace}"'
    to = "".join(
        f"<To><OrganId>{code}</OrganId><OrganizationInCharge>N/A</OrganizationInCharge></To>"
        for code in receivers
    )
    trace = "".join(
        f"<TraceHeader><OrganId>{org}</OrganId><Timestamp>{at}</Timestamp></TraceHeader>"
        for org, at in traces
    )
    kind = f"<Bussiness><BussinessDocType>{business}</BussinessDocType>"
    kind += "<BussinessDocReason>N/A</BussinessDocReason>"
    kind += "<StaffInfo><Staff>Nguyễn-Văn-Kiểm-Thử</Staff></StaffInfo></Bussiness>"
    p = prefix
    return f"""{declaration}<edXML {declared} xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<{p}edXMLEnvelope><{p}edXMLHeader><{p}MessageHeader>
<From><OrganId>000.00.00.G01</OrganId><OrganName>Bộ Công an</OrganName></From>{to}
<Code><CodeNumber>123</CodeNumber><CodeNotation>BCA-VP</CodeNotation></Code>
<PromulgationInfo><Place>Hà Nội</Place><PromulgationDate>2026/10/01</PromulgationDate></PromulgationInfo>
<DocumentType><Type>{doc_type}</Type><TypeName>N/A</TypeName></DocumentType>
<Subject>{subject}</Subject><Content>N/A</Content>
<SignerInfo><FullName>Nguyễn-Văn-Kiểm-Thử</FullName></SignerInfo><DueDate>{due}</DueDate>
<OtherInfo><Priority>{priority}</Priority><SphereOfPromulgation>N/A</SphereOfPromulgation></OtherInfo>
<SteeringType>1</SteeringType><DocumentId>{document}</DocumentId>{extra}</{p}MessageHeader>
<{p}TraceHeaderList id="1">{kind + trace if business_first else trace + kind}</{p}TraceHeaderList>
<{p}DigitalSignature/></{p}edXMLHeader><{p}edXMLBody><{p}edXMLManifest/></{p}edXMLBody></{p}edXMLEnvelope>
{body}</edXML>"""


def status(code: str, *, organ: str = "G01", about: str = "G09.902", at: str = "2026/10/02 09:00:00") -> str:
    """A status message about a document that went out."""
    return f"""<edXML:edXML xmlns:edXML="{QCVN}"><edXML:edXMLEnvelope><edXML:edXMLHeader><edXML:Status>
<edXML:ResponseFor><edXML:OrganId>{about}</edXML:OrganId><edXML:Code>45/BNV</edXML:Code>
<edXML:PromulgationDate>2026/09/30</edXML:PromulgationDate>
<edXML:DocumentId>{about},2026/09/30,45/BNV</edXML:DocumentId></edXML:ResponseFor>
<edXML:From><edXML:OrganId>{organ}</edXML:OrganId></edXML:From><edXML:StatusCode>{code}</edXML:StatusCode>
<edXML:Description>Nguyễn-Văn-Kiểm-Thử</edXML:Description><edXML:Timestamp>{at}</edXML:Timestamp>
</edXML:Status></edXML:edXMLHeader></edXML:edXMLEnvelope></edXML:edXML>"""
