"""Flushes are counted by the log that they are of, from what strace writes."""

from collections import Counter

from proof.faults.disk import flushes

SAID = """\
23672 fsync(58</d/kafka/log/__cluster_metadata-0/00000000000000000000.log>) = 0
23861 fdatasync(95</d/kafka/log/ioc.documents-1/00000000000000000000.log>) = 0
23862 fsync(95</d/kafka/log/ioc.documents-1/00000000000000000000.log> <unfinished ...>
23861 fsync(96</d/kafka/log/ioc.tasks-0/00000000000000000042.log>) = 0
23862 <... fsync resumed>)              = 0
23861 fsync(97</d/kafka/log/ioc.tasks-0/00000000000000000042.timeindex>) = 0
23861 fsync(99</d/kafka/log/replication-offset-checkpoint.tmp>) = 0
23861 fsync(99</d/kafka/log>) = 0
"""


def test_each_flush_of_a_log_counts_once() -> None:
    assert flushes(SAID.splitlines()) == Counter(
        {"ioc.documents-1": 2, "ioc.tasks-0": 1, "__cluster_metadata-0": 1}
    )
