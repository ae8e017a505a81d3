//! Plants secrets of every kind in places of every kind, with harmless twins beside them, and counts what is found.

use super::checksum::{base62, crc32};
use super::*;

pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn of(&mut self, digits: &str, size: usize) -> String {
        let digits: Vec<char> = digits.chars().collect();
        (0..size).map(|_| digits[(self.next() % digits.len() as u64) as usize]).collect()
    }
}

const LOWER: &str = "abcdefghijklmnopqrstuvwxyz0123456789";
pub(super) const UPPER: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
pub(super) const HEX: &str = "0123456789abcdef";
pub(super) const ALNUM: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
pub(super) const URL64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
pub(super) const BASE64: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn sealed(prefix: &str, dice: &mut Dice) -> String {
    let body = dice.of(ALNUM, 30);
    let sum = String::from_utf8(base62(crc32(body.as_bytes())).to_vec()).unwrap();
    format!("{prefix}{body}{sum}")
}

/// Secrets that are known by their format, wherever they stand.
fn formats(dice: &mut Dice) -> Vec<(&'static str, String)> {
    let d = dice;
    let mut all = vec![("github-token", sealed("ghp_", d)), ("github-token", sealed("ghs_", d)), ("npm-token", sealed("npm_", d))];
    let mut add = |rule: &'static str, parts: &[&str]| all.push((rule, parts.concat()));
    add("aws-access-key", &["AKIA", &d.of(UPPER, 16)]);
    add("aws-access-key", &["ASIA", &d.of(UPPER, 16)]);
    add("github-token", &["github_pat_", &d.of(ALNUM, 22), "_", &d.of(ALNUM, 59)]);
    add("gitlab-token", &["glpat-", &d.of(URL64, 20)]);
    add("gitlab-token", &["glptt-", &d.of(HEX, 40)]);
    add("openai-key", &["sk-", &d.of(ALNUM, 20), "T3Blbk", "FJ", &d.of(ALNUM, 20)]);
    add("openai-key", &["sk-proj-", &d.of(URL64, 74), "T3Blbk", "FJ", &d.of(URL64, 74)]);
    add("openai-key", &["sk-svcacct-", &d.of(URL64, 58), "T3Blbk", "FJ", &d.of(URL64, 58)]);
    add("anthropic-key", &["sk-ant-", "api03-", &d.of(URL64, 93), "AA"]);
    add("anthropic-key", &["sk-ant-", "admin01-", &d.of(URL64, 93), "AA"]);
    add("huggingface-token", &["hf_", &d.of(&ALNUM[..52], 34)]);
    add("huggingface-token", &["api_org_", &d.of(&ALNUM[..52], 34)]);
    add("google-api-key", &["AIza", &d.of(URL64, 35)]);
    add("google-oauth-secret", &["GOCSPX-", &d.of(URL64, 28)]);
    add("azure-client-secret", &[&d.of(ALNUM, 3), "8Q~", &d.of(ALNUM, 34)]);
    add("slack-token", &["xoxb-", &d.of("1234567890", 12), "-", &d.of("1234567890", 13), "-", &d.of(ALNUM, 24)]);
    add("slack-token", &["xapp-", "1-A", &d.of(UPPER, 10), "-", &d.of("1234567890", 13), "-", &d.of(HEX, 64)]);
    add("slack-webhook", &["https://hooks.slack.com", "/services/T", &d.of(UPPER, 8), "/B", &d.of(UPPER, 8), "/", &d.of(ALNUM, 24)]);
    add("stripe-key", &["sk_live_", &d.of(ALNUM, 24)]);
    add("stripe-key", &["rk_live_", &d.of(ALNUM, 99)]);
    add("sendgrid-key", &["SG.", &d.of(URL64, 22), ".", &d.of(URL64, 43)]);
    add("mailgun-key", &["key-", &d.of(HEX, 32)]);
    add("pypi-token", &["pypi-AgE", "IcHlwaS5vcmc", &d.of(URL64, 140)]);
    add("docker-token", &["dckr_pat_", &d.of(URL64, 27)]);
    add("databricks-token", &["dapi", &d.of(HEX, 32)]);
    add("replicate-token", &["r8_", &d.of(ALNUM, 37)]);
    add("groq-key", &["gsk_", &d.of(ALNUM, 52)]);
    add("pinecone-key", &["pcsk_", &d.of(ALNUM, 5), "_", &d.of(ALNUM, 63)]);
    add("langsmith-key", &["lsv2_pt_", &d.of(HEX, 32), "_", &d.of(HEX, 10)]);
    add("langfuse-key", &["sk-lf-", &d.of(HEX, 8), "-", &d.of(HEX, 4), "-4", &d.of(HEX, 3), "-a", &d.of(HEX, 3), "-", &d.of(HEX, 12)]);
    add("xai-key", &["xai-", &d.of(ALNUM, 80)]);
    add("perplexity-key", &["pplx-", &d.of(ALNUM, 48)]);
    add("fireworks-key", &["fw_", &d.of(ALNUM, 24)]);
    add("digitalocean-token", &["dop_v1_", &d.of(HEX, 64)]);
    add("linear-key", &["lin_api_", &d.of(ALNUM, 40)]);
    add("notion-token", &["secret_", &d.of(ALNUM, 43)]);
    add("notion-token", &["ntn_", &d.of(ALNUM, 46)]);
    add("telegram-token", &[&d.of("123456789", 10), ":AA", &d.of(URL64, 33)]);
    add("discord-webhook", &["https://discord.com", "/api/webhooks/", &d.of("123456789", 18), "/", &d.of(URL64, 68)]);
    add("shopify-token", &["shpat_", &d.of(HEX, 32)]);
    add("square-token", &["sq0csp-", &d.of(URL64, 43)]);
    add("atlassian-token", &["ATATT3", &d.of(URL64, 180), "=", &d.of(UPPER, 8)]);
    add("vault-token", &["hvs.", &d.of(URL64, 90)]);
    add("terraform-token", &[&d.of(ALNUM, 14), ".atlasv1.", &d.of(ALNUM, 67)]);
    add("doppler-token", &["dp.pt.", &d.of(ALNUM, 43)]);
    add("planetscale-token", &["pscale_tkn_", &d.of(URL64, 43)]);
    add("supabase-token", &["sbp_", &d.of(HEX, 40)]);
    add("grafana-token", &["glsa_", &d.of(ALNUM, 32), "_", &d.of(HEX, 8)]);
    add("age-key", &["AGE-SECRET-KEY-1", &d.of("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", 58)]);
    add("json-web-token", &["eyJ", "hbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJ", "pc3MiOiJvcHMiLCJleHAiOjE4OTM0NTYwMDB9.", &d.of(URL64, 43)]);
    all
}

/// Secrets that only their name gives away.
fn named(dice: &mut Dice) -> Vec<(&'static str, String)> {
    let d = dice;
    vec![
        ("AWS_SECRET_ACCESS_KEY", d.of(BASE64, 40)),
        ("WANDB_API_KEY", d.of(HEX, 40)),
        ("COMET_API_KEY", d.of(ALNUM, 25)),
        ("COHERE_API_KEY", d.of(ALNUM, 40)),
        ("MISTRAL_API_KEY", d.of(ALNUM, 32)),
        ("TOGETHER_API_KEY", d.of(HEX, 64)),
        ("TWILIO_AUTH_TOKEN", d.of(HEX, 32)),
        ("AZURE_OPENAI_API_KEY", d.of(HEX, 32)),
        ("AZURE_STORAGE_ACCOUNT_KEY", format!("{}==", d.of(BASE64, 86))),
        ("DATADOG_API_KEY", d.of(HEX, 32)),
        ("SNOWFLAKE_PASSWORD", format!("{}!7aQ", d.of(ALNUM, 10))),
        ("DISCORD_TOKEN", format!("MT{}.{}.{}", d.of(ALNUM, 24), d.of(URL64, 6), d.of(URL64, 38))),
        ("DB_PASSWORD", format!("Vq7{}#k2", d.of(ALNUM, 6))),
        ("MLFLOW_TRACKING_PASSWORD", d.of(ALNUM, 16)),
        ("JWT_SECRET", d.of(ALNUM, 32)),
        ("client_secret", d.of(URL64, 40)),
        ("api_key", d.of(LOWER, 32)),
        ("SECRET_KEY", d.of("abcdefghijklmnopqrstuvwxyz0123456789!@^&*-_=+", 50)),
        ("HEROKU_API_KEY", format!("{}-{}-4{}-9{}-{}", d.of(HEX, 8), d.of(HEX, 4), d.of(HEX, 3), d.of(HEX, 3), d.of(HEX, 12))),
    ]
}

type Write = fn(&str, &str) -> String;

/// Places, with the name of the file and how a name and value are written there.
const PLACES: &[(&str, Write)] = &[
    ("src/train.py", |n, v| format!("import os\n{n} = \"{v}\"\n")),
    ("src/conf.py", |n, v| format!("{n}: str = '{v}'  # prod\n")),
    ("src/client.py", |n, v| format!("client = Client(timeout=3, {n}=\"{v}\")\n")),
    ("src/environ.py", |n, v| format!("os.environ[\"{n}\"] = \"{v}\"\n")),
    ("src/fallback.py", |n, v| format!("x = os.getenv(\"{n}\", \"{v}\")\n")),
    ("src/or.py", |n, v| format!("x = os.environ.get(\"{n}\") or \"{v}\"\n")),
    ("src/dict.py", |n, v| format!("params = {{'{n}': '{v}', 'a': 1}}\n")),
    ("src/wrap.py", |n, v| format!("{n} = SecretStr(\"{v}\")\n")),
    ("src/bytes.py", |n, v| format!("{n} = b\"{v}\"\n")),
    ("src/folded.py", |n, v| format!("{n} = (\n    \"{v}\"\n)\n")),
    ("src/comment.py", |n, v| format!("# {n} = \"{v}\"\n")),
    (".env", |n, v| format!("A=1\n{n}={v}\n")),
    (".env.production", |n, v| format!("export {n}=\"{v}\"\r\n")),
    ("deploy.sh", |n, v| format!("export {n}='{v}'\nrun\n")),
    ("run.sh", |n, v| format!("{n}={v} python train.py\n")),
    ("docker.sh", |n, v| format!("docker run -e {n}={v} image\n")),
    ("config.yaml", |n, v| format!("a: 1\nb:\n  {n}: {v}\n")),
    ("quoted.yml", |n, v| format!("b:\n  {n}: \"{v}\"  # c\n")),
    ("folded.yml", |n, v| format!("{n}: >-\n  {v}\n")),
    ("k8s/deploy.yaml", |n, v| format!("env:\n  - name: {n}\n    value: \"{v}\"\n")),
    ("docker-compose.yml", |n, v| format!("environment:\n  - {n}={v}\n")),
    (".github/workflows/ci.yml", |n, v| format!("      - run: x\n        env:\n          {n}: {v}\n")),
    ("settings.json", |n, v| format!("{{\"{n}\": \"{v}\"}}\n")),
    ("task.json", |n, v| format!("{{\"name\": \"{n}\", \"value\": \"{v}\"}}\n")),
    ("app.toml", |n, v| format!("[x]\n{n} = \"{v}\"\n")),
    ("app.ini", |n, v| format!("[x]\n{n} = {v}\n")),
    ("app.properties", |n, v| format!("spring.{n}={v}\n")),
    ("Dockerfile", |n, v| format!("FROM a\nENV {n}={v}\n")),
    ("docker/Dockerfile.gpu", |n, v| format!("FROM a\nENV {n} {v}\n")),
    ("Containerfile", |n, v| format!("ARG {n}=\"{v}\"\n")),
    ("main.tf", |n, v| format!("variable \"{n}\" {{\n  type = string\n  default = \"{v}\"\n}}\n")),
    ("x.tfvars", |n, v| format!("{n} = \"{v}\"\n")),
    ("a.ipynb", |n, v| format!("{{\"cells\":[{{\"source\":[\"import a\\n\",\"{n} = \\\"{v}\\\"\\n\"]}}]}}\n")),
    ("b.ipynb", |n, v| format!("{{\"cells\":[{{\"outputs\":[{{\"text\":[\"a\\n\",\"{n}={v}\\n\"]}}]}}]}}\n")),
    ("c.ipynb", |n, v| format!("{{\"source\":\"x\\n%env {n}={v}\\ny = {{'{n}': '{v}'}}\\n\"}}\n")),
    ("README.md", |n, v| format!("# Use\n\n```sh\nexport {n}={v}\n```\n")),
    ("web.config", |n, v| format!("<add key=\"{n}\" value=\"{v}\"/>\n")),
    ("pom.xml", |n, v| format!("<server>\n  <{n}>{v}</{n}>\n</server>\n")),
    ("main.go", |n, v| format!("const {n} = \"{v}\"\n")),
    ("app.ts", |n, v| format!("const {n}: string = process.env.X ?? `{v}`;\nconst y = {{ {n}: '{v}' }};\n")),
    ("Main.java", |n, v| format!("private static final String {n} = \"{v}\";\n")),
    ("lib.rs", |n, v| format!("const {n}: &str = \"{v}\";\n")),
    ("setup.ps1", |n, v| format!("$env:{n} = \"{v}\"\r\n")),
    ("run.bat", |n, v| format!("set {n}={v}\r\n")),
    ("values.yaml", |n, v| format!("{n}: '{v}'\n")),
    ("Makefile", |n, v| format!("{n} ?= {v}\n")),
    ("cli.md", |n, v| format!("    tool --{} {v}\n", n.to_lowercase().replace('_', "-"))),
    ("notes.txt", |n, v| format!("{n}: {v}\n")),
];

#[test]
fn finds_what_is_planted() {
    let mut missed = Vec::new();
    let mut total = 0;
    for seed in 1..4u64 {
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ (seed << 20));
        for (path, write) in PLACES {
            for (rule, secret) in formats(&mut dice) {
                let text = write("VALUE", &secret);
                let place = text.find(&secret).unwrap();
                let hits = scan(path, text.as_bytes());
                total += 1;
                if !hits.iter().any(|hit| hit.range.start <= place + 40 && hit.range.end >= place + 8 && hit.rule == rule) {
                    missed.push(format!("{rule} in {path}: {hits:?}"));
                }
                let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
                assert_eq!(scan(path, &wide).len(), hits.len());
            }
            for (name, secret) in named(&mut dice) {
                let text = write(name, &secret);
                let hits = scan(path, text.as_bytes());
                total += 1;
                if hits.is_empty() {
                    missed.push(format!("{name} in {path}"));
                }
            }
        }
    }
    let share = missed.len() as f64 / total as f64;
    assert!(share < 0.02, "{} of {total} missed:\n{}", missed.len(), missed.join("\n"));
}

#[test]
fn leaves_the_twins_alone() {
    let mut dice = Dice(7);
    let stand_ins = [
        "your-api-key",
        "YOUR_API_KEY_HERE",
        "xxxxxxxxxxxxxxxxxxxxxxxx",
        "<token>",
        "changeme",
        "example-secret-value-1",
        "${SECRET}",
        "$SECRET",
        "{{ secrets.X }}",
        "abcdef123456abcdef123456",
        "0123456789abcdef0123456789abcdef",
        "00000000000000000000000000000000",
        "os.environ",
        "tokenizer.eos_token",
        "<|endoftext|>",
        "/run/secrets/password",
        "AKIAIOSFODNN7EXAMPLE",
        "admin",
        "password123",
        "Passwort",
        "my_secret_name",
        "projects/p1/secrets/s1/versions/2",
        "arn:aws:secretsmanager:eu-west-1:111122223333:secret:db",
        "sk-your-key-goes-in-this-place-please",
        "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
        "hf_your_token_here",
        "sk-...",
        "sk-proj-...",
        "text-embedding-3-small",
        "gpt-4-turbo-2024-04-09",
        "********",
        "-----BEGIN PUBLIC KEY-----",
        "%(password)s",
        "{password}",
        "[A-Za-z0-9]{36}",
        "None",
        "null",
        "",
    ];
    let mut loud = Vec::new();
    let uuid = format!("{}-{}-4{}-9{}-{}", dice.of(HEX, 8), dice.of(HEX, 4), dice.of(HEX, 3), dice.of(HEX, 3), dice.of(HEX, 12));
    let digest = format!("sha256:{}", dice.of(HEX, 64));
    for (path, write) in PLACES {
        for value in stand_ins.iter().copied().chain([uuid.as_str(), digest.as_str()]) {
            for name in ["API_KEY", "password", "token", "client_secret"] {
                let hits = scan(path, write(name, value).as_bytes());
                if !hits.is_empty() {
                    loud.push(format!("{name} `{value}` in {path}: {}", hits[0].rule));
                }
            }
        }
        for name in ["password_hash", "token_type", "commit_sha", "public_key", "cache_key", "checksum", "MODEL_ID", "run"] {
            if !scan(path, write(name, &dice.of(HEX, 40)).as_bytes()).is_empty() {
                loud.push(format!("{name} in {path}"));
            }
        }
    }
    assert!(loud.is_empty(), "{}\n{}", loud.len(), loud.join("\n"));
}
