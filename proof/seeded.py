"""Ten bugs that systems like this have had, as they would look here. Why each is so: docs/proof.md."""

from dataclasses import dataclass

from proof.harness.trees import Edit

LANE, MACHINE, PLAN, GRAMMAR, SCREENING = (
    "streams/land/lane.py",
    "streams/land/machine.py",
    "streams/land/plan.py",
    "ioc/contracts/grammar.py",
    "ioc/contracts/screening.py",
)
OUTLET = "producers/gateway/sdk_outlet.py"


@dataclass(frozen=True)
class Bug:
    """`edits`: (file, what stands there once, what stands there instead). `red`: invariants, any of which
    must turn red under `fault`."""

    id: str
    title: str
    fault: str
    red: tuple[str, ...]
    edits: tuple[Edit, ...]


BUGS: tuple[Bug, ...] = (
    Bug(
        "commit-first",
        "the offset is committed before the insert, and the commit is believed",
        "C4",
        ("I1", "I6"),
        (
            (
                MACHINE,
                "actions.Commit(block.plan.first, block.plan.metadata)",
                'actions.Commit(block.plan.last + 1, "")',
            ),
            (LANE, "self._planned_at > PLAN_FRESH_S:", "self._planned_at > 1e12:"),
            (
                "streams/land/resume.py",
                "    return _checked(Start(following), following, log)",
                "    following = committed.offset if committed else following\n"
                "    return _checked(Start(following), following, log)",
            ),
        ),
    ),
    Bug(
        "window-0",
        "the ledger remembers no insert tokens",
        "S1",
        ("I3", "I6"),
        (
            (
                "storage/migrations/0001_ledger.sql",
                """PARTITION BY toYYYYMM(logged_at)
ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 10000;""",
                """PARTITION BY toYYYYMM(logged_at)
ORDER BY (topic_id, partition, offset)
SETTINGS index_granularity = 4096, ${deduplication_window} = 0;""",
            ),
            # Or the worker refuses to count at all, which is how the product meets this bug.
            ("storage/doctor.py", "        if window < WINDOW:", "        if window < 0:"),
        ),
    ),
    Bug(
        "derived-doubled",
        "the cells of every attempt stay: the ledger is right, the indicators are not",
        "F04w",
        ("I5",),
        (
            (
                "storage/migrations/0012_cells.sql",
                "ORDER BY (tenant, kpi, part, day, dim, unit)\n",
                "ORDER BY (tenant, kpi, part, day, dim, unit, version)\n",
            ),
        ),
    ),
    Bug(
        "no-topic-id",
        "the insert token does not name the topic's id",
        "F12",
        ("I1",),
        ((PLAN, 'f"{cluster_id}/{topic_id}/{partition}/', 'f"{cluster_id}/{partition}/'),),
    ),
    Bug(
        "ack-on-exception",
        "a block whose insert failed counts as done",
        "F06",
        ("I1", "I6"),
        (
            (
                LANE,
                """            except StoreUnavailable as error:
                await self._shared.store_failed(error, self._epoch)
""",
                """            except StoreUnavailable as error:
                await self._shared.store_failed(error, self._epoch)
                break
""",
            ),
        ),
    ),
    Bug(
        "reset-latest",
        "auto_offset_reset=latest",
        "F36",
        ("I6",),
        (("streams/land/cluster.py", 'auto_offset_reset="none"', 'auto_offset_reset="latest"'),),
    ),
    Bug(
        "quarantine-lost",
        "the rejected rows of a block do not reach the ledger",
        "F25",
        ("I1", "I6"),
        (
            (
                MACHINE,
                """            yield from self.land(rows)
            self._landed""",
                """            yield from self.land([row for row in rows if not row.reason] or rows)
            self._landed""",
            ),
        ),
    ),
    Bug(
        "raw-bytes",
        "the gateway passes on the bytes that it received",
        "F23",
        ("I4",),
        (
            (
                "producers/gateway/intake.py",
                "publish([item.envelope for item in good])",
                "publish([(i.envelope, r) for r, i in zip(raws, judged, strict=True)"
                " if isinstance(i, Decoded)])",
            ),
            (
                OUTLET,
                "sent.append(self._publisher.send(event))",
                "sent.append(self._publisher.send(event) if not isinstance(event, tuple) else "
                "self._publisher.send_raw(TYPES[event[0].type].topic.name, kafka_key(event[0]), event[1]))",
            ),
            (
                OUTLET,
                "from ioc.contracts import Envelope",
                "from ioc.contracts import TYPES, Envelope, kafka_key",
            ),
        ),
    ),
    Bug(
        "no-nfc",
        "letters written apart are not put together",
        "F25",
        ("I2",),
        (
            (GRAMMAR, 'return unicodedata.normalize("NFC", text)\n', "return text\n"),
            (GRAMMAR, 'return unicodedata.normalize("NFC", text).encode()', "return text.encode()"),
            (SCREENING, 'unified = unicodedata.normalize("NFKC", text).lower()', "unified = text.lower()"),
            (
                SCREENING,
                'return unicodedata.normalize("NFC", "".join(c for c in unified'
                ' if unicodedata.category(c) != "Cf"))',
                'return "".join(c for c in unified if unicodedata.category(c) != "Cf")',
            ),
        ),
    ),
    Bug(
        "parse-first",
        "the caller is looked at after the body was parsed",
        "F40",
        ("I2",),
        (
            (
                "producers/gateway/v1.py",
                "        code = caller(request.headers, keyring)\n",
                "        early = await _events_of(request, mode_of(request.headers))\n"
                "        any(orjson.loads(raw) is None for raw in early)\n"
                "        code = caller(request.headers, keyring)\n",
            ),
            ("producers/gateway/v1.py", "raws = await _events_of(request, mode)", "raws = early"),
        ),
    ),
)
