"""The lock file is the law: only what it names with its hash runs, and a full cache needs no network."""

import hashlib
from pathlib import Path

import pytest

from local.jars import Jar, JarsUntrusted, cache_directory, class_path, parse_lock, pinned


def jar(name: str, content: bytes) -> Jar:
    return Jar("org.example", name, "1.0", hashlib.sha256(content).hexdigest())


JARS = (jar("one", b"first"), jar("two", b"second"))
CONTENT = {"one-1.0.jar": b"first", "two-1.0.jar": b"second"}


def download(wanted: Jar, scratch: Path) -> Path:
    path = scratch / wanted.file_name
    path.write_bytes(CONTENT[wanted.file_name])
    return path


def no_network(wanted: Jar, _scratch: Path) -> Path:
    raise AssertionError(f"{wanted.file_name} was fetched although it is in the cache")


def test_missing_jars_are_fetched_with_progress_then_taken_from_the_cache(tmp_path: Path) -> None:
    seen: list[tuple[str, int, int]] = []
    paths = class_path(JARS, tmp_path, lambda *step: seen.append(step), download)
    assert [path.read_bytes() for path in paths] == [b"first", b"second"]
    assert [done for _, done, _ in seen] == [1, 2]
    assert class_path(JARS, tmp_path, fetch=no_network) == paths
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one-1.0.jar", "two-1.0.jar"]


def test_an_altered_jar_in_the_cache_is_refused(tmp_path: Path) -> None:
    class_path(JARS, tmp_path, fetch=download)
    (tmp_path / "two-1.0.jar").write_bytes(b"second!")
    with pytest.raises(JarsUntrusted, match=r"two-1\.0\.jar: its SHA-256 is"):
        class_path(JARS, tmp_path, fetch=no_network)


def test_a_wrong_download_never_enters_the_cache(tmp_path: Path) -> None:
    def wrong(wanted: Jar, scratch: Path) -> Path:
        path = scratch / wanted.file_name
        path.write_bytes(b"from elsewhere")
        return path

    with pytest.raises(JarsUntrusted, match="pins"):
        class_path(JARS, tmp_path, fetch=wrong)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ["deadbeef  a:b:1", f"{'0' * 64}  a:b", f"{'0' * 64}"])
def test_a_broken_lock_line_is_named(line: str) -> None:
    with pytest.raises(JarsUntrusted, match="line 2"):
        parse_lock(f"# comment\n{line}\n")


def test_the_lock_of_this_release_names_kafka_its_log_binding_and_each_jar_once() -> None:
    names = [entry.file_name for entry in pinned()]
    assert "kafka_2.13-4.3.1.jar" in names
    assert any(name.startswith("log4j-slf4j-impl-") for name in names)
    assert len(names) == len(set(names))


def test_the_cache_follows_the_environment(tmp_path: Path) -> None:
    assert cache_directory({"IOC_CACHE": str(tmp_path)}) == tmp_path / "kafka-4.3.1"
    assert cache_directory({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "ioc" / "kafka-4.3.1"
