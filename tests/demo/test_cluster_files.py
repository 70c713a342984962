import base64
import os
import stat
import time

from philotes_tui.demo.cluster import _prepared, _tokens
from philotes_tui.demo.control_plane import ClusterFiles
from philotes_tui.demo.keys import signing_key
from philotes_tui.demo.state import StateFolder

DAY_S = 24 * 3600


def with_certificate(state: StateFolder, days_old: float) -> ClusterFiles:
    files = _prepared(state)
    for file in (files.certificate, files.certificate_key):
        file.write_text("made before")
        moment = time.time() - days_old * DAY_S
        os.utime(file, (moment, moment))
    return files


def test_a_young_certificate_stays(state: StateFolder) -> None:
    files = with_certificate(state, days_old=299)
    _prepared(state)
    assert files.certificate.exists()
    assert files.certificate_key.exists()


def test_a_certificate_near_its_end_is_made_anew(state: StateFolder) -> None:
    files = with_certificate(state, days_old=301)
    _prepared(state)
    assert not files.certificate.exists()
    assert not files.certificate_key.exists()


def test_half_a_certificate_of_a_start_cut_short_is_made_anew(state: StateFolder) -> None:
    files = with_certificate(state, days_old=0)
    files.certificate_key.unlink()
    _prepared(state)
    assert not files.certificate.exists()


def test_keys_and_tokens_are_made_once_and_are_nobody_elses(state: StateFolder) -> None:
    files = _prepared(state)
    first = _tokens(state, files), files.signing_key.read_text()
    assert (_tokens(state, _prepared(state)), files.signing_key.read_text()) == first
    assert len(set(first[0].values())) == 4
    for file in (files.signing_key, files.token_file, state.root / "tokens.json"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_signing_key_is_a_p256_key_of_its_own() -> None:
    first, second = signing_key(), signing_key()
    assert first != second
    der = base64.b64decode("".join(first.splitlines()[1:-1]))
    assert len(der) == 2 + der[1]
    assert der.endswith(bytes.fromhex("06082a8648ce3d030107"))  # the curve's identifier
