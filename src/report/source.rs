//! What programs and people read of `highroad source`.

use std::fmt::Write as _;

use anstyle::{AnsiColor, Style};
use schemars::JsonSchema;
use serde::Serialize;

use crate::base::diagnostic::printable;

const STRONG: Style = Style::new().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// The result of `highroad source list --json` and `highroad source refresh --json`.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct SourceList {
    /// The version of this format: 1.
    pub schema: u32,
    /// The sources, in order of name.
    pub sources: Vec<Source>,
}

/// A source of roads.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct Source {
    /// The name that `--road` takes.
    pub name: String,
    /// `registry`, `git` or `folder`.
    pub kind: String,
    /// Where it is.
    pub url: String,
    /// The commit of a git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The folder in the git repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether nobody signs it.
    pub unsigned: bool,
    /// The digest of the root that was trusted on first use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The version of the root that is trusted now.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub root_version: Option<u64>,
    /// The ids of the roads that it holds.
    pub roads: Vec<String>,
    /// When what is kept of it ends, if the registry is not reached before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends: Option<String>,
    /// The role of the metadata that ends first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ends_role: Option<String>,
    /// The day that it was added.
    pub added: String,
    /// What a person should know.
    pub notes: Vec<String>,
}

/// What a person trusts when they add a registry.
#[derive(Clone, Debug, Default, JsonSchema, Serialize)]
pub struct FirstUse {
    /// The name that it gets.
    pub name: String,
    /// Where it is.
    pub url: String,
    /// The digest of the root.
    pub fingerprint: String,
    /// The version of the root.
    pub version: u64,
    /// How many of the keys have to sign the next root.
    pub threshold: u64,
    /// The ids of the root's keys.
    pub keys: Vec<String>,
    /// When the root ends.
    pub expires: String,
    /// Whether that is past.
    pub expired: bool,
    /// Whether the person said beforehand which fingerprint it must have, and it has.
    pub compared: bool,
}

/// What is to be trusted, before a person agrees.
pub fn first_use(first: &FirstUse) -> String {
    let mut out = format!("{STRONG}Source {}{STRONG:#} at {}\n", printable(&first.name), printable(&first.url));
    let _ = writeln!(out, "  fingerprint  {}", first.fingerprint);
    let _ = writeln!(out, "  root         version {}, signed by {} of {} keys", first.version, first.threshold, first.keys.len());
    for key in &first.keys {
        let _ = writeln!(out, "  key          {key}");
    }
    let ended = if first.expired { format!(" {BAD}(past: the registry must have a newer root){BAD:#}") } else { String::new() };
    let _ = writeln!(out, "  good until   {}{ended}", first.expires);
    out.push_str(if first.compared {
        "The fingerprint is the one that you were told.\n"
    } else {
        "Compare the fingerprint with the one that the publisher gives over another way than this server.\n"
    });
    out
}

/// That a source was added.
pub fn added(source: &Source) -> String {
    let roads = if source.roads.is_empty() { "no road yet".to_owned() } else { source.roads.join(", ") };
    let name = match source.roads.as_slice() {
        [_, second, ..] => format!("{}/{second}", source.name),
        [] | [_] => source.name.clone(),
    };
    let unsigned = if source.unsigned {
        format!("{BAD}Nobody signs it{BAD:#}: whoever can write to it decides what it gives.\n")
    } else {
        String::new()
    };
    format!(
        "Added {} ({}): {}\n{unsigned}\n{STRONG}Next{STRONG:#}\n  highroad new --road {name}\n",
        source.name,
        source.kind,
        printable(&roads)
    )
}

/// The list.
pub fn list(list: &SourceList) -> String {
    if list.sources.is_empty() {
        return "No sources: roads come from inside the binary, and from folders. Add one with `highroad source add`.\n".to_owned();
    }
    let mut out = String::new();
    for source in &list.sources {
        let signed = if source.unsigned { format!("{BAD}unsigned{BAD:#}") } else { "signed".to_owned() };
        let _ = writeln!(out, "{STRONG}{}{STRONG:#}  {}, {signed}", source.name, source.kind);
        let _ = writeln!(out, "  at           {}", printable(&source.url));
        let path = source.path.as_ref().map(|path| format!(" #{path}")).unwrap_or_default();
        let commit = source.commit.iter().map(|commit| ("commit", format!("{commit}{path}")));
        let fingerprint = source.fingerprint.iter().map(|digest| ("trusted by", digest.clone()));
        let roads = (!source.roads.is_empty()).then(|| ("roads", source.roads.join(", ")));
        let root = source.root_version.map(|version| ("root", format!("version {version}")));
        let role = source.ends_role.as_deref().unwrap_or_default();
        let ends = source.ends.iter().map(|ends| ("good until", format!("{ends} ({role})")));
        for (word, text) in commit.chain(fingerprint).chain(root).chain(roads).chain(ends) {
            let _ = writeln!(out, "  {word:<12} {}", printable(&text));
        }
        for note in &source.notes {
            let _ = writeln!(out, "  note: {}", printable(note));
        }
    }
    out
}
