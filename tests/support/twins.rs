//! What looks like a secret and is none.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use serde_json::json;

use super::places::notebook;
use super::seeded::{BASE62, BASE64, HEX, Seeded, base64};
use super::tokens::Planted;

/// Harmless variables that any kind of place can hold.
pub fn variables(seed: u64) -> Vec<Planted> {
    let mut s = Seeded::new(seed);
    let twin = |of: &str, name: &str, value: String| Planted { of: of.to_owned(), name: name.to_owned(), value };
    let same = |of: &str, name: &str, value: &str| twin(of, name, value.to_owned());
    let uuid =
        |s: &mut Seeded| format!("{}-{}-4{}-a{}-{}", s.text(HEX, 8), s.text(HEX, 4), s.text(HEX, 3), s.text(HEX, 3), s.text(HEX, 12));
    vec![
        same("placeholder", "OPENAI_API_KEY", "your-api-key-here"),
        same("placeholder", "ANTHROPIC_API_KEY", "<YOUR_API_KEY>"),
        same("placeholder", "API_KEY", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
        twin("placeholder", "GITHUB_TOKEN", format!("{}{}", concat!("gh", "p_"), "x".repeat(36))),
        twin("placeholder", "HF_TOKEN", format!("{}{}", concat!("h", "f_"), "your_token_here")),
        twin("placeholder", "OPENAI_API_KEY", format!("{}...", concat!("s", "k-"))),
        same("placeholder", "DB_PASSWORD", "REPLACE_ME"),
        same("placeholder", "CLIENT_SECRET", "enter-your-client-secret"),
        same("placeholder", "AUTH_TOKEN", "TODO"),
        twin("test-vector", "AWS_ACCESS_KEY_ID", format!("{}IOSFODNN7EXAMPLE", concat!("AK", "IA"))),
        twin("test-vector", "AWS_SECRET_ACCESS_KEY", format!("wJalrXUtnFEMI/K7MDENG/bPxRfiCY{}KEY", "EXAMPLE")),
        same("reference", "API_KEY", "${API_KEY}"),
        same("reference", "DB_PASSWORD", "$DB_PASSWORD"),
        same("reference", "DB_PASSWORD", "{{ db_password }}"),
        same("reference", "TOKEN", "${{ secrets.DEPLOY_TOKEN }}"),
        same("reference", "DB_PASSWORD_FILE", "/run/secrets/db_password"),
        same("reference", "SECRET_NAME", "prod/ranker/database-password"),
        same("reference", "SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ranker-db"),
        same("reference", "API_KEY", "keyvault://ranker/openai-api-key"),
        twin("checksum", "MODEL_SHA256", s.text(HEX, 64)),
        twin("checksum", "DATA_CHECKSUM", format!("sha256:{}", s.text(HEX, 64))),
        twin("checksum", "DATA_MD5", s.text(HEX, 32)),
        twin("checksum", "INTEGRITY", format!("sha512-{}==", s.text(BASE64, 86))),
        twin("commit", "MODEL_REVISION", s.text(HEX, 40)),
        twin("commit", "GIT_COMMIT", s.text(HEX, 40)),
        twin("uuid", "RUN_ID", uuid(&mut s)),
        twin("uuid", "TENANT_ID", uuid(&mut s)),
        twin("uuid", "AZURE_CLIENT_ID", uuid(&mut s)),
        twin("image", "LOGO", format!("data:image/png;base64,{}", base64(&s.bytes(300)))),
        twin("public-key", "DEPLOY_PUBLIC_KEY", format!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{} team@corp", s.text(BASE62, 43))),
        same("name", "TOKENIZER_NAME", "sentence-transformers/all-MiniLM-L6-v2"),
        same("name", "PAD_TOKEN", "<|endoftext|>"),
        same("name", "TOKEN_TYPE", "bearer"),
        same("name", "PASSWORD_FIELD", "user_password"),
        same("name", "API_KEY_VARIABLE", "OPENAI_API_KEY"),
        same("name", "PRIMARY_KEY", "customer_account_number"),
        same("name", "SECRET_MANAGER", "HashiCorpVaultSecretManager"),
        same("name", "MAX_TOKENS", "4096"),
        same("url", "TOKEN_URL", "https://login.corp.internal/oauth2/v2.0/token"),
        same("url", "DATABASE_URL", "postgresql://localhost:5432/features"),
        same("url", "DATABASE_URL", "postgresql://user:password@localhost:5432/test"),
        same("url", "DATABASE_URL", "postgresql://${DB_USER}:${DB_PASSWORD}@db:5432/features"),
        same("class", "ESTIMATOR", "sklearn.ensemble.HistGradientBoostingClassifier"),
        same("path", "CREDENTIALS", "/etc/ranker/credentials.json"),
        same("date", "KEY_ROTATED_AT", "2026-03-02T10:11:12Z"),
    ]
}

/// Harmless files of their own: a look-up instead of a value, a lock, a public key, a notebook's image.
pub fn files(seed: u64) -> Vec<(&'static str, String, String)> {
    let mut s = Seeded::new(seed);
    let mut made = Vec::new();
    let lookups = [
        "API_KEY = os.environ[\"OPENAI_API_KEY\"]",
        "api_key = os.getenv(\"OPENAI_API_KEY\")",
        "token = os.environ.get(\"HF_TOKEN\", \"\")",
        "password = getpass.getpass(\"Password: \")",
        "secret = client.get_secret_value(SecretId=\"prod/ranker/db\")[\"SecretString\"]",
        "password = keyring.get_password(\"ranker\", \"robot\")",
        "api_key: str | None = None",
        "def connect(password: str, api_key: str = \"\") -> None: ...",
        "auth_token = request.headers[\"Authorization\"].removeprefix(\"Bearer \")",
        "assert token_hash == hashlib.sha256(token.encode()).hexdigest()",
        "tokens = tokenizer(\"The password is a secret\", return_tensors=\"pt\")",
        "secret_key = secrets.token_urlsafe(32)",
        "password = \"\"",
        "headers = {\"Authorization\": f\"Bearer {token}\"}",
        "PASSWORD_PATTERN = re.compile(r\"(?i)password\\s*[:=]\\s*(\\S{8,})\")",
        "raise ValueError(\"api_key=... is missing: set OPENAI_API_KEY\")",
        "special_tokens = {\"bos_token\": \"<s>\", \"eos_token\": \"</s>\", \"unk_token\": \"<unk>\"}",
        "print(f\"token={token[:4]}...\")",
        "db_password = config[\"database\"][\"password\"]",
        "API_KEY_HEADER = \"X-Api-Key\"",
    ];
    for (n, line) in lookups.iter().enumerate() {
        made.push(("lookup", format!("src/safe/l{n}.py"), format!("import os\n\n{line}\n")));
    }
    let lookups = [
        "const key = process.env.OPENAI_API_KEY;",
        "const password = document.getElementById('password').value;",
        "let token = await getToken();",
    ];
    for (n, line) in lookups.iter().enumerate() {
        made.push(("lookup", format!("web/safe/l{n}.js"), format!("{line}\n")));
    }
    made.push((
        "lookup",
        "infra/safe/main.tf".into(),
        "resource \"db\" \"x\" {\n  password = var.db_password\n  token    = data.vault_secret.x.data[\"token\"]\n}\n".into(),
    ));
    made.push(("lookup", "deploy/safe.sh".into(), "#!/bin/sh\nTOKEN=$(cat /run/secrets/token)\ncurl -H \"Authorization: Bearer $TOKEN\" https://api.corp.internal\nread -rsp 'Password: ' PASSWORD\n".into()));
    let hashes: String = (0..40).map(|n| format!("package-{n}==1.{n}.0 \\\n    --hash=sha256:{}\n", s.text(HEX, 64))).collect();
    made.push(("lock", "locks/requirements.txt".into(), hashes));
    let packages: serde_json::Map<_, _> = (0..40)
        .map(|n| (format!("node_modules/p{n}"), json!({"version": "1.0.0", "integrity": format!("sha512-{}==", s.text(BASE64, 86))})))
        .collect();
    made.push((
        "lock",
        "web/package-lock.json".into(),
        serde_json::to_string_pretty(&json!({"lockfileVersion": 3, "packages": packages})).unwrap(),
    ));
    let dashes = "-".repeat(5);
    for (n, kind) in ["PUBLIC KEY", "CERTIFICATE", "RSA PUBLIC KEY"].iter().enumerate() {
        let body = base64(&s.bytes(600));
        made.push(("public-key", format!("certs/c{n}.pem"), format!("{dashes}BEGIN {kind}{dashes}\n{body}\n{dashes}END {kind}{dashes}\n")));
    }
    let vocabulary: String = (0..400)
        .map(|_| {
            let length = 3 + s.below(9);
            s.text(BASE62, length) + "\n"
        })
        .collect();
    made.push(("vocabulary", "assets/vocab.txt".into(), vocabulary));
    for n in 0..40 {
        made.push(("notebook-image", format!("notebooks/images/i{n}.ipynb"), image(&mut s, n)));
    }
    made
}

/// A notebook with a picture in its output.
fn image(s: &mut Seeded, n: usize) -> String {
    let size = 20_000 + s.below(20_000);
    let mut bytes = b"\x89PNG\r\n\x1a\n".to_vec();
    bytes.extend(s.bytes(size));
    let picture = base64(&bytes);
    let data = match n % 4 {
        0 => json!({"image/png": format!("{picture}\n")}),
        1 => {
            json!({"image/png": picture.as_bytes().chunks(76).map(|line| format!("{}\n", std::str::from_utf8(line).unwrap())).collect::<Vec<_>>()})
        }
        2 => json!({"text/html": [format!("<img src=\"data:image/jpeg;base64,{picture}\" />")], "text/plain": ["<Image>"]}),
        _ => {
            json!({"image/svg+xml": [format!("<svg><image href=\"data:image/png;base64,{picture}\"/></svg>")], "application/vnd.plotly.v1+json": {"data": [{"bdata": picture}]}})
        }
    };
    let outputs = json!([{"data": data, "metadata": {}, "output_type": "display_data"}]);
    notebook(&["plt.show()".to_owned()], &outputs)
}
