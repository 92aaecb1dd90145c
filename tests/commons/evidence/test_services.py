from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from gongjian.commons.evidence import storage
from gongjian.commons.evidence.models import Evidence, EvidenceFile, EvidenceUpload, EvidenceUse
from gongjian.commons.evidence.services import keeping, uploading
from gongjian.commons.evidence.services.clearing import clear_all
from gongjian.foundation.audit.models import TrailEntry
from gongjian.foundation.kernel.errors import DomainError, NotPermitted, StateConflict
from gongjian.foundation.tenancy.scope import tenant_scope
from responsibilities.models import Obligation
from responsibilities.services.review import accept_return
from tests.factories.evidence import PDF, attached, photo, place_at
from tests.factories.follow_ups import in_hand, issued, reported
from tests.factories.returns import open_quarter, submitted


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path):
    settings.FILES_DIR = tmp_path


@pytest.fixture
def owed(cast) -> Obligation:
    period, _ = open_quarter(cast)
    return Obligation.objects.get(unit=cast.hongqi, period=period)


def key_of(record, slot: str = "") -> tuple[str, int, str]:
    return record._meta.label_lower, record.pk, slot


def in_pieces(record, actor, content: bytes, step: int, **values):
    key = uuid.uuid4()
    uploading.begin(key_of(record), actor=actor, name="a.jpg", size=len(content), key=key)
    upload = None
    for offset in range(0, len(content), step):
        piece = content[offset : offset + step]
        upload = uploading.receive(key, actor=actor, offset=offset, piece=piece)
    return upload


def test_pieces_become_one_file_under_its_hash(cast, owed, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        upload = in_pieces(owed, cast.secretary, photo(size=(900, 900)), 700)

    piece = upload.use.evidence
    assert storage.read_checked("a.jpg", piece.file.sha256)
    assert piece.given_sha256 != piece.file.sha256
    assert storage.path_of(piece.file.sha256).relative_to(storage.path_of("x").parents[3]).parts[
        0
    ] == str(cast.tenant.pk)
    assert not storage.partial_path(upload.key).exists()
    entry = TrailEntry.objects.get(action="evidence.evidence.added")
    assert entry.after == {"subject": f"responsibilities.obligation:{owed.pk}", "slot": ""}


def test_a_piece_sent_twice_is_written_once_and_a_gap_is_refused(cast, owed):
    key = uuid.uuid4()
    begin = {"actor": cast.secretary, "name": "a.pdf", "size": len(PDF), "key": key}
    uploading.begin(key_of(owed), **begin)
    uploading.receive(key, actor=cast.secretary, offset=0, piece=PDF[:20])

    assert uploading.begin(key_of(owed), **begin).received == 20
    assert uploading.receive(key, actor=cast.secretary, offset=0, piece=PDF[:20]).received == 20
    with pytest.raises(StateConflict):
        uploading.receive(key, actor=cast.secretary, offset=30, piece=PDF[30:])
    with pytest.raises(DomainError):
        uploading.receive(key, actor=cast.secretary, offset=20, piece=PDF + PDF)
    done = uploading.receive(key, actor=cast.secretary, offset=20, piece=PDF[20:])
    again = uploading.receive(key, actor=cast.secretary, offset=20, piece=PDF[20:])

    assert done.use_id == again.use_id is not None
    assert EvidenceUse.objects.count() == 1


def test_what_a_broken_attempt_left_behind_is_cut_off(cast, owed):
    key = uuid.uuid4()
    uploading.begin(key_of(owed), actor=cast.secretary, name="a.pdf", size=len(PDF), key=key)
    uploading.receive(key, actor=cast.secretary, offset=0, piece=PDF[:20])
    # The worker died after the disk and before the database.
    with storage.partial_path(key).open("ab") as stream:
        stream.write(b"half of a piece")

    upload = uploading.receive(key, actor=cast.secretary, offset=20, piece=PDF[20:])

    assert storage.read_checked("a.pdf", upload.use.evidence.file.sha256) == PDF


def test_another_person_cannot_go_on_with_an_upload(cast, owed):
    key = uuid.uuid4()
    uploading.begin(key_of(owed), actor=cast.secretary, name="a.pdf", size=len(PDF), key=key)

    with pytest.raises(NotPermitted):
        uploading.receive(key, actor=cast.union_chair, offset=0, piece=PDF)
    with pytest.raises(NotPermitted):
        uploading.begin(key_of(owed), actor=cast.union_chair, name="a.pdf", size=9, key=key)


def test_the_same_file_is_kept_once_in_a_tenant_and_told_to_nobody(cast, owed):
    sibling = Obligation.objects.get(unit=cast.xinghuo, period=owed.period)
    attached(owed, cast.secretary)
    attached(owed, cast.secretary, slot="Z201", name="另一个名字.pdf")
    theirs = attached(sibling, cast.neighbour, name="他们的.pdf")

    assert EvidenceFile.objects.count() == 1
    assert Evidence.objects.count() == 2
    assert theirs.evidence.title == "他们的.pdf"
    assert [use.evidence.title for use in EvidenceUse.objects.filter(subject_id=owed.pk)] == [
        "会议记录.pdf"
    ] * 2


def test_a_sibling_and_a_stranger_neither_read_nor_add(cast, owed):
    for actor in (cast.neighbour, cast.other_county):
        assert not place_at(owed).may_read(actor)
        with pytest.raises(NotPermitted):
            uploading.begin(key_of(owed), actor=actor, name="a.pdf", size=9, key=uuid.uuid4())
    with tenant_scope(cast.elsewhere.pk), pytest.raises(NotPermitted):
        uploading.begin(key_of(owed), actor=cast.stranger, name="a.pdf", size=9, key=uuid.uuid4())


def test_the_branch_above_reads_and_does_not_add(cast, owed):
    for actor in (cast.township, cast.county, cast.office, cast.viewer):
        assert place_at(owed).may_read(actor)
    with pytest.raises(StateConflict):
        attached(owed, cast.viewer)
    # The township files for its villages, and so may attach the signed paper.
    assert attached(owed, cast.township, slot="paper").evidence.unit == cast.hongqi
    with pytest.raises(StateConflict):
        attached(owed, cast.secretary, slot="paper")


def test_a_cell_that_the_form_does_not_have_holds_nothing(cast, owed):
    with pytest.raises(NotPermitted):
        keeping.locked_place(*key_of(owed, "没有这栏"), cast.secretary)


def test_after_submitting_nothing_is_added_or_taken_away(cast, owed):
    use = attached(owed, cast.secretary)
    returned = submitted(cast, cast.hongqi, owed.period, cast.secretary)

    for act in (keeping.take_away, keeping.bring_back):
        with pytest.raises(StateConflict):
            act(use, actor=cast.secretary)
    with pytest.raises(StateConflict):
        attached(owed, cast.secretary, content=PDF + b"%%EOF\n")

    accept_return(returned, actor=cast.township)
    assert use in place_uses(owed)


def place_uses(record) -> list[EvidenceUse]:
    return list(EvidenceUse.objects.filter(subject_id=record.pk, removed_at=None))


def test_taking_away_and_undo(cast, owed):
    use = attached(owed, cast.secretary)

    keeping.take_away(use, actor=cast.secretary)
    assert place_uses(owed) == []
    keeping.bring_back(use, actor=cast.secretary)

    assert place_uses(owed) == [use]
    acts = TrailEntry.objects.filter(
        subject_kind="evidence.evidence", subject_id=use.evidence_id
    ).order_by("pk")
    assert [entry.label for entry in acts] == ["添加佐证", "移除佐证", "恢复佐证"]


def test_what_the_unit_has_is_cited_and_anothers_is_not(cast, owed):
    matter = in_hand(cast)
    given = attached(matter, cast.secretary)

    use = keeping.cite(key_of(owed), actor=cast.secretary, evidence_id=given.evidence_id)
    assert use.evidence == given.evidence

    sibling = Obligation.objects.get(unit=cast.xinghuo, period=owed.period)
    with pytest.raises(NotPermitted):
        keeping.cite(key_of(sibling), actor=cast.neighbour, evidence_id=given.evidence_id)


def test_a_reference_needs_no_file_but_a_place(cast, owed):
    use = keeping.add_reference(
        key_of(owed),
        actor=cast.secretary,
        values={"title": "会议记录", "whereabouts": "档案柜"},
    )
    assert use.evidence.reference == "存于档案柜"
    with pytest.raises(DomainError):
        keeping.add_reference(key_of(owed), actor=cast.secretary, values={"title": "空话"})


def test_a_place_holds_no_heap(cast, owed):
    for number in range(keeping.MOST_PIECES):
        attached(
            owed, cast.secretary, content=PDF.replace(b"1.4", b"1.4\n%" + bytes([65 + number]))
        )
    with pytest.raises(DomainError, match="最多附"):
        attached(owed, cast.secretary, content=PDF.replace(b"1.4", b"1.4\n%z"))


def test_a_full_tenant_keeps_no_more(cast, owed, settings):
    settings.EVIDENCE_QUOTA = 10
    with pytest.raises(DomainError, match="空间已满"):
        attached(owed, cast.secretary)


def test_a_bad_file_leaves_nothing(cast, owed):
    with pytest.raises(DomainError):
        attached(owed, cast.secretary, content=b"<html>")
    assert EvidenceUse.objects.count() == EvidenceFile.objects.count() == 0


def test_a_changed_file_is_not_handed_out(cast, owed):
    file = attached(owed, cast.secretary).evidence.file
    storage.path_of(file.sha256).write_bytes(b"something else")

    with pytest.raises(DomainError, match="不一致"):
        storage.read_checked("a.pdf", file.sha256)


def test_only_long_unused_files_are_cleared(cast, owed):
    sibling = Obligation.objects.get(unit=cast.xinghuo, period=owed.period)
    used = attached(owed, cast.secretary).evidence.file
    shared = attached(owed, cast.secretary, name="b.jpg", content=photo())
    gone = attached(owed, cast.secretary, name="c.jpg", content=photo(colour=(1, 2, 3)))
    attached(sibling, cast.neighbour, name="d.jpg", content=photo())
    for use in (shared, gone):
        keeping.take_away(use, actor=cast.secretary)
    assert clear_all() == (0, 0)

    long_ago = timezone.now() - timedelta(days=200)
    EvidenceUse.objects.exclude(removed_at=None).update(removed_at=long_ago)
    EvidenceFile.objects.update(created_at=long_ago)
    EvidenceUpload.objects.update(touched_at=long_ago)
    assert clear_all() == (4, 1)

    assert storage.path_of(used.sha256).exists()
    assert storage.path_of(shared.evidence.file.sha256).exists()
    assert not storage.path_of(gone.evidence.file.sha256).exists()
    with pytest.raises(StateConflict, match="清理"):
        keeping.bring_back(gone, actor=cast.secretary)
    # Sent anew, it is there again.
    attached(owed, cast.secretary, name="c.jpg", content=photo(colour=(1, 2, 3)))
    assert storage.path_of(gone.evidence.file.sha256).exists()


def test_a_matter_takes_evidence_while_it_is_in_hand(cast):
    with pytest.raises(StateConflict):
        attached(issued(cast), cast.secretary)
    matter = in_hand(cast)
    use = attached(matter, cast.secretary)
    assert place_at(matter).may_read(cast.office)
    assert not place_at(matter).may_read(cast.neighbour)

    done = reported(cast)
    with pytest.raises(StateConflict):
        attached(done, cast.secretary)
    assert use.evidence.unit == cast.hongqi
