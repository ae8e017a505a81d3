//! From a format's reader to a merged file: by lines where that is right, else by structure, and only where it can be read
//! back as what it should be.

use super::emit::{self, Style, Written};
use super::hunks::{self, Lines};
use super::rules::SEPARATE;
use super::three_way::{self, Care, Fate, Part, Pick, Plan, Three, Which};
use super::{Body, Document, Node, SIZE, Value};
use crate::merge::style::Style as FileStyle;
use crate::merge::{Conflict, ConflictKind, Merged, Settled, Sides, Suggestion, markers};

/// How a format is read: nothing where it cannot be, or not safely.
pub(in crate::merge) type Read = for<'a> fn(&'a str) -> Option<Document<'a>>;

/// Merges a file of a format.
pub(in crate::merge) fn merge(sides: &Sides<'_>, name: &'static str, read: Read) -> Option<Merged> {
    if sides.ours.len().max(sides.theirs.len()).max(sides.base.map_or(0, <[u8]>::len)) > SIZE {
        return None;
    }
    let (style, ours) = FileStyle::of(sides.ours)?;
    let (_, theirs) = FileStyle::of(sides.theirs)?;
    let base = match sides.base {
        Some(base) => Some(FileStyle::of(base)?.1),
        None => None,
    };
    let found = File { read, name, sides }.merge(base.as_deref(), &ours, &theirs)?;
    let text = String::from_utf8(found.bytes).ok()?;
    Some(Merged { bytes: style.write(&text), ..found })
}

struct File<'a> {
    read: Read,
    name: &'static str,
    sides: &'a Sides<'a>,
}

/// What a conflict-free or conflicted result means, with either side standing in for conflicts.
#[derive(Debug, PartialEq)]
struct Meaning {
    ours: Value,
    theirs: Value,
    conflicts: usize,
}

impl Meaning {
    fn of(plan: &Plan<'_>) -> Option<Self> {
        Some(Self { ours: plan.value(Pick::Ours)?, theirs: plan.value(Pick::Theirs)?, conflicts: plan.conflicts() })
    }
}

impl File<'_> {
    fn merge(&self, base: Option<&str>, ours: &str, theirs: &str) -> Option<Merged> {
        let read_base = match base {
            Some(base) => Some((self.read)(base)?),
            None => None,
        };
        let (read_ours, read_theirs) = ((self.read)(ours)?, (self.read)(theirs)?);
        let three = Three { base: read_base.as_ref(), ours: &read_ours, theirs: &read_theirs };
        let plan = three_way::merge(three, Care::Values);
        let meaning = Meaning::of(&plan)?;
        let lines = base.map(|base| hunks::merge(base, ours, theirs));
        if let Some(merged) =
            lines.as_ref().and_then(|lines| self.by_lines(lines, &plan, &meaning).or_else(|| self.within_lines(lines, &meaning)))
        {
            return Some(merged);
        }
        let plan = three_way::merge(three, Care::Met);
        let contested = lines.as_ref().map_or(0, |lines| lines.contested);
        let merged = Meaning::of(&plan).and_then(|meaning| self.written(three, &plan, &meaning, contested));
        // What lines alone would settle without a word is not what the values mean, or is nothing that can be read.
        let is_wrong = lines.is_some() && contested == 0;
        merged.or_else(|| is_wrong.then(|| self.whole(base.unwrap_or_default(), ours, theirs)).flatten())
    }

    /// A conflict of all that differs.
    fn whole(&self, base: &str, ours: &str, theirs: &str) -> Option<Merged> {
        let lines = [base, ours, theirs].map(|text| text.split_inclusive('\n').collect::<Vec<&str>>());
        let [one, two, three] = [&lines[0], &lines[1], &lines[2]];
        let head = (0..one.len()).take_while(|at| two.get(*at) == one.get(*at) && three.get(*at) == one.get(*at)).count();
        let room = one.len().min(two.len()).min(three.len()) - head;
        let last = |lines: &[&str], at: usize| lines[lines.len() - 1 - at].to_owned();
        let tail = (0..room).take_while(|at| last(two, *at) == last(one, *at) && last(three, *at) == last(one, *at)).count();
        let [base, ours, theirs] = lines.each_ref().map(|lines| lines[head..lines.len() - tail].concat());
        let inner = emit::marked(&base, &ours, &theirs, self.sides.labels);
        let marked = format!("{}{inner}{}", one[..head].concat(), one[one.len() - tail..].concat());
        let line = *resolve(&marked)?.markers.first()?;
        let [base, ours, theirs] = [base, ours, theirs].map(Some);
        let conflict = Conflict { kind: ConflictKind::Content, line: Some(line), key: String::new(), base, ours, theirs, suggestion: None };
        Some(Merged { bytes: marked.into_bytes(), merger: self.name, settled: Vec::new(), conflicts: vec![conflict] })
    }

    /// The merge by lines, where it contests nothing and means the same.
    fn by_lines(&self, lines: &Lines, plan: &Plan<'_>, meaning: &Meaning) -> Option<Merged> {
        if lines.contested > 0 || meaning.conflicts > 0 {
            return None;
        }
        let text = &lines.sides[1];
        let read = (self.read)(text)?;
        if !same_but_for_order(&read.root.value(), &meaning.ours) {
            return None;
        }
        Some(Merged { settled: notes(plan, Some(&read)), ..Merged::clean(text.as_bytes(), self.name) })
    }

    /// By structure, over what the merge by lines leaves contested.
    fn within_lines(&self, lines: &Lines, meaning: &Meaning) -> Option<Merged> {
        let [base, ours, theirs] = &lines.sides;
        let (base, ours, theirs) = ((self.read)(base)?, (self.read)(ours)?, (self.read)(theirs)?);
        let three = Three { base: Some(&base), ours: &ours, theirs: &theirs };
        let plan = three_way::merge(three, Care::Values);
        let same = |own: &Value, other: &Value| same_but_for_order(own, other);
        let own = Meaning::of(&plan)?;
        if own.conflicts != meaning.conflicts || !same(&own.ours, &meaning.ours) || !same(&own.theirs, &meaning.theirs) {
            return None;
        }
        let careful = three_way::merge(three, Care::Met);
        let meaning = Meaning::of(&careful)?;
        self.written(three, &careful, &meaning, lines.contested)
    }

    /// Writes a plan and reads it back.
    fn written(&self, three: Three<'_>, plan: &Plan<'_>, meaning: &Meaning, contested: usize) -> Option<Merged> {
        let (ours, _) = emit::write(three, plan, Style::Pick(Pick::Ours))?;
        let read = (self.read)(&ours)?;
        if read.root.value() != meaning.ours {
            return None;
        }
        let mut settled = notes(plan, Some(&read));
        if contested > 0 && settled.is_empty() && meaning.conflicts == 0 {
            let (what, line) = apart(plan, &read);
            settled.push(Settled { rule: &SEPARATE, line, what });
        }
        if meaning.conflicts == 0 {
            return Some(Merged { settled, ..Merged::clean(ours, self.name) });
        }
        let (theirs, _) = emit::write(three, plan, Style::Pick(Pick::Theirs))?;
        if (self.read)(&theirs)?.root.value() != meaning.theirs {
            return None;
        }
        let (marked, written) = emit::write(three, plan, Style::Markers(self.sides.labels))?;
        let resolved = resolve(&marked)?;
        if [&resolved.ours, &resolved.theirs] != [&ours, &theirs] {
            let picks = [(&resolved.ours, &meaning.ours), (&resolved.theirs, &meaning.theirs)];
            if picks.iter().any(|(text, meaning)| (self.read)(text).is_none_or(|read| read.root.value() != **meaning)) {
                return None;
            }
        }
        for settled in &mut settled {
            settled.line = resolved.lines.get(settled.line.saturating_sub(1)).copied().unwrap_or(settled.line);
        }
        let conflicts = conflicts(plan, written, &resolved.markers)?;
        Some(Merged { bytes: marked.into_bytes(), merger: self.name, settled, conflicts })
    }
}

/// A text with markers, read again.
struct Resolved {
    ours: String,
    theirs: String,
    /// The line in the marked text of each line of `ours`.
    lines: Vec<usize>,
    /// The lines of the opening markers.
    markers: Vec<usize>,
}

fn resolve(marked: &str) -> Option<Resolved> {
    let mut resolved = Resolved { ours: String::new(), theirs: String::new(), lines: Vec::new(), markers: Vec::new() };
    let (mut within, mut length) = (0, 0);
    for (at, line) in marked.split_inclusive('\n').enumerate() {
        let row = markers::row(line.as_bytes());
        // Within a conflict, a shorter row is text; outside, any but one of `=` could be half of a conflict.
        let sign = line.bytes().next().filter(|_| row > 0 && (within == 0 || row == length));
        let next = match (within, sign) {
            (0, Some(b'<')) => 1,
            (1, Some(b'|')) => 2,
            (2, Some(b'=')) => 3,
            (3, Some(b'>')) => 4,
            (_, Some(b'<' | b'|' | b'>')) => return None,
            (_, _) => 0,
        };
        if next == 1 {
            length = row;
        }
        match next {
            1 => resolved.markers.push(at + 1),
            0 => {
                if within < 2 {
                    resolved.ours.push_str(line);
                    resolved.lines.push(at + 1);
                }
                if within == 0 || within == 3 {
                    resolved.theirs.push_str(line);
                }
            }
            _ => {}
        }
        within = match next {
            0 => within,
            4 => 0,
            other => other,
        };
    }
    (within == 0).then_some(resolved)
}

/// Whether the values of three documents come out as another value than the result has or, where no rule speaks for the
/// result, a key of theirs is left to a person. What is left open within a list says nothing: its items are known by
/// likeness, which lines can know better.
pub(super) fn differs(three: Three<'_>, result: &Document<'_>, by_rule: bool) -> bool {
    let plan = three_way::merge(three, Care::Values);
    let Some(meaning) = Meaning::of(&plan) else { return false };
    match meaning.conflicts {
        0 => !same_but_for_order(&result.root.value(), &meaning.ours),
        _ => !by_rule && leaves_a_key_open(&plan),
    }
}

fn leaves_a_key_open(plan: &Plan<'_>) -> bool {
    let Plan::Parts(Node { body: Body::Map(_), .. }, parts) = plan else { return false };
    parts.iter().any(|part| match &part.fate {
        Fate::Conflict | Fate::Merge(Plan::Conflict) => true,
        Fate::Merge(plan) => leaves_a_key_open(plan),
        Fate::Take(_) | Fate::Gone => false,
    })
}

/// Whether two values are the same when the order of items does not count.
fn same_but_for_order(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Scalar(one), Value::Scalar(two)) => one == two,
        (Value::Map(one), Value::Map(two)) => {
            one.len() == two.len() && one.iter().all(|(key, value)| two.get(key).is_some_and(|there| same_but_for_order(value, there)))
        }
        (Value::List(one), Value::List(two)) => {
            if one == two {
                return true;
            }
            if one.len() != two.len() || one.len() > 500 {
                return false;
            }
            let mut open: Vec<&Value> = two.iter().collect();
            one.iter().all(|value| open.iter().position(|there| same_but_for_order(value, there)).map(|at| open.remove(at)).is_some())
        }
        (Value::Scalar(_) | Value::Map(_) | Value::List(_), _) => false,
    }
}

/// Returns what rules settled, with the lines in the result.
fn notes(plan: &Plan<'_>, result: Option<&Document<'_>>) -> Vec<Settled> {
    let mut settled = Vec::new();
    let lines = result.map(|result| crate::formats::text::Lines::of(result.text));
    walk(plan, "", result.map(|result| &result.root), &mut |part, path, node| {
        for note in &part.notes {
            let at = node.map_or(0, |node: &Node| node.span.start);
            let line = lines.as_ref().map_or(1, |lines| lines.line(at));
            settled.push(Settled { rule: note.rule, line, what: note.what.replacen("{}", path, 1) });
        }
    });
    settled
}

/// Tells what each side changed where lines met but keys did not, and the line of the first.
fn apart(plan: &Plan<'_>, result: &Document<'_>) -> (String, usize) {
    let mut changed: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    let mut first = None;
    walk(plan, "", Some(&result.root), &mut |part, path, node| {
        let side = match (&part.fate, part.sides) {
            (Fate::Take(Which::Theirs), _) | (Fate::Gone, [_, Some(_), None]) => 1,
            (Fate::Take(_), _) | (Fate::Gone, [_, None, Some(_)]) => 0,
            (Fate::Merge(Plan::Side(Which::Theirs, _)), _) => 1,
            (Fate::Merge(Plan::Side(..)), [Some(base), Some(ours), _]) if !base.node.means(&ours.node) => 0,
            (Fate::Merge(_) | Fate::Gone | Fate::Conflict, _) => return,
        };
        let name = if part.stays(Pick::Ours) { path.to_owned() } else { path.rsplit_once('[').map_or(path, |(list, _)| list).to_owned() };
        if first.is_none() {
            first = node.map(|node| crate::formats::text::Lines::of(result.text).line(node.span.start));
        }
        changed[side].push(format!("`{name}`"));
    });
    let told = |names: &mut Vec<String>| {
        names.dedup();
        match names.as_slice() {
            [] => "how it is written".to_owned(),
            [one] => one.clone(),
            [one, two] => format!("{one}, {two}"),
            [one, two, three] => format!("{one}, {two}, {three}"),
            [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
        }
    };
    let [ours, theirs] = &mut changed;
    (format!("the project changed {}, the road {}", told(ours), told(theirs)), first.unwrap_or(1))
}

/// Names the conflicts that were written.
fn conflicts(plan: &Plan<'_>, written: Vec<Written>, markers: &[usize]) -> Option<Vec<Conflict>> {
    let mut keys = Vec::new();
    walk(plan, "", None, &mut |part, path, _| {
        if matches!(part.fate, Fate::Conflict) {
            keys.push((path.to_owned(), part));
        }
    });
    if keys.len() != written.len() || keys.len() != markers.len() {
        return None;
    }
    let conflict = |(((key, part), written), line): (((String, &Part<'_>), Written), &usize)| {
        let suggestion = part.suggestion.map(|(rule, which)| Suggestion { rule, text: written.sides[which as usize].clone() });
        let [base, ours, theirs] = written.sides;
        let text = |side: usize, text: String| part.sides[side].map(|_| text);
        Conflict {
            kind: ConflictKind::Content,
            line: Some(*line),
            key,
            base: text(0, base),
            ours: text(1, ours),
            theirs: text(2, theirs),
            suggestion,
        }
    };
    Some(keys.into_iter().zip(written).zip(markers).map(conflict).collect())
}

/// Calls `see` with each part of a plan, its path, and its value in the result where it is there.
fn walk<'p>(plan: &'p Plan<'p>, path: &str, result: Option<&Node>, see: &mut impl FnMut(&'p Part<'p>, &str, Option<&Node>)) {
    let Plan::Parts(node, parts) = plan else { return };
    let list = matches!(node.body, Body::List(_));
    let mut index = 0;
    for part in parts {
        let here = match (list, path.is_empty()) {
            (true, _) => format!("{path}[{index}]"),
            (false, true) => part.key.to_owned(),
            (false, false) => format!("{path}.{}", part.key),
        };
        let stays = part.stays(Pick::Ours);
        let value = match stays {
            true if list => result.and_then(|result| result.children().get(index)).map(|child| &child.node),
            true => result.and_then(|result| result.get(part.key)),
            false => result,
        };
        see(part, &here, value);
        if let Fate::Merge(plan) = &part.fate {
            walk(plan, &here, value, see);
        }
        index += usize::from(stays);
    }
}
