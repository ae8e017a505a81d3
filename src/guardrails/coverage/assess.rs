//! Decides each item of each standard for a repository.

use schemars::JsonSchema;
use serde::Serialize;

use super::evidence::{Shown, globs, known};
use super::files::counts;
use super::standards::{Item, standards, ways};
use super::traits::{Trait, Traits};
use crate::repo::snapshot::Snapshot;

/// How many paths or findings are named in one place.
const NAMED: usize = 2;

/// What a guardrail said of the repository.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GuardrailOutcome {
    /// It looked and found nothing.
    Clean {
        /// The paths that it looked at; none where there was nothing for it.
        subjects: Vec<String>,
    },
    /// It found something that no waiver covers: each as path, or path and line.
    Findings(Vec<String>),
    /// It found something, and waivers cover all of it.
    Waived,
    /// It did not run: it is off, or the check was of another kind.
    NotRun,
}

/// What was decided of an item.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Status {
    /// The repository shows it.
    Met {
        /// The paths, and the guardrails that found nothing.
        evidence: Vec<String>,
    },
    /// The repository does not show it.
    NotMet {
        /// The guardrail that found something, or what is missing.
        why: String,
    },
    /// A setting of the host, a running system or people decide it; what the repository can do for it is done.
    NeedsHost {
        /// What to set or to keep, and where.
        what: String,
    },
    /// It does not concern this repository.
    NotApplicable {
        /// Why not.
        why: String,
    },
}

/// One item of a standard, decided.
#[derive(Clone, Debug, Eq, JsonSchema, PartialEq, Serialize)]
pub struct Row {
    /// The short name of the standard.
    pub standard: String,
    /// The number of the item.
    pub item: String,
    /// What it asks.
    pub title: String,
    /// The lowest level of the standard that asks for it, where the standard has levels.
    pub level: Option<u8>,
    /// What was decided.
    pub status: Status,
    /// The guardrails that serve it.
    pub guardrails: Vec<String>,
}

/// Decides every item of every standard.
pub fn assess(traits: &Traits, snapshot: &Snapshot, outcome: &dyn Fn(&str) -> GuardrailOutcome) -> Vec<Row> {
    let shown = Shown::gather(snapshot);
    let judge = Judge { traits, snapshot, shown, outcome };
    let row = |standard: &str, item: &Item| Row {
        standard: standard.to_owned(),
        item: item.id.clone(),
        title: item.title.clone(),
        level: item.level,
        status: judge.status(item),
        guardrails: item.guardrails.clone(),
    };
    standards().iter().flat_map(|standard| standard.items.iter().map(|item| row(&standard.id, item))).collect()
}

/// Why the repository does not show an item.
enum Gap {
    /// Something was found, or something is not there.
    Missing(String),
    /// Its guardrails had nothing to look at.
    Unlooked(String),
}

struct Judge<'a> {
    traits: &'a Traits,
    snapshot: &'a Snapshot,
    shown: Shown,
    outcome: &'a dyn Fn(&str) -> GuardrailOutcome,
}

impl Judge<'_> {
    fn status(&self, item: &Item) -> Status {
        if item.withdrawn {
            return Status::NotApplicable { why: "this version of the standard withdrew it".to_owned() };
        }
        if let Some(why) = item.applies.iter().find_map(|entry| self.absence(entry)) {
            return Status::NotApplicable { why };
        }
        match self.shown_here(item) {
            Err(Gap::Missing(why)) => Status::NotMet { why },
            Err(Gap::Unlooked(why)) => match &item.else_host {
                Some(what) => Status::NeedsHost { what: what.clone() },
                None => Status::NotMet { why },
            },
            Ok(evidence) => {
                let depends = item.host_when.as_ref().filter(|when| !self.shown.by(&when.evidence).is_empty());
                match (item.host.as_ref().or(depends.map(|when| &when.what)), evidence.is_empty()) {
                    (Some(what), true) => Status::NeedsHost { what: what.clone() },
                    (Some(what), false) => Status::NeedsHost { what: format!("{what} (here: {})", evidence.join(", ")) },
                    (None, true) => Status::NotMet { why: missing(item) },
                    (None, false) => Status::Met { evidence },
                }
            }
        }
    }

    /// Returns why an item does not concern this repository.
    fn absence(&self, entry: &str) -> Option<String> {
        let named: Vec<Trait> = ways(entry).flatten().filter_map(Trait::named).collect();
        let concerns = named.iter().any(|it| self.traits.has(*it));
        (!concerns).then(|| named.iter().map(|it| it.absence()).collect::<Vec<_>>().join(", and "))
    }

    /// Returns what in the repository shows an item.
    fn shown_here(&self, item: &Item) -> Result<Vec<String>, Gap> {
        let mut evidence = Vec::new();
        let mut clean = Vec::new();
        let mut unlooked = Vec::new();
        for guardrail in &item.guardrails {
            match (self.outcome)(guardrail) {
                GuardrailOutcome::Findings(places) => {
                    return Err(Gap::Missing(format!("`{guardrail}` found {}", few(&places, "something"))));
                }
                GuardrailOutcome::NotRun => return Err(Gap::Missing(format!("`{guardrail}` did not run"))),
                GuardrailOutcome::Waived => clean.push(format!("`{guardrail}` with waivers")),
                GuardrailOutcome::Clean { subjects } if !subjects.is_empty() => {
                    clean.push(format!("`{guardrail}` clean ({})", few(&subjects, "")))
                }
                GuardrailOutcome::Clean { .. } if item.absence => clean.push(format!("`{guardrail}` clean")),
                GuardrailOutcome::Clean { .. } => unlooked.push(format!("`{guardrail}`")),
            }
        }
        if let Some(there) = self.unwanted(item) {
            return Err(Gap::Missing(format!("`{there}` is there")));
        }
        if !item.absent.is_empty() {
            clean.push("no such file".to_owned());
        }
        for entry in &item.evidence {
            evidence.extend(self.evidence(entry).ok_or_else(|| Gap::Missing(self.not_there(item, entry)))?);
        }
        // Guardrails that had nothing to look at show nothing; other evidence still may.
        if clean.is_empty() && evidence.is_empty() && !unlooked.is_empty() {
            let nothing = || format!("there was nothing for {} to look at", unlooked.join(", "));
            return Err(Gap::Unlooked(item.missing.as_ref().map_or_else(nothing, |missing| format!("missing: {missing}"))));
        }
        evidence.extend(clean);
        let mut seen = Vec::new();
        evidence.retain(|one| {
            !seen.contains(one) && {
                seen.push(one.clone());
                true
            }
        });
        Ok(evidence)
    }

    /// Returns a file that the item wants absent.
    fn unwanted(&self, item: &Item) -> Option<String> {
        if item.absent.is_empty() {
            return None;
        }
        let set = globs(item.absent.iter().map(String::as_str));
        self.snapshot.entries().iter().find(|entry| counts(entry) && set.is_match(&entry.path)).map(|entry| entry.path.clone())
    }

    /// Returns the files that are one of the ways of an entry.
    fn evidence(&self, entry: &str) -> Option<Vec<String>> {
        ways(entry).find_map(|parts| {
            let clearest = |part: &&str| self.shown.by(part).first().cloned();
            parts.iter().map(clearest).collect()
        })
    }

    fn not_there(&self, item: &Item, entry: &str) -> String {
        let is = |parts: Vec<&str>| {
            let names = parts.iter().filter(|part| self.shown.by(part).is_empty()).filter_map(|part| known().get(*part));
            names.map(|evidence| evidence.is.as_str()).collect::<Vec<_>>().join(" with ")
        };
        let why = match &item.missing {
            Some(missing) => format!("missing: {missing}"),
            None => format!("missing: {}", ways(entry).map(is).collect::<Vec<_>>().join(", or ")),
        };
        if self.shown.cut { format!("{why} (only the first 64 MiB of text were read)") } else { why }
    }
}

fn missing(item: &Item) -> String {
    format!("missing: {}", item.missing.as_deref().unwrap_or("anything in the repository that shows it"))
}

/// Names a few of many.
fn few(all: &[String], none: &str) -> String {
    let named: Vec<&str> = all.iter().take(NAMED).map(String::as_str).collect();
    match all.len() {
        0 => none.to_owned(),
        many if many > NAMED => format!("{} and {} more", named.join(", "), many - NAMED),
        _ => named.join(", "),
    }
}
