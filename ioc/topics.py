"""The Kafka topics. Partition counts never change in place: a case must stay in order in one partition."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic and the ledger table its records land in (`None`: not landed)."""

    name: str
    partitions: int
    ledger: str | None
    personal: bool = False
    retention_days: int = 30


DOCUMENTS = Topic("ioc.documents", 2, "events_documents")
SERVICES = Topic("ioc.services", 2, "events_services")
HR = Topic("ioc.hr", 1, "events_hr", personal=True, retention_days=7)
TASKS = Topic("ioc.tasks", 1, "events_tasks")
ARCHIVES = Topic("ioc.archives", 1, "events_archives")
QUALITY = Topic("ioc.quality", 1, "events_quality")
PLATFORM = Topic("ioc.platform", 1, "events_platform")
ALERTS = Topic("ioc.alerts", 1, "events_alerts")
CONTROL = Topic("ioc.control", 1, None)

EVENT_TOPICS = (DOCUMENTS, SERVICES, HR, TASKS, ARCHIVES, QUALITY, PLATFORM, ALERTS)
ALL_TOPICS = (*EVENT_TOPICS, CONTROL)
BY_NAME = {topic.name: topic for topic in ALL_TOPICS}
