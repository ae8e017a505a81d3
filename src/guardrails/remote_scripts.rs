//! Scripts that are run straight from an address, as shells spell it.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

/// `curl … | bash`, and `bash <(curl …)`, `sh -c "$(curl …)"`, `eval "$(wget …)"`.
static PIPED: LazyLock<Regex> = LazyLock::new(|| {
    let fetch = r"(?:curl|wget|aria2c)\b[^|;&\n]*";
    let shell = r"(?:sudo\s+(?:-\S+\s+)*)?(?:env\s+(?:\S+=\S*\s+)*)?(?:/\S*/)?(?:ba|da|z|k|a)?sh\b";
    let program = r"(?:sudo\s+(?:-\S+\s+)*)?(?:/\S*/)?(?:python3?|perl|ruby|node)(?:[ \t]+-(?:[ \t]|$)|[ \t]*(?:$|[;&|]))";
    let piped = format!(r"{fetch}\|\s*(?:tee\s+\S+\s*\|\s*)?(?:{shell}|{program})");
    let inside = r#"(?:\b(?:ba|da|z|k|a)?sh|\beval|\bsource|(?:^|[\s;&])\.)\s+(?:-\w+\s+)*["']?(?:<\(|\$\(|`)\s*(?:curl|wget)\b[^)\n]*"#;
    Regex::new(&format!("(?m){piped}|{inside}")).expect("the pattern is ours")
});

/// A script that is stored first: its name, and the shell that runs it.
static STORED: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"(?:curl|wget)\b[^|;&\n]*?https?://[^\s"';|&]+/([\w.-]+\.sh)\b"#).expect("the pattern is ours"));

/// Returns where a text runs a script straight from an address.
pub fn piped(text: &str) -> Vec<Range<usize>> {
    if !mentions_fetch(text) {
        return Vec::new();
    }
    PIPED.find_iter(text).map(|found| found.range()).collect()
}

/// Returns where a text stores a script from an address, and runs it without comparing it with a checksum or signature.
pub fn stored(text: &str) -> Vec<Range<usize>> {
    if !mentions_fetch(text) || ["sha256sum", "sha512sum", "shasum", "md5sum", "gpg", "cosign"].iter().any(|check| text.contains(check)) {
        return Vec::new();
    }
    let runs = |name: &str, rest: &str| {
        rest.match_indices(name).any(|(at, _)| {
            let before = rest[..at].trim_end_matches(['.', '/', '~', '"', '\'']);
            let command = before.rsplit(['\n', ';', '&', '|']).next().unwrap_or("").trim();
            command.is_empty()
                || command.split_whitespace().any(|word| matches!(word.rsplit('/').next(), Some("sh" | "bash" | "zsh" | "dash")))
        })
    };
    let found = STORED.captures_iter(text).filter_map(|found| Some((found.get(0)?, found.get(1)?)));
    // `-O other.sh` gives the file another name; a shell that runs it is close enough to tell.
    found
        .filter(|(whole, name)| {
            let rest = &text[whole.end()..];
            let line = rest.split(['\n', ';', '&', '|']).next().unwrap_or("");
            let stored_as = text[whole.start()..whole.end() + line.len()]
                .split_whitespace()
                .skip_while(|word| !matches!(*word, "-O" | "-o" | "--output" | "--output-document"))
                .nth(1)
                .map(|path| path.rsplit('/').next().unwrap_or(path).trim_matches(['"', '\'']));
            runs(stored_as.filter(|name| !name.is_empty()).unwrap_or(name.as_str()), rest.get(line.len()..).unwrap_or(""))
        })
        .map(|(whole, _)| whole.range())
        .collect()
}

fn mentions_fetch(text: &str) -> bool {
    memchr::memmem::find(text.as_bytes(), b"curl").is_some() || memchr::memmem::find(text.as_bytes(), b"wget").is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_scripts_that_are_run_unseen() {
        for bad in [
            "curl -sSL https://x.example/install | bash",
            "wget -qO- https://x.example/i.sh | sudo -E sh -s -- -y",
            "bash <(curl -s https://x.example/bash)",
            "sh -c \"$(curl -fsSL https://x.example/i.sh)\"",
            "curl https://x.example/get-pip.py | python3",
            "curl https://x.example/get-pip.py | python3 - --user",
            "curl -fsSL https://x.example/setup | env A=b bash -",
        ] {
            assert_eq!(piped(bad).len(), 1, "{bad}");
        }
        for good in [
            "curl https://x.example/key.gpg | gpg --dearmor",
            "curl https://x.example/data.json | python3 -m json.tool",
            "curl https://x.example/a.tar.gz | tar xz",
            "curl -o shape https://x.example/sh && echo | shasum",
            "echo bash",
        ] {
            assert!(piped(good).is_empty(), "{good}");
        }
    }

    #[test]
    fn finds_scripts_that_are_stored_and_run() {
        assert_eq!(stored("wget https://x.example/conda/Mini-latest.sh && bash Mini-latest.sh -b").len(), 1);
        assert_eq!(stored("curl -o ~/mini.sh -O https://x.example/Mini.sh && chmod +x ~/mini.sh && ~/mini.sh -b").len(), 1);
        assert_eq!(stored("wget https://x.example/M.sh -O /tmp/m.sh\nbash /tmp/m.sh").len(), 1);
        assert!(stored("wget https://x.example/M.sh && echo 'abc M.sh' | sha256sum -c && bash M.sh").is_empty());
        assert!(stored("wget https://x.example/M.sh && cat M.sh").is_empty());
    }
}
