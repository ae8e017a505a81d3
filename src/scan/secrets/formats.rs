//! The formats of the providers' tokens, as their own documentation describes or shows them.
//!
//! A row is a prefix, what follows it, and the page that says so. The prefix is what the one pass over a file looks for.

use super::checksum::Kind;
use super::shape::Set::{self, Alnum, Base64, Digits, Dotted, Hex, Lower, Padded, Path, Upper, Url64};

/// What may stand before a token.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Before {
    /// No letter, digit or `_`.
    Edge,
    /// Anything: the prefix is an address that cannot be part of a word.
    Anything,
}

/// One part of what follows a prefix.
#[derive(Clone, Copy, Debug)]
pub(super) enum Part {
    /// From `min` to `max` characters of a set.
    Run(Set, usize, usize),
    /// These characters.
    Literal(&'static str),
}

/// A format of a provider.
#[derive(Clone, Copy, Debug)]
pub(super) struct Format {
    /// The name of the rule.
    pub(super) rule: &'static str,
    /// What it is, for people.
    pub(super) title: &'static str,
    /// What it begins with.
    pub(super) prefix: &'static str,
    /// What follows.
    pub(super) parts: &'static [Part],
    /// Its checksum.
    pub(super) checksum: Kind,
    /// What may stand before it.
    pub(super) before: Before,
}

const fn row(rule: &'static str, title: &'static str, prefix: &'static str, parts: &'static [Part]) -> Format {
    Format { rule, title, prefix, parts, checksum: Kind::None, before: Before::Edge }
}

const fn sealed(mut format: Format, checksum: Kind) -> Format {
    format.checksum = checksum;
    format
}

const fn address(mut format: Format) -> Format {
    format.before = Before::Anything;
    format
}

use Part::{Literal, Run};

const GITHUB: &[Part] = &[Run(Alnum, 36, 251)];
const GITLAB: &[Part] = &[Run(Url64, 20, 300)];
const OPENAI: &[Part] = &[Run(Url64, 40, 220)];

/// The formats. Sources: the providers' pages on their tokens, named in the line above each group.
pub(super) const FORMATS: &[Format] = &[
    // AWS, "IAM identifiers: unique identifiers" and "Managing access keys".
    row("aws-access-key", "AWS access key", "AKIA", &[Run(Upper, 16, 16)]),
    row("aws-access-key", "AWS temporary access key", "ASIA", &[Run(Upper, 16, 16)]),
    row("aws-access-key", "AWS bearer token", "ABIA", &[Run(Upper, 16, 16)]),
    row("aws-access-key", "AWS context-specific credential", "ACCA", &[Run(Upper, 16, 16)]),
    row("aws-bedrock-key", "Amazon Bedrock API key", "ABSK", &[Run(Padded, 100, 300)]),
    // GitHub, "Behind GitHub's new authentication token formats" and "Token types".
    sealed(row("github-token", "GitHub personal access token", "ghp_", GITHUB), Kind::Base62),
    sealed(row("github-token", "GitHub OAuth access token", "gho_", GITHUB), Kind::Base62),
    sealed(row("github-token", "GitHub App user token", "ghu_", GITHUB), Kind::Base62),
    sealed(row("github-token", "GitHub App installation token", "ghs_", GITHUB), Kind::Base62),
    sealed(row("github-token", "GitHub App refresh token", "ghr_", GITHUB), Kind::Base62),
    row(
        "github-token",
        "GitHub fine-grained personal access token",
        "github_pat_",
        &[Run(Alnum, 22, 22), Literal("_"), Run(Alnum, 59, 59)],
    ),
    // GitLab, "Token overview: token prefixes".
    row("gitlab-token", "GitLab personal access token", "glpat-", GITLAB),
    row("gitlab-token", "GitLab deploy token", "gldt-", GITLAB),
    row("gitlab-token", "GitLab runner token", "glrt-", GITLAB),
    row("gitlab-token", "GitLab runner token", "glrtr-", GITLAB),
    row("gitlab-token", "GitLab runner registration token", "GR1348941", &[Run(Url64, 20, 20)]),
    row("gitlab-token", "GitLab CI job token", "glcbt-", GITLAB),
    row("gitlab-token", "GitLab trigger token", "glptt-", GITLAB),
    row("gitlab-token", "GitLab feed token", "glft-", GITLAB),
    row("gitlab-token", "GitLab incoming mail token", "glimt-", GITLAB),
    row("gitlab-token", "GitLab agent token", "glagent-", GITLAB),
    row("gitlab-token", "GitLab OAuth application secret", "gloas-", GITLAB),
    row("gitlab-token", "GitLab SCIM token", "glsoat-", GITLAB),
    row("gitlab-token", "GitLab feature flag token", "glffct-", GITLAB),
    // OpenAI, "API reference: authentication"; the same form is used by services that speak its protocol.
    row("openai-key", "OpenAI project key", "sk-proj-", OPENAI),
    row("openai-key", "OpenAI service account key", "sk-svcacct-", OPENAI),
    row("openai-key", "OpenAI admin key", "sk-admin-", OPENAI),
    row("openai-key", "OpenAI key", "sk-None-", OPENAI),
    row("openai-key", "OpenAI key", "sk-", &[Run(Alnum, 20, 20), Literal("T3BlbkFJ"), Run(Alnum, 20, 20)]),
    row("openai-compatible-key", "key of an OpenAI-compatible service", "sk-", &[Run(Alnum, 32, 64)]),
    // Anthropic, "API keys" and "Admin API".
    row("anthropic-key", "Anthropic API key", "sk-ant-api03-", &[Run(Url64, 60, 140)]),
    row("anthropic-key", "Anthropic admin key", "sk-ant-admin01-", &[Run(Url64, 60, 140)]),
    row("anthropic-key", "Anthropic OAuth token", "sk-ant-oat01-", &[Run(Url64, 60, 140)]),
    row("anthropic-key", "Anthropic session key", "sk-ant-sid01-", &[Run(Url64, 60, 140)]),
    // Hugging Face, "User access tokens".
    row("huggingface-token", "Hugging Face user token", "hf_", &[Run(Alnum, 34, 40)]),
    row("huggingface-token", "Hugging Face organisation token", "api_org_", &[Run(Alnum, 34, 40)]),
    row("huggingface-token", "Hugging Face OAuth token", "hf_oauth_", &[Run(Padded, 40, 400)]),
    // Google Cloud, "API keys", "OAuth 2.0" and "Secret scanning".
    row("google-api-key", "Google API key", "AIza", &[Run(Url64, 35, 35)]),
    row("google-oauth-secret", "Google OAuth client secret", "GOCSPX-", &[Run(Url64, 28, 28)]),
    row("google-oauth-token", "Google OAuth access token", "ya29.", &[Run(Url64, 40, 400)]),
    // Slack, "Token types" and "Incoming webhooks".
    row("slack-token", "Slack bot token", "xoxb-", &[Run(Url64, 24, 250)]),
    row("slack-token", "Slack user token", "xoxp-", &[Run(Url64, 24, 250)]),
    row("slack-token", "Slack workspace token", "xoxa-", &[Run(Url64, 24, 250)]),
    row("slack-token", "Slack refresh token", "xoxr-", &[Run(Url64, 24, 250)]),
    row("slack-token", "Slack session token", "xoxs-", &[Run(Url64, 24, 250)]),
    row("slack-token", "Slack client token", "xoxc-", &[Run(Url64, 24, 250)]),
    row("slack-token", "Slack configuration token", "xoxe.xoxp-", &[Run(Url64, 40, 400)]),
    row("slack-token", "Slack configuration refresh token", "xoxe-", &[Run(Url64, 40, 400)]),
    row("slack-token", "Slack app-level token", "xapp-", &[Run(Url64, 40, 250)]),
    address(row("slack-webhook", "Slack webhook address", "hooks.slack.com/services/", &[Run(Path, 30, 90)])),
    address(row("slack-webhook", "Slack workflow webhook address", "hooks.slack.com/workflows/", &[Run(Path, 30, 110)])),
    address(row("slack-webhook", "Slack trigger address", "hooks.slack.com/triggers/", &[Run(Path, 30, 110)])),
    // Stripe, "API keys" and "Webhook signatures".
    row("stripe-key", "Stripe secret key", "sk_live_", &[Run(Alnum, 24, 250)]),
    row("stripe-key", "Stripe restricted key", "rk_live_", &[Run(Alnum, 24, 250)]),
    row("stripe-key", "Stripe webhook secret", "whsec_", &[Run(Base64, 32, 64)]),
    // SendGrid, "API keys"; Mailgun, "Authentication"; Mailchimp and Brevo, "API keys".
    row("sendgrid-key", "SendGrid API key", "SG.", &[Run(Url64, 20, 24), Literal("."), Run(Url64, 39, 50)]),
    row("mailgun-key", "Mailgun API key", "key-", &[Run(Lower, 32, 32)]),
    row("brevo-key", "Brevo API key", "xkeysib-", &[Run(Hex, 64, 64), Literal("-"), Run(Alnum, 16, 16)]),
    // npm, "About access tokens"; the Python package index, "API tokens"; RubyGems, the Rust registry and NuGet likewise.
    sealed(row("npm-token", "npm access token", "npm_", &[Run(Alnum, 36, 36)]), Kind::Base62),
    row("pypi-token", "Python package index token", "pypi-AgE", &[Run(Url64, 50, 400)]),
    row("rubygems-token", "RubyGems API key", "rubygems_", &[Run(Hex, 48, 48)]),
    row("crates-token", "Rust registry token", "cio", &[Run(Alnum, 32, 32)]),
    row("nuget-key", "NuGet API key", "oy2", &[Run(Lower, 43, 43)]),
    // Docker, "Access tokens".
    row("docker-token", "Docker Hub access token", "dckr_pat_", &[Run(Url64, 27, 40)]),
    row("docker-token", "Docker Hub organisation token", "dckr_oat_", &[Run(Url64, 27, 40)]),
    // Databricks, "Personal access tokens".
    row("databricks-token", "Databricks access token", "dapi", &[Run(Hex, 32, 32)]),
    // Weights & Biases, "API keys".
    row("wandb-key", "Weights & Biases API key", "wandb_v1_", &[Run(Url64, 40, 140)]),
    // Services for models: the page "API keys" of Replicate, Groq, Pinecone, LangSmith, Langfuse, xAI, Perplexity, Fireworks,
    // Together, NVIDIA, OpenRouter, Cerebras, Tavily, Jina, LlamaCloud, E2B, RunPod, ElevenLabs, Prefect.
    row("replicate-token", "Replicate API token", "r8_", &[Run(Alnum, 37, 37)]),
    row("groq-key", "Groq API key", "gsk_", &[Run(Alnum, 48, 56)]),
    row("pinecone-key", "Pinecone API key", "pcsk_", &[Run(Url64, 60, 80)]),
    row("langsmith-key", "LangSmith API key", "lsv2_pt_", &[Run(Url64, 32, 60)]),
    row("langsmith-key", "LangSmith service key", "lsv2_sk_", &[Run(Url64, 32, 60)]),
    row("langsmith-key", "LangSmith API key", "ls__", &[Run(Hex, 32, 32)]),
    row("langfuse-key", "Langfuse secret key", "sk-lf-", &[Run(Url64, 36, 36)]),
    row("xai-key", "xAI API key", "xai-", &[Run(Alnum, 70, 90)]),
    row("perplexity-key", "Perplexity API key", "pplx-", &[Run(Alnum, 40, 60)]),
    row("fireworks-key", "Fireworks API key", "fw_", &[Run(Alnum, 22, 32)]),
    row("together-key", "Together API key", "tgp_v1_", &[Run(Url64, 43, 43)]),
    row("nvidia-key", "NVIDIA API key", "nvapi-", &[Run(Url64, 60, 70)]),
    row("openrouter-key", "OpenRouter API key", "sk-or-v1-", &[Run(Hex, 64, 64)]),
    row("cerebras-key", "Cerebras API key", "csk-", &[Run(Alnum, 40, 60)]),
    row("tavily-key", "Tavily API key", "tvly-", &[Run(Url64, 32, 48)]),
    row("jina-key", "Jina API key", "jina_", &[Run(Url64, 50, 70)]),
    row("llamacloud-key", "LlamaCloud API key", "llx-", &[Run(Alnum, 40, 60)]),
    row("e2b-key", "E2B API key", "e2b_", &[Run(Hex, 40, 40)]),
    row("runpod-key", "RunPod API key", "rpa_", &[Run(Alnum, 40, 60)]),
    row("elevenlabs-key", "ElevenLabs API key", "sk_", &[Run(Hex, 48, 48)]),
    row("prefect-key", "Prefect API key", "pnu_", &[Run(Alnum, 36, 36)]),
    row("prefect-key", "Prefect service key", "pnb_", &[Run(Alnum, 36, 36)]),
    // Airtable, "Personal access tokens"; Pulumi, "Access tokens".
    row("airtable-token", "Airtable personal access token", "pat", &[Run(Alnum, 14, 14), Literal("."), Run(Hex, 64, 64)]),
    row("pulumi-token", "Pulumi access token", "pul-", &[Run(Hex, 40, 40)]),
    // DigitalOcean, "Personal access tokens"; Heroku, "OAuth"; PlanetScale, Supabase, Doppler, Terraform Cloud, Vault: "Tokens".
    row("digitalocean-token", "DigitalOcean access token", "dop_v1_", &[Run(Hex, 64, 64)]),
    row("digitalocean-token", "DigitalOcean OAuth token", "doo_v1_", &[Run(Hex, 64, 64)]),
    row("digitalocean-token", "DigitalOcean refresh token", "dor_v1_", &[Run(Hex, 64, 64)]),
    row("heroku-key", "Heroku API key", "HRKU-", &[Run(Url64, 36, 64)]),
    row("planetscale-token", "PlanetScale token", "pscale_tkn_", &[Run(Dotted, 32, 64)]),
    row("planetscale-token", "PlanetScale password", "pscale_pw_", &[Run(Dotted, 32, 64)]),
    row("planetscale-token", "PlanetScale OAuth token", "pscale_oauth_", &[Run(Dotted, 32, 64)]),
    row("supabase-token", "Supabase access token", "sbp_", &[Run(Hex, 40, 40)]),
    row("supabase-token", "Supabase secret key", "sb_secret_", &[Run(Url64, 31, 44)]),
    row("doppler-token", "Doppler personal token", "dp.pt.", &[Run(Alnum, 40, 44)]),
    row("doppler-token", "Doppler service token", "dp.st.", &[Run(Dotted, 40, 80)]),
    row("doppler-token", "Doppler CLI token", "dp.ct.", &[Run(Alnum, 40, 44)]),
    row("doppler-token", "Doppler service account token", "dp.sa.", &[Run(Alnum, 40, 44)]),
    row("doppler-token", "Doppler SCIM token", "dp.scim.", &[Run(Alnum, 40, 44)]),
    row("doppler-token", "Doppler audit token", "dp.audit.", &[Run(Alnum, 40, 44)]),
    row("vault-token", "Vault service token", "hvs.", &[Run(Url64, 24, 200)]),
    row("vault-token", "Vault batch token", "hvb.", &[Run(Url64, 60, 400)]),
    row("vault-token", "Vault recovery token", "hvr.", &[Run(Url64, 24, 200)]),
    // Grafana, "Service accounts" and "Access policies"; Sentry, New Relic, Postman, Figma: "Access tokens".
    sealed(row("grafana-token", "Grafana service account token", "glsa_", &[Run(Alnum, 32, 32), Literal("_"), Run(Hex, 8, 8)]), Kind::Hex),
    row("grafana-token", "Grafana Cloud token", "glc_eyJ", &[Run(Padded, 40, 400)]),
    row("sentry-token", "Sentry user token", "sntryu_", &[Run(Hex, 64, 64)]),
    row("sentry-token", "Sentry organisation token", "sntrys_eyJ", &[Run(Padded, 80, 400)]),
    row("newrelic-key", "New Relic user key", "NRAK-", &[Run(Upper, 27, 27)]),
    row("postman-key", "Postman API key", "PMAK-", &[Run(Hex, 24, 24), Literal("-"), Run(Hex, 34, 34)]),
    row("figma-token", "Figma access token", "figd_", &[Run(Url64, 38, 48)]),
    // Linear and Notion, "API"; Atlassian, "API tokens"; Discord, "Webhooks"; Shopify, "Access tokens"; Square, "Access tokens".
    row("linear-key", "Linear API key", "lin_api_", &[Run(Alnum, 40, 40)]),
    row("linear-key", "Linear OAuth token", "lin_oauth_", &[Run(Hex, 64, 64)]),
    row("notion-token", "Notion integration secret", "secret_", &[Run(Alnum, 43, 43)]),
    row("notion-token", "Notion integration token", "ntn_", &[Run(Alnum, 40, 50)]),
    row("atlassian-token", "Atlassian API token", "ATATT3", &[Run(Padded, 100, 250)]),
    row("atlassian-token", "Atlassian API token", "ATCTT3", &[Run(Padded, 100, 250)]),
    row("bitbucket-password", "Bitbucket app password", "ATBB", &[Run(Alnum, 32, 32)]),
    address(row(
        "discord-webhook",
        "Discord webhook address",
        "discord.com/api/webhooks/",
        &[Run(Digits, 17, 20), Literal("/"), Run(Url64, 60, 80)],
    )),
    address(row(
        "discord-webhook",
        "Discord webhook address",
        "discordapp.com/api/webhooks/",
        &[Run(Digits, 17, 20), Literal("/"), Run(Url64, 60, 80)],
    )),
    address(row("telegram-token", "Telegram bot token", "api.telegram.org/bot", &[Run(Digits, 8, 10), Literal(":"), Run(Url64, 35, 35)])),
    row("shopify-token", "Shopify access token", "shpat_", &[Run(Hex, 32, 32)]),
    row("shopify-token", "Shopify shared secret", "shpss_", &[Run(Hex, 32, 32)]),
    row("shopify-token", "Shopify private app password", "shppa_", &[Run(Hex, 32, 32)]),
    row("shopify-token", "Shopify custom app token", "shpca_", &[Run(Hex, 32, 32)]),
    row("square-token", "Square access token", "EAAAE", &[Run(Url64, 59, 59)]),
    row("square-token", "Square access token", "sq0atp-", &[Run(Url64, 22, 22)]),
    row("square-token", "Square application secret", "sq0csp-", &[Run(Url64, 43, 43)]),
    // Alibaba Cloud, "AccessKey pair"; Tencent Cloud, "Access key".
    row("alibaba-key", "Alibaba Cloud access key", "LTAI", &[Run(Alnum, 16, 24)]),
    row("tencent-key", "Tencent Cloud secret id", "AKID", &[Run(Alnum, 32, 32)]),
    // age, "The age file encryption format": an identity is `AGE-SECRET-KEY-1` and 58 characters of Bech32.
    row("age-key", "age identity (private key)", "AGE-SECRET-KEY-1", &[Run(Upper, 58, 58)]),
];
