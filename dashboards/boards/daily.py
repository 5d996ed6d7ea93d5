"""Boards of what flows in every day: documents, public services, staff, data quality."""

from functools import partial
from typing import Any

from dashboards.boards import lists, panels, period
from dashboards.boards.canvas import Piece, Place
from dashboards.boards.catalogue import Facts
from dashboards.boards.clickhouse import Query
from dashboards.boards.domains import Domain, Rows, headings
from dashboards.boards.kpi import Measure
from dashboards.boards.links import row_case
from dashboards.boards.panels import Said
from dashboards.boards.parts import UNIT, WINDOW, beneath, prop, quoted, short, short_names, thresholds
from dashboards.boards.trend import together, volumes
from dashboards.boards.values import Shown, statement


def _documents(facts: Facts) -> Rows:
    flow = {
        "doc_registered_on_time_rate": "Đến",
        "doc_on_time_rate": "Xử lý xong",
        "doc_sent_on_time_rate": "Gửi đi",
    }
    return [
        (
            8,
            [
                *_volume(
                    facts, "Văn bản mỗi ngày", "Văn bản đã đăng ký, đã xử lý xong và đã gửi mỗi ngày.", flow
                ),
                Piece("urgent", 8, partial(lists.urgent_unassigned, _note(lists.WAITING))),
                Piece("late documents", 8, _late_documents),
            ],
        )
    ]


def _services(facts: Facts) -> Rows:
    flow = {
        "online_dossier_rate": "Tiếp nhận",
        "dossier_on_time_rate": "Giải quyết",
        "satisfaction_rate": "Được đánh giá",
    }
    return [
        (
            8,
            [
                *_volume(
                    facts,
                    "Hồ sơ mỗi ngày",
                    "Hồ sơ đã tiếp nhận, đã giải quyết và được đánh giá mỗi ngày.",
                    flow,
                ),
                Piece("overdue by unit", 8, partial(lists.overdue_by_unit, _note(lists.OVERDUE))),
                Piece("late dossiers", 8, _late_dossiers),
            ],
        )
    ]


def _people(facts: Facts) -> Rows:
    pieces = [
        Piece(f"kinds {kpi}", 8, partial(_kinds, facts, kpi, title, short_names(names)))
        for kpi, title, names in (
            ("hr_credential_coverage", "Theo loại chứng thực, định danh", "credentials"),
            ("dx_training_coverage", "Theo nhóm bồi dưỡng", "courses"),
        )
        if kpi in facts.measures
    ]
    return [(8, [*pieces, Piece("hidden", 8, _hidden)])]


def _quality(facts: Facts) -> Rows:
    rates = facts.known(("dq_correct_rate", "dq_complete_rate", "dq_clean_rate", "dq_live_rate"))
    if not rates:
        return []
    said = Said(
        "Đúng, đủ, sạch, sống: 30 ngày",
        "Bốn tỷ lệ của mọi cơ sở dữ liệu, mỗi điểm gộp bảy ngày.",
        "percent",
        1,
        "30s",
    )
    names = {each.id: each.name for each in rates}
    return [
        (
            10,
            [
                Piece("datasets", 14, partial(_datasets, rates)),
                Piece("four rates", 10, partial(panels.lines, said, together(rates), names)),
            ],
        ),
        (8, [Piece("errors", 24, _errors)]),
    ]


def _volume(facts: Facts, title: str, meaning: str, flow: dict[str, str]) -> list[Piece]:
    known = {kpi: name for kpi, name in flow.items() if kpi in facts.measures}
    shown = {f"n{at}": name for at, name in enumerate(known.values())}
    said = Said(title, meaning, decimals=0, every="30s")
    made = partial(panels.lines, said, volumes(known), shown, columns=True)
    return [Piece("volume", 8, made)] if known else []


def _note(kpi: str) -> Query:
    """The KPI behind a list: its total, its change, and whether the rows can be trusted."""
    return Query(statement([Shown(kpi, "day")]), note=True)


def _late(title: str, view: str, running: str, at: Place) -> Any:
    sql = f"""
    SELECT c.subject AS subject, {short("units", "c.unit", "u.name")} AS unit_name,
      toInt64(dateDiff('day', c.due_at, now())) AS days
    FROM ioc_read.{view} AS c LEFT JOIN ioc_read.units AS u ON u.code = c.unit
    WHERE {running} AND c.due_at < now() AND {beneath("c.unit")}
    ORDER BY c.due_at, subject LIMIT 8
    """  # noqa: S608
    said = Said(title, "Quá hạn lâu nhất trước; chọn một dòng để mở ở bàn điều hành.", nothing="Không có")
    shown = {"unit_name": "Đơn vị", "days": "Số ngày quá hạn"}
    props = {"unit_name": [row_case()], "days": panels.toned([("warn", None), ("act", 5)])}
    return panels.hide(panels.rows(said, sql, shown, at, props), "subject")


def _late_documents(at: Place) -> Any:
    return _late("Văn bản quá hạn lâu nhất", "cases_documents_in", "c.open", at)


def _late_dossiers(at: Place) -> Any:
    return _late("Hồ sơ quá hạn lâu nhất", "cases_dossiers", "c.open AND c.running", at)


def _kinds(facts: Facts, kpi: str, title: str, names: dict[str, str], at: Place) -> Any:
    measure = facts.measures[kpi]
    said = Said(
        title, f"{measure.name} theo từng loại, thấp nhất trước.", measure.grafana_unit, measure.decimals
    )
    return panels.bars(said, period.by_kind(kpi, names), "value", at, top=100).thresholds(
        thresholds(measure.bounds)
    )


def _hidden(at: Place) -> Any:
    sql = f"""
    SELECT countIf(hidden) AS hidden_cells, count() AS cells, uniqExactIf(unit, hidden) AS units
    FROM ioc_read.values_now AS v INNER JOIN ioc_read.kpis AS k ON k.kpi = v.kpi
    WHERE k.personal AND {beneath("v.unit")} AND toString(v.window) = {WINDOW}
    """  # noqa: S608
    said = Said(
        "Bảo vệ người lao động",
        "Bảng chỉ có số tổng hợp. Số dưới năm người không hiển thị; ở đây là số ô đã che.",
        decimals=0,
    )
    shown = {"hidden_cells": "Ô đã che", "cells": "Tổng số ô", "units": "Đơn vị có ô đã che"}
    return panels.numbers(said, sql, shown, at)


def _datasets(rates: list[Measure], at: Place) -> Any:
    columns = ", ".join(f"anyIf(v.value, v.kpi = '{each.id}') AS {each.id}" for each in rates)
    names = quoted([each.id for each in rates])
    sql = f"""
    SELECT {short("datasets", "v.dim", "v.dim")} AS dataset_name, {columns}, any(c.records) AS records,
      any(c.assessed_at) AS assessed_at
    FROM (
      SELECT dim, kpi, value FROM ioc_read.values_now
      WHERE unit = {UNIT} AND dim != '' AND kpi IN ({names}) AND toString(window) = {WINDOW}
    ) AS v LEFT JOIN (
      SELECT dataset, sum(last) AS records, max(at) AS assessed_at FROM (
        SELECT toString(dataset) AS dataset, unit, argMax(records_total, opened_at) AS last,
          max(opened_at) AS at
        FROM ioc_read.cases_datasets WHERE {beneath("unit")} GROUP BY dataset, unit
      ) GROUP BY dataset
    ) AS c ON c.dataset = v.dim
    GROUP BY v.dim ORDER BY {rates[0].id} ASC NULLS LAST, dataset_name LIMIT 14
    """  # noqa: S608
    said = Said(
        "Từng cơ sở dữ liệu",
        "Đúng, đủ, sạch, sống của từng cơ sở dữ liệu trong kỳ; kém nhất trước.",
        every="30s",
    )
    shown = {"dataset_name": "Cơ sở dữ liệu"} | headings(rates)
    shown |= {"records": "Bản ghi", "assessed_at": "Đánh giá lúc"}
    props = {
        each.id: [prop("unit", "percent"), prop("decimals", 1), *panels.toned(each.bounds)] for each in rates
    }
    props["assessed_at"] = [prop("unit", "time:DD/MM HH:mm")]
    return panels.rows(said, sql, shown, at, props)


def _errors(at: Place) -> Any:
    names = {
        "duplicates": ("Trùng", "warn"),
        "format_errors": ("Sai định dạng", "act"),
        "ref_errors": ("Sai tham chiếu", "info"),
        "stale_records": ("Quá hạn cập nhật", "faint"),
    }
    sums = ", ".join(f"toInt64(sum(last.{at})) AS {name}" for at, name in enumerate(names, 1))
    latest = ", ".join(f"{name}" for name in names)
    sql = f"""
    SELECT {short("datasets", "dataset", "dataset")} AS dataset_name, {sums}
    FROM (
      SELECT toString(dataset) AS dataset, unit, argMax(({latest}), opened_at) AS last
      FROM ioc_read.cases_datasets WHERE {beneath("unit")} GROUP BY dataset, unit
    )
    GROUP BY dataset ORDER BY sum(last.1 + last.2 + last.3 + last.4) DESC, dataset LIMIT 10
    """  # noqa: S608
    said = Said(
        "Lỗi theo loại",
        "Số bản ghi có lỗi ở lần đánh giá gần nhất, theo cơ sở dữ liệu.",
        decimals=0,
        every="30s",
    )
    shown = {name: word for name, (word, _) in names.items()}
    return panels.stacked(said, sql, shown, [tone for _, tone in names.values()], at)


DOMAINS = (
    Domain(
        "documents",
        "Văn bản và lưu trữ",
        "Văn bản đến, đi, hạn xử lý, văn bản khẩn, số hóa tài liệu lưu trữ.",
        first=(
            "doc_on_time_rate",
            "doc_overdue_open",
            "doc_urgent_assign_minutes_p95",
            "doc_registered_on_time_rate",
            "doc_sent_on_time_rate",
            "doc_digital_exchange_rate",
            "archive_highuse_digitised_rate",
            "archive_described_rate",
        ),
        trend="doc_on_time_rate",
        units=("doc_on_time_rate", "doc_overdue_open", "doc_digital_exchange_rate"),
        more=_documents,
    ),
    Domain(
        "public-services",
        "Dịch vụ công",
        "Hồ sơ thủ tục hành chính, dịch vụ công trực tuyến, hài lòng, phản ánh.",
        first=(
            "dossier_on_time_rate",
            "dossier_overdue_open",
            "online_dossier_rate",
            "satisfaction_rate",
            "dossier_digitised_rate",
            "e_result_rate",
            "online_payment_rate",
            "portal_sync_rate",
            "service_index_766",
        ),
        trend="online_dossier_rate",
        units=("dossier_on_time_rate", "dossier_overdue_open", "online_dossier_rate"),
        more=_services,
    ),
    Domain(
        "people",
        "Nhân sự và bồi dưỡng",
        "Chỉ số tổng hợp về nhân sự, định danh, bồi dưỡng; không có dữ liệu cá nhân.",
        first=("hr_sync_sla_rate", "hr_record_coverage", "hr_credential_coverage"),
        trend="hr_sync_sla_rate",
        units=("hr_record_coverage", "dx_training_coverage", "ai_skill_coverage"),
        more=_people,
    ),
    Domain(
        "data-quality",
        "Chất lượng dữ liệu",
        "Đúng, đủ, sạch, sống của từng cơ sở dữ liệu.",
        first=("dq_correct_rate", "dq_complete_rate", "dq_clean_rate", "dq_live_rate"),
        about=False,
        more=_quality,
    ),
)
"""Boards of the daily flow; a made-up KPI of one of these domains is on its board."""
