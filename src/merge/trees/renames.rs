//! Which files of the road before a side moved.
//!
//! As in git, a move is looked for only where a path is gone on that side, and only among the paths that are new there: first by
//! equal content, then by the same name and similar content, then by similar content. A wrong move would put changes into the
//! wrong file, so there is none where two candidates are about equally good, or where the file is about as much like another one
//! of the road before: files made from one pattern are alike without being the same.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::folders::{Folders, Followed, name, parent};
use super::similarity::{Fingerprint, MAX_BYTES};
use super::{Side, Unreadable};

/// How alike two files of the same name have to be.
const SAME_NAME: f64 = 0.5;
/// How alike two files of different names have to be.
const OTHER_NAME: f64 = 0.6;
/// How much better than the next a candidate has to be.
const MARGIN: f64 = 0.1;
/// How much more alike than another file of the road before a candidate has to be.
const ABOVE_PATTERN: f64 = 0.2;
/// How alike files have to be that lie where the move of their folder puts them, where only one other file speaks for that move.
const IN_FOLDER: f64 = 0.25;
/// How many pairs of files are compared.
const MAX_PAIRS: usize = 250_000;
/// How many new files of a side are read to compare them.
const MAX_READ: usize = 1_000;
/// Files with fewer bytes say too little to be known by their content alone.
const TELLING: u64 = 24;

/// The moves of a side: path in the road before to path on the side.
pub(super) fn find(base: &Side<'_>, side: &Side<'_>) -> Result<BTreeMap<String, String>, Unreadable> {
    let mut search = Search {
        base,
        side,
        gone: base.entries().keys().map(String::as_str).filter(|path| side.entry(path).is_none()).collect(),
        new: BTreeSet::new(),
        moved: BTreeMap::new(),
    };
    if search.gone.is_empty() {
        return Ok(BTreeMap::new());
    }
    search.new = side.entries().keys().map(String::as_str).filter(|path| base.entry(path).is_none()).collect();
    search.by_spelling();
    search.by_equal_content()?;
    search.by_similar_content()?;
    search.by_folder()?;
    Ok(search.moved.into_iter().map(|(from, to)| (from.to_owned(), to.to_owned())).collect())
}

/// What is left to pair.
struct Search<'a> {
    base: &'a Side<'a>,
    side: &'a Side<'a>,
    gone: BTreeSet<&'a str>,
    new: BTreeSet<&'a str>,
    moved: BTreeMap<&'a str, &'a str>,
}

/// Two paths and how well they fit.
#[derive(Clone, Copy, Debug)]
struct Candidate<'a> {
    from: &'a str,
    to: &'a str,
    score: f64,
}

impl<'a> Search<'a> {
    fn pair(&mut self, from: &'a str, to: &'a str) {
        if self.gone.remove(from) {
            self.new.remove(to);
            self.moved.insert(from, to);
        }
    }

    /// Pairs paths that differ only in upper and lower case.
    fn by_spelling(&mut self) {
        let folded: HashMap<String, &str> = self.gone.iter().map(|path| (path.to_lowercase(), *path)).collect();
        let pairs: Vec<_> = self.new.iter().filter_map(|to| Some((*folded.get(&to.to_lowercase())?, *to))).collect();
        for (from, to) in pairs {
            self.pair(from, to);
        }
    }

    /// Pairs files, links and submodules of equal content.
    fn by_equal_content(&mut self) -> Result<(), Unreadable> {
        let mut sizes: HashMap<u64, Vec<&str>> = HashMap::new();
        for path in &self.gone {
            sizes.entry(size(self.base, path)).or_default().push(path);
        }
        let mut groups: BTreeMap<Vec<&str>, Vec<&str>> = BTreeMap::new();
        for to in &self.new {
            let Some(sources) = sizes.get(&size(self.side, to)) else { continue };
            let now = read(self.side, to)?;
            let mut equal = Vec::new();
            for from in sources {
                if read(self.base, from)?
                    .is_some_and(|leaf| now.as_ref().is_some_and(|now| super::content::same_kind(&leaf, now) && leaf.bytes == now.bytes))
                {
                    equal.push(*from);
                }
            }
            if !equal.is_empty() {
                groups.entry(equal).or_default().push(to);
            }
        }
        let mut candidates = Vec::new();
        for (sources, targets) in groups {
            let many = sources.len() * targets.len() > 10_000;
            for from in &sources {
                let tells = !many && size(self.base, from) >= TELLING;
                let named = size(self.base, from) > 0;
                let pattern = self.has_copy(from)?;
                let fits = |to: &&&str| match pattern {
                    true => named && name(from) == name(to) && name(parent(from)) == name(parent(to)),
                    false => tells || named && name(from) == name(to),
                };
                candidates.extend(targets.iter().filter(fits).map(|to| Candidate { from, to, score: 1.0 + kinship(from, to) }));
            }
        }
        self.assign(candidates, 0.001);
        Ok(())
    }

    /// Whether a file that is still there has the content of this one.
    fn has_copy(&self, path: &str) -> Result<bool, Unreadable> {
        let leaf = read(self.base, path)?;
        for other in self.base.entries().keys().filter(|other| !self.gone.contains(other.as_str())) {
            if size(self.base, other) == size(self.base, path) && read(self.base, other)? == leaf {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Pairs texts that are alike: of the same name first.
    fn by_similar_content(&mut self) -> Result<(), Unreadable> {
        let mut texts = Texts::default();
        let mut budget = MAX_PAIRS;
        for (alike, least) in [(Alike::Name, SAME_NAME), (Alike::Form, OTHER_NAME)] {
            let pairs = self.comparable(alike);
            let read: BTreeSet<&str> = pairs.iter().map(|(_, to)| *to).collect();
            if pairs.len() > MAX_PAIRS || read.len() > MAX_READ {
                continue;
            }
            let mut candidates = Vec::new();
            for (from, to) in pairs {
                texts.read(self.base, from, true)?;
                texts.read(self.side, to, false)?;
                let score = texts.similarity(from, to);
                if score >= least && !self.is_pattern(from, score - ABOVE_PATTERN, &mut texts, &mut budget)? {
                    candidates.push(Candidate { from, to, score: score + kinship(from, to) });
                }
            }
            self.assign(candidates, MARGIN);
        }
        Ok(())
    }

    /// Whether another file of the road before is at least this much like the file. Also where that is too much to find out.
    fn is_pattern(&self, path: &'a str, least: f64, texts: &mut Texts<'a>, budget: &mut usize) -> Result<bool, Unreadable> {
        let keys = Alike::Form.keys(path);
        let bytes = size(self.base, path);
        for (other, entry) in self.base.entries() {
            let sized = entry.size <= bytes.saturating_mul(5) && bytes <= entry.size.saturating_mul(5);
            if other == path || !sized || !Alike::Form.keys(other).iter().any(|key| keys.contains(key)) {
                continue;
            }
            let Some(rest) = budget.checked_sub(1) else { return Ok(true) };
            *budget = rest;
            texts.read(self.base, other, true)?;
            if texts.likeness(path, other) >= least {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the pairs that may be alike, judged by name and size.
    fn comparable(&self, alike: Alike) -> Vec<(&'a str, &'a str)> {
        let mut by_key: HashMap<&str, Vec<&'a str>> = HashMap::new();
        for to in &self.new {
            for key in alike.keys(to) {
                by_key.entry(key).or_default().push(to);
            }
        }
        let mut pairs = BTreeSet::new();
        for from in &self.gone {
            let bytes = size(self.base, from);
            if bytes > MAX_BYTES || alike == Alike::Form && bytes < TELLING {
                continue;
            }
            for to in alike.keys(from).into_iter().filter_map(|key| by_key.get(key)).flatten() {
                // White space around lines does not count, so sizes may differ by more than the score allows.
                let other = size(self.side, to);
                if other <= MAX_BYTES && other <= bytes.saturating_mul(3) && bytes <= other.saturating_mul(3) {
                    pairs.insert((*from, *to));
                }
                if pairs.len() > MAX_PAIRS {
                    return pairs.into_iter().collect();
                }
            }
        }
        pairs.into_iter().collect()
    }

    /// Takes the pairs in which each is the other's best candidate by `margin`.
    fn assign(&mut self, mut candidates: Vec<Candidate<'a>>, margin: f64) {
        candidates.sort_by(|one, two| two.score.total_cmp(&one.score).then_with(|| (one.from, one.to).cmp(&(two.from, two.to))));
        loop {
            candidates.retain(|pair| self.gone.contains(pair.from) && self.new.contains(pair.to));
            // Best and second best score of each path, in order of score.
            let mut from: HashMap<&str, (f64, f64)> = HashMap::new();
            let mut to: HashMap<&str, (f64, f64)> = HashMap::new();
            for pair in &candidates {
                for (best, path) in [(&mut from, pair.from), (&mut to, pair.to)] {
                    best.entry(path).and_modify(|(_, second)| *second = second.max(pair.score)).or_insert((pair.score, 0.0));
                }
            }
            let wins = |best: &HashMap<&str, (f64, f64)>, path: &str, score: f64| {
                best.get(path).is_some_and(|(first, second)| score >= *first && score - second >= margin)
            };
            let sure: Vec<_> =
                candidates.iter().filter(|pair| wins(&from, pair.from, pair.score) && wins(&to, pair.to, pair.score)).copied().collect();
            if sure.is_empty() {
                return;
            }
            for pair in sure {
                self.pair(pair.from, pair.to);
            }
        }
    }

    /// Pairs what lies where the move of its folder puts it.
    fn by_folder(&mut self) -> Result<(), Unreadable> {
        if self.moved.is_empty() || self.gone.is_empty() {
            return Ok(());
        }
        let moved = self.moved.iter().map(|(from, to)| ((*from).to_owned(), (*to).to_owned())).collect();
        let folders = Folders::of(self.base, self.side, &moved);
        let gone: Vec<&str> = self.gone.iter().copied().collect();
        for from in gone {
            if let Followed::Moved { path, files, .. } = folders.follow(from)
                && let Some(to) = self.new.get(path.as_str()).copied()
                && (files > 1 || self.may_be_one(from, to)?)
            {
                self.pair(from, to);
            }
        }
        Ok(())
    }

    /// Whether the contents of two files allow that they are one.
    fn may_be_one(&self, from: &'a str, to: &'a str) -> Result<bool, Unreadable> {
        if size(self.base, from) < TELLING {
            return Ok(true);
        }
        if size(self.base, from) > MAX_BYTES || size(self.side, to) > MAX_BYTES {
            return Ok(false);
        }
        let mut texts = Texts::default();
        texts.read(self.base, from, true)?;
        texts.read(self.side, to, false)?;
        Ok(texts.similarity(from, to) >= IN_FOLDER)
    }
}

/// By what two paths may belong together.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Alike {
    /// The last part is equal.
    Name,
    /// The ending or what stands before it is equal.
    Form,
}

impl Alike {
    fn keys(self, path: &str) -> Vec<&str> {
        let name = name(path);
        match self {
            Self::Name => vec![name],
            Self::Form => {
                let dot = name.char_indices().skip(1).filter(|(_, c)| *c == '.').last().map(|(at, _)| at);
                let (stem, ending) = dot.map_or((name, "."), |dot| (name.get(..dot).unwrap_or(name), name.get(dot..).unwrap_or(".")));
                vec![stem, ending]
            }
        }
    }
}

/// Texts that were read once.
#[derive(Default)]
struct Texts<'a> {
    base: HashMap<&'a str, Option<Fingerprint>>,
    side: HashMap<&'a str, Option<Fingerprint>>,
}

impl<'a> Texts<'a> {
    fn read(&mut self, side: &Side<'_>, path: &'a str, is_base: bool) -> Result<(), Unreadable> {
        let texts = if is_base { &mut self.base } else { &mut self.side };
        if !texts.contains_key(path) {
            let leaf = read(side, path)?.filter(|leaf| leaf.kind.is_file());
            texts.insert(path, leaf.and_then(|leaf| Fingerprint::of(&leaf.bytes)));
        }
        Ok(())
    }

    /// Returns how alike two files of the road before are.
    fn likeness(&self, one: &str, other: &str) -> f64 {
        match (self.base.get(one), self.base.get(other)) {
            (Some(Some(one)), Some(Some(other))) => one.similarity(other),
            _ => 0.0,
        }
    }

    /// Returns how alike a file of the road before and one of the side are.
    fn similarity(&self, from: &str, to: &str) -> f64 {
        match (self.base.get(from), self.side.get(to)) {
            (Some(Some(from)), Some(Some(to))) => from.similarity(to),
            _ => 0.0,
        }
    }
}

/// Returns a small number that grows with the parts that two paths have in common: it decides between equal contents.
fn kinship(from: &str, to: &str) -> f64 {
    let tail = from.rsplit('/').zip(to.rsplit('/')).take_while(|(one, two)| one == two).count().min(4);
    let head = parent(from).split('/').zip(parent(to).split('/')).take_while(|(one, two)| one == two).count().min(4);
    tail as f64 * 0.02 + head as f64 * 0.002
}

fn size(side: &Side<'_>, path: &str) -> u64 {
    side.entry(path).map_or(0, |entry| entry.size)
}

fn read(side: &Side<'_>, path: &str) -> Result<Option<crate::base::leaf::Leaf>, Unreadable> {
    side.leaf(path).map_err(|why| (path.to_owned(), why))
}
