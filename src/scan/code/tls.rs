//! Connections whose other end is not checked.

#![expect(clippy::wildcard_enum_match_arm, reason = "the syntax tree is the parser's enum, and grows with Python")]

use ruff_python_ast::{Expr, ExprDict};

use super::Edit;
use super::Risk;
use super::call::{Call, bytes, hit};
use super::names::{Constant, first_of, last_of, written};
use super::walk::Walk;

const HOW: &str = "Leave the check on; for a certificate of your own, name its authority (`verify=\"/path/to/ca.pem\"`, `SSL_CERT_FILE`)";
/// Packages whose `verify` and `ssl` are about certificates.
const CLIENTS: &[&str] = &[
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "boto3",
    "botocore",
    "hvac",
    "openai",
    "anthropic",
    "kubernetes",
    "websockets",
    "websocket",
    "redis",
    "ldap3",
    "consul",
    "niquests",
    "curl_cffi",
    "requests_toolbelt",
];
/// Keywords that are about certificates in every package that has them, and what switches the check off.
const KEYWORDS: &[(&str, bool)] = &[
    ("verify_ssl", false),
    ("ssl_verify", false),
    ("verify_certs", false),
    ("validate_certs", false),
    ("ssl_verification", false),
    ("tls_verify", false),
    ("verify_tls", false),
    ("verify_certificate", false),
    ("ssl_check_hostname", false),
    ("assert_hostname", false),
    ("ssl_assert_hostname", false),
    ("tlsAllowInvalidCertificates", true),
    ("tlsInsecure", true),
    ("disable_ssl_certificate_validation", true),
    ("skip_tls_verify", true),
    ("insecure_skip_verify", true),
];
/// Settings that switch the check off for the whole process, and the values that do.
const VARIABLES: &[(&str, &[&str])] = &[
    ("PYTHONHTTPSVERIFY", &["0"]),
    ("CURL_CA_BUNDLE", &[""]),
    ("REQUESTS_CA_BUNDLE", &[""]),
    ("SSL_CERT_FILE", &[""]),
    ("NODE_TLS_REJECT_UNAUTHORIZED", &["0"]),
    ("GIT_SSL_NO_VERIFY", &["1", "true", "TRUE", "True"]),
];

fn report(walk: &mut Walk<'_>, range: std::ops::Range<usize>, key: &str, what: String, edit: Option<Edit>) {
    walk.push(hit(Risk::Tls, range, key, what, HOW), edit);
}

/// Judges a call.
pub(super) fn call(walk: &mut Walk<'_>, call: &Call<'_>) {
    let name = call.shown().replace("()", "");
    let last = last_of(&name).to_owned();
    for (keyword, bad) in KEYWORDS {
        if call.keyword(keyword).is_some_and(|value| walk.names.truth(value) == Some(*bad)) {
            let value = if *bad { "True" } else { "False" };
            found(walk, call, keyword, format!("`{last}` with `{keyword}={value}` talks to whoever answers"));
        }
    }
    if speaks(&call.path) {
        for keyword in ["verify", "ssl", "check_hostname"] {
            if call.keyword(keyword).is_some_and(|value| walk.names.truth(value) == Some(false)) {
                found(walk, call, keyword, format!("`{last}` with `{keyword}=False` talks to whoever answers"));
            }
        }
    }
    for (key, value) in call.spread().filter_map(|spread| super::call::entries(&walk.names, spread)).flatten().collect::<Vec<_>>() {
        let bad = KEYWORDS.iter().find(|(known, _)| *known == key).map(|(_, bad)| *bad);
        let bad = bad.or_else(|| (speaks(&call.path) && matches!(key.as_str(), "verify" | "ssl")).then_some(false));
        if bad.is_some_and(|bad| value == Some(Constant::Truth(bad))) {
            report(walk, call.range.clone(), &format!("{last} {key}"), format!("`{last}` is given settings that switch `{key}` off"), None);
        }
    }
    if let Some(value) = call.keyword("cert_reqs").or_else(|| call.keyword("ssl_cert_reqs")) {
        let none = none(walk, value) || walk.names.text(value).is_some_and(|text| matches!(text.as_str(), "CERT_NONE" | "none" | "NONE"));
        if none || call.keyword("ssl_cert_reqs").is_some_and(|value| matches!(value, Expr::NoneLiteral(_))) {
            found(walk, call, "cert_reqs", format!("`{last}` asks for no certificate"));
        }
    }
    if call.path.ends_with("_create_unverified_context") && (call.path.starts_with("ssl.") || !call.path.contains('.')) {
        report(
            walk,
            call.range.clone(),
            "ssl._create_unverified_context",
            "`ssl._create_unverified_context()` checks no certificate".to_owned(),
            None,
        );
    }
    if last == "disable_warnings" && (call.path.contains("urllib3") || call.path == "disable_warnings") {
        let what = "the warnings about unchecked certificates are switched off".to_owned();
        let mut hit =
            hit(Risk::Tls, call.range.clone(), "urllib3.disable_warnings", what, "Take it out, so that an unchecked connection is seen");
        hit.advice = true;
        walk.push(hit, None);
    }
    if matches!(last.as_str(), "setdefault" | "putenv" | "setenv")
        && let (Some(name), Some(value)) = (call.args.first(), call.args.get(1))
        && let (Some(name), Some(value)) = (walk.names.text(name), walk.names.text(value))
    {
        variable(walk, call.range.clone(), &name, &value);
    }
    // `os.environ.update(PYTHONHTTPSVERIFY="0")`
    if last == "update" && name.ends_with("environ.update") {
        for keyword in call.keywords {
            if let (Some(arg), Some(value)) = (&keyword.arg, walk.names.text(&keyword.value)) {
                variable(walk, bytes(keyword), arg.as_str(), &value);
            }
        }
        if let Some(Constant::Pairs(pairs)) = call.args.first().and_then(|argument| walk.names.constant(argument)) {
            for (key, value) in pairs {
                if let Some(Constant::Text(value)) = value {
                    variable(walk, call.range.clone(), &key, &value);
                }
            }
        }
    }
}

/// Whether a call goes over the network, so that its `verify` is about certificates.
fn speaks(path: &str) -> bool {
    const VERBS: [&str; 22] = [
        "get",
        "post",
        "put",
        "patch",
        "delete",
        "head",
        "options",
        "request",
        "send",
        "stream",
        "Session",
        "Client",
        "AsyncClient",
        "ClientSession",
        "TCPConnector",
        "HTTPTransport",
        "AsyncHTTPTransport",
        "connect",
        "ws_connect",
        "urlopen",
        "client",
        "resource",
    ];
    let lower = path.to_ascii_lowercase();
    // A token that is not verified is somebody else's concern.
    if ["jwt", "jwe", "jose", "token", "signature"].iter().any(|word| lower.contains(word)) {
        return false;
    }
    CLIENTS.contains(&first_of(path)) || VERBS.contains(&last_of(path)) || lower.contains("session") || lower.contains("http")
}

fn found(walk: &mut Walk<'_>, call: &Call<'_>, keyword: &str, what: String) {
    let Some(node) = call.keywords.iter().find(|node| node.arg.as_ref().is_some_and(|arg| arg.as_str() == keyword)) else { return };
    let range = bytes(node);
    let key = format!("{} {keyword}", last_of(&call.shown()));
    // The keyword goes with the comma before it; the first argument has none, and its comma follows.
    let before = call
        .arguments
        .args
        .iter()
        .map(bytes)
        .chain(call.arguments.keywords.iter().map(bytes))
        .map(|range| range.end)
        .filter(|end| *end <= range.start)
        .max();
    let edit = before.and_then(|end| {
        let between = walk.text.get(end..range.start)?;
        let plain = between.chars().all(|c| c.is_whitespace() || c == ',');
        plain.then(|| Edit { range: end..range.end, text: String::new(), title: "check certificates", safe: false })
    });
    report(walk, range, &key, what, edit);
}

fn variable(walk: &mut Walk<'_>, range: std::ops::Range<usize>, name: &str, value: &str) {
    if VARIABLES.iter().any(|(known, values)| *known == name && values.contains(&value)) {
        report(walk, range, name, format!("`{name}` switches the check of certificates off for the whole process"), None);
    }
}

/// Judges `session.verify = False`, `ssl._create_default_https_context = …` and settings of the process.
pub(super) fn assign(walk: &mut Walk<'_>, target: &Expr, value: &Expr) {
    let range = bytes(target).start..bytes(value).end;
    match target {
        Expr::Attribute(attribute) => {
            let off = walk.names.truth(value) == Some(false);
            let session = || {
                let base = walk.names.path(&attribute.value).unwrap_or_default();
                let lower = base.to_ascii_lowercase();
                CLIENTS.contains(&first_of(&base))
                    || ["session", "client", "http", "configuration", "conn"].iter().any(|word| lower.contains(word))
            };
            match attribute.attr.as_str() {
                "verify" | "verify_ssl" if off && session() => {
                    report(walk, range, "verify", "every request of this session talks to whoever answers".to_owned(), None);
                }
                "verify_mode" | "cert_reqs" if none(walk, value) => certificate(walk, range),
                "check_hostname" if off => {
                    report(walk, range, "check_hostname", "the certificate may be anybody's (`check_hostname = False`)".to_owned(), None);
                }
                "_create_default_https_context" => {
                    let made = written(value).or_else(|| walk.names.path(value)).unwrap_or_default();
                    if made.contains("unverified") || matches!(value, Expr::Lambda(_)) {
                        report(
                            walk,
                            range,
                            "ssl._create_default_https_context",
                            "no HTTPS connection of this process checks a certificate".to_owned(),
                            None,
                        );
                    }
                }
                _ => {}
            }
        }
        Expr::Subscript(subscript) => {
            let base = walk.names.path(&subscript.value).unwrap_or_default();
            if last_of(&base) == "environ"
                && let (Some(name), Some(value)) = (walk.names.text(&subscript.slice), walk.names.text(value))
            {
                variable(walk, range, &name, &value);
            }
        }
        _ => {}
    }
}

/// Judges a dict that is written out: `sslopt={"cert_reqs": ssl.CERT_NONE}`.
pub(super) fn dict(walk: &mut Walk<'_>, dict: &ExprDict) {
    for item in &dict.items {
        let named = item.key.as_ref().and_then(|key| walk.names.text(key)).is_some_and(|key| key.ends_with("cert_reqs"));
        if named && none(walk, &item.value) {
            certificate(walk, bytes(&item.value));
        }
    }
}

/// Whether a value asks for no certificate.
fn none(walk: &Walk<'_>, value: &Expr) -> bool {
    matches!(value, Expr::Attribute(_) | Expr::Name(_)) && walk.names.path(value).is_some_and(|path| last_of(&path) == "CERT_NONE")
}

fn certificate(walk: &mut Walk<'_>, range: std::ops::Range<usize>) {
    report(walk, range, "ssl.CERT_NONE", "`ssl.CERT_NONE` accepts any certificate".to_owned(), None);
}

/// One context is one finding: a host name that is not checked says nothing more where no certificate is.
pub(super) fn finish(walk: &mut Walk<'_>) {
    let lines = crate::formats::text::Lines::of(walk.text);
    let none: Vec<usize> =
        walk.found.iter().filter(|raw| raw.hit.key == "ssl.CERT_NONE").map(|raw| lines.line(raw.hit.range.start)).collect();
    walk.found
        .retain(|raw| raw.hit.key != "check_hostname" || !none.iter().any(|line| line.abs_diff(lines.line(raw.hit.range.start)) <= 3));
}
