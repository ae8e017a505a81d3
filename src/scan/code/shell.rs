//! Lines for the shell: scripts that come from the network, checks of certificates that are off, flags that trust code.

use std::ops::Range;

use super::call::hit;
use super::shell_words::{Token, commands, fetches, fetching, interpreter, program, shell, tokens};
use super::{CodeScan, Hit, Risk};

/// How long a line may be, its continuations included.
const LINE: usize = 16_000;
const REMOTE_HOW: &str = "Download it once, check its SHA-256, keep it in the repository, and run that copy";
/// What to do about a certificate that is not checked.
pub(super) const TLS_HOW: &str = "Leave the check on; for a certificate of your own, name its authority";

/// Scans a shell script, a Makefile or a Dockerfile; scripts from the network only where `scripts` says so.
pub(super) fn file(text: &str, scripts: bool, scan: &mut CodeScan) {
    const WORDS: [&str; 10] = ["curl", "wget", "pip", "sslVerify", "SSL", "remote", "PYTHONHTTPSVERIFY", "CA_BUNDLE", "NODE_TLS", "iwr"];
    if WORDS.iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some()) {
        scan.hits.extend(hits(text).into_iter().filter(|hit| scripts || hit.risk != Risk::RemoteScript));
    }
}

/// Returns what the lines of a script do.
pub(super) fn hits(text: &str) -> Vec<Hit> {
    let mut found = Vec::new();
    for range in logical_lines(text) {
        let line = &text[range.clone()];
        if line.len() > LINE || line.trim_start().starts_with('#') {
            continue;
        }
        let moved = |inner: Range<usize>| inner.start + range.start..inner.end + range.start;
        if let Some(script) = remote_script(line) {
            let what = "a script from the network is run without anybody having checked it".to_owned();
            found.push(hit(Risk::RemoteScript, moved(script), "remote script", what, REMOTE_HOW));
        } else if let Some((package, plain)) = package(line) {
            let what = if plain {
                "a package is installed over plain HTTP, which anybody on the way can change"
            } else {
                "a package is installed from an address without a digest"
            };
            let mut hit = hit(
                Risk::RemoteScript,
                moved(package),
                "pip install",
                what.to_owned(),
                "Install it by name from the package index with `--require-hashes`, or add `#sha256=…` to the address",
            );
            hit.advice = !plain;
            found.push(hit);
        }
        insecure(line, &mut |inner, what, key| found.push(hit(Risk::Tls, moved(inner), key, what, TLS_HOW)));
        for flag in ["--trust-remote-code", "--trust_remote_code"] {
            if let Some(at) = line.find(flag) {
                let rest = &line[at + flag.len()..];
                let value = rest.strip_prefix('=').unwrap_or_else(|| rest.trim_start());
                let off = ["false", "0", "no", "\"false", "False"].iter().any(|word| value.starts_with(word));
                let whole = rest.is_empty() || rest.starts_with([' ', '=', '"', '\'', ',', '\\', '\n', '\r', '\t', ']', ';', ')']);
                let comment = line[..at].contains(" #") || line.trim_start().starts_with("echo ");
                if whole && !off && !comment {
                    let what = format!("`{flag}` lets the model's repository run its own code here");
                    let how = "Leave the flag out, or keep the model's code with yours after a review and fix its revision to a commit";
                    found.push(hit(Risk::RemoteCode, moved(at..at + flag.len()), flag, what, how));
                }
            }
        }
    }
    found
}

/// Returns the ranges of lines, each with those that continue it.
fn logical_lines(text: &str) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = 0;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        at += line.len();
        let content = line.trim_end();
        let goes_on = content.ends_with('\\') || content.ends_with('|') || content.ends_with("&&");
        // A comment among continued lines, as Dockerfiles have them, does not end them.
        let comment = start < at - line.len() && content.trim_start().starts_with('#');
        if !goes_on && !comment {
            lines.push(start..at);
            start = at;
        }
    }
    if start < at {
        lines.push(start..at);
    }
    lines
}

/// Returns the part of a line that runs a script from the network: `curl … | bash`, `bash <(curl …)`, `sh -c "$(curl …)"`,
/// `curl -o x.sh … && bash x.sh`. Continued lines may be given as one.
pub fn remote_script(line: &str) -> Option<Range<usize>> {
    remote(line, 0)
}

fn remote(line: &str, depth: usize) -> Option<Range<usize>> {
    if line.len() > LINE
        || depth > 2
        || !["curl", "wget", "fetch", "iwr", "irm", "Invoke-", "aria2c", "http"].iter().any(|word| line.contains(word))
    {
        return None;
    }
    let tokens = tokens(line);
    let commands = commands(&tokens);
    let mut fetched: Option<&Token> = None;
    let mut saved: Vec<(String, usize)> = Vec::new();
    let checked = ["sha256sum", "shasum", "sha512sum", "gpg ", "cosign", "minisign", "openssl dgst", "sha1sum", "md5sum", "b2sum"]
        .iter()
        .any(|word| line.contains(word));
    for (at, (words, before)) in commands.iter().enumerate() {
        let Some((first, rest)) = words.split_first() else { continue };
        let end = words.last().map_or(first.range.end, |last| last.range.end);
        if *before != "|" && *before != "|&" {
            fetched = None;
        }
        if let Some(fetch) = fetched
            && interpreter(&first.text)
        {
            let options = rest.iter().take_while(|word| word.text != "-" && word.text != "-s" && word.text != "--").collect::<Vec<_>>();
            let own = options.iter().any(|word| !word.text.starts_with('-') && !word.text.starts_with(['<', '>', '2', '1']))
                && !(shell(&first.text) && rest.iter().any(|word| word.text.starts_with("-s")));
            let inline = options.iter().any(|word| {
                matches!(word.text.as_str(), "-c" | "-m" | "-e" | "-n" | "-ne" | "-pe" | "-p" | "-r" | "-i" | "-lane" | "-nle")
            });
            if !inline && !own || shell(&first.text) && !own && !options.iter().any(|word| word.text == "-c" || word.text == "-n") {
                return Some(fetch.range.start..end);
            }
        }
        if fetches(&first.text) {
            fetched = Some(first);
            if let Some(file) = output(&first.text, rest) {
                saved.push((file, first.range.start));
            }
        }
        // `bash -c "$(curl …)"`, `eval "$(curl …)"`, `python -c "$(curl …)"`, `bash -c "curl … | sh"`
        let runs = interpreter(&first.text) || matches!(first.text.as_str(), "eval" | "source" | "." | "ssh" | "exec");
        if runs {
            for word in rest {
                let substituted = word.text.contains("$(") || word.text.contains('`');
                let takes = matches!(first.text.as_str(), "eval" | "source" | ".")
                    || rest.iter().any(|word| word.text.starts_with('-') && word.text.contains(['c', 'e']));
                let inner = word.text.trim_start_matches("$(").trim_start_matches('`');
                if takes && substituted && fetching(inner) && word.text.trim_start().starts_with(['$', '`']) {
                    return Some(first.range.start..end);
                }
                if word.quoted && takes && remote(&word.text, depth + 1).is_some() {
                    return Some(first.range.start..end);
                }
            }
            // `bash <(curl …)`: the brackets hold the next command.
            let next = commands.get(at + 1).filter(|(_, before)| *before == "<(");
            if let Some((inner, _)) = next
                && inner.first().is_some_and(|word| fetches(&word.text))
            {
                return Some(first.range.start..inner.last().map_or(end, |last| last.range.end));
            }
        }
        if !checked && let Some(start) = ran(&saved, first, rest) {
            return Some(start..end);
        }
    }
    None
}

/// Returns the file that a download is saved as.
fn output(name: &str, words: &[&Token]) -> Option<String> {
    let curl = program(name) == "curl";
    let mut remote_name = !curl;
    for (at, word) in words.iter().enumerate() {
        let text = word.text.as_str();
        let given = match text {
            "-o" | "--output" if curl => true,
            "-O" | "--output-document" if !curl => true,
            _ => false,
        };
        if given {
            return words.get(at + 1).map(|word| word.text.clone());
        }
        if let Some(file) = text
            .strip_prefix("--output=")
            .or_else(|| text.strip_prefix("--output-document="))
            .or_else(|| text.strip_prefix('>').filter(|rest| !rest.is_empty()))
        {
            return Some(file.to_owned());
        }
        if text == ">" {
            return words.get(at + 1).map(|word| word.text.clone());
        }
        if curl && text.starts_with('-') && !text.starts_with("--") {
            if text.ends_with('o') && text.len() > 2 {
                return words.get(at + 1).map(|word| word.text.clone());
            }
            remote_name |= text.contains('O');
        }
        remote_name |= text == "--remote-name";
    }
    let address = words.iter().find(|word| word.text.contains("://"))?;
    remote_name
        .then(|| address.text.split(['?', '#']).next().unwrap_or("").rsplit('/').next().unwrap_or("").to_owned())
        .filter(|name| !name.is_empty())
}

/// Returns where the download of a file began that a command runs.
fn ran(saved: &[(String, usize)], first: &Token, rest: &[&Token]) -> Option<usize> {
    let same = |text: &str, file: &str| text.trim_start_matches("./") == file.trim_start_matches("./") && !file.is_empty();
    saved.iter().find_map(|(file, start)| {
        let itself = same(&first.text, file) && (first.text.contains('/'));
        let by = (interpreter(&first.text) || matches!(first.text.as_str(), "source" | "."))
            && rest.iter().find(|word| !word.text.starts_with('-')).is_some_and(|word| same(&word.text, file));
        (itself || by).then_some(*start)
    })
}

/// Whether a line runs a file.
pub(super) fn runs_file(line: &str, file: &str) -> bool {
    let tokens = tokens(line);
    let saved = [(file.to_owned(), 0)];
    commands(&tokens).iter().any(|(words, _)| words.split_first().is_some_and(|(first, rest)| ran(&saved, first, rest).is_some()))
}

/// Returns the address that a package is installed from without a digest, and whether it is plain HTTP.
fn package(line: &str) -> Option<(Range<usize>, bool)> {
    if !line.contains("install") || !line.contains("http") {
        return None;
    }
    let tokens = tokens(line);
    for (words, _) in commands(&tokens) {
        let Some(pip) = words.iter().position(|word| {
            matches!(program(&word.text).trim_end_matches(|c: char| c.is_ascii_digit() || c == '.'), "pip" | "uv" | "easy_install")
        }) else {
            continue;
        };
        let installs = words.iter().skip(pip).any(|word| word.text == "install") || program(&words[pip].text) == "easy_install";
        if !installs {
            continue;
        }
        for (at, word) in words.iter().enumerate().skip(pip + 1) {
            let option = words.get(at.wrapping_sub(1)).is_some_and(|before| {
                matches!(
                    before.text.as_str(),
                    "-i" | "--index-url" | "--extra-index-url" | "-f" | "--find-links" | "--proxy" | "--trusted-host"
                )
            });
            let address = word.text.strip_prefix("git+").unwrap_or(&word.text);
            let address = address.split_once(" @ ").map_or(address, |(_, address)| address);
            if option || word.text.starts_with('-') {
                continue;
            }
            if address.starts_with("http://") && !address.starts_with("http://localhost") && !address.starts_with("http://127.") {
                return Some((word.range.clone(), true));
            }
            let archive =
                [".whl", ".zip", ".tar.gz", ".tgz"].iter().any(|end| address.split(['#', '?']).next().unwrap_or("").ends_with(end));
            if address.starts_with("https://") && archive && !address.contains("sha256=") {
                return Some((word.range.clone(), false));
            }
        }
    }
    None
}

/// Calls `found` for each switch in a line that turns the check of certificates off.
pub(super) fn insecure(line: &str, found: &mut dyn FnMut(Range<usize>, String, &'static str)) {
    const SWITCHES: [&str; 12] = [
        "curl",
        "wget",
        "sslVerify",
        "SSL_NO_VERIFY",
        "trusted-host",
        "NODE_TLS",
        "PYTHONHTTPSVERIFY",
        "CA_BUNDLE",
        "strict-ssl",
        "ssl_verify",
        "nsecure",
        "no-verify-ssl",
    ];
    if line.len() > LINE || line.trim_start().starts_with('#') || !SWITCHES.iter().any(|word| line.contains(word)) {
        return;
    }
    let tokens = tokens(line);
    for (at, token) in tokens.iter().enumerate().filter(|(_, token)| !token.operator) {
        let text = token.text.as_str();
        // A quoted command, as in `bash -c "curl -k …"`.
        if token.quoted
            && (text.contains("curl ") || text.contains("wget "))
            && at > 0
            && matches!(tokens[at - 1].text.as_str(), "-c" | "-lc" | "run")
        {
            insecure(text, &mut |_, what, key| found(token.range.clone(), what, key));
            continue;
        }
        if token.quoted && text.contains(' ') {
            continue;
        }
        let value = |name: &str| text.strip_prefix(name).and_then(|rest| rest.strip_prefix('='));
        let next = tokens.get(at + 1).map_or("", |next| next.text.as_str());
        let mut report = |what: &str, key: &'static str| found(token.range.clone(), what.to_owned(), key);
        if matches!(value("http.sslVerify"), Some("false" | "0")) || text == "http.sslVerify" && matches!(next, "false" | "0") {
            report("git talks to whoever answers (`http.sslVerify=false`)", "http.sslVerify");
        } else if value("GIT_SSL_NO_VERIFY").is_some_and(|value| !matches!(value, "0" | "false" | "")) {
            report("git talks to whoever answers (`GIT_SSL_NO_VERIFY`)", "GIT_SSL_NO_VERIFY");
        } else if text == "--trusted-host" || text.starts_with("--trusted-host=") {
            let host = if text == "--trusted-host" { next } else { text.trim_start_matches("--trusted-host=") };
            if !matches!(host, "localhost" | "127.0.0.1") {
                report("packages come from whoever answers (`--trusted-host`)", "--trusted-host");
            }
        } else if value("PYTHONHTTPSVERIFY") == Some("0")
            || value("NODE_TLS_REJECT_UNAUTHORIZED") == Some("0")
            || matches!(value("CURL_CA_BUNDLE").or_else(|| value("REQUESTS_CA_BUNDLE")), Some(""))
        {
            report("certificates are not checked in the whole process", "environment");
        } else if text == "--no-check-certificate" {
            report("`wget --no-check-certificate` talks to whoever answers", "--no-check-certificate");
        } else if text == "--no-verify-ssl" {
            report("`--no-verify-ssl` talks to whoever answers", "--no-verify-ssl");
        } else if text == "strict-ssl" && next == "false"
            || value("strict-ssl") == Some("false")
            || text == "ssl_verify" && matches!(next, "false" | "False")
        {
            report("packages come from whoever answers", "strict-ssl");
        } else if text == "--insecure"
            || text.starts_with('-')
                && !text.starts_with("--")
                && text.len() < 8
                && text.contains('k')
                && text[1..].bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            let curl = tokens[..at].iter().rev().take_while(|token| !token.operator).any(|token| program(&token.text) == "curl");
            let bundle = text == "--insecure" || text[1..].bytes().all(|byte| b"kfsSLOvigIjJ#GNao".contains(&byte));
            if curl && bundle {
                report(
                    if text == "--insecure" { "`curl --insecure` talks to whoever answers" } else { "`curl -k` talks to whoever answers" },
                    "curl -k",
                );
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_scripts_from_the_network() {
        for line in [
            "curl -sSL https://example.org/install.sh | bash",
            "curl -fsSL https://example.org/i.sh | sudo -E bash -",
            "wget -qO- https://example.org/i.sh | sh -s -- -y",
            "bash <(curl -s https://example.org/i.sh)",
            "bash -c \"$(curl -fsSL https://example.org/i.sh)\"",
            "sh -c \"$(wget https://example.org/i.sh -O -)\"",
            "eval \"$(curl -s https://example.org/env)\"",
            "source <(curl -s https://example.org/i.sh)",
            "curl https://example.org/x.py | python3 -",
            "curl https://example.org/x.py | python3",
            "curl -o i.sh https://example.org/i.sh && bash i.sh",
            "wget https://example.org/i.sh && chmod +x i.sh && ./i.sh",
            "curl -sSL https://example.org/i.sh \\\n  | sudo sh",
            "bash -c 'curl https://example.org/i.sh | sh'",
            "curl https://example.org/a.gz | gunzip | sh",
            "cd /tmp && curl -LsSf https://example.org/i.sh | env X=1 sh",
            "\t@curl -sSf https://example.org/i.sh | sh",
        ] {
            assert!(remote_script(line).is_some(), "{line}");
        }
        for line in [
            "curl https://example.org/x.json | python -m json.tool",
            "curl https://example.org/x.json | jq .",
            "curl https://example.org/x.tgz | tar xz",
            "echo \"curl https://example.org/i.sh | bash\"",
            "# curl https://example.org/i.sh | bash",
            "curl -o i.sh https://example.org/i.sh && echo 'abc  i.sh' | sha256sum -c && bash i.sh",
            "curl https://example.org/x | python3 -c 'import sys'",
            "wget https://example.org/data.zip && unzip data.zip",
            "curl -s https://example.org | grep x || bash other.sh",
            "curl https://example.org/x | perl -ne 'print'",
        ] {
            assert!(remote_script(line).is_none(), "{line}");
        }
    }

    #[test]
    fn sees_certificates_that_are_not_checked() {
        let count = |line: &str| {
            let mut count = 0;
            insecure(line, &mut |_, _, _| count += 1);
            count
        };
        for line in [
            "curl -k https://x.org",
            "curl -skL https://x.org",
            "curl --insecure https://x.org",
            "wget --no-check-certificate https://x.org",
            "git -c http.sslVerify=false clone x",
            "git config --global http.sslVerify false",
            "pip install --trusted-host x.org y",
            "export PYTHONHTTPSVERIFY=0",
            "export CURL_CA_BUNDLE=\"\"",
            "GIT_SSL_NO_VERIFY=true git clone x",
        ] {
            assert_eq!(count(line), 1, "{line}");
        }
        for line in
            ["curl -o k https://x.org", "# curl -k x", "curl --key k x", "tar -k", "echo 'use curl -k for that'", "curl -H 'x: -k' y"]
        {
            assert_eq!(count(line), 0, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn never_panics(line in "[curl wget|&;()<>$`'\"\\\\#=\\-kbashpip\\n ü]{0,60}") {
            let _ = remote_script(&line);
            let _ = hits(&line);
        }
    }
}
