"""Look-ups shared by the parts of one page."""

from __future__ import annotations

import pytest

from gongjian.foundation.kernel.once import once_a_page, one_page

ASKED: list[int] = []


@once_a_page
def numbers(start: int) -> list[int]:
    ASKED.append(start)
    return [start, start + 1]


@pytest.fixture(autouse=True)
def nothing_asked() -> None:
    ASKED.clear()


def test_one_page_asks_once_for_each_argument() -> None:
    with one_page():
        assert numbers(1) == numbers(1) == [1, 2]
        assert numbers(5) == [5, 6]
    assert ASKED == [1, 5]


def test_outside_and_on_the_next_page_it_is_asked_again() -> None:
    numbers(1)
    numbers(1)
    with one_page():
        numbers(1)
    with one_page():
        numbers(1)
    assert ASKED == [1, 1, 1, 1]


def test_what_one_card_does_to_its_list_no_other_sees() -> None:
    with one_page():
        numbers(1).clear()
        assert numbers(1) == [1, 2]


def test_a_question_that_fails_is_not_remembered() -> None:
    tries = []

    @once_a_page
    def shaky() -> int:
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError
        return 7

    with one_page():
        with pytest.raises(RuntimeError):
            shaky()
        assert shaky() == 7
