//! Reads names: which of them hold secrets, of which service.

/// What a name says about its value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Holds {
    /// A password: chosen by people, perhaps short.
    Password,
    /// A key or token: made by machines.
    Token,
    /// `user:password` in base64, as registries keep it.
    Auth,
}

/// What a name says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Name {
    /// What its value is.
    pub(super) holds: Holds,
    /// What the value is, for people.
    pub(super) title: &'static str,
    /// The name of the rule.
    pub(super) rule: &'static str,
    /// Whether a UUID is a secret here.
    pub(super) uuid: bool,
}

/// Services whose keys have no prefix, by a word of the name that people give the variable.
const SERVICES: &[(&str, &str, &str, bool)] = &[
    ("wandb", "wandb-key", "Weights & Biases API key", false),
    ("comet", "comet-key", "Comet API key", false),
    ("neptune", "neptune-token", "Neptune API token", false),
    ("mlflow", "mlflow-credential", "MLflow tracking credential", false),
    ("kaggle", "kaggle-key", "Kaggle API key", false),
    ("cohere", "cohere-key", "Cohere API key", false),
    ("mistral", "mistral-key", "Mistral API key", false),
    ("together", "together-key", "Together API key", false),
    ("pinecone", "pinecone-key", "Pinecone API key", true),
    ("heroku", "heroku-key", "Heroku API key", true),
    ("snowflake", "snowflake-credential", "Snowflake credential", false),
    ("twilio", "twilio-token", "Twilio auth token", false),
    ("aws", "aws-secret-key", "AWS secret access key", false),
    ("azure", "azure-key", "Azure key", false),
    ("datadog", "datadog-key", "Datadog key", false),
    ("telegram", "telegram-token", "Telegram bot token", false),
    ("discord", "discord-token", "Discord token", false),
    ("openai", "openai-key", "OpenAI key", false),
    ("anthropic", "anthropic-key", "Anthropic API key", false),
    ("github", "github-token", "GitHub token", false),
    ("slack", "slack-token", "Slack token", false),
    ("mailgun", "mailgun-key", "Mailgun API key", false),
    ("cloudflare", "cloudflare-token", "Cloudflare API token", false),
    ("deepgram", "deepgram-key", "Deepgram API key", false),
    ("assemblyai", "assemblyai-key", "AssemblyAI API key", false),
    ("voyage", "voyage-key", "Voyage API key", false),
    ("serper", "serper-key", "Serper API key", false),
    ("serpapi", "serpapi-key", "SerpApi key", false),
    ("exa", "exa-key", "Exa API key", true),
    ("qdrant", "qdrant-key", "Qdrant API key", false),
    ("weaviate", "weaviate-key", "Weaviate API key", false),
    ("roboflow", "roboflow-key", "Roboflow API key", false),
    ("modal", "modal-token", "Modal token", false),
    ("unstructured", "unstructured-key", "Unstructured API key", false),
];

/// Words before `key` with which it is no public one.
const KEY_OF: &[&str] = &[
    "api",
    "access",
    "secret",
    "private",
    "account",
    "encryption",
    "encrypt",
    "signing",
    "sign",
    "master",
    "auth",
    "app",
    "application",
    "service",
    "shared",
    "storage",
    "session",
    "crypto",
    "subscription",
    "admin",
    "jwt",
    "hmac",
    "deploy",
    "license",
    "client",
    "aes",
    "fernet",
    "webhook",
    "primary",
    "secondary",
    "consumer",
    "instrumentation",
    "server",
    "ssh",
    "rsa",
    "flask",
    "django",
    "token",
    "ingest",
    "root",
    "openapi",
    "gemini",
    "llm",
    "groq",
    "claude",
    "gpt",
    "huggingface",
    "hf",
];

/// Words anywhere in a name with which it holds nothing secret.
const PUBLIC: &[&str] = &[
    "public",
    "pub",
    "publishable",
    "anon",
    "authenticity",
    "hash",
    "hashed",
    "digest",
    "checksum",
    "sha",
    "sha1",
    "sha256",
    "md5",
    "integrity",
    "fingerprint",
    "cache",
    "foreign",
    "sort",
    "partition",
    "site",
    "sitekey",
    "example",
    "dummy",
    "fake",
    "mock",
    "placeholder",
    "invalid",
    "wrong",
    "bad",
    "expected",
    "encrypted",
    "sealed",
    "regex",
    "pattern",
    "label",
    "title",
    "eos",
    "bos",
    "pad",
    "unk",
    "cls",
    "sep",
    "mask",
    "vocab",
    "prompt",
    "csrf",
    "xsrf",
    "cursor",
    "page",
    "pagination",
    "continuation",
    "nextpage",
    "sync",
    "resume",
    "tokenizer",
    "next",
    "forward",
    "backward",
    "starting",
    "purchase",
    "verification",
    "grant",
    "i18n",
    "message",
    "help",
    "hint",
    "text",
    "error",
    "commit",
    "revision",
    "etag",
    "cancel",
    "cancellation",
];

/// Words at the end of a name that say where a value is used or how it is written, not what it is.
const ENDINGS: &[&str] = &[
    "value",
    "val",
    "str",
    "string",
    "prod",
    "production",
    "dev",
    "development",
    "staging",
    "stage",
    "live",
    "main",
    "default",
    "b64",
    "base64",
    "raw",
    "plain",
    "plaintext",
    "old",
    "new",
    "backup",
    "env",
    "a",
    "b",
    "rw",
    "ro",
    "data",
    "content",
    "text",
    "local",
    "us",
    "eu",
];

/// Reads a name; `None` where it does not say that its value is secret.
pub(super) fn read(name: &[u8]) -> Option<Name> {
    let words = words(name);
    let mut end = words.len();
    while end > 1 && (ENDINGS.contains(&words[end - 1].as_str()) || words[end - 1].bytes().all(|byte| byte.is_ascii_digit())) {
        end -= 1;
    }
    let (last, before) = words[..end].split_last()?;
    if words.iter().any(|word| PUBLIC.contains(&word.as_str())) {
        return None;
    }
    let previous = before.last().map_or("", String::as_str);
    let holds = match last.as_str() {
        "pwd" | "passcode" | "pw" | "userpwd" => Holds::Password,
        word if ["password", "passwd", "passphrase"].iter().any(|end| word.ends_with(end)) => Holds::Password,
        "pass" if !before.is_empty() => Holds::Password,
        "secret" | "token" | "secrets" | "credential" | "credentials" | "apikey" | "secretkey" | "accesskey" | "accountkey"
        | "authtoken" | "accesstoken" | "apitoken" | "clientsecret" | "appsecret" | "privatekey" | "apisecret" | "refreshtoken"
        | "bottoken" | "encryptionkey" | "sharedaccesskey" | "masterkey" | "appkey" | "identitytoken" | "sessiontoken" | "idtoken"
        | "webhooksecret" | "jwtsecret" | "secretaccesskey" | "authorization" => Holds::Token,
        "pat" if !before.is_empty() => Holds::Token,
        "auth" => Holds::Auth,
        "key" if KEY_OF.contains(&previous) || SERVICES.iter().any(|(word, ..)| *word == previous) => Holds::Token,
        // `SECRET_KEY_BASE`, as Rails names it.
        "base" if previous == "key" => Holds::Token,
        _ => return None,
    };
    let service = SERVICES.iter().find(|(word, ..)| words.iter().any(|part| part.starts_with(word)));
    let (rule, title, uuid) = match (service, holds) {
        (Some((_, rule, title, uuid)), Holds::Token) => (*rule, *title, *uuid),
        (_, Holds::Password) => ("password", "password", false),
        (_, Holds::Token) => ("generic-secret", "key or token", false),
        (_, Holds::Auth) => ("registry-auth", "registry login", false),
    };
    Some(Name { holds, title, rule, uuid })
}

/// Splits a name into lower-case words: at `_`, `-`, `.`, and where a capital follows a small letter.
fn words(name: &[u8]) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut previous = b'_';
    for (at, byte) in name.iter().enumerate() {
        let next_small = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
        let capital = byte.is_ascii_uppercase()
            && (previous.is_ascii_lowercase() || previous.is_ascii_digit() || (previous.is_ascii_uppercase() && next_small));
        let cut = !byte.is_ascii_alphanumeric()
            || capital
            || (byte.is_ascii_digit() && previous.is_ascii_alphabetic() && !next_small && at + 2 >= name.len());
        if cut {
            words.push(String::new());
        }
        if byte.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(char::from(byte.to_ascii_lowercase()));
        }
        previous = *byte;
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_in_every_case() {
        for name in [
            "DB_PASSWORD",
            "dbPassword",
            "spring.datasource.password",
            "api-key",
            "OPENAI_API_KEY",
            "AWSSecretAccessKey",
            "clientSecret",
            "API_KEY_2",
            "GITHUB_PAT",
        ] {
            assert!(read(name.as_bytes()).is_some(), "{name}");
        }
        for name in [
            "password_hash",
            "eos_token",
            "public_key",
            "tokenizer",
            "max_tokens",
            "secret_name",
            "key",
            "token_type",
            "pass",
            "primary_id",
            "author",
            "sort_key",
        ] {
            assert!(read(name.as_bytes()).is_none(), "{name}");
        }
        assert_eq!(read(b"WANDB_API_KEY").unwrap().rule, "wandb-key");
    }
}
