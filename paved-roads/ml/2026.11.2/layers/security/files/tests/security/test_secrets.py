"""The secret scanner finds planted keys, stays quiet about samples, and never shows a value."""

import base64
import hashlib
import io
import json
import string
import zlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from security.checks import secret_allow, secret_scan
from security.checks.report import CouldNotCheck

LETTERS = string.ascii_letters + string.digits
HEX = "0123456789abcdef"


def made_up(length: int, alphabet: str = LETTERS) -> str:
    """A value as random as a real one, the same in every run."""
    digits = hashlib.shake_256(alphabet.encode()).digest(length)
    return "".join(alphabet[digit % len(alphabet)] for digit in digits)


def found(name: str, text: str | bytes) -> list[secret_scan.Secret]:
    data = text if isinstance(text, bytes) else text.encode()
    return secret_scan.scan_subject(secret_scan.Subject(name, data))


def notebook(source: str, output: object) -> str:
    cell = {"cell_type": "code", "metadata": {}, "source": [source], "outputs": [output]}
    text = {"cell_type": "markdown", "metadata": {}, "source": ["# Title"]}
    return json.dumps({"cells": [text, cell], "metadata": {}, "nbformat": 4}, indent=1)


PLANTED: dict[str, str | bytes] = {
    "aws.py": f'ID = "{"AK" + "IA"}{made_up(16, string.ascii_uppercase)}"',
    "credentials": f"aws_secret_access_{'key'} = {made_up(40)}",
    "github.txt": f"{'gh' + 'p_'}{made_up(36)}",
    "fine.yaml": f"value: {'github_' + 'pat_'}{made_up(22)}_{made_up(59)}",
    "gitlab.yml": f"value: {'gl' + 'pat-'}{made_up(20)}",
    "slack.js": f"send('{'xo' + 'xb-'}{made_up(12, string.digits)}-{made_up(24)}')",
    "google.ts": f"const map = '{'AI' + 'za'}{made_up(35)}'",
    "openai.py": f'client = Client("{"sk" + "-proj-"}{made_up(48)}")',
    "anthropic.py": f'client = Client("{"sk" + "-ant-"}api03-{made_up(93)}")',
    "hub.py": f'login("{"h" + "f_"}{made_up(34)}")',
    "stripe.rb": f'"{"sk" + "_live_"}{made_up(24)}"',
    "npmrc": f"//registry/:_authToken={'np' + 'm_'}{made_up(36)}",
    "pypirc": f"value = {'pyp' + 'i-AgEI'}{made_up(90)}",
    "jwt.py": f'x = "{"ey" + "J"}{made_up(30)}.{"ey" + "J"}{made_up(60)}.{made_up(43)}"',
    "azure.cs": f'"{"Account" + "Key"}={made_up(86)}=="',
    "database.yaml": f"url: postgresql://app:{made_up(14)}@db.internal/app",
    "settings.py": f'{"pass" + "word"} = "{made_up(12)}7"',
    "config.toml": f'api_{"key"} = "{made_up(32, HEX)}"',
    "config.json": json.dumps({"client" + "Secret": made_up(32)}),
    ".env": f"DB_{'PASS'}={made_up(12)}9",
    "typed.py": f'API_{"KEY"}: str = "{made_up(32)}"',
    "default.py": f'os.environ.get("API_{"TOKEN"}", "{made_up(24)}")',
    "run.sh": f"tool --{'token'} {made_up(32)} go",
    "escaped.json": '{"x": "\\u0067' + "hp_" + made_up(36) + '"}',
    "kube.yaml": "data: " + base64.b64encode(f"{'gh' + 'p_'}{made_up(36)}".encode()).decode(),
    "key.pem": f"{'-----BEGIN RSA PRIVATE ' + 'KEY-----'}\n{made_up(64)}\n{made_up(64)}\n",
    "wide.txt": f"{'gh' + 'p_'}{made_up(36)}".encode("utf-16"),
    "source.ipynb": notebook(f"token = '{'gh' + 'p_'}{made_up(36)}'", {}),
    "output.ipynb": notebook("1", {"text": [f"API_{'KEY'}={made_up(32)}\n"]}),
    "html.ipynb": notebook("1", {"data": {"text/html": [f'"api_{"key"}": "{made_up(32)}"']}}),
}

WORD = "pass" + "word"
CLEAN = {
    "read.py": f'{WORD} = os.environ["DB"]\ntoken = settings.api_token\n{WORD} = ask()\n',
    ".env.example": f"API_KEY=\nHF_TOKEN=your-token\nDB_{WORD.upper()}=changeme\n",
    "ci.yaml": f"token: ${{{{ secrets.GITHUB_TOKEN }}}}\n{WORD}: ${{DB}}\nmax_tokens: 4096\n",
    "words.py": f'pad_token = "<|endoftext|>"\n{WORD}_name = "prod/database"\n',
    "docs.md": f"postgresql://user:{WORD}@localhost/app and `--token TOKEN`\n",
    "lock.txt": f"torch==2.15.0 --hash=sha256:{made_up(64, HEX)}",
    "pin.yml": f"uses: actions/checkout@{made_up(40, HEX)} # v7\n",
    "url.py": 'auth_url = "https://login.example.com/oauth2/v1/token"\n',
    "text.py": 'error = "Invalid token: expected 2 parts"\nassert token == "abc"\n',
}


@pytest.mark.parametrize("name", sorted(PLANTED))
def test_a_planted_key_is_found_once_or_more(name: str) -> None:
    assert found(name, PLANTED[name])


@pytest.mark.parametrize("name", sorted(CLEAN))
def test_samples_and_references_are_no_secrets(name: str) -> None:
    assert found(name, CLEAN[name]) == []


def test_the_place_in_a_file_and_in_a_notebook_is_named() -> None:
    (secret,) = found("a.py", f'\n\nx = "{"gh" + "p_"}{made_up(36)}"\n')
    assert secret.place() == "a.py:3"
    (secret,) = found("a.ipynb", PLANTED["output.ipynb"])
    assert secret.place().startswith("a.ipynb:")
    assert "cell 2, output" in secret.place()


def test_the_value_is_never_shown(capsys: pytest.CaptureFixture[str]) -> None:
    value = "gh" + "p_" + made_up(36)
    hits = found("a.py", f'x = "{value}"')
    secret_scan.show(hits)
    shown = capsys.readouterr().out + str(secret_scan.findings_of(hits))
    assert "GitHub token" in shown
    assert value not in shown
    assert value[-12:] not in shown


def test_a_right_checksum_is_remarked() -> None:
    body = made_up(30)
    number, check = zlib.crc32(body.encode()), ""
    while number:
        number, digit = divmod(number, 62)
        check = (string.digits + string.ascii_uppercase + string.ascii_lowercase)[digit] + check
    (right,) = found("a.txt", "gh" + "p_" + body + check.rjust(6, "0"))
    (wrong,) = found("a.txt", "gh" + "p_" + made_up(36))
    assert "checksum" in right.match.remark
    assert wrong.match.remark == ""


def test_the_scanner_proves_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    secret_scan.prove()
    monkeypatch.setattr("security.checks.secret_rules.scan", lambda *_, **__: [])
    with pytest.raises(CouldNotCheck, match="plants"):
        secret_scan.prove()


def test_objects_of_git_are_read_and_a_cut_stream_is_not_clean() -> None:
    blob = b"a" * 12 + b' blob 5 "caf\\303\\251.py"\nhello\n'
    tree = b"b" * 12 + b" tree 3 \nxyz\n"
    (subject,) = secret_scan.read_batch(io.BytesIO(tree + blob))
    assert (subject.name, subject.data) == ("café.py", b"hello")
    with pytest.raises(CouldNotCheck, match="ended"):
        list(secret_scan.read_batch(io.BytesIO(blob[:-3])))
    with pytest.raises(CouldNotCheck, match="no object"):
        list(secret_scan.read_batch(io.BytesIO(b"c" * 40 + b" missing\n")))


def day(days: int) -> str:
    return (datetime.now(UTC) + timedelta(days=days)).strftime("%Y-%m-%d")


def allow_file(folder: Path, mark: str, until: str, **changes: str) -> Path:
    entry = {
        "path": "a.py",
        "rule": "github-token",
        "fingerprint": mark,
        "reason": "a sample of the specification",
        "owner": "team",
        "until": until,
        **changes,
    }
    lines = ["# reviewed", "[[allow]]", *(f'{key} = "{value}"' for key, value in entry.items())]
    path = folder / "allow.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_a_reviewed_entry_covers_its_value_and_no_other(tmp_path: Path) -> None:
    value = "gh" + "p_" + made_up(36)
    mark = secret_allow.fingerprint("github-token", value)
    allowed = secret_allow.read(allow_file(tmp_path, mark, day(30)))
    other = "gh" + "p_" + made_up(40)
    hits = found("a.py", f'x = "{value}"\ny = "{other}"\n')
    left, used = secret_scan.split_allowed(hits, allowed)
    assert [secret.match.value for secret in left] == [other]
    assert used == allowed


@pytest.mark.parametrize(
    ("until", "changes", "message"),
    [
        (day(-1), {}, "ended"),
        (day(400), {}, "180 days"),
        ("next year", {}, "no day"),
        (day(30), {"reason": " "}, "lacks reason"),
        (day(30), {"comment": "x"}, "expected"),
    ],
)
def test_an_entry_out_of_order_stops_everything(
    tmp_path: Path, until: str, changes: dict[str, str], message: str
) -> None:
    with pytest.raises(CouldNotCheck, match=message):
        secret_allow.read(allow_file(tmp_path, "0" * 16, until, **changes))
