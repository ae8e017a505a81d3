//! Files that are lists of entries with a name each: packages, patterns, instructions.
//!
//! What becomes of an entry is decided by its name and its three values, wherever it stands; where it stands is decided by
//! laying the orders over each other. The result is read again, and counts only if it holds the decided values.

mod by_line;
mod layout;
mod sequence;

use std::collections::HashMap;

use super::rule::Rule;
use super::style::Style;
use super::version::STRONGER_PIN;
use super::{Conflict, ConflictKind, Labels, Merged, Settled, Sides, Suggestion, markers};

pub(super) use by_line::by_line;

/// Both sides added entries at one place.
pub(super) static BOTH_ADDED: Rule = Rule {
    id: "both-added-entries",
    why: "Both sides added entries to one list: entries with other names do not touch each other, so all of them stay.",
};
/// The project did what the road does, and more.
pub(super) static ALREADY_THERE: Rule =
    Rule { id: "already-there", why: "The project has what the road changed here, and more of its own beside it: it stays as it is." };
/// Both sides changed neighbouring entries.
pub(super) static NEIGHBOURS: Rule = Rule {
    id: "neighbouring-entries",
    why: "Both sides changed entries that stand side by side: entries with other names do not touch each other.",
};
/// The road sorted a list.
pub(super) static SORTED: Rule =
    Rule { id: "sorted-by-road", why: "The road sorted a list whose order means nothing: the entries of the project are sorted in." };
/// Both sides changed other parts of one entry.
pub(super) static SEPARATE_PARTS: Rule =
    Rule { id: "separate-parts", why: "Both sides changed one entry, each another part of it: the parts do not touch each other." };
/// The road changed what the project removed.
pub(super) static STAYS_REMOVED: Rule = Rule {
    id: "stays-removed",
    why: "The project removed the entry: what its people deleted stays deleted, also where the road changed it.",
};

/// One entry, or one line between entries.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Item {
    /// What it is an entry for; nothing for a comment or a blank line.
    pub(super) key: Option<String>,
    /// How it is called in reports.
    pub(super) label: String,
    /// What it says, without what is only writing.
    pub(super) value: String,
    /// Its lines as they are written, each with its line break.
    pub(super) text: String,
}

impl Item {
    /// A comment or a blank line.
    pub(super) fn between(text: &str) -> Self {
        Self { key: None, label: String::new(), value: text.trim().to_owned(), text: text.to_owned() }
    }
}

/// An entry that both sides changed, each in its own way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Contest<'a> {
    /// Nothing where both added it.
    pub(super) base: Option<&'a Item>,
    pub(super) ours: &'a Item,
    pub(super) theirs: &'a Item,
}

/// What becomes of an entry that both sides changed.
#[derive(Clone, Debug)]
pub(super) enum Settlement {
    /// This stands there now.
    Take { item: Item, rule: &'static Rule, what: String },
    /// A person decides; with what a rule would take.
    Conflict(Option<(&'static Rule, Item)>),
}

/// A format of this sort.
pub(super) struct Format<'f> {
    /// The name of its merger.
    pub(super) name: &'static str,
    /// Reads a text with `\n` alone and a final newline. The texts of the items are the text.
    pub(super) read: &'f dyn Fn(&str) -> Option<Vec<Item>>,
    /// Settles what both changed.
    pub(super) settle: fn(&Contest<'_>) -> Settlement,
    /// Whether the second entry lets what the first pins by commit, digest or hash be moved.
    pub(super) weakens: fn(&Item, &Item) -> bool,
    /// Whether the one entry may be what became of the other: or both are one thing spelled in two ways.
    pub(super) akin: fn(&Item, &Item) -> bool,
    /// Whether order means nothing, and the road may sort.
    pub(super) may_sort: bool,
    /// Where order has a meaning: names the road's new entries whose place in the result could mean something else than in
    /// the road; nothing where the orders contradict each other.
    pub(super) contested: fn(&Orders<'_>) -> Option<Vec<String>>,
}

/// The order of the keys on each side and in the result. Later entries of one name have a `\0` and a number behind it.
pub(super) struct Orders<'a> {
    pub(super) base: &'a [Item],
    pub(super) ours: &'a [Item],
    pub(super) theirs: &'a [Item],
    pub(super) result: &'a [&'a str],
}

/// What stands for a key in the result.
#[derive(Clone, Debug)]
enum Decision {
    Absent,
    Present(Item),
    Conflict { kind: ConflictKind, suggestion: Option<(&'static Rule, Item)> },
}

/// The three sides as items, and what becomes of every key.
struct Three {
    base: Vec<Item>,
    ours: Vec<Item>,
    theirs: Vec<Item>,
    decisions: HashMap<String, Decision>,
}

/// What stands at one place of the result.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Place {
    Key(String),
    Between(String),
}

/// Merges three files of a format; nothing where one cannot be read, or the orders contradict each other.
pub(super) fn merge(format: &Format<'_>, sides: &Sides<'_>) -> Option<Merged> {
    let (style, ours) = Style::of(sides.ours)?;
    let (_, theirs) = Style::of(sides.theirs)?;
    let (_, base) = Style::of(sides.base.unwrap_or_default())?;
    let [base, ours, theirs] = [read(format, &base)?, read(format, &ours)?, read(format, &theirs)?];
    let (decisions, settled) = decide(format, &base, &ours, &theirs);
    let mut three = Three { base, ours, theirs, decisions };
    let layout = layout::places(format, &three)?;
    let result: Vec<&str> =
        layout.places.iter().filter_map(|place| if let Place::Key(key) = place { Some(key.as_str()) } else { None }).collect();
    let orders = Orders { base: &three.base, ours: &three.ours, theirs: &three.theirs, result: &result };
    for key in (format.contested)(&orders)? {
        three.decisions.insert(key, Decision::Conflict { kind: ConflictKind::Content, suggestion: None });
    }
    let written = write(&three, &layout.places, sides.labels)?;
    is_right(format, &three, &layout.places).then_some(())?;
    let mut all: Vec<Settled> =
        settled.into_iter().map(|(key, rule, what)| Settled { rule, line: written.line_near(&three, &key), what }).collect();
    all.extend(layout.settled.into_iter().map(|(place, rule, what)| Settled { rule, line: written.line_of(place), what }));
    all.sort_by(|a, b| (a.line, a.rule.id, &a.what).cmp(&(b.line, b.rule.id, &b.what)));
    Some(Merged { bytes: style.write(&written.text), merger: format.name, settled: all, conflicts: written.conflicts })
}

/// Reads items, with keys that occur once each: the second of a name gets a number.
fn read(format: &Format<'_>, text: &str) -> Option<Vec<Item>> {
    let mut items = (format.read)(text)?;
    let mut seen: HashMap<String, usize> = HashMap::new();
    for item in &mut items {
        if let Some(key) = &mut item.key {
            let times = seen.entry(key.clone()).or_default();
            *times += 1;
            if *times > 1 {
                key.push('\0');
                key.push_str(&times.to_string());
            }
        }
    }
    Some(items)
}

fn by_key(items: &[Item]) -> HashMap<&str, &Item> {
    items.iter().filter_map(|item| Some((item.key.as_deref()?, item))).collect()
}

type Named = (String, &'static Rule, String);

/// Decides about every key on its own.
fn decide(format: &Format<'_>, base: &[Item], ours: &[Item], theirs: &[Item]) -> (HashMap<String, Decision>, Vec<Named>) {
    let (b, o, t) = (by_key(base), by_key(ours), by_key(theirs));
    let mut decisions = HashMap::new();
    let mut settled = Vec::new();
    for item in ours.iter().chain(theirs).chain(base) {
        let Some(key) = &item.key else { continue };
        if decisions.contains_key(key) {
            continue;
        }
        let (base, ours, theirs) = (b.get(key.as_str()).copied(), o.get(key.as_str()).copied(), t.get(key.as_str()).copied());
        let values = (base.map(|item| &item.value), ours.map(|item| &item.value), theirs.map(|item| &item.value));
        let present = |item: Option<&Item>| item.map_or(Decision::Absent, |item| Decision::Present(item.clone()));
        let decision = if values.1 == values.2 {
            // What only the road writes in another way is written so.
            let as_before = base.zip(ours).is_some_and(|(base, ours)| base.text == ours.text);
            present(if as_before { theirs } else { ours })
        } else if values.0 == values.2 {
            present(ours)
        } else if values.0 == values.1 {
            let weaker = ours.zip(theirs).filter(|(ours, theirs)| (format.weakens)(ours, theirs));
            if let Some((ours, _)) = weaker {
                settled.push((key.clone(), &STRONGER_PIN, format!("`{}` keeps its pin", ours.label)));
            }
            present(weaker.map_or(theirs, |(ours, _)| Some(ours)))
        } else {
            match (ours, theirs) {
                (Some(ours), Some(theirs)) => match (format.settle)(&Contest { base, ours, theirs }) {
                    Settlement::Take { item, rule, what } => {
                        settled.push((key.clone(), rule, what));
                        Decision::Present(item)
                    }
                    Settlement::Conflict(suggestion) => Decision::Conflict { kind: ConflictKind::Content, suggestion },
                },
                (None, Some(theirs)) => {
                    settled.push((key.clone(), &STAYS_REMOVED, format!("`{}` stays removed", theirs.label)));
                    Decision::Absent
                }
                (Some(_), None) => Decision::Conflict { kind: ConflictKind::RemovedByRoad, suggestion: None },
                (None, None) => Decision::Absent,
            }
        };
        decisions.insert(key.clone(), decision);
    }
    (decisions, settled)
}

/// The result as text.
struct Written {
    text: String,
    conflicts: Vec<Conflict>,
    /// The line of each place.
    lines: Vec<usize>,
    by_key: HashMap<String, usize>,
}

impl Written {
    fn line_of(&self, place: usize) -> usize {
        self.lines.get(place).copied().unwrap_or(1)
    }

    /// Returns the line of a key; of one that is not there, that of the road's entry before it.
    fn line_near(&self, three: &Three, key: &str) -> usize {
        let until = three.theirs.iter().position(|item| item.key.as_deref() == Some(key)).map_or(0, |at| at + 1);
        let before = three.theirs[..until].iter().rev().filter_map(|item| item.key.as_deref());
        std::iter::once(key).chain(before).find_map(|key| self.by_key.get(key).copied()).unwrap_or(1)
    }
}

fn write(three: &Three, places: &[Place], labels: Labels<'_>) -> Option<Written> {
    let (b, o, t) = (by_key(&three.base), by_key(&three.ours), by_key(&three.theirs));
    let mut written = Written { text: String::new(), conflicts: Vec::new(), lines: Vec::new(), by_key: HashMap::new() };
    let mut line = 1;
    for place in places {
        written.lines.push(line);
        let from = written.text.len();
        match place {
            Place::Between(text) => written.text.push_str(text),
            Place::Key(key) => {
                written.by_key.insert(key.clone(), line);
                match three.decisions.get(key)? {
                    Decision::Absent => return None,
                    Decision::Present(item) => written.text.push_str(&item.text),
                    Decision::Conflict { kind, suggestion } => {
                        let text = |side: &HashMap<&str, &Item>| side.get(key.as_str()).map(|item| item.text.clone());
                        let (base, ours, theirs) = (text(&b), text(&o), text(&t));
                        let shown = |text: &Option<String>| text.clone().unwrap_or_default();
                        written.text.push_str(&markers::block(&shown(&base), &shown(&ours), &shown(&theirs), labels));
                        let suggestion = suggestion.as_ref().map(|(rule, item)| Suggestion { rule, text: item.text.clone() });
                        let label = [&o, &t].iter().find_map(|side| side.get(key.as_str())).map(|item| item.label.clone());
                        written.conflicts.push(Conflict {
                            kind: *kind,
                            line: Some(line),
                            key: label.unwrap_or_default(),
                            base,
                            ours,
                            theirs,
                            suggestion,
                        });
                    }
                }
            }
        }
        line += written.text[from..].matches('\n').count();
    }
    Some(written)
}

/// Whether the result, read again with the project's text in the place of markers, holds what was decided and no more.
fn is_right(format: &Format<'_>, three: &Three, places: &[Place]) -> bool {
    let ours = by_key(&three.ours);
    let text: Option<String> = places
        .iter()
        .map(|place| match place {
            Place::Between(text) => Some(text.as_str()),
            Place::Key(key) => match three.decisions.get(key)? {
                Decision::Absent => None,
                Decision::Present(item) => Some(item.text.as_str()),
                Decision::Conflict { .. } => Some(ours.get(key.as_str()).map_or("", |item| item.text.as_str())),
            },
        })
        .collect();
    let Some(items) = text.and_then(|text| read(format, &text)) else { return false };
    let found = by_key(&items);
    let wanted = three.decisions.iter().filter_map(|(key, decision)| match decision {
        Decision::Absent => None,
        Decision::Present(item) => Some((key.as_str(), item.value.as_str())),
        Decision::Conflict { .. } => Some((key.as_str(), ours.get(key.as_str())?.value.as_str())),
    });
    let wanted: HashMap<&str, &str> = wanted.collect();
    found.len() == wanted.len() && found.iter().all(|(key, item)| wanted.get(key) == Some(&item.value.as_str()))
}
