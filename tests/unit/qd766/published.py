"""Answers in the portal's two shapes, made from figures it published in 2026; names and ids are invented."""

from typing import Any

Answer = dict[str, Any]
FULL_COPY = ("ELECTRONIC_CERTIFIED_COPY", None, None, 100, 2, 2)
TEMPORARY = {"dataQualityStatus": "TEMP_NATIONAL_REPORT_DENOMINATOR", "dataQualityMessage": "Mẫu số tạm."}


def metric(code: str, n: Any, d: Any, ratio: Any, score: Any, maximum: int) -> Answer:
    named = {"code": code, "name": "tên chỉ tiêu", "numerator": n, "denominator": d}
    return {**named, "ratio": ratio, "score": score, "maxScore": maximum}


def unit(code: str, total: Any, maximum: int, **more: Any) -> Answer:
    named = {"departmentId": f"id-{code}", "departmentName": f"Đơn vị {code}", "departmentCode": code}
    return {**named, "totalScore": total, "totalMaxScore": maximum, "ratio": None, "scoreDelta": None, **more}


def by_metrics(overview: Answer, *units: Answer) -> Answer:
    data = {"overview": overview, "monthlyChart": [], "evaluation": list(units), "pagination": {"total": 1}}
    return {"code": "OK", "data": data, "message": "OK"}


def by_counters(parent: Answer, *children: Answer) -> Answer:
    return {"code": "OK", "data": {"parent": parent, "children": list(children)}, "message": "OK"}


def transparency() -> Answer:
    def line(code: str, total: Any, dossiers: int, *, announced: bool) -> Answer:
        share, score = (0, 0) if announced else (None, None)
        synced, points = (100, 6) if dossiers else (None, None)
        metrics = [
            metric("PUBLISH_ON_TIME", 0, 89 if announced else 0, share, score, 6),
            metric("PUBLIC_UPDATE_ON_TIME", 0, 70 if announced else 0, share, score, 4),
            metric("PUBLIC_CONTENT_FULL", 87, 89, 97.75, 1.96, 2),
            metric("DOSSIER_SYNC", dossiers, dossiers, synced, points, 6) | TEMPORARY,
        ]
        found = unit(code, total, 18, metrics=metrics, averageScore=7.92)
        del found["departmentCode"]  # as the portal leaves it out of this group and of satisfaction
        return found

    return by_metrics(
        line("H44", 7.96, 475_053, announced=True),
        line("H44.01", 7.96, 96, announced=False),
        line("H44.02", 1.96, 0, announced=False),
    )


def nothing_at_all() -> Answer:
    """A unit without any data: null throughout, and a total that the portal writes as 0."""
    codes = {
        "PUBLISH_ON_TIME": 6,
        "PUBLIC_UPDATE_ON_TIME": 4,
        "PUBLIC_CONTENT_FULL": 2,
        "DOSSIER_SYNC": 6,
    }
    metrics = [metric(code, 0, 0, None, None, maximum) for code, maximum in codes.items()]
    return by_metrics(unit("H44.01", 0, 18, metrics=metrics))


PROGRESS = [
    (165_139, 161_553, 19.57),
    (1482, 1423, 19.2),
    (743, 686, 18.47),
    (613, 592, 19.31),
    (266, 224, 16.84),
    (483, 473, 19.59),
    (0, 0, 0),
]


def progress() -> Answer:
    def child(index: int, received: int, on_time: int, score: float) -> Answer:
        counters = {"totalReceived": received, "totalOnTime": on_time, "totalOverdue": received - on_time}
        named = unit(f"H44.{index}", score, 20, **counters, avgProcessingDays=1.1)
        named["score"], named["maxScore"] = named.pop("totalScore"), named.pop("totalMaxScore")
        return named

    received, on_time, score = PROGRESS[0]
    parent = unit("H44", score, 20, totalReceived=received, totalOnTime=on_time, totalCompleted=155_934)
    return by_counters(parent, *(child(i, *row) for i, row in enumerate(PROGRESS[1:], 100)))


def online() -> Answer:
    counters = {"authorityCount": 89, "partialCount": 31, "fullCount": 21, "onlineDossierCount": 516}
    counters |= {"onlineServiceTotal": 1884, "channelOnlineSum": 589_496, "channelDirectSum": 8398}
    parent = unit("H44", 8.56, 12, **counters, channelPostalSum=0, channelTotalSum=597_894)
    return by_counters(parent, unit("H44.01", 6, 12, level="PROVINCE"), unit("H44.03", 7.26, 12))


PAYMENT = [
    ("H44", 6.67, 309_542, 358_625, 119, 68, 313),
    ("H44.01", 0, 0, 0, 0, 0, 1),
    ("H44.03", 1.67, 0, 0, 2, 0, 3),
    ("H44.07", 8, 110, 110, 12, 0, 13),
    ("H44.100", 6.68, 3082, 3816, 17, 10, 37),
    ("H44.112", 7.04, 2381, 2771, 20, 10, 40),
    ("H44.125", 7.24, 1152, 1231, 18, 8, 40),
    ("H44.44", 5.64, 612, 857, 8, 4, 22),
    ("H44.23", 0, 0, 0, 0, 0, 0),
]


def payment() -> Answer:
    def line(code: str, total: float, paid: int, due: int, used: int, offered: int, fees: int) -> Answer:
        counters = {"totalDossierOnlinePaymentSuccess": paid, "totalDossierFinancialObligation": due}
        counters |= {"totalDossierOnlineFormalityPaymentSuccess": used, "totalFeeDossierFormality": offered}
        counters |= {"totalFeeDossierFormalityDistinct": fees, "totalFeeFormality": fees}
        return unit(code, total, 10, **counters)

    first, *rest = (line(*row) for row in PAYMENT)
    return by_counters(first, *rest)


def digitised() -> Answer:
    names = (
        "ORIGINAL_RESULT_AVAILABLE",
        "SO_HOA_GIAY_TO_GIAI_QUYET",
        "REUSED_DIGITIZED_DATA",
        "SYNCED_WITH_DVCQG_PERSONAL_STORAGE",
        "CITIZEN_DATA_CONNECTED_DOSSIER",
    )
    maxima = (6, 4, 2, 4, 2)

    def line(
        code: str, total: Any, dossiers: int, counts: tuple[int, ...], scores: tuple[Any, ...]
    ) -> Answer:
        ratios = [round(100 * n / dossiers, 2) if dossiers else None for n in counts]
        rows = zip(names, counts, ratios, scores, maxima, strict=True)
        metrics = [metric(name, n, dossiers, ratio, score, m) for name, n, ratio, score, m in rows]
        return unit(code, total, 20, metrics=[*metrics, metric(*FULL_COPY)])

    return by_metrics(
        line("H44", 10.68, 165_139, (145_055, 65_592, 79_981, 0, 50_383), (5.27, 1.59, 1.21, 0, 0.61)),
        line("H44.01", 2, 0, (0, 0, 0, 0, 0), (None,) * 5),
        line("H44.104", 11.11, 1065, (1048, 448, 456, 0, 244), (5.9, 1.68, 1.07, 0, 0.46)),
    )


def satisfaction() -> Answer:
    def line(code: str, total: float, dossiers: tuple[Any, ...], feedback: tuple[Any, ...]) -> Answer:
        good, handled, points = dossiers
        n, on_time, satisfied, first, second = feedback
        metrics = [
            metric("PETITION_CLASSIFICATION_TTHC", 0, n, 0, None, 0),
            metric("DOSSIER_RECEIVING_SATISFACTION", good, handled, 0, points, 6),
            metric("PETITION_PROCESSING_ON_TIME", on_time, n, 0, first, 6),
            metric("PETITION_HANDLING_SATISFACTION", satisfied, n, 0, second, 6),
        ]
        return unit(code, total, 18, metrics=metrics, totalPetitions=n, totalDossiers=handled)

    return by_metrics(
        line("H44", 11.43, (528_464, 597_918, 5.89), (570, 296, 230, 3.12, 2.42)),
        line("H44.01", 18, (156, 161, 6), (0, 0, 0, 6, 6)),
        line("H44.08", 7.73, (601, 847, 4.73), (4, 1, 1, 1.5, 1.5)),
        line("H44.09", 12, (0, 0, 0), (0, 0, 0, 6, 6)),
    )


ALL = {
    "transparency": transparency,
    "dvc-progress-tree": progress,
    "provide-online-tree": online,
    "formality-online-payment-tree": payment,
    "dossier-digitized": digitised,
    "handling-satisfaction": satisfaction,
}
