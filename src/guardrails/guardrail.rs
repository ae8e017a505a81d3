//! What a guardrail is: its definition, its examples, and what it looks at.

use super::finding::Finding;
use crate::base::day::Day;
use crate::repo::config::{Config, Level};
use crate::repo::lock::Lock;
use crate::repo::snapshot::{Entry, Snapshot};
use crate::repo::subject::Subject;

/// The definition that the documentation, the SARIF rules, the schema and the tests are made of.
#[derive(Debug)]
pub struct Meta {
    /// The name, in kebab-case; says what is wrong, and never changes.
    pub id: &'static str,
    /// What is wrong, in one line.
    pub title: &'static str,
    /// How loudly it speaks where the road and the project say nothing.
    pub level: Level,
    /// Why it matters, in one or two sentences.
    pub why: &'static str,
    /// The attack that it stops, told in a few sentences.
    pub attack: &'static str,
    /// How to fix it.
    pub fix: &'static str,
    /// Whether `highroad fix` can do it, and what it does then; empty where it cannot.
    pub automatic: &'static str,
    /// The items of standards that it serves, each as `OWASP-LLM LLM04:2026`, `ATLAS AML.T0010`, …
    pub standards: &'static [&'static str],
    /// Repositories that it finds something in, and such that it does not.
    pub examples: &'static [Example],
}

/// A small repository that shows a guardrail at work.
#[derive(Debug)]
pub struct Example {
    /// Whether the guardrail finds something.
    pub verdict: Verdict,
    /// What it shows, in a few words.
    pub shows: &'static str,
    /// The files.
    pub files: &'static [(&'static str, Content)],
}

/// What a guardrail says of an example.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It finds something.
    Bad,
    /// It finds nothing.
    Good,
}

/// The content of an example's file.
#[derive(Debug)]
pub enum Content {
    /// As it is.
    Text(&'static str),
    /// Made when it is needed: for bytes, and for what a scanner would stop in our own repository.
    Made {
        /// What it is, for the reader of the documentation.
        is: &'static str,
        /// Makes it.
        bytes: fn() -> Vec<u8>,
    },
}

/// What the check knows beside the files.
pub struct Context<'a> {
    /// The repository.
    pub snapshot: &'a Snapshot,
    /// `highroad.toml`, where the repository has one.
    pub config: Option<&'a Config>,
    /// `highroad.lock`, where the repository has one.
    pub lock: Option<&'a Lock>,
    /// The day of the check.
    pub today: Day,
    /// What the road knows: pins, advisories, rendered files. Worked out when first asked for.
    pub knowledge: &'a (dyn Fn() -> &'a Knowledge + Sync),
}

impl<'a> Context<'a> {
    /// Returns what the road knows.
    pub fn knowledge(&self) -> &'a Knowledge {
        (self.knowledge)()
    }
}

/// What the road knows beyond the repository.
#[derive(Clone, Debug, Default)]
pub struct Knowledge {
    /// Actions by tag and commit.
    pub actions: Vec<ActionPin>,
    /// Images by reference and digest.
    pub images: Vec<ImagePin>,
    /// What is known to be compromised or withdrawn.
    pub advisories: Vec<Advisory>,
    /// The newest version of the project's road that this binary knows, where it is newer than the project's, and why.
    pub newer_road: Option<String>,
    /// Files that the road would give a repository which lacks them, for fixes.
    pub starters: Vec<Starter>,
}

/// An action's tag and its commit.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ActionPin {
    /// `owner/name`.
    pub repo: String,
    /// The tag.
    pub tag: String,
    /// The full commit.
    pub sha: String,
}

/// An image's tag and its digest.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ImagePin {
    /// `name:tag`, as in a `FROM`.
    pub reference: String,
    /// `sha256:` and 64 digits.
    pub digest: String,
}

/// Something known to be compromised or withdrawn.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Advisory {
    /// `action` or `pypi`.
    pub ecosystem: String,
    /// `owner/name`, or the package.
    pub name: String,
    /// The versions, tags or commits that are bad; empty for all.
    pub versions: Vec<String>,
    /// Tags and commits that are known to be good, although the name is listed.
    pub safe: Vec<String>,
    /// Its ids: GHSA, CVE, MAL.
    pub ids: Vec<String>,
    /// What happened.
    pub what: String,
    /// What to use instead.
    pub instead: String,
}

/// A file for repositories that lack it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Starter {
    /// The guardrail that asks for it.
    pub guardrail: String,
    /// Where it goes.
    pub path: String,
    /// Its content.
    pub text: String,
}

/// Something a file showed that only matters for the repository as a whole: that it trains a model, say.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Fact {
    /// The name of the fact.
    pub name: &'static str,
    /// The file.
    pub path: String,
    /// The line, from 1; 0 for the whole file.
    pub line: usize,
    /// What was seen.
    pub detail: String,
}

/// Takes what guardrails find.
#[derive(Debug, Default)]
pub struct Sink {
    /// The findings.
    pub findings: Vec<Finding>,
    /// The facts.
    pub facts: Vec<Fact>,
    /// Files that could not be judged, with the reason: path, why.
    pub unscannable: Vec<(String, String)>,
}

impl Sink {
    /// Takes a finding.
    pub fn report(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    /// Takes a fact.
    pub fn fact(&mut self, name: &'static str, path: &str, line: usize, detail: impl Into<String>) {
        self.facts.push(Fact { name, path: path.to_owned(), line, detail: detail.into() });
    }

    /// Notes that a file could not be judged: it is never clean.
    pub fn unscannable(&mut self, path: &str, why: impl Into<String>) {
        self.unscannable.push((path.to_owned(), why.into()));
    }
}

/// Says by path and size whether a file is to be looked at.
pub type Wants = fn(&Entry) -> bool;
/// Says whether a changed path can matter for the repository as a whole.
pub type Concerns = fn(&str) -> bool;
/// Looks at one file.
pub type Each = fn(&Subject<'_>, &Context<'_>, &mut Sink);
/// Looks at the repository as a whole, with the facts that the files showed.
pub type Whole = fn(&Context<'_>, &[Fact], &mut Sink);

/// What a guardrail looks at.
#[derive(Clone, Copy, Debug)]
pub struct Inspection {
    /// Looks at each file that it wants.
    pub each: Option<(Wants, Each)>,
    /// Looks at the whole, when a path that it is concerned with may have changed.
    pub whole: Option<(Concerns, Whole)>,
    /// Whether the whole can be judged only when every file was looked at, because it needs their facts.
    pub needs_facts: bool,
}

impl Inspection {
    /// Looks at each file that `wants` takes.
    pub const fn each(wants: Wants, look: Each) -> Self {
        Self { each: Some((wants, look)), whole: None, needs_facts: false }
    }

    /// Looks at the repository as a whole, when a path that `concerns` takes may have changed.
    pub const fn whole(concerns: Concerns, look: Whole) -> Self {
        Self { each: None, whole: Some((concerns, look)), needs_facts: false }
    }

    /// Looks at each file for findings or facts, then at the whole.
    pub const fn both(wants: Wants, each: Each, concerns: Concerns, whole: Whole) -> Self {
        Self { each: Some((wants, each)), whole: Some((concerns, whole)), needs_facts: true }
    }
}

/// A guardrail.
#[derive(Debug)]
pub struct Guardrail {
    /// Its definition.
    pub meta: Meta,
    /// What it looks at.
    pub inspection: Inspection,
}
