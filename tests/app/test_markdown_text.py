"""What an operator writes, as plain text for mails: no signs of Markdown, addresses behind the words of a link."""

import pytest

from app.markdown import has_picture, text


@pytest.mark.parametrize(
    ("source", "plain"),
    [
        ("# Liebe Leserinnen\n\nUm **den Haushalt** geht es.", "Liebe Leserinnen\n\nUm den Haushalt geht es."),
        ("[Mehr](https://example.org)", "Mehr: https://example.org"),
        ("<https://example.org>", "https://example.org"),
        ("Erstens\nzweitens", "Erstens\nzweitens"),
        ("Es gibt:\n\n- Brot\n- *Salz*\n\nMehr nicht.", "Es gibt:\n\n- Brot\n- Salz\n\nMehr nicht."),
        ("3. drei\n4. vier", "3. drei\n4. vier"),
        ("    Code", "Code"),
    ],
)
def test_it_is_words_and_addresses(source: str, plain: str) -> None:
    assert text(source) == plain


def test_pictures_are_seen_in_every_spelling_and_nothing_else_is_one() -> None:
    assert has_picture("![x](http://a/b.png)")
    assert has_picture("- ![x][1]\n\n[1]: http://a/b.png")
    assert not has_picture("Hallo! [x](http://a/b.png) `![x](y)`")
