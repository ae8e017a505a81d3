//! The standards as data: read once, and checked by tests.

use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::guardrails::guardrail::Meta;

/// The standards that coverage is told for, in the order of the output.
const FILES: [&str; 6] = [
    include_str!("../standards/owasp-ml.toml"),
    include_str!("../standards/owasp-llm.toml"),
    include_str!("../standards/atlas.toml"),
    include_str!("../standards/scorecard.toml"),
    include_str!("../standards/osps.toml"),
    include_str!("../standards/aisvs.toml"),
];

/// A standard with all its items.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Standard {
    /// Its short name.
    pub id: String,
    /// Its name.
    pub title: String,
    /// Its version.
    pub version: String,
    /// Where its items were seen: repository, commit or tag, file.
    pub provenance: String,
    /// The licence of its text, of which nothing but names and numbers is used.
    pub licence: String,
    /// Its items, in its own order.
    pub items: Vec<Item>,
}

/// One item of a standard and how it is decided.
///
/// Lists hold what is needed: every entry. An entry may name several ways, separated by `|`, one of which is enough;
/// a way may join several parts with `+`.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Item {
    /// Its number in the standard, exactly.
    pub id: String,
    /// Its official name where it has a short one, else what it asks in our words.
    pub title: String,
    /// The lowest level of the standard that asks for it.
    #[serde(default)]
    pub level: Option<u8>,
    /// The version of the standard withdrew it.
    #[serde(default)]
    pub withdrawn: bool,
    /// What a repository has to be, for the item to concern it.
    #[serde(default)]
    pub applies: Vec<String>,
    /// Guardrails that have to be clean.
    #[serde(default)]
    pub guardrails: Vec<String>,
    /// The item asks that something be absent: a clean guardrail is enough, without anything it looked at.
    #[serde(default)]
    pub absence: bool,
    /// Globs of files that must not be there.
    #[serde(default)]
    pub absent: Vec<String>,
    /// Evidence that has to be there, by its name in `evidence.toml`.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// What has to be set or kept outside the repository, and where.
    #[serde(default)]
    pub host: Option<String>,
    /// The same, only where the guardrails found nothing to look at: another host keeps it in its settings.
    #[serde(default)]
    pub else_host: Option<String>,
    /// The same, only where a file says that it depends on the host.
    #[serde(default)]
    pub host_when: Option<HostWhen>,
    /// What would show it, where nothing here can be evidence yet.
    #[serde(default)]
    pub missing: Option<String>,
}

/// What the host decides where a certain piece of evidence is there.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct HostWhen {
    /// The evidence, by its name in `evidence.toml`.
    pub evidence: String,
    /// What to set, and where.
    pub what: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    standard: Head,
    item: Vec<Item>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    title: String,
    version: String,
    provenance: String,
    licence: String,
}

/// Returns the standards with all their items.
pub fn standards() -> &'static [Standard] {
    static STANDARDS: LazyLock<Vec<Standard>> = LazyLock::new(|| {
        let read = |text: &str| {
            let File { standard, item } = toml::from_str(text).expect("the built-in standards are read in the tests");
            let Head { id, title, version, provenance, licence } = standard;
            Standard { id, title, version, provenance, licence, items: item }
        };
        FILES.into_iter().map(read).collect()
    });
    &STANDARDS
}

/// Returns the guardrails that the data names and the list does not, each with the item that names it.
pub fn unknown_guardrails(known: &[&str]) -> Vec<String> {
    let items = standards().iter().flat_map(|standard| &standard.items);
    let named = items.flat_map(|item| item.guardrails.iter().map(move |guardrail| (guardrail, item)));
    named
        .filter(|(guardrail, _)| !known.contains(&guardrail.as_str()))
        .map(|(guardrail, item)| format!("{guardrail} ({})", item.id))
        .collect()
}

/// Splits an entry of a list into its ways, and each way into its parts.
pub(super) fn ways(entry: &str) -> impl Iterator<Item = Vec<&str>> {
    entry.split('|').map(|way| way.split('+').map(str::trim).collect())
}

/// Returns the items that a guardrail serves, in the order of the standards, each as `OSPS OSPS-VM-05.03`: those that
/// its own definition names, and those whose coverage it decides.
pub fn served_by(meta: &Meta) -> Vec<String> {
    let mut served: Vec<String> = meta.standards.iter().map(|item| (*item).to_owned()).collect();
    for standard in standards() {
        let name = standard.id.to_ascii_uppercase();
        let items = standard.items.iter().filter(|item| item.guardrails.iter().any(|id| id == meta.id));
        served.extend(items.map(|item| format!("{name} {}", item.id)));
    }
    let mut known = std::collections::HashSet::new();
    served.retain(|item| known.insert(item.clone()));
    served
}
