//! What a check came to: findings with their level, waivers that hold, and what could not be judged.

use std::collections::{BTreeMap, HashMap};

use globset::{GlobBuilder, GlobMatcher};

use super::finding::{Finding, Weight};
use super::guardrail::Guardrail;
use crate::base::day::Day;
use crate::base::diagnostic::Exit;
use crate::base::digest::Digest;
use crate::repo::config::{Config, Level, Waiver};
use crate::repo::snapshot::Unreadable;

/// A finding with what the road and the project make of it.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The finding.
    pub finding: Finding,
    /// How loudly it speaks.
    pub level: Level,
    /// Stays the same while the finding does, whatever line it is on: 16 hexadecimal digits.
    pub fingerprint: String,
    /// The waiver that lets it rest.
    pub waived: Option<Waiver>,
}

impl Judged {
    /// Whether it fails the check.
    pub fn blocks(&self) -> bool {
        self.level == Level::Block && self.waived.is_none()
    }
}

/// A guardrail that speaks less loudly than its road wants.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Lowered {
    /// The id.
    pub guardrail: String,
    /// What the road says.
    pub road: Level,
    /// What the project says.
    pub project: Level,
}

/// How many of a guardrail's files an outcome names.
pub const SUBJECTS: usize = 3;

/// What a check came to.
#[derive(Debug, Default)]
pub struct Outcome {
    /// `full`, `staged` or `since`; `paths` where a person named some.
    pub mode: &'static str,
    /// The findings, in order of path, line and guardrail.
    pub findings: Vec<Judged>,
    /// What could not be read or parsed: it is not clean.
    pub unscannable: Vec<Unreadable>,
    /// The guardrails that ran.
    pub ran: Vec<&'static Guardrail>,
    /// Guardrails that could not run in this mode, because they need every file.
    pub left_out: Vec<&'static str>,
    /// Guardrails that the project turned down or off.
    pub lowered: Vec<Lowered>,
    /// Folders and links that were not looked into.
    pub not_entered: Vec<String>,
    /// Waivers that hold and let nothing rest; known after a full check only.
    pub idle_waivers: Vec<Waiver>,
    /// A file that stands for the repository as a whole where a format wants one: its README, or the first that it has.
    pub anchor: String,
    /// How many files were looked at.
    pub files: usize,
    /// Some of the files that each guardrail looked at, in order of path; at most [`SUBJECTS`] of each.
    pub subjects: BTreeMap<&'static str, Vec<String>>,
}

impl Outcome {
    /// Returns the findings that nothing lets rest.
    pub fn open(&self) -> impl Iterator<Item = &Judged> {
        self.findings.iter().filter(|judged| judged.waived.is_none())
    }

    /// Returns how many open findings speak at a level.
    pub fn count(&self, level: Level) -> usize {
        self.open().filter(|judged| judged.level == level).count()
    }

    /// Returns how the process ends: 1 where something blocks; 3 where something could not be checked and nobody has
    /// decided about it, as a finding that does not block or a waiver would.
    pub fn exit(&self) -> Exit {
        if self.count(Level::Block) > 0 {
            return Exit::Findings;
        }
        let decided = |path: &str| {
            self.findings.iter().any(|judged| judged.finding.guardrail == "unscannable-file" && judged.finding.place.path == path)
        };
        if self.unscannable.iter().all(|file| decided(&file.path)) { Exit::Clean } else { Exit::Failed }
    }

    /// Returns how many findings rest.
    pub fn waived(&self) -> usize {
        self.findings.iter().filter(|judged| judged.waived.is_some()).count()
    }
}

/// Decides how loudly a guardrail speaks: as the project says, else as the road says, else by its own definition.
pub struct Levels<'a> {
    /// The levels of the road.
    pub road: &'a BTreeMap<String, Level>,
    /// The levels of the project.
    pub project: Option<&'a BTreeMap<String, Level>>,
}

impl Levels<'_> {
    /// Returns what the road wants.
    pub fn wanted(&self, guardrail: &Guardrail) -> Level {
        self.road.get(guardrail.meta.id).copied().unwrap_or(guardrail.meta.level)
    }

    /// Returns what is in force.
    pub fn of(&self, guardrail: &Guardrail) -> Level {
        self.project.and_then(|levels| levels.get(guardrail.meta.id).copied()).unwrap_or_else(|| self.wanted(guardrail))
    }

    /// Returns the guardrails that the project turned down.
    pub fn lowered(&self, guardrails: &[&'static Guardrail]) -> Vec<Lowered> {
        let lowered = |guardrail: &&'static Guardrail| {
            let (road, project) = (self.wanted(guardrail), self.of(guardrail));
            (rank(project) < rank(road)).then(|| Lowered { guardrail: guardrail.meta.id.to_owned(), road, project })
        };
        guardrails.iter().filter_map(lowered).collect()
    }
}

/// Returns how loud a level is: the higher, the louder.
pub fn rank(level: Level) -> u8 {
    match level {
        Level::Off => 0,
        Level::Advise => 1,
        Level::Warn => 2,
        Level::Block => 3,
    }
}

/// Returns the word for a level in our formats.
pub fn word(level: Level) -> &'static str {
    match level {
        Level::Off => "off",
        Level::Advise => "advise",
        Level::Warn => "warn",
        Level::Block => "block",
    }
}

/// Gives findings their level, their fingerprint and the waiver that holds, and sorts them by path, line and guardrail.
pub fn judge(mut findings: Vec<Finding>, level: impl Fn(&str) -> Level, config: Option<&Config>, today: Day) -> Vec<Judged> {
    findings.sort_by(|a, b| (&a.place, a.guardrail, &a.what).cmp(&(&b.place, b.guardrail, &b.what)));
    findings.dedup_by(|a, b| a.guardrail == b.guardrail && a.place == b.place && a.what == b.what);
    let waivers: Vec<(GlobMatcher, &Waiver)> = config
        .map_or(&[][..], |config| &config.waiver)
        .iter()
        .filter(|waiver| waiver.holds(today))
        .filter_map(|waiver| Some((glob(&waiver.path)?, waiver)))
        .collect();
    let mut times: HashMap<(&'static str, String, String), usize> = HashMap::new();
    let judged = findings.into_iter().map(|finding| {
        let known = times.entry((finding.guardrail, finding.place.path.clone(), finding.key.clone())).or_default();
        *known += 1;
        let identity = format!("{}\0{}\0{}\0{}", finding.guardrail, finding.place.path, finding.key, known);
        let fingerprint = Digest::of(identity.as_bytes()).hex()[..16].to_owned();
        let own = level(finding.guardrail);
        let level = if finding.weight == Weight::Advice && rank(own) > rank(Level::Advise) { Level::Advise } else { own };
        let covers = |(path, waiver): &&(GlobMatcher, &Waiver)| {
            waiver.guardrail == finding.guardrail
                && (waiver.path == finding.place.path || path.is_match(&finding.place.path))
                && (waiver.findings.is_empty() || waiver.findings.contains(&fingerprint))
        };
        let waived = waivers.iter().find(covers).map(|(_, waiver)| (*waiver).clone());
        Judged { finding, level, fingerprint, waived }
    });
    judged.filter(|judged| judged.level != Level::Off).collect()
}

fn glob(pattern: &str) -> Option<GlobMatcher> {
    // A path with a bracket in its name is more often meant as that path than as a class of characters.
    let literal = || GlobBuilder::new(&globset::escape(pattern)).build().ok();
    GlobBuilder::new(pattern).literal_separator(true).build().ok().or_else(literal).map(|glob| glob.compile_matcher())
}
