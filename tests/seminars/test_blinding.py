from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seminars.blinding import MASK, holds, masked, masked_html, short_forms


@pytest.mark.parametrize(
    ("text", "words", "shown"),
    [
        ("红旗村的做法", ["红旗村"], "××的做法"),
        ("红 旗 村的做法", ["红旗村"], "××的做法"),
        ("红\u200b旗村的做法", ["红旗村"], "××的做法"),
        ("红旗村和红旗", ["红旗", "红旗村"], "××和××"),
        ("ＡＢＣ公司", ["abc公司"], "××"),
        ("没有别的", ["红旗村"], "没有别的"),
        ("", ["红旗村"], ""),
    ],
)
def test_a_word_is_found_however_it_is_spaced(text, words, shown):
    assert masked(text, words) == shown


@pytest.mark.parametrize(
    ("html", "words", "shown"),
    [
        ("<p>红<strong>旗</strong>村很好</p>", ["红旗村"], "<p>××<strong></strong>很好</p>"),
        ("<p>红旗</p><p>村里</p>", ["红旗村"], "<p>红旗</p><p>村里</p>"),
        ("<p>a &lt; 红旗村 &amp; b</p>", ["红旗村"], "<p>a &lt; ×× &amp; b</p>"),
        ("<table><tr><td>红旗</td><td>村</td></tr></table>", ["红旗村"],
         "<table><tr><td>红旗</td><td>村</td></tr></table>"),
    ],
)  # fmt: skip
def test_rich_text_keeps_its_shape(html, words, shown):
    assert masked_html(html, words) == shown


@given(
    before=st.text(alphabet="春风化雨<>& 一二", max_size=20),
    word=st.text(alphabet="赵钱孙李周吴", min_size=2, max_size=4),
    after=st.text(alphabet="春风化雨 一二", max_size=20),
    gap=st.sampled_from(["", " ", "\u3000", "\u200b", "\n"]),
)
def test_no_word_survives(before, word, after, gap):
    text = before + gap.join(word) + after + word
    shown = masked(text, [word])
    assert not holds(shown, word)
    assert MASK in shown
    # What is left beside the marks is what stood there before.
    assert shown.count("春") == text.count("春")


@pytest.mark.parametrize(
    ("name", "forms"),
    [
        ("红旗村", ["红旗村", "红旗"]),
        ("星火机械有限公司", ["星火机械有限公司", "星火机械"]),
        ("西城街道", ["西城街道", "西城"]),
        ("云县", ["云县"]),
    ],
)
def test_short_forms_of_names(name, forms):
    assert short_forms(name) == forms
