from __future__ import annotations

from tools.stamps import Stamp, files_under, fingerprint


def test_stamp_matches_only_what_was_written(tmp_path):
    stamp = Stamp(tmp_path / "deep" / "stamp")

    assert not stamp.matches("one")
    stamp.write("one")
    assert stamp.matches("one")
    assert not stamp.matches("two")
    stamp.remove()
    assert not stamp.matches("one")


def test_touched_file_keeps_its_fingerprint_and_changed_file_does_not(tmp_path):
    file = tmp_path / "a.css"
    file.write_text("body {}")
    before = fingerprint([file])

    file.touch()
    assert fingerprint([file]) == before
    file.write_text("body { color: red }")
    assert fingerprint([file]) != before


def test_fingerprint_tells_names_and_facts_apart(tmp_path):
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_text("same")
    second.write_text("same")

    assert fingerprint([first]) != fingerprint([second])
    assert fingerprint([first], "3.11") != fingerprint([first], "3.12")


def test_made_and_fetched_files_do_not_count(tmp_path):
    (tmp_path / "node_modules" / "x").mkdir(parents=True)
    (tmp_path / "node_modules" / "x" / "index.js").write_text("")
    (tmp_path / "src").mkdir()
    kept = tmp_path / "src" / "app.ts"
    kept.write_text("")

    assert list(files_under(tmp_path)) == [kept]
    assert list(files_under(tmp_path / "absent")) == []
    assert list(files_under(tmp_path, frozenset({".py"}))) == []
