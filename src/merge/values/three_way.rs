//! The three-way merge of values: keys apart from each other, items of lists by what they are known by.

use super::emit::indented;
use super::rules::{DELETED, UNION};
use super::{Body, Child, Document, Node, Scalar, Value, align, hunks, order, pins};
use crate::merge::rule::Rule;
use crate::merge::version::{self, STRONGER_PIN};

/// The most entries that a list or mapping may have.
const ENTRIES: usize = 4000;

/// A side of the merge.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Which {
    /// What the road gave earlier.
    Base,
    /// The project.
    Ours,
    /// What the road gives now.
    Theirs,
}

/// What becomes of a value that both sides have.
#[derive(Debug)]
pub(super) enum Plan<'a> {
    /// The value of one side, as it is written there.
    Side(Which, &'a Node),
    /// A single value that is made of both, in the project's quotes.
    Text(String),
    /// A text of several lines, merged by them: as it is written, and what it says.
    Raw(String, String),
    /// The project's list or mapping with these entries.
    Parts(&'a Node, Vec<Part<'a>>),
    /// Left to a person.
    Conflict,
}

/// What becomes of an entry or item.
#[derive(Debug)]
pub(super) struct Part<'a> {
    /// The key; empty in a list.
    pub key: &'a str,
    /// Where the three sides have it: base, ours, theirs.
    pub sides: [Option<&'a Child>; 3],
    /// What happens.
    pub fate: Fate<'a>,
    /// The rules that settled it.
    pub notes: Vec<Note>,
    /// What a rule would take that is not sure enough.
    pub suggestion: Option<(&'static Rule, Which)>,
}

/// What happens to an entry or item.
#[derive(Debug)]
pub(super) enum Fate<'a> {
    /// It is taken from one side with all its text.
    Take(Which),
    /// Both sides have it.
    Merge(Plan<'a>),
    /// It goes.
    Gone,
    /// Left to a person.
    Conflict,
}

/// A settlement; `{}` in the sentence is where it is.
#[derive(Clone, Debug)]
pub(super) struct Note {
    /// The rule.
    pub rule: &'static Rule,
    /// What was settled.
    pub what: String,
}

/// Which side stands in for conflicts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Pick {
    /// The project's.
    Ours,
    /// The road's.
    Theirs,
}

impl<'a> Part<'a> {
    /// Returns the entry of a side.
    pub(super) fn side(&self, which: Which) -> Option<&'a Child> {
        self.sides[which as usize]
    }

    /// Returns the key that it has in the result.
    fn key(&self, pick: Pick) -> &'a str {
        match (&self.fate, self.side(pick.which())) {
            (Fate::Conflict, Some(child)) => &child.key,
            (Fate::Conflict | Fate::Take(_) | Fate::Merge(_) | Fate::Gone, _) => self.key,
        }
    }

    /// Returns the value that it comes to, if anything stays.
    fn value(&self, pick: Pick) -> Option<Value> {
        match &self.fate {
            Fate::Take(which) => self.side(*which).map(|child| child.node.value()),
            Fate::Merge(plan) => plan.value(pick),
            Fate::Gone => None,
            Fate::Conflict => self.side(pick.which()).map(|child| child.node.value()),
        }
    }

    /// Whether it is in the result when `pick` stands in for conflicts.
    pub(super) fn stays(&self, pick: Pick) -> bool {
        match &self.fate {
            Fate::Take(_) | Fate::Merge(_) => true,
            Fate::Gone => false,
            Fate::Conflict => self.side(pick.which()).is_some(),
        }
    }
}

impl Pick {
    /// Returns the side.
    pub(super) fn which(self) -> Which {
        match self {
            Self::Ours => Which::Ours,
            Self::Theirs => Which::Theirs,
        }
    }
}

impl Plan<'_> {
    /// Returns the value that it comes to. A conflict of the whole has none.
    pub(super) fn value(&self, pick: Pick) -> Option<Value> {
        match self {
            Self::Side(_, node) => Some(node.value()),
            Self::Text(text) | Self::Raw(_, text) => Some(Value::Scalar(Scalar::Text(text.clone()))),
            Self::Conflict => None,
            Self::Parts(node, parts) => match node.body {
                Body::Map(_) => {
                    Some(Value::Map(parts.iter().filter_map(|part| Some((part.key(pick).to_owned(), part.value(pick)?))).collect()))
                }
                Body::List(_) | Body::Scalar(_) => Some(Value::List(parts.iter().filter_map(|part| part.value(pick)).collect())),
            },
        }
    }

    /// Returns how many places are left to a person.
    pub(super) fn conflicts(&self) -> usize {
        match self {
            Self::Side(..) | Self::Text(_) | Self::Raw(..) => 0,
            Self::Conflict => 1,
            Self::Parts(_, parts) => parts
                .iter()
                .map(|part| match &part.fate {
                    Fate::Take(_) | Fate::Gone => 0,
                    Fate::Conflict => 1,
                    Fate::Merge(plan) => plan.conflicts(),
                })
                .sum(),
        }
    }
}

/// The documents of a merge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Three<'a> {
    /// What the road gave earlier.
    pub base: Option<&'a Document<'a>>,
    /// The project.
    pub ours: &'a Document<'a>,
    /// What the road gives now.
    pub theirs: &'a Document<'a>,
}

/// How sure a settlement has to be.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Care {
    /// What the values allow.
    Values,
    /// As [`Care::Values`], where lines met: what both sides took things out of and put things into is left to a person.
    Met,
}

/// Merges three documents.
pub(super) fn merge(three: Three<'_>, care: Care) -> Plan<'_> {
    Merge { three, care, suggestion: None }.node(
        "",
        None,
        three.base.map(|base| &base.root),
        &three.ours.root,
        &three.theirs.root,
        &mut Vec::new(),
    )
}

struct Merge<'a> {
    three: Three<'a>,
    care: Care,
    /// What is suggested for the conflict that was met last.
    suggestion: Option<(&'static Rule, Which)>,
}

impl<'a> Merge<'a> {
    fn text(&self, which: Which, range: std::ops::Range<usize>) -> &'a str {
        let text = match which {
            Which::Base => self.three.base.map_or("", |base| base.text),
            Which::Ours => self.three.ours.text,
            Which::Theirs => self.three.theirs.text,
        };
        text.get(range).unwrap_or("")
    }

    /// Merges a value that both sides have. `tails` are the rests of the lines of both.
    fn node(
        &mut self,
        key: &str,
        tails: Option<[&str; 2]>,
        base: Option<&'a Node>,
        ours: &'a Node,
        theirs: &'a Node,
        notes: &mut Vec<Note>,
    ) -> Plan<'a> {
        let raw = |which, node: &Node| self.text(which, node.span.clone()).trim_end();
        let base_raw = base.map(|base| raw(Which::Base, base));
        let (ours_raw, theirs_raw) = (raw(Which::Ours, ours), raw(Which::Theirs, theirs));
        if ours_raw == theirs_raw || base_raw == Some(theirs_raw) {
            return Plan::Side(Which::Ours, ours);
        }
        if base_raw == Some(ours_raw) && !pins::is_strong(ours_raw) {
            return Plan::Side(Which::Theirs, theirs);
        }
        match (&ours.body, &theirs.body) {
            (Body::Map(one), Body::Map(two)) => {
                let base = base.filter(|base| matches!(base.body, Body::Map(_)));
                let base = base.map_or(&[] as &[Child], Node::children);
                let mut plan = self.parts(ours, order::by_key(base, one, two));
                if let Plan::Parts(_, parts) = &mut plan {
                    ask_about_inner_tables(parts, base, one);
                }
                plan
            }
            (Body::List(one), Body::List(two)) => {
                let base = base.filter(|base| matches!(base.body, Body::List(_)));
                let trios = order::by_identity(base.map_or(&[], Node::children), one, two);
                self.parts(ours, trios)
            }
            (Body::Scalar(one), Body::Scalar(two)) => {
                if one == two {
                    return Plan::Side(Which::Ours, ours);
                }
                let base_node = base;
                let base = base.and_then(Node::as_scalar);
                if base == Some(two) {
                    return Plan::Side(Which::Ours, ours);
                }
                if base == Some(one) {
                    if version::weakens(one.text(), two.text()) {
                        notes.push(Note { rule: &STRONGER_PIN, what: format!("`{{}}` stays `{}`", one.text()) });
                        return Plan::Side(Which::Ours, ours);
                    }
                    return Plan::Side(Which::Theirs, theirs);
                }
                let side = |text, at: usize| pins::Side { text, comment: tails.map_or("", |tails| tails[at]) };
                let version = ["version", "python", "rev", "node", "image", "uses"].iter().any(|word| key.contains(word));
                let mut note = |rule: &'static Rule, text: &str, gives_way: &str| {
                    let verb = if std::ptr::eq(rule, &STRONGER_PIN) { "keeps the stronger pin" } else { "goes to" };
                    let (text, gives_way) = (text.trim(), gives_way.trim());
                    notes.push(Note { rule, what: format!("`{{}}` {verb} `{text}`; `{gives_way}` gives way") });
                };
                match pins::settle(base.map(Scalar::text), side(one.text(), 0), side(two.text(), 1), version) {
                    Some(pins::Choice::Ours(rule)) => {
                        note(rule, one.text(), two.text());
                        Plan::Side(Which::Ours, ours)
                    }
                    Some(pins::Choice::Theirs(rule)) => {
                        note(rule, two.text(), one.text());
                        Plan::Side(Which::Theirs, theirs)
                    }
                    Some(pins::Choice::Both(text, rule)) => {
                        notes.push(Note { rule, what: format!("`{{}}` becomes `{text}`, from `{}` and `{}`", one.text(), two.text()) });
                        Plan::Text(text)
                    }
                    Some(pins::Choice::Ask(rule)) => {
                        self.suggestion = Some((rule, Which::Ours));
                        Plan::Conflict
                    }
                    None => self.by_lines(base_node, ours, theirs).unwrap_or(Plan::Conflict),
                }
            }
            (Body::Map(_) | Body::List(_) | Body::Scalar(_), _) => {
                let same = |node: &Node| base.is_some_and(|base| base.means(node));
                match (same(ours), same(theirs)) {
                    (true, _) if base.is_some_and(|base| self.is_commented(base.span.clone(), ours.span.clone())) => Plan::Conflict,
                    (true, _) => Plan::Side(Which::Theirs, theirs),
                    (false, true) => Plan::Side(Which::Ours, ours),
                    (false, false) => Plan::Conflict,
                }
            }
        }
    }

    /// Whether the project put comments into a place.
    fn is_commented(&self, base: std::ops::Range<usize>, ours: std::ops::Range<usize>) -> bool {
        let known: std::collections::BTreeSet<&str> = comments(self.text(Which::Base, base)).collect();
        comments(self.text(Which::Ours, ours)).any(|comment| !known.contains(comment))
    }

    /// Merges a text of several lines by them.
    fn by_lines(&self, base: Option<&Node>, ours: &Node, theirs: &Node) -> Option<Plan<'a>> {
        let said = |node: &Node| match node.as_scalar() {
            Some(Scalar::Text(text)) if text.trim_end().contains('\n') => Some(text.clone()),
            Some(_) | None => None,
        };
        let indent =
            |text: &str| text.lines().skip(1).filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min();
        let raw = |which, node: &Node| self.text(which, node.span.clone()).to_owned();
        let own = raw(Which::Ours, ours);
        let to = indent(&own)?;
        let moved = |which, node: &Node| {
            let text = raw(which, node);
            let from = indent(&text)?;
            Some(indented(&text, isize::try_from(to).ok()? - isize::try_from(from).ok()?, false))
        };
        let base = base?;
        let said = hunks::merge(&said(base)?, &said(ours)?, &said(theirs)?);
        let written = hunks::merge(&moved(Which::Base, base)?, &own, &moved(Which::Theirs, theirs)?);
        if said.contested + written.contested > 0 {
            return None;
        }
        let [_, said, _] = said.sides;
        let [_, written, _] = written.sides;
        Some(Plan::Raw(written.strip_suffix('\n').unwrap_or(&written).to_owned(), said))
    }

    fn parts(&mut self, ours: &'a Node, trios: Option<Vec<[Option<&'a Child>; 3]>>) -> Plan<'a> {
        let Some(trios) = trios.filter(|trios| trios.len() <= ENTRIES) else { return Plan::Conflict };
        let mut parts: Vec<Part<'a>> = trios.into_iter().map(|sides| self.part(sides)).collect();
        if !ours.lines && parts.iter().any(|part| matches!(part.fate, Fate::Conflict)) {
            return Plan::Conflict;
        }
        if matches!(ours.body, Body::List(_)) {
            if self.care == Care::Met && is_contested_set(&parts) {
                return Plan::Conflict;
            }
            note_union(&mut parts);
        }
        Plan::Parts(ours, parts)
    }

    fn part(&mut self, sides: [Option<&'a Child>; 3]) -> Part<'a> {
        let key = sides[1].or(sides[2]).or(sides[0]).map_or("", |child| child.key.as_str());
        let mut notes = Vec::new();
        self.suggestion = None;
        let fate = match sides {
            [Some(base), Some(ours), Some(theirs)] if ours.key != theirs.key && base.key != theirs.key => Fate::Conflict,
            [base, Some(ours), Some(theirs)] => {
                let tails =
                    [(Which::Ours, ours), (Which::Theirs, theirs)].map(|(which, child)| self.text(which, child.node.span.end..child.end));
                match self.node(key, Some(tails), base.map(|base| &base.node), &ours.node, &theirs.node, &mut notes) {
                    Plan::Conflict => Fate::Conflict,
                    plan @ (Plan::Side(..) | Plan::Text(_) | Plan::Raw(..) | Plan::Parts(..)) => Fate::Merge(plan),
                }
            }
            [None, Some(_), None] => Fate::Take(Which::Ours),
            [None, None, Some(_)] => Fate::Take(Which::Theirs),
            [Some(base), Some(ours), None]
                if base.node.means(&ours.node) && !self.is_commented(base.lead..base.end, ours.lead..ours.end) =>
            {
                Fate::Gone
            }
            [Some(_), Some(_), None] => Fate::Conflict,
            [Some(base), None, Some(theirs)] if base.node.means(&theirs.node) => Fate::Gone,
            [Some(base), None, Some(theirs)] => {
                let single = base.node.as_scalar().is_some() && theirs.node.as_scalar().is_some();
                if single || moves_pins(&base.node, &theirs.node) {
                    notes.push(Note { rule: &DELETED, what: "`{}` stays deleted".to_owned() });
                    Fate::Gone
                } else {
                    self.suggestion = Some((&DELETED, Which::Ours));
                    Fate::Conflict
                }
            }
            [_, None, None] => Fate::Gone,
        };
        let suggestion = self.suggestion.take().filter(|_| matches!(fate, Fate::Conflict));
        Part { key, sides, fate, notes, suggestion }
    }
}

/// Returns what may be comments, of any format.
fn comments(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter_map(|line| {
        let line = line.trim();
        if line.starts_with('#') || line.starts_with("//") {
            Some(line)
        } else {
            line.find(" #").or_else(|| line.find(" //")).map(|at| line[at..].trim())
        }
    })
}

/// Whether a list of single values without names (versions, words) is one that the project took something out of, and that
/// the road took other things out of, or put things into.
fn is_contested_set(parts: &[Part<'_>]) -> bool {
    let single = parts.iter().all(|part| part.sides.iter().flatten().all(|child| child.node.as_scalar().is_some_and(align::is_nameless)));
    let some = |test: &dyn Fn(&[Option<&Child>; 3]) -> bool| parts.iter().any(|part| test(&part.sides));
    single
        && some(&|sides| matches!(sides, [Some(_), None, _]))
        && some(&|sides| matches!(sides, [Some(_), Some(_), None] | [None, None, Some(_)]))
}

/// Leaves to a person what the road puts under a dotted key whose beginning the project removed.
fn ask_about_inner_tables(parts: &mut [Part<'_>], base: &[Child], ours: &[Child]) {
    let within = |key: &str, outer: &str| key.strip_prefix(outer).is_some_and(|rest| rest.starts_with('.'));
    for part in parts {
        if let [None, None, Some(theirs)] = part.sides {
            let gone = |child: &&Child| !ours.iter().any(|there| there.key == child.key || within(&there.key, &child.key));
            if theirs.key.contains('.') && base.iter().filter(|child| within(&theirs.key, &child.key)).any(|child| gone(&child)) {
                part.fate = Fate::Conflict;
            }
        }
    }
}

/// Whether two values differ in pins alone.
fn moves_pins(base: &Node, theirs: &Node) -> bool {
    match (&base.body, &theirs.body) {
        (Body::Scalar(one), Body::Scalar(two)) => {
            one == two || version::higher(one.text(), two.text()).is_some() || pins::is_strong(one.text()) && pins::is_strong(two.text())
        }
        (Body::List(one), Body::List(two)) => {
            one.len() == two.len() && one.iter().zip(two).all(|(one, two)| moves_pins(&one.node, &two.node))
        }
        (Body::Map(one), Body::Map(two)) => {
            one.len() == two.len() && one.iter().all(|child| theirs.get(&child.key).is_some_and(|there| moves_pins(&child.node, there)))
        }
        (Body::Scalar(_) | Body::List(_) | Body::Map(_), _) => false,
    }
}

/// Notes where both sides added items at one place of a list.
fn note_union(parts: &mut [Part<'_>]) {
    let added = |part: &Part<'_>, which| matches!(part.fate, Fate::Take(from) if from == which);
    for at in 1..parts.len() {
        if added(&parts[at - 1], Which::Ours) && added(&parts[at], Which::Theirs) {
            parts[at].notes.push(Note { rule: &UNION, what: "`{}` comes beside what the project added".to_owned() });
        }
    }
}
