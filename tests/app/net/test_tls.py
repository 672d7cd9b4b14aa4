"""The socket gets an address, the certificate is still checked against the name."""

import datetime
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_network
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

import app.net.dialling
from app.net import BadCertificates, GuardedClient, Unreachable, trusting


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for rat.example, its key beside it, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "rat.example")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("rat.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "rat.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


@contextmanager
def https_server(certificate: Path) -> Iterator[tuple[int, list[str]]]:
    """A server that says hello over TLS, and the names it was asked for."""
    names: list[str] = []
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.sni_callback = lambda _, name, __: names.append(str(name))
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            try:
                peer, _ = listener.accept()
                with context.wrap_socket(peer, server_side=True) as secure:
                    secure.recv(65536)
                    secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1], names
    thread.join(5)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app.net.dialling, "look_up", lambda *_: ["127.0.0.1"])


@pytest.mark.usefixtures("here")
def test_it_asks_and_checks_by_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with GuardedClient(allow_networks=[ip_network("127.0.0.1")]) as client, https_server(certificate) as (port, names):
        assert client.get(f"https://rat.example:{port}/").content == b"hello"
        assert names == ["rat.example"]


@pytest.mark.usefixtures("here")
def test_it_trusts_no_certificate_for_another_name(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        GuardedClient(allow_networks=[ip_network("127.0.0.1")]) as client,
        https_server(certificate) as (port, _),
        pytest.raises(Unreachable, match=r"^other\.example: .*[Hh]ostname mismatch"),
    ):
        client.get(f"https://other.example:{port}/")


@pytest.mark.usefixtures("here")
def test_it_trusts_no_unknown_certificate(client: GuardedClient, certificate: Path) -> None:
    with https_server(certificate) as (port, _), pytest.raises(Unreachable, match="certificate verify failed"):
        client.get(f"https://rat.example:{port}/")


def test_it_waits_no_longer_than_the_deadline_for_a_handshake(client: GuardedClient) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unreachable):
        client.get(f"https://127.0.0.1:{silent.getsockname()[1]}/", deadline=0.3)


@pytest.mark.usefixtures("here")
def test_it_trusts_what_one_client_was_given_and_no_other(certificate: Path) -> None:
    given = certificate.read_text()
    allowed = [ip_network("127.0.0.1")]
    with https_server(certificate) as (port, _):
        with GuardedClient(allow_networks=allowed, certificates=given) as client:
            assert client.get(f"https://rat.example:{port}/").status == 200
        with GuardedClient(allow_networks=allowed) as client, pytest.raises(Unreachable):
            client.get(f"https://rat.example:{port}/")


@pytest.mark.parametrize("given", ["nothing", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"])
def test_it_says_so_when_it_is_given_no_certificates(given: str) -> None:
    with pytest.raises(BadCertificates, match="PEM"):
        trusting(given)
