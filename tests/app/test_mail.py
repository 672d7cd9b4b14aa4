"""One message out, to one recipient, whatever it is made of."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import mail
from app.mail import (
    AddressError,
    DeferredError,
    Letter,
    NobodyThereError,
    RefusedError,
    SmtpMailer,
    UnreachableError,
    compose,
    open_mailer,
    parse_address,
)
from tests.app.smtp import Sink, listening
from tests.conftest import missing

LETTER = Letter(
    sender="ratslupe@portal.example",
    to="reader@example.org",
    subject="3 neue Treffer: Gartenstraße",
    text="Guten Tag, hier ist Größe.\n",
    html="<p>Größe</p>",
    message_id="<one@portal.example>",
    list_id="alerts.portal.example",
    end="https://portal.example/alerts/unsubscribe/" + "x" * 76,
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with listening() as sink:
        yield sink


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """Give a server's context with a certificate that nobody vouches for."""
    if shutil.which("openssl") is None:
        missing("openssl")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other.example"),
            *("-keyout", str(key), "-out", str(certificate)),
        ],
        check=True,
        capture_output=True,
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


class TestAddress:
    """Exactly one address, or none."""

    @pytest.mark.parametrize(
        ("typed", "meant"),
        [
            ("reader@example.org", "reader@example.org"),
            ("  reader@example.org ", "reader@example.org"),
            ("First.Last+tag@EXAMPLE.org", "First.Last+tag@example.org"),
            ("info@Müller.example", "info@xn--mller-kva.example"),
            ("o'neill_%@sub.example.co.uk", "o'neill_%@sub.example.co.uk"),
            ("a@xn--mller-kva.example", "a@xn--mller-kva.example"),
        ],
    )
    def test_it_takes_what_people_have(self, typed: str, meant: str) -> None:
        assert parse_address(typed) == meant

    @pytest.mark.parametrize(
        "typed",
        [
            *("", " ", "@", "a@", "@b.example", "a b@c.example", "a@b", "a@localhost", "a@127.0.0.1", "a@[127.0.0.1]"),
            *("victim@x.example, other@y.example", "victim@x.example;other@y.example", "a@b@c.example"),
            *("victim@x.example other@y.example", "<a@b.example>", "Name <a@b.example>", "mailto:a@b.example"),
            *('"a b"@c.example', '"a"@c.example', "a..b@c.example", ".a@c.example", "a.@c.example"),
            *("a@b.example\r\nBcc: other@y.example", "a@b.example\n", "a\x00@b.example", "a@b.exa\tmple"),
            *("a@b.example\u2028Bcc: c@d.example", "ä@b.example", "a@-b.example", "a@b-.example", "a@b..example"),
            *("a@.example", "a@b.example.", "a@b_c.example", "a(comment)@b.example", "a@b.example(c)", "a\\@b.example"),
            *("a" * 65 + "@b.example", "a@" + "b" * 64 + ".example", "a@" + ".".join(["b" * 60] * 5) + ".example"),
            "a@" + "b." * 100_000,
            *("a%b@c.example\u202e", "a@b.123", "a@\u3002example", "a,b@c.example", "a:b@c.example"),
        ],
    )
    def test_it_refuses_everything_else(self, typed: str) -> None:
        with pytest.raises(AddressError):
            parse_address(typed)

    @given(st.text(max_size=40), st.text(max_size=40))
    def test_what_it_returns_is_one_bare_address(self, local: str, domain: str) -> None:
        try:
            found = parse_address(f"{local}@{domain}")
        except AddressError:
            return
        assert found.isascii()
        assert found.count("@") == 1
        assert not set(found) & set(' ,;:<>()[]"\\\r\n\t\x00')
        assert len(found) <= 254
        assert parse_address(found) == found


class TestCompose:
    """Headers are ours, whatever the words are."""

    def test_it_says_all_that_an_automatic_mail_owes(self) -> None:
        message = compose(LETTER)
        assert message["Auto-Submitted"] == "auto-generated"
        assert message["List-Unsubscribe"] == f"<{LETTER.end}>"
        assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert message["List-Id"] == "<alerts.portal.example>"
        assert message["Message-ID"] == "<one@portal.example>"
        assert f"List-Unsubscribe: <{LETTER.end}>\r\n".encode() in message.as_bytes()
        plain, html = message.get_body(("plain",)), message.get_body(("html",))
        assert plain is not None
        assert html is not None
        assert plain.get_content() == LETTER.text.replace("\n", "\r\n") or plain.get_content() == LETTER.text
        assert "<p>Größe</p>" in html.get_content()

    @pytest.mark.parametrize(
        "words", ["x\r\nBcc: other@y.example", "x\nTo: other@y.example", "\r\n\r\nbody", "x\x00y\u2028z"]
    )
    def test_a_subject_cannot_add_headers(self, words: str) -> None:
        message = message_from_bytes(compose(replace(LETTER, subject=words)).as_bytes())
        assert sorted(message.keys()) == sorted(message_from_bytes(compose(LETTER).as_bytes()).keys())
        assert message.get_all("To") == ["reader@example.org"]
        assert "Bcc" not in message

    def test_a_long_subject_is_cut(self) -> None:
        assert len(str(compose(replace(LETTER, subject="Wort " * 100))["Subject"])) == 150

    def test_it_addresses_nobody_else(self) -> None:
        with pytest.raises(AddressError):
            compose(replace(LETTER, to="reader@example.org, other@y.example"))

    @given(st.text(max_size=200))
    def test_any_words_make_a_mail(self, words: str) -> None:
        words = words.encode("utf-8", "replace").decode()
        sent = message_from_bytes(compose(replace(LETTER, subject=words, text=words, html=words)).as_bytes())
        assert sent.get_all("To") == ["reader@example.org"]
        assert len(sent.get_payload()) == 2


class TestSmtp:
    """A real conversation."""

    def test_it_hands_over_to_the_one_recipient(self, sink: Sink) -> None:
        mailer = open_mailer(sink.url)
        mailer.send(compose(LETTER))
        mailer.send(compose(replace(LETTER, to="second@example.org", message_id="<two@portal.example>")))
        mailer.close()
        assert [taken.recipients for taken in sink.taken] == [["reader@example.org"], ["second@example.org"]]
        assert sink.taken[0].sender == "ratslupe@portal.example"
        assert "Größe" in sink.taken[0].text()
        assert sink.messages[0]["Subject"] == LETTER.subject

    @pytest.mark.parametrize(
        ("answer", "kind"),
        [
            ("450 later", DeferredError),
            ("451 greylisted", DeferredError),
            ("550 nobody here", NobodyThereError),
            ("550 5.1.1 nobody here", NobodyThereError),
            ("552 5.2.2 full", NobodyThereError),
            ("550 5.7.1 relaying denied", RefusedError),
        ],
    )
    def test_an_answer_says_whether_to_try_again(self, sink: Sink, answer: str, kind: type[Exception]) -> None:
        mailer = open_mailer(sink.url)
        # What is refused after the address was taken is the message, or us.
        of_message = RefusedError if issubclass(kind, RefusedError) else kind
        for answers, expected in ((sink.rcpt_answers, kind), (sink.data_answers, of_message)):
            answers.append(answer)
            with pytest.raises(expected, match=answer) as raised:
                mailer.send(compose(LETTER))
            assert type(raised.value) is expected
        mailer.send(compose(LETTER))
        mailer.close()
        assert len(sink.taken) == 1

    def test_nobody_there_is_another_time(self) -> None:
        with listening() as sink:
            url = sink.url
        with pytest.raises(UnreachableError):
            open_mailer(url).send(compose(LETTER))

    def test_a_lost_connection_is_opened_again(self) -> None:
        with listening() as sink:
            mailer, port = open_mailer(sink.url), sink.port
            mailer.send(compose(LETTER))
        with pytest.raises(UnreachableError):
            mailer.send(compose(LETTER))
        with listening(port=port) as again:
            mailer.send(compose(LETTER))
            assert len(again.taken) == 1
            mailer.close()

    def test_a_server_that_hangs_after_the_message_is_left(self, sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(mail, "TIMEOUT", 0.2)
        sink.hang = 1
        with pytest.raises(UnreachableError, match="timed out"):
            open_mailer(sink.url).send(compose(LETTER))

    def test_it_encrypts_where_that_is_offered(self, tls: ssl.SSLContext) -> None:
        with listening(tls) as sink:
            mailer = open_mailer(sink.url)
            mailer.send(compose(LETTER))
            mailer.close()
            assert sink.taken[0].encrypted

    def test_a_password_never_goes_in_clear_nor_to_a_stranger(
        self, tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(SmtpMailer, "_near", False)
        with listening(login=True) as sink:
            with pytest.raises(UnreachableError, match="STARTTLS"):
                open_mailer(f"smtp://us:right@127.0.0.1:{sink.port}").send(compose(LETTER))
            assert sink.logins == []
        with listening(tls, login=True) as sink:
            with pytest.raises(UnreachableError, match="certificate"):
                open_mailer(f"smtp://us:right@127.0.0.1:{sink.port}").send(compose(LETTER))
            assert sink.logins == []

    def test_it_logs_in_and_a_wrong_password_costs_no_mail(self) -> None:
        with listening(login=True) as sink:
            mailer = open_mailer(f"smtp://us%40x:right@127.0.0.1:{sink.port}")
            mailer.send(compose(LETTER))
            mailer.close()
            assert sink.logins == [(b"us@x", b"right")]
            with pytest.raises(UnreachableError, match="does not know us"):
                open_mailer(f"smtp://us:wrong@127.0.0.1:{sink.port}").send(compose(LETTER))

    def test_its_words_do_not_tell_the_password(self) -> None:
        assert "geheim" not in repr(open_mailer("smtp://us:geheim@mail.example"))


def test_a_folder_keeps_each_message_once(tmp_path: Path) -> None:
    mailer = open_mailer(f"file://{tmp_path}/my%20mail")
    mailer.send(compose(LETTER))
    mailer.send(compose(LETTER))
    mailer.close()
    (file,) = (tmp_path / "my mail").iterdir()
    assert file.suffix == ".eml"
    assert b"Message-ID: <one@portal.example>" in file.read_bytes()


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "mail.example"])
def test_an_unknown_way_out_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="MAIL_URL"):
        open_mailer(url)
