//! Tokens in the forms that providers publish, made when a test runs. No source file holds one.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use super::seeded::{BASE32, BASE62, BASE64, DIGITS, HEX, LETTERS, Seeded, UPPER, URL64, base62, base64, crc32};

/// A secret, or a harmless twin of one, and the name that it goes by.
#[derive(Clone, Debug)]
pub struct Planted {
    /// The provider, or the kind of twin.
    pub of: String,
    /// The variable that holds it, in capitals.
    pub name: String,
    pub value: String,
}

impl Planted {
    /// Whether it stands where a secret would: any secret does, and of the twins those that were put in its place.
    pub fn stands_in_for_a_secret(&self) -> bool {
        let other = ["checksum", "commit", "uuid", "image", "public-key", "name", "url", "class", "path", "date"];
        !other.contains(&self.of.as_str())
    }
}

/// A form of token: the provider, the usual variable, and how one is made.
pub type Form = (&'static str, &'static str, fn(&mut Seeded) -> String);

/// `count` tokens of each provider.
pub fn tokens(count: usize, seed: u64) -> Vec<Planted> {
    let mut seeded = Seeded::new(seed);
    let mut made = Vec::new();
    for _ in 0..count {
        for (of, name, make) in PROVIDERS {
            made.push(Planted { of: (*of).to_owned(), name: (*name).to_owned(), value: make(&mut seeded) });
        }
    }
    made
}

/// `count` passwords of each generic form.
pub fn passwords(count: usize, seed: u64) -> Vec<Planted> {
    let mut seeded = Seeded::new(seed);
    let mut made = Vec::new();
    for _ in 0..count {
        for (of, name, make) in GENERIC {
            made.push(Planted { of: (*of).to_owned(), name: (*name).to_owned(), value: make(&mut seeded) });
        }
    }
    made
}

/// A token whose last six characters are the checksum of what is between prefix and checksum.
fn checked(seeded: &mut Seeded, prefix: &str) -> String {
    let body = seeded.text(BASE62, 30);
    format!("{prefix}{body}{}", base62(crc32(body.as_bytes()), 6))
}

/// A private key in its armour, on one line with `\n` escapes as JSON and `.env` files have it.
pub fn armoured(seeded: &mut Seeded, kind: &str, line_end: &str) -> String {
    let mut der = if kind.starts_with("OPENSSH") {
        // The magic word, then cipher and derivation "none", no options, one key.
        let mut der = b"openssh-key-v1\0\0\0\0\x04none\0\0\0\x04none\0\0\0\0\0\0\0\x01\0\0\x01\x17\0\0\0\x07ssh-rsa".to_vec();
        der.extend([0, 0, 0, 3, 1, 0, 1]);
        der
    } else {
        // A DER sequence with a version in front, as in PKCS #1 and PKCS #8.
        vec![0x30, 0x82, 0x04, 0xa2, 0x02, 0x01, 0x00]
    };
    der.extend(seeded.bytes(1185));
    let body = base64(&der);
    let lines: Vec<&str> = body.as_bytes().chunks(64).map(|chunk| std::str::from_utf8(chunk).unwrap()).collect();
    let (dashes, key) = ("-".repeat(5), concat!("PRIVATE", " KEY"));
    format!("{dashes}BEGIN {kind}{key}{dashes}{line_end}{}{line_end}{dashes}END {kind}{key}{dashes}{line_end}", lines.join(line_end))
}

const PROVIDERS: &[Form] = &[
    ("aws-access-key-id", "AWS_ACCESS_KEY_ID", |s| format!("{}{}", concat!("AK", "IA"), s.text(BASE32, 16))),
    ("aws-secret-key", "AWS_SECRET_ACCESS_KEY", |s| s.text(BASE64, 40)),
    ("github-classic", "GITHUB_TOKEN", |s| checked(s, concat!("gh", "p_"))),
    ("github-oauth", "GH_OAUTH_TOKEN", |s| checked(s, concat!("gh", "o_"))),
    ("github-server", "GH_TOKEN", |s| checked(s, concat!("gh", "s_"))),
    ("github-fine-grained", "GITHUB_PAT", |s| format!("{}{}_{}", concat!("github", "_pat_"), s.text(BASE62, 22), s.text(BASE62, 59))),
    ("gitlab-personal", "GITLAB_TOKEN", |s| format!("{}{}", concat!("gl", "pat-"), s.text(URL64, 20))),
    ("gitlab-trigger", "GITLAB_TRIGGER_TOKEN", |s| format!("{}{}", concat!("gl", "ptt-"), s.text(HEX, 40))),
    ("gitlab-runner", "RUNNER_TOKEN", |s| format!("{}{}", concat!("gl", "rt-"), s.text(URL64, 20))),
    ("slack-bot", "SLACK_BOT_TOKEN", |s| {
        format!("{}{}{}-{}-{}", concat!("xo", "xb-"), 10 + s.below(80), s.text(DIGITS, 11), s.text(DIGITS, 13), s.text(BASE62, 24))
    }),
    ("slack-user", "SLACK_TOKEN", |s| {
        format!("{}2{}-3{}-4{}-{}", concat!("xo", "xp-"), s.text(DIGITS, 11), s.text(DIGITS, 11), s.text(DIGITS, 12), s.text(HEX, 32))
    }),
    ("slack-webhook", "SLACK_WEBHOOK_URL", |s| {
        format!("https://{}/services/T{}/B{}/{}", concat!("hooks.", "slack.com"), s.text(UPPER, 10), s.text(UPPER, 10), s.text(BASE62, 24))
    }),
    ("stripe-live", "STRIPE_SECRET_KEY", |s| format!("{}{}", concat!("sk", "_live_"), s.text(BASE62, 24))),
    ("stripe-long", "STRIPE_API_KEY", |s| format!("{}51{}", concat!("sk", "_live_"), s.text(BASE62, 97))),
    ("stripe-restricted", "STRIPE_KEY", |s| format!("{}{}", concat!("rk", "_live_"), s.text(BASE62, 24))),
    ("huggingface", "HF_TOKEN", |s| format!("{}{}", concat!("h", "f_"), s.text(LETTERS, 34))),
    ("openai-old", "OPENAI_API_KEY", |s| {
        format!("{}{}{}{}", concat!("s", "k-"), s.text(BASE62, 20), concat!("T3Blbk", "FJ"), s.text(BASE62, 20))
    }),
    ("openai-project", "OPENAI_API_KEY", |s| {
        format!("{}{}{}{}", concat!("sk-", "proj-"), s.text(URL64, 74), concat!("T3Blbk", "FJ"), s.text(URL64, 74))
    }),
    ("anthropic", "ANTHROPIC_API_KEY", |s| format!("{}{}AA", concat!("sk-", "ant-api03-"), s.text(URL64, 93))),
    ("google-api", "GOOGLE_API_KEY", |s| format!("{}{}", concat!("AI", "zaSy"), s.text(URL64, 33))),
    ("google-oauth-secret", "GOOGLE_CLIENT_SECRET", |s| format!("{}{}", concat!("GOC", "SPX-"), s.text(URL64, 28))),
    ("npm", "NPM_TOKEN", |s| checked(s, concat!("np", "m_"))),
    ("python-index", "TWINE_PASSWORD", |s| format!("{}{}", concat!("py", "pi-AgEIcHlwaS5vcmc"), s.text(URL64, 150))),
    ("sendgrid", "SENDGRID_API_KEY", |s| format!("{}{}.{}", concat!("S", "G."), s.text(URL64, 22), s.text(URL64, 43))),
    ("digitalocean", "DIGITALOCEAN_TOKEN", |s| format!("{}{}", concat!("dop", "_v1_"), s.text(HEX, 64))),
    ("databricks", "DATABRICKS_TOKEN", |s| format!("{}{}", concat!("da", "pi"), s.text(HEX, 32))),
    ("shopify", "SHOPIFY_TOKEN", |s| format!("{}{}", concat!("shp", "at_"), s.text(HEX, 32))),
    ("square", "SQUARE_SECRET", |s| format!("{}{}", concat!("sq0", "csp-"), s.text(URL64, 43))),
    ("atlassian", "JIRA_API_TOKEN", |s| format!("{}{}={}", concat!("ATA", "TT3xFfGF0"), s.text(URL64, 171), s.text("0123456789ABCDEF", 8))),
    ("docker-hub", "DOCKERHUB_TOKEN", |s| format!("{}{}", concat!("dckr", "_pat_"), s.text(URL64, 27))),
    ("azure-storage", "AZURE_STORAGE_CONNECTION_STRING", |s| {
        let key = base64(&s.bytes(64));
        format!("DefaultEndpointsProtocol=https;AccountName=mlstore;{}{key};EndpointSuffix=core.windows.net", concat!("Account", "Key="))
    }),
    ("azure-client-secret", "AZURE_CLIENT_SECRET", |s| format!("{}8{}{}", s.text(BASE62, 3), concat!("Q", "~"), s.text(BASE62, 34))),
    ("private-key", "PRIVATE_KEY", |s| armoured(s, "", "\\n")),
    ("rsa-private-key", "SSH_KEY", |s| armoured(s, "RSA ", "\\n")),
    ("telegram", "TELEGRAM_BOT_TOKEN", |s| format!("{}{}:{}{}", 5 + s.below(3), s.text(DIGITS, 9), concat!("A", "A"), s.text(URL64, 33))),
    ("discord-webhook", "DISCORD_WEBHOOK", |s| {
        format!("https://{}/api/webhooks/1{}/{}", concat!("disc", "ord.com"), s.text(DIGITS, 18), s.text(URL64, 68))
    }),
    ("grafana", "GRAFANA_TOKEN", |s| {
        let start = format!("{}{}", concat!("gl", "sa_"), s.text(BASE62, 32));
        let sum: String = crc32(start.as_bytes()).to_le_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        format!("{start}_{sum}")
    }),
    ("vault", "VAULT_TOKEN", |s| format!("{}{}", concat!("hv", "s.CAESI"), s.text(URL64, 88))),
    ("terraform-cloud", "TFE_TOKEN", |s| format!("{}.{}{}", s.text(BASE62, 14), concat!("atlas", "v1."), s.text(URL64, 67))),
    ("linear", "LINEAR_API_KEY", |s| format!("{}{}", concat!("lin", "_api_"), s.text(BASE62, 40))),
    ("notion", "NOTION_TOKEN", |s| format!("{}{}{}", concat!("nt", "n_"), s.text(DIGITS, 11), s.text(BASE62, 35))),
    ("airtable", "AIRTABLE_TOKEN", |s| format!("{}{}.{}", concat!("p", "at"), s.text(BASE62, 14), s.text(HEX, 64))),
    ("replicate", "REPLICATE_API_TOKEN", |s| format!("{}{}", concat!("r", "8_"), s.text(BASE62, 37))),
    ("groq", "GROQ_API_KEY", |s| format!("{}{}", concat!("gs", "k_"), s.text(BASE62, 52))),
    ("perplexity", "PERPLEXITY_API_KEY", |s| format!("{}{}", concat!("pp", "lx-"), s.text(BASE62, 48))),
    ("langsmith", "LANGCHAIN_API_KEY", |s| format!("{}{}_{}", concat!("lsv2", "_pt_"), s.text(HEX, 32), s.text(HEX, 10))),
    ("nvidia", "NVIDIA_API_KEY", |s| format!("{}{}", concat!("nv", "api-"), s.text(URL64, 64))),
    ("pinecone", "PINECONE_API_KEY", |s| format!("{}{}_{}", concat!("pc", "sk_"), s.text(BASE62, 6), s.text(BASE62, 63))),
    ("openrouter", "OPENROUTER_API_KEY", |s| format!("{}{}", concat!("sk-", "or-v1-"), s.text(HEX, 64))),
    ("supabase", "SUPABASE_ACCESS_TOKEN", |s| format!("{}{}", concat!("sb", "p_"), s.text(HEX, 40))),
    ("new-relic", "NEW_RELIC_API_KEY", |s| format!("{}{}", concat!("NR", "AK-"), s.text(UPPER, 27))),
    ("postman", "POSTMAN_API_KEY", |s| format!("{}{}-{}", concat!("PM", "AK-"), s.text(HEX, 24), s.text(HEX, 34))),
    ("doppler", "DOPPLER_TOKEN", |s| format!("{}{}", concat!("dp", ".pt."), s.text(BASE62, 43))),
    ("rubygems", "GEM_HOST_API_KEY", |s| format!("{}{}", concat!("ruby", "gems_"), s.text(HEX, 48))),
    ("pulumi", "PULUMI_ACCESS_TOKEN", |s| format!("{}{}", concat!("pu", "l-"), s.text(HEX, 40))),
    ("xai", "XAI_API_KEY", |s| format!("{}{}", concat!("xa", "i-"), s.text(BASE62, 80))),
];

/// Passwords and keys without a form of their own: only the name says what they are.
const GENERIC: &[Form] = &[
    ("password-random", "DB_PASSWORD", |s| s.text("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789!#%*", 18)),
    ("password-words", "ADMIN_PASSWORD", |s| {
        let words = ["Quarry", "Lantern", "Meadow", "Harbour", "Falcon", "Thistle", "Copper", "Juniper"];
        format!("{}-{}-{}!", words[s.below(8)], words[s.below(8)], 100 + s.below(900))
    }),
    ("secret-key", "SECRET_KEY", |s| s.text(URL64, 50)),
    ("api-key-hex", "WANDB_API_KEY", |s| s.text(HEX, 40)),
    ("api-key-mixed", "COHERE_API_KEY", |s| s.text(BASE62, 40)),
    ("auth-token", "AUTH_TOKEN", |s| s.text(BASE62, 32)),
    ("client-secret", "OAUTH_CLIENT_SECRET", |s| s.text(URL64, 40)),
    ("url-with-password", "DATABASE_URL", |s| format!("postgresql://mlapp:{}@db.corp.internal:5432/features", s.text(BASE62, 20))),
    ("redis-url", "REDIS_URL", |s| format!("redis://:{}@cache.corp.internal:6379/0", s.text(BASE62, 24))),
    ("session-token", "MLFLOW_TRACKING_PASSWORD", |s| s.text(BASE62, 24)),
];
