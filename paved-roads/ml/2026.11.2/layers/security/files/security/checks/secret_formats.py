"""The published formats of tokens and keys, one rule for each provider.

Standard library only and Python 3.8 or later, because the commit hook uses it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """One kind of secret."""

    name: str
    title: str
    pattern: re.Pattern[str]
    # Text without any of these cannot match, which makes the common case fast.
    anchors: tuple[str, ...]
    why: str


def _rule(name: str, title: str, why: str, anchors: str, *pattern: str) -> Rule:
    return Rule(name, title, re.compile("".join(pattern)), tuple(anchors.split()), why)


_ACTS = "whoever reads it can act as its owner until it is revoked"
_CODE = "it opens the repositories of its owner"
_MODEL = "others can spend its budget and read what went through it"
_SHIPS = "it publishes what others install"
_EDGE = r"(?<![A-Za-z0-9_])"

PROVIDER_RULES: tuple[Rule, ...] = (
    _rule(
        "aws-access-key",
        "AWS access key id",
        _ACTS,
        "AKIA ASIA ABIA ACCA",
        r"(?<![A-Za-z0-9/+])((?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16})(?![A-Za-z0-9])",
    ),
    _rule(
        "aws-secret-key",
        "AWS secret access key",
        _ACTS,
        "aws AWS Aws secretAccessKey SecretAccessKey",
        r"(?i:aws[\w\-. ]{0,20}(?:secret|key)|secret_?access_?key)[\w\-. ]{0,20}",
        r"[\"']?\s{0,4}[:=]{1,2}\s{0,4}[\"']?([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])",
    ),
    _rule(
        "github-token",
        "GitHub token",
        _CODE,
        "ghp_ gho_ ghu_ ghs_ ghr_",
        _EDGE + r"(gh[pousr]_[A-Za-z0-9]{36,251})",
    ),
    _rule(
        "github-fine-grained-token",
        "GitHub fine-grained token",
        _CODE,
        "github_pat_",
        _EDGE + r"(github_pat_[A-Za-z0-9_]{36,255})",
    ),
    _rule(
        "gitlab-token",
        "GitLab token",
        _CODE,
        "glpat- gldt- glrt- glcbt- glptt- glsoat- glagent- gloas-",
        _EDGE + r"(gl(?:pat|dt|rt|cbt|ptt|soat|agent|oas)-[A-Za-z0-9_.\-]{20,300})",
    ),
    _rule(
        "slack-token",
        "Slack token",
        "it reads and writes the messages of the workspace",
        "xoxa- xoxb- xoxe- xoxe. xoxo- xoxp- xoxr- xoxs- xapp-",
        _EDGE + r"((?:xox[abeoprs][-.]|xapp-\d-)[A-Za-z0-9.\-]{20,400})",
    ),
    _rule(
        "slack-webhook",
        "Slack webhook address",
        "anyone can post through it",
        "hooks.slack.com",
        r"(hooks\.slack\.com/(?:services|workflows|triggers)/[A-Za-z0-9_/+]{30,})",
    ),
    _rule(
        "google-api-key",
        "Google API key",
        _MODEL,
        "AIza",
        _EDGE + r"(AIza[A-Za-z0-9_\-]{35})(?![A-Za-z0-9_\-])",
    ),
    _rule(
        "google-oauth-secret",
        "Google OAuth client secret",
        _ACTS,
        "GOCSPX-",
        _EDGE + r"(GOCSPX-[A-Za-z0-9_\-]{28})",
    ),
    _rule(
        "google-oauth-token",
        "Google OAuth access token",
        _ACTS,
        "ya29.",
        _EDGE + r"(ya29\.[A-Za-z0-9_\-]{30,})",
    ),
    _rule(
        "anthropic-key",
        "Anthropic API key",
        _MODEL,
        "sk-ant-",
        _EDGE + r"(sk-ant-[a-z0-9]{2,12}-[A-Za-z0-9_\-]{20,})",
    ),
    _rule(
        "openrouter-key",
        "OpenRouter API key",
        _MODEL,
        "sk-or-",
        _EDGE + r"(sk-or-v\d-[A-Za-z0-9]{32,})",
    ),
    _rule(
        "openai-key",
        "OpenAI-style API key",
        _MODEL,
        "sk-",
        _EDGE + r"(?<!-)(sk-(?:(?:proj|svcacct|admin)-[A-Za-z0-9_\-]{20,}|[A-Za-z0-9]{32,}))",
    ),
    _rule("groq-key", "Groq API key", _MODEL, "gsk_", _EDGE + r"(gsk_[A-Za-z0-9]{40,})"),
    _rule(
        "huggingface-token",
        "Hugging Face token",
        "it reads private models and may replace published ones",
        "hf_ api_org_",
        _EDGE + r"((?:hf_|api_org_)[A-Za-z0-9]{30,})(?![A-Za-z0-9_])",
    ),
    _rule(
        "replicate-token",
        "Replicate token",
        _MODEL,
        "r8_",
        _EDGE + r"(r8_[A-Za-z0-9]{37,40})(?![A-Za-z0-9_])",
    ),
    _rule(
        "langsmith-key",
        "LangSmith key",
        "it reads the traces of every prompt",
        "lsv2_",
        _EDGE + r"(lsv2_(?:pt|sk)_[0-9a-f]{32}_[0-9a-f]{10})",
    ),
    _rule(
        "pinecone-key",
        "Pinecone key",
        "it reads and changes the vector store",
        "pcsk_",
        _EDGE + r"(pcsk_[A-Za-z0-9_]{40,})",
    ),
    _rule(
        "databricks-token",
        "Databricks token",
        _ACTS,
        "dapi",
        _EDGE + r"(dapi[0-9a-f]{32}(?:-\d)?)(?![0-9A-Za-z])",
    ),
    _rule(
        "stripe-key",
        "Stripe secret key",
        "it moves money",
        "sk_live_ sk_test_ rk_live_ rk_test_ whsec_",
        _EDGE + r"((?:[sr]k_(?:live|test)_|whsec_)[A-Za-z0-9]{16,250})",
    ),
    _rule(
        "npm-token",
        "npm token",
        _SHIPS,
        "npm_",
        _EDGE + r"(npm_[A-Za-z0-9]{36})(?![A-Za-z0-9_])",
    ),
    _rule("pypi-token", "PyPI token", _SHIPS, "pypi-A", _EDGE + r"(pypi-A[A-Za-z0-9_\-]{50,})"),
    _rule(
        "docker-token",
        "Docker access token",
        _SHIPS,
        "dckr_",
        _EDGE + r"(dckr_[po]at_[A-Za-z0-9_\-]{20,})",
    ),
    _rule(
        "digitalocean-token",
        "DigitalOcean token",
        _ACTS,
        "_v1_",
        _EDGE + r"(do[opr]_v1_[0-9a-f]{64})",
    ),
    _rule(
        "sendgrid-key",
        "SendGrid key",
        "it sends mail in your name",
        "SG.",
        _EDGE + r"(SG\.[A-Za-z0-9_\-]{16,32}\.[A-Za-z0-9_\-]{32,64})",
    ),
    _rule(
        "vault-token",
        "Vault token",
        "it opens the secret store",
        "hvs. hvb.",
        _EDGE + r"(hv[sb]\.[A-Za-z0-9_\-]{24,})",
    ),
    _rule(
        "age-key",
        "age secret key",
        "it decrypts the data",
        "AGE-SECRET-KEY-",
        r"(AGE-SECRET-KEY-1[0-9A-Z]{58})",
    ),
    _rule(
        "private-key",
        "private key",
        "it proves an identity or decrypts traffic",
        "PRIVATE",
        r"(-----BEGIN (?:[A-Z0-9]+ ){0,3}PRIVATE KEY(?: BLOCK)?-----",
        # What may stand between the head and the key: line ends, also escaped ones, and headers.
        r"(?:\\[nrt]|[\s\"'+,\\]|[A-Z][A-Za-z\-]{2,20}: [^\n\\]{0,120}){0,40}",
        r"[A-Za-z0-9+/=]{32})",
    ),
    _rule(
        "azure-storage-key",
        "Azure storage key",
        "it reads and changes the whole storage account",
        "AccountKey SharedAccessKey",
        r"(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{42,86}={1,2})",
    ),
    _rule(
        "json-web-token",
        "JSON web token",
        _ACTS,
        "eyJ",
        _EDGE + r"(eyJ[A-Za-z0-9_\-]{10,}\.eyJ[A-Za-z0-9_\-]{10,}\.[A-Za-z0-9_\-]{16,})",
    ),
    _rule(
        "bearer-header",
        "authorisation header",
        _ACTS,
        "uthorization UTHORIZATION",
        r"(?i:authorization)[\"']?\s{0,3}[:=,]\s{0,3}f?[\"']?",
        r"(?i:bearer|basic|token)\s{1,3}([A-Za-z0-9._~+/=\-]{16,})",
    ),
    _rule(
        "url-password",
        "address with a password",
        "the password opens that service",
        "://",
        r"[a-zA-Z][a-zA-Z0-9+.\-]{1,20}://[^\s:/@\"'`<>{}$]{0,80}:",
        r"([^\s/@\"'`<>{}$]{3,200})@[A-Za-z0-9\[]",
    ),
)
