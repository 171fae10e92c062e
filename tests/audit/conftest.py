"""Strangers who check the log: a timestamp authority of OpenSSL, and the client of Go's checksum database."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

SOURCES = Path("/usr/share/gocode")


class Authority:
    """A timestamp authority, offline, in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder

    @property
    def certificates(self):
        return self.folder / "ca.pem"

    def stamp(self, url, body, media_type):
        """Answers as the hub's ``post`` does."""
        assert media_type == "application/timestamp-query"
        (self.folder / "q.tsq").write_bytes(body)
        reply = "ts -reply -config tsa.cnf -section t -queryfile q.tsq -inkey tsa.key -signer tsa.pem -out r.tsr"
        ssl(self.folder, reply)
        return 200, (self.folder / "r.tsr").read_bytes()


def ssl(folder, arguments):
    subprocess.run(["openssl", *arguments.split()], cwd=folder, check=True, capture_output=True)


def make_authority(folder):
    (folder / "tsa.cnf").write_text(
        "[req]\ndistinguished_name=dn\n[dn]\n[ca]\nbasicConstraints=critical,CA:true\nkeyUsage=critical,keyCertSign\n"
        "subjectKeyIdentifier=hash\n"
        "[stamp]\nbasicConstraints=critical,CA:false\nkeyUsage=critical,digitalSignature\n"
        "extendedKeyUsage=critical,timeStamping\nsubjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n"
        "[tsa]\ndefault_tsa=t\n[t]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256,sha512\n"
        "signer_digest=sha256\naccuracy=secs:1\n"
    )
    (folder / "serial").write_text("01\n")
    ssl(
        folder,
        "req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 3650 -subj /CN=ca -config tsa.cnf -extensions ca",
    )
    ssl(folder, "req -newkey rsa:2048 -nodes -keyout tsa.key -out tsa.csr -subj /CN=tsa -config tsa.cnf")
    issue = "x509 -req -in tsa.csr -CA ca.pem -CAkey ca.key -CAcreateserial -out tsa.pem -days 3650"
    ssl(folder, f"{issue} -extfile tsa.cnf -extensions stamp")
    return Authority(folder)


@pytest.fixture(scope="session")
def tsa(tmp_path_factory):
    """A timestamp authority; a skip where OpenSSL is missing."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    return make_authority(tmp_path_factory.mktemp("tsa"))


@pytest.fixture(scope="session")
def other_tsa(tsa, tmp_path_factory):
    """An authority that nobody has told us to trust."""
    return make_authority(tmp_path_factory.mktemp("other-tsa"))


@pytest.fixture(scope="session")
def build_go(tmp_path_factory):
    """Compiles a program of this folder with the client of Go's checksum database; a skip where Debian's packages are not."""
    if shutil.which("go") is None or not (SOURCES / "src/golang.org/x/mod/sumdb").is_dir():
        if os.environ.get("ATTUNE_REQUIRE_GO"):
            pytest.fail("go and golang.org/x/mod are required here: apt-get install golang-go golang-golang-x-mod-dev")
        pytest.skip("go and golang.org/x/mod are not installed")
    folder = tmp_path_factory.mktemp("go")
    settings = {"GO111MODULE": "off", "GOPATH": str(SOURCES), "GOCACHE": str(folder / "cache"), "GOFLAGS": ""}

    def build(name):
        source = Path(__file__).parent / name / "main.go"
        subprocess.run(["go", "build", "-o", folder / name, source], check=True, env=os.environ | settings, timeout=300)
        return folder / name

    return build
