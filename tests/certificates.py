"""Keys and certificates for servers of tests on the loopback interface, made by Helm.

Helm's template functions `genCA` and `genSignedCert` (github.com/Masterminds/sprig,
docs/crypto.md) make them, so that no test needs a package or a program for that alone.
"""

import base64
import hashlib
import json
import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path

_DAYS = 2
_TEMPLATE = (
    '{{- $ca := genCA "Authority of these tests" %(days)d -}}'
    '{{- $served := genSignedCert "127.0.0.1" (list "127.0.0.1") (list "localhost")'
    " %(days)d $ca -}}"
    '{{ dict "authority" $ca.Cert "certificate" $served.Cert "key" $served.Key | toJson }}\n'
)
# DigestInfo of SHA-256 (RFC 8017, section 9.2, note 1).
_SHA256_INFO = bytes.fromhex("3031300d060960864801650304020105000420")


@dataclass(frozen=True)
class Certificates:
    """A certificate for 127.0.0.1 and localhost, and what it is checked with.

    Attributes:
        authority: PEM file of the certificate authority.
        certificate: PEM file of the server's certificate.
        key: PEM file of its RSA key, mode 0600.
    """

    authority: Path
    certificate: Path
    key: Path

    @classmethod
    def make(cls, folder: Path, helm: Path) -> "Certificates":
        """Make an authority and a certificate signed by it, in files of `folder`."""
        chart = folder / "certificates"
        (chart / "templates").mkdir(parents=True)
        (chart / "Chart.yaml").write_text("apiVersion: v2\nname: certificates\nversion: 0.0.0\n")
        (chart / "templates" / "made.yaml").write_text(_TEMPLATE % {"days": _DAYS})
        done = subprocess.run(
            [helm, "template", chart],
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        made = json.loads(done.stdout[done.stdout.index("{") :])
        files = cls(*(folder / f"{name}.pem" for name in ("authority", "certificate", "key")))
        files.key.touch(mode=0o600)
        for name, path in vars(files).items():
            path.write_text(made[name])
        return files

    def server_context(self) -> ssl.SSLContext:
        """Return what a server of this process serves TLS with."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context

    def client_context(self) -> ssl.SSLContext:
        """Return what a client of this process checks the server with."""
        return ssl.create_default_context(cafile=str(self.authority))

    def signer(self) -> "Signer":
        """Return the key as one that signs."""
        return Signer.read(self.key)


@dataclass(frozen=True)
class Signer:
    """An RSA key that signs JSON web tokens with RS256 (RFC 7518, section 3.3).

    Attributes:
        key_id: The name the key has in the key set and in each token.
    """

    modulus: int
    public_exponent: int
    private_exponent: int
    key_id: str

    @classmethod
    def read(cls, path: Path) -> "Signer":
        """Read an `RSAPrivateKey` (RFC 8017, appendix A.1.2) from a PEM file."""
        lines = path.read_text().splitlines()
        der = base64.b64decode("".join(line for line in lines if not line.startswith("-")))
        _, body, _ = _der(der)
        numbers: list[int] = []
        while len(numbers) < 4:  # version, modulus, public and private exponent
            _, number, body = _der(body)
            numbers.append(int.from_bytes(number))
        _, modulus, public, private = numbers
        return cls(modulus, public, private, hashlib.sha256(_bytes(modulus)).hexdigest()[:16])

    def key_set(self) -> str:
        """Return the public key as a JSON web key set (RFC 7517, section 5)."""
        key = {
            "kty": "RSA",
            "use": "sig",
            "alg": "RS256",
            "kid": self.key_id,
            "n": _unpadded(_bytes(self.modulus)),
            "e": _unpadded(_bytes(self.public_exponent)),
        }
        return json.dumps({"keys": [key]})

    def token(self, claims: dict[str, object]) -> str:
        """Return the claims as a signed compact token (RFC 7515, section 3.1)."""
        head = {"typ": "JWT", "alg": "RS256", "kid": self.key_id}
        parts = (_unpadded(json.dumps(part).encode()) for part in (head, claims))
        signed = ".".join(parts)
        return f"{signed}.{_unpadded(self._sign(signed.encode()))}"

    def _sign(self, message: bytes) -> bytes:
        """Sign as RSASSA-PKCS1-v1_5 with SHA-256 (RFC 8017, section 8.2.1)."""
        length = len(_bytes(self.modulus))
        tail = b"\x00" + _SHA256_INFO + hashlib.sha256(message).digest()
        padded = b"\x00\x01".ljust(length - len(tail), b"\xff") + tail
        number = pow(int.from_bytes(padded), self.private_exponent, self.modulus)
        return number.to_bytes(length)


def _der(data: bytes) -> tuple[int, bytes, bytes]:
    """Return the tag and content of the first element, and what follows it (X.690, 8.1)."""
    tag, length, start = data[0], data[1], 2
    if length & 0x80:
        start += length & 0x7F
        length = int.from_bytes(data[2:start])
    return tag, data[start : start + length], data[start + length :]


def _bytes(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8)


def _unpadded(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
