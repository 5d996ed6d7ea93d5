"""The overall status of a wall, 1 (best) to 5, from the verdicts of its tiles and from urgent documents.

5 · every tile is red or old
4 · at least two tiles are red, or one is red while an urgent ("hỏa tốc") document waits beyond its time
3 · one tile is red, or one is old, or such a document waits
2 · one tile is amber, has no value or too few cases
1 · every tile has a value, at target, from fresh data
0 · no tile has any value: the level is not known, and that is what is shown

It rests on what the store knows today; open alerts join this rule when the store holds them.
"""

from collections.abc import Sequence

from grafana_foundation_sdk.builders import common as c
from grafana_foundation_sdk.builders import stat
from grafana_foundation_sdk.models import common as cm
from grafana_foundation_sdk.models import dashboard as dm

from dashboards.boards.clickhouse import DATA_SOURCE, Query
from dashboards.boards.parts import displayed, mapping, plain, prop

WORDS = {
    "0": ("? CHƯA RÕ", "faint"),
    "1": ("1 BÌNH THƯỜNG", "good"),
    "2": ("2 THEO DÕI", "warn"),
    "3": ("3 CẦN CHÚ Ý", "warn"),
    "4": ("4 NGHIÊM TRỌNG", "act"),
    "5": ("5 KHẨN CẤP", "act"),
}
URGENT = """(SELECT count() FROM ioc_read.cases_documents_in
  WHERE urgency = 'hoa_toc' AND open AND isNull(assigned_at) AND assign_due_at < now())"""


def columns(tiles: Sequence[str]) -> str:
    """Columns of a SELECT over rows with `kpi` and `verdict`, the same in every row.

    `level`; how many tiles are red, amber, green, old, missing; `urgent`: documents beyond their time.
    """
    names = ", ".join(f"'{kpi}'" for kpi in tiles)
    counts = ", ".join(
        f"countEqual(verdicts, '{word}') AS {word}" for word in ("red", "amber", "green", "old")
    )
    return f"""groupArray(if(kpi IN ({names}), verdict, '')) OVER () AS verdicts, {counts},
      {len(tiles)} - red - amber - green - old AS missing, {URGENT} AS urgent,
      multiIf(red + amber + green + old = 0, 0, red + old >= {len(tiles)}, 5,
        red >= 2 OR (red >= 1 AND urgent > 0), 4, red + old + urgent >= 1, 3,
        amber + missing >= 1, 2, 1) AS level"""


def level(query: Query, first: dm.DataTransformerConfig, at: dm.GridPos) -> stat.Panel:
    """The status panel. `first`: the transformation that keeps one row of `query`."""
    return (
        stat.Panel()
        .title("Mức độ chung")
        .description(
            "Mức 1 (tốt nhất) đến 5, suy ra từ đánh giá của các ô chỉ tiêu, độ mới của dữ liệu và văn bản "
            "hỏa tốc quá hạn phân công. Không có dữ liệu thì chưa rõ, không phải là tốt."
        )
        .datasource(DATA_SOURCE)
        .with_target(query)
        .with_transformation(first)
        .grid_pos(at)
        .interval("1s")
        .unit("short")
        .no_value("?")
        .thresholds(plain())
        .reduce_options(c.ReduceDataOptions().calcs(["lastNotNull"]).fields(displayed("Mức độ chung")))
        .graph_mode(cm.BigValueGraphMode.NONE)
        .color_mode(cm.BigValueColorMode.BACKGROUND)
        .override_by_name("level", [prop("displayName", "Mức độ chung"), mapping(WORDS)])
    )
