//! Evidence: which files count as one, by their path and by what they say.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::LazyLock;

use globset::{GlobBuilder, GlobSet, GlobSetBuilder};
use serde::Deserialize;

use super::files::{Class, Reader, counts};
use crate::guardrails::governance_files::{placeholder, text_of};
use crate::repo::snapshot::{Entry, Snapshot};

/// What counts as a piece of evidence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Evidence {
    /// Its name in the standards.
    pub(super) id: String,
    /// What it is, as the end of "there is no …".
    pub(super) is: String,
    /// Globs, or `@code`, `@tests`, `@ci`, `@docs`.
    pub(super) paths: Vec<String>,
    /// What one and the same file has to say, outside comments: every entry, each with its wordings separated by `|`.
    #[serde(default)]
    pub(super) says: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    evidence: Vec<Evidence>,
}

/// Returns all evidence that the data knows, by name.
pub(super) fn known() -> &'static BTreeMap<String, Evidence> {
    static KNOWN: LazyLock<BTreeMap<String, Evidence>> = LazyLock::new(|| {
        let file: File = toml::from_str(include_str!("../standards/evidence.toml")).expect("the built-in evidence is read in the tests");
        file.evidence.into_iter().map(|evidence| (evidence.id.clone(), evidence)).collect()
    });
    &KNOWN
}

/// Makes a set of globs; case does not matter, and `*` stays in its folder.
pub(super) fn globs<'a>(patterns: impl IntoIterator<Item = &'a str>) -> GlobSet {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = GlobBuilder::new(pattern).case_insensitive(true).literal_separator(true).build();
        set.add(glob.expect("the globs of the built-in data are built in the tests"));
    }
    set.build().expect("the globs of the built-in data fit a set")
}

/// What a repository shows.
#[derive(Debug)]
pub(super) struct Shown {
    /// For each evidence the files that are one, the clearest first.
    paths: BTreeMap<&'static str, Vec<String>>,
    /// Whether there was more text than is read.
    pub(super) cut: bool,
}

impl Shown {
    /// Returns the files that are this evidence; none where nothing is.
    pub(super) fn by(&self, evidence: &str) -> &[String] {
        self.paths.get(evidence).map_or(&[], Vec::as_slice)
    }

    /// Looks for all evidence in a repository, reading each file at most once.
    pub(super) fn gather(snapshot: &Snapshot) -> Self {
        let wanted = Wanted::all();
        let mut reader = Reader::of(&wanted.words);
        let mut files: BTreeMap<&'static str, Vec<(Rank, String)>> = BTreeMap::new();
        for entry in snapshot.entries().iter().filter(|entry| counts(entry)) {
            let asked = wanted.by(entry);
            if asked.is_empty() || is_unfilled(snapshot, entry) {
                continue;
            }
            let silent = asked.keys().all(|number| wanted.says[*number].is_empty());
            let said = if silent { Vec::new() } else { reader.words_in(snapshot, entry) };
            for (number, place) in asked {
                let heard = |wordings: &Range<usize>| said.iter().filter(|word| wordings.contains(word)).count();
                let heard: Vec<usize> = wanted.says[number].iter().map(heard).collect();
                if heard.iter().all(|count| *count > 0) {
                    let rank = (place, Reverse(heard.iter().sum()));
                    files.entry(&wanted.evidence[number].id).or_default().push((rank, entry.path.clone()));
                }
            }
        }
        let clearest = |mut found: Vec<(Rank, String)>| {
            found.sort();
            found.into_iter().map(|(_, path)| path).collect()
        };
        Self { paths: files.into_iter().map(|(evidence, found)| (evidence, clearest(found))).collect(), cut: reader.was_cut() }
    }
}

/// Whether a file is one of our starters that nobody has filled in: it shows nothing.
fn is_unfilled(snapshot: &Snapshot, entry: &Entry) -> bool {
    let name = entry.name().to_ascii_lowercase().replace(['-', '_'], "");
    let form = ["security.", "codeowners", "modelcard."].iter().any(|start| name.starts_with(start));
    form && text_of(snapshot, &entry.path).is_some_and(|text| placeholder(&entry.path, &text).is_some())
}

/// How clear a file is as evidence: first the place of its path in the list, then how much it says.
type Rank = (usize, Reverse<usize>);

/// All that is looked for, made for one pass over the files.
struct Wanted {
    evidence: Vec<&'static Evidence>,
    patterns: GlobSet,
    /// For each glob the number of its evidence and its place in that list.
    by_pattern: Vec<(usize, usize)>,
    classes: Vec<(Class, usize, usize)>,
    words: Vec<&'static str>,
    /// For each evidence, the numbers of the wordings of each entry.
    says: Vec<Vec<Range<usize>>>,
}

impl Wanted {
    fn all() -> Self {
        let evidence: Vec<&'static Evidence> = known().values().collect();
        let (mut globbed, mut by_pattern, mut classes) = (Vec::new(), Vec::new(), Vec::new());
        let (mut words, mut says) = (Vec::new(), Vec::new());
        for (number, one) in evidence.iter().enumerate() {
            for (place, path) in one.paths.iter().enumerate() {
                if let Some(class) = Class::named(path) {
                    classes.push((class, number, place));
                } else {
                    globbed.push(path.as_str());
                    by_pattern.push((number, place));
                }
            }
            let mut entries = Vec::new();
            for entry in &one.says {
                let first = words.len();
                words.extend(entry.split('|'));
                entries.push(first..words.len());
            }
            says.push(entries);
        }
        Self { evidence, patterns: globs(globbed), by_pattern, classes, words, says }
    }

    /// Returns the evidence that a file could be, each with the first place of the list that names it.
    fn by(&self, entry: &Entry) -> BTreeMap<usize, usize> {
        let by_path = self.patterns.matches(&entry.path).into_iter().map(|at| self.by_pattern[at]);
        let by_class = self.classes.iter().filter(|(class, ..)| class.holds(entry)).map(|(_, number, place)| (*number, *place));
        let mut asked: BTreeMap<usize, usize> = BTreeMap::new();
        for (number, place) in by_path.chain(by_class) {
            asked.entry(number).and_modify(|first| *first = place.min(*first)).or_insert(place);
        }
        asked
    }
}
