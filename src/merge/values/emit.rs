//! Writes a plan over the project's text: what is not contested stays byte for byte, what comes from the road is indented as
//! the project is.

use super::three_way::{Fate, Part, Pick, Plan, Three, Which};
use super::{Child, Node, line_start};
use crate::merge::{Labels, markers};

/// How conflicts are written.
#[derive(Clone, Copy, Debug)]
pub(super) enum Style<'a> {
    /// With markers.
    Markers(Labels<'a>),
    /// As one side has it.
    Pick(Pick),
}

/// A conflict as it was written.
#[derive(Clone, Debug, Default)]
pub(super) struct Written {
    /// The lines of base, ours and theirs.
    pub sides: [String; 3],
}

/// Writes a plan. Returns nothing where the text cannot hold it.
pub(super) fn write(three: Three<'_>, plan: &Plan<'_>, style: Style<'_>) -> Option<(String, Vec<Written>)> {
    let mut writer = Writer { three, style, written: Vec::new(), after_theirs: false };
    let root = writer.value(plan, 0, "")?;
    let ours = three.ours;
    let prefix = writer.around(|document| &document.text[..document.root.span.start]);
    let suffix = writer.around(|document| &document.text[document.root.span.end..]);
    let mut text = prefix.to_owned();
    text.push_str(&root);
    if !suffix.trim().is_empty() && !text.ends_with('\n') && !suffix.starts_with('\n') {
        text.push('\n');
    }
    text.push_str(suffix);
    match (ours.text.ends_with('\n'), text.ends_with('\n')) {
        (true, false) => text.push('\n'),
        (false, true) => text.truncate(text.trim_end_matches('\n').len()),
        (true, true) | (false, false) => {}
    }
    Some((text, writer.written))
}

struct Writer<'a> {
    three: Three<'a>,
    style: Style<'a>,
    written: Vec<Written>,
    /// Whether the entry before was taken from the road.
    after_theirs: bool,
}

/// A child's text in three pieces: what stands above or before it, itself, and what follows on its line.
struct Pieces {
    lead: String,
    body: String,
    tail: String,
}

impl<'a> Writer<'a> {
    fn text(&self, which: Which) -> &'a str {
        match which {
            Which::Base => self.three.base.map_or("", |base| base.text),
            Which::Ours => self.three.ours.text,
            Which::Theirs => self.three.theirs.text,
        }
    }

    /// Merges what stands above an entry. Behind an entry of the road, its blank lines are the road's.
    fn lead(&self, base: Option<&str>, ours: &str, theirs: &str) -> String {
        let base = base.or(if self.three.base.is_none() { Some(theirs) } else { None });
        let chosen = choose(base, ours, theirs);
        let blank = ours.trim().is_empty() && theirs.trim().is_empty();
        if self.after_theirs && blank {
            return theirs.to_owned();
        }
        // Where both changed it, what the road put there comes beside.
        let has = |text: &str, line: &str| text.lines().any(|there| there.trim() == line.trim());
        let new = |line: &&str| !line.trim().is_empty() && !has(base.unwrap_or(theirs), line) && !has(ours, line);
        if chosen != ours || !ours.ends_with('\n') {
            return chosen.to_owned();
        }
        ours.split_inclusive('\n').chain(theirs.split_inclusive('\n').filter(new)).collect()
    }

    /// Merges the text around the value of the documents.
    fn around(&self, part: impl Fn(&super::Document<'a>) -> &'a str) -> &'a str {
        let (ours, theirs) = (part(self.three.ours), part(self.three.theirs));
        choose(self.three.base.map(part), ours, theirs)
    }

    /// Writes a value that begins on the column `column` of the project. `first` stands before a first entry on its line.
    fn value(&mut self, plan: &Plan<'a>, shift: isize, first: &str) -> Option<String> {
        match plan {
            Plan::Side(which, node) => {
                let text = self.text(*which).get(node.span.clone())?;
                Some(format!("{first}{}", if *which == Which::Ours { text.to_owned() } else { indented(text, shift, false) }))
            }
            Plan::Raw(text, _) => Some(format!("{first}{text}")),
            Plan::Text(_) | Plan::Conflict => None,
            Plan::Parts(node, parts) if node.flow => self.flow(node, parts).map(|text| format!("{first}{text}")),
            Plan::Parts(node, parts) => self.block(node, parts, first),
        }
    }

    /// Writes entries that take whole lines.
    fn block(&mut self, node: &Node, parts: &[Part<'a>], first: &str) -> Option<String> {
        let ours = self.three.ours.text;
        let compact = node.children().first().is_some_and(|child| !begins_line(ours, child));
        let column = node.children().first().map_or(0, |child| column(ours, child.at));
        let mut out = String::new();
        let mut begun = false;
        self.after_theirs = false;
        for part in parts {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
            let prefix = if begun || !compact { None } else { Some(first) };
            let text = match &part.fate {
                Fate::Gone => continue,
                Fate::Conflict => self.block_conflict(part, column, prefix)?,
                Fate::Take(which) => {
                    let pieces = self.raw(part.side(*which)?, *which, column)?;
                    assemble(&pieces, column_of(part, *which, column, ours), prefix)?
                }
                Fate::Merge(plan) => {
                    let child = part.side(Which::Ours)?;
                    let indent = if begins_line(ours, child) { column_of(part, Which::Ours, column, ours) } else { column };
                    self.merged_line(part, plan, indent, prefix)?
                }
            };
            begun = true;
            self.after_theirs = matches!(part.fate, Fate::Take(Which::Theirs));
            out.push_str(&text);
        }
        Some(out)
    }

    /// Writes an entry that both sides have.
    fn merged_line(&mut self, part: &Part<'a>, plan: &Plan<'a>, indent: usize, prefix: Option<&str>) -> Option<String> {
        let pieces = self.frame(part, plan, indent)?;
        // An item whose value begins behind its dash hands the dash down, so that a conflict can take the whole line.
        let child = part.side(Which::Ours)?;
        let hands_down = matches!(plan, Plan::Parts(node, _) if !node.flow && node.children().first().is_some_and(|first| first.lead == first.at && !begins_line(self.three.ours.text, first)));
        if !hands_down {
            return assemble(&pieces, indent, prefix);
        }
        let dash = self.three.ours.text.get(child.at..child.node.span.start)?;
        let own = prefix.map_or_else(|| " ".repeat(indent), str::to_owned);
        let value = self.value(plan, 0, &format!("{own}{dash}"))?;
        let lead = if prefix.is_some() { String::new() } else { pieces.lead };
        let tail = if value.ends_with('\n') && pieces.tail.trim().is_empty() { "" } else { pieces.tail.as_str() };
        Some(format!("{lead}{value}{tail}"))
    }

    /// Returns the pieces of an entry that both sides have: lead, head and tail merged as texts, the value by the plan.
    fn frame(&mut self, part: &Part<'a>, plan: &Plan<'a>, indent: usize) -> Option<Pieces> {
        let sides = [Which::Base, Which::Ours, Which::Theirs];
        let raw = sides.map(|which| part.side(which).and_then(|child| self.raw(child, which, indent)));
        let [base, ours, theirs] = &raw;
        let (ours, theirs) = (ours.as_ref()?, theirs.as_ref()?);
        let lead = self.lead(base.as_ref().map(|base| base.lead.as_str()), &ours.lead, &theirs.lead);
        let took_theirs = matches!(plan, Plan::Side(Which::Theirs, node) if node.as_scalar().is_some());
        // The comment behind a commit tells its version.
        let told = theirs.body.len() >= 40 || base.as_ref().is_none_or(|base| base.tail.trim() == ours.tail.trim());
        let tail = if took_theirs && told && !theirs.tail.trim().is_empty() {
            theirs.tail.clone()
        } else {
            choose(base.as_ref().map(|base| base.tail.as_str()), &ours.tail, &theirs.tail).to_owned()
        };
        let heads = sides.map(|which| part.side(which).and_then(|child| self.text(which).get(child.at..child.node.span.start)));
        let [base_head, ours_head, theirs_head] = heads;
        let (ours_head, theirs_head) = (ours_head?, theirs_head?);
        let child = part.side(Which::Theirs)?;
        let shift = distance(indent, column(self.three.theirs.text, child.at));
        let body = match plan {
            Plan::Raw(text, _) => format!("{ours_head}{text}"),
            Plan::Side(Which::Ours, node) => format!("{ours_head}{}", self.three.ours.text.get(node.span.clone())?),
            Plan::Side(_, node) if ours_head.contains('\n') || theirs_head.contains('\n') || !node.flow && node.as_scalar().is_none() => {
                theirs.body.clone()
            }
            Plan::Side(..) => format!("{ours_head}{}", self.value(plan, shift, "")?),
            Plan::Text(text) => {
                let child = part.side(Which::Ours)?;
                let old = child.node.as_scalar()?.text();
                let raw = self.three.ours.text.get(child.node.span.clone())?;
                let at = raw.find(old)?;
                format!("{ours_head}{}{text}{}", &raw[..at], &raw[at + old.len()..])
            }
            Plan::Parts(node, _)
                if !node.flow && node.children().first().is_some_and(|first| !begins_line(self.three.ours.text, first)) =>
            {
                // Written by the caller, with its dash.
                String::new()
            }
            Plan::Parts(..) => {
                let same_shape = ours_head.contains('\n') == theirs_head.contains('\n');
                let head = if same_shape { choose(base_head, ours_head, theirs_head) } else { ours_head };
                let head = if head.trim() == ours_head.trim() { ours_head } else { head };
                format!("{head}{}", self.value(plan, shift, "")?)
            }
            Plan::Conflict => return None,
        };
        Some(Pieces { lead, body, tail })
    }

    /// Returns the pieces of a side's entry, indented as if its key stood on `indent`.
    fn raw(&self, child: &Child, which: Which, indent: usize) -> Option<Pieces> {
        let text = self.text(which);
        let own = begins_line(text, child);
        let start = if own { line_start(text, child.at).max(child.lead) } else { child.at.min(child.lead) };
        let shift = if which == Which::Ours { 0 } else { distance(indent, column(text, child.at)) };
        Some(Pieces {
            lead: indented(text.get(child.lead..start)?, shift, true),
            body: indented(text.get(child.at..child.node.span.end)?, shift, false),
            tail: indented(text.get(child.node.span.end..child.end)?, shift, false),
        })
    }

    fn block_conflict(&mut self, part: &Part<'a>, indent: usize, prefix: Option<&str>) -> Option<String> {
        let mut sides = [String::new(), String::new(), String::new()];
        for (at, which) in [Which::Base, Which::Ours, Which::Theirs].into_iter().enumerate() {
            if let Some(child) = part.side(which) {
                let mut text = assemble(&self.raw(child, which, indent)?, column_of(part, which, indent, self.three.ours.text), prefix)?;
                if !text.ends_with('\n') {
                    text.push('\n');
                }
                sides[at] = text;
            }
        }
        Some(self.conflict(sides))
    }

    /// Writes three texts of whole lines as a conflict.
    fn conflict(&mut self, sides: [String; 3]) -> String {
        let [base, ours, theirs] = &sides;
        let text = match self.style {
            Style::Pick(Pick::Ours) => ours.clone(),
            Style::Pick(Pick::Theirs) => theirs.clone(),
            Style::Markers(labels) => marked(base, ours, theirs, labels),
        };
        self.written.push(Written { sides });
        text
    }

    /// Writes entries in brackets.
    fn flow(&mut self, node: &Node, parts: &[Part<'a>]) -> Option<String> {
        let text = self.three.ours.text;
        let children = node.children();
        let trailing = children.last().is_some_and(|child| child.comma.is_some());
        let indent = children.first().map_or(0, |child| lead_column(text, child));
        let stays: Vec<&Part<'a>> = parts.iter().filter(|part| !matches!(part.fate, Fate::Gone)).collect();
        let there = |part: &Part<'a>| match self.style {
            Style::Pick(pick) => part.stays(pick),
            Style::Markers(_) => true,
        };
        let stays: Vec<&Part<'a>> = stays.into_iter().filter(|part| there(part)).collect();
        let last = stays.len().checked_sub(1);
        let close = node.span.end.checked_sub(1)?;
        self.after_theirs = false;
        let mut out = text.get(node.span.start..node.span.start + 1)?.to_owned();
        for (at, part) in stays.iter().enumerate() {
            let comma = trailing || Some(at) != last;
            let item = match &part.fate {
                Fate::Gone => continue,
                Fate::Take(which) => self.flow_item(part.side(*which)?, *which, node, indent, at == 0, comma)?,
                Fate::Merge(plan) => self.flow_merged(part, plan, node, indent, at == 0, comma)?,
                Fate::Conflict => {
                    let mut sides = [String::new(), String::new(), String::new()];
                    for (at_side, which) in [Which::Base, Which::Ours, Which::Theirs].into_iter().enumerate() {
                        if let Some(child) = part.side(which) {
                            let item = self.flow_item(child, which, node, indent, at == 0, comma)?;
                            sides[at_side] = format!("{}\n", item.strip_prefix('\n').unwrap_or(&item));
                        }
                    }
                    let text = self.conflict(sides);
                    format!("\n{}", text.strip_suffix('\n').unwrap_or(&text))
                }
            };
            self.after_theirs = matches!(part.fate, Fate::Take(Which::Theirs));
            out.push_str(&item);
        }
        let end = children.last().map_or(node.span.start + 1, |child| child.end);
        out.push_str(text.get(end..close)?);
        out.push_str(text.get(close..node.span.end)?);
        Some(out)
    }

    /// Writes an item of a side as an item of the project's brackets.
    fn flow_item(&self, child: &Child, which: Which, node: &Node, indent: usize, first: bool, comma: bool) -> Option<String> {
        let text = self.text(which);
        let own = which == Which::Ours;
        let shift = if own { 0 } else { distance(indent, lead_column(text, child)) };
        let lead = self.flow_lead(text.get(child.lead..child.at)?, own, node, indent, first, shift);
        let body = indented(text.get(child.at..child.node.span.end)?, shift, false);
        Some(close_item(&lead, &body, &self.flow_rest(child, which, node), comma))
    }

    fn flow_merged(&mut self, part: &Part<'a>, plan: &Plan<'a>, node: &Node, indent: usize, first: bool, comma: bool) -> Option<String> {
        let (ours, theirs) = (part.side(Which::Ours)?, part.side(Which::Theirs)?);
        let shift = distance(indent, lead_column(self.three.theirs.text, theirs));
        let text = self.three.ours.text;
        let own_lead = text.get(ours.lead..ours.at)?;
        let lead = if node.lines && own_lead.contains('\n') {
            let lead = |child: &Child, which| {
                let text = self.text(which).get(child.lead..child.at).unwrap_or("");
                self.flow_lead(text, which == Which::Ours, node, indent, first, distance(indent, lead_column(self.text(which), child)))
            };
            let base = part.side(Which::Base).map(|child| lead(child, Which::Base));
            self.lead(base.as_deref(), &lead(ours, Which::Ours), &lead(theirs, Which::Theirs))
        } else {
            self.flow_lead(own_lead, true, node, indent, first, 0)
        };
        let head = text.get(ours.at..ours.node.span.start)?;
        let value = match plan {
            Plan::Text(merged) => {
                let raw = text.get(ours.node.span.clone())?;
                let old = ours.node.as_scalar()?.text();
                let at = raw.find(old)?;
                format!("{}{merged}{}", &raw[..at], &raw[at + old.len()..])
            }
            Plan::Side(..) | Plan::Raw(..) | Plan::Parts(..) | Plan::Conflict => self.value(plan, shift, "")?,
        };
        let rests = [Which::Base, Which::Ours, Which::Theirs].map(|which| part.side(which).map(|child| self.flow_rest(child, which, node)));
        let [base, ours_rest, theirs_rest] = rests;
        let rest = choose_pair(base, ours_rest?, theirs_rest?);
        Some(close_item(&lead, &format!("{head}{value}"), &rest, comma))
    }

    /// Returns the text before an item.
    fn flow_lead(&self, lead: &str, own: bool, node: &Node, indent: usize, first: bool, shift: isize) -> String {
        if node.lines {
            return match lead.contains('\n') {
                true if own => lead.to_owned(),
                true => indented(lead, shift, false),
                false => format!("\n{}", " ".repeat(indent)),
            };
        }
        let beginning = node.children().first().map_or("", |child| self.three.ours.text.get(child.lead..child.at).unwrap_or(""));
        if first {
            return beginning.to_owned();
        }
        if own && !lead.is_empty() && lead != beginning { lead.to_owned() } else { " ".to_owned() }
    }

    /// Returns what stands between an item and its comma, and the comment behind that.
    fn flow_rest(&self, child: &Child, which: Which, node: &Node) -> (String, String) {
        let text = self.text(which);
        let from = child.comma.map_or(child.node.span.end, |comma| comma + 1);
        let before = child.comma.map_or("", |comma| text.get(child.node.span.end..comma).unwrap_or(""));
        let after = text.get(from..child.end).unwrap_or("");
        let keeps = which == Which::Ours || node.lines;
        if keeps { (before.to_owned(), after.to_owned()) } else { (String::new(), String::new()) }
    }
}

fn close_item(lead: &str, body: &str, rest: &(String, String), comma: bool) -> String {
    let comma = if comma { "," } else { "" };
    format!("{lead}{body}{}{comma}{}", rest.0, rest.1)
}

fn choose_pair(base: Option<(String, String)>, ours: (String, String), theirs: (String, String)) -> (String, String) {
    let (base_before, base_after) = base.unzip();
    (choose(base_before.as_deref(), &ours.0, &theirs.0).to_owned(), choose(base_after.as_deref(), &ours.1, &theirs.1).to_owned())
}

/// Merges a piece of text that means nothing: theirs where ours did not touch it. What only blanks differ in is the same,
/// where words differ elsewhere.
fn choose<'t>(base: Option<&str>, ours: &'t str, theirs: &'t str) -> &'t str {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines = |text: &str| text.lines().map(str::trim_end).collect::<Vec<_>>().join("\n");
    // What both sides added is told by the road, where the project says nothing.
    let Some(base) = base else { return if words(ours).is_empty() && !words(theirs).is_empty() { theirs } else { ours } };
    match () {
        () if base == ours => theirs,
        () if base == theirs => ours,
        () if words(base) == words(theirs) && words(ours) != words(base) => ours,
        () if words(base) == words(ours) && words(theirs) != words(base) => theirs,
        () if lines(base) == lines(ours) => theirs,
        () => ours,
    }
}

/// Puts an entry's pieces together. With a prefix, it begins on a line that has begun.
fn assemble(pieces: &Pieces, indent: usize, prefix: Option<&str>) -> Option<String> {
    match prefix {
        Some(prefix) if pieces.lead.trim().is_empty() => Some(format!("{prefix}{}{}", pieces.body, pieces.tail)),
        Some(_) => None,
        None => Some(format!("{}{}{}{}", pieces.lead, " ".repeat(indent), pieces.body, pieces.tail)),
    }
}

/// Whether a child's own text is the first on its line.
fn begins_line(text: &str, child: &Child) -> bool {
    text[line_start(text, child.at)..child.at].trim().is_empty()
}

/// Returns the column of a byte.
pub(super) fn column(text: &str, at: usize) -> usize {
    at - line_start(text, at)
}

/// Returns the column of the line that an item in brackets begins on: that of its first byte where it begins the line.
fn lead_column(text: &str, child: &Child) -> usize {
    if begins_line(text, child) { column(text, child.at) } else { 0 }
}

/// Returns where an entry begins in the result: the project's own where it has them, else with its siblings.
fn column_of(part: &Part<'_>, which: Which, siblings: usize, ours: &str) -> usize {
    match part.side(Which::Ours) {
        Some(child) if which == Which::Ours && begins_line(ours, child) => column(ours, child.at),
        Some(_) | None => siblings,
    }
}

fn distance(to: usize, from: usize) -> isize {
    isize::try_from(to).unwrap_or(0) - isize::try_from(from).unwrap_or(0)
}

/// Moves lines to the right or left. The first is moved only where `first` says so; blank ones never are.
pub(super) fn indented(text: &str, shift: isize, first: bool) -> String {
    if shift == 0 {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.split_inclusive('\n').enumerate() {
        if (at == 0 && !first) || (line.ends_with('\n') && line.trim().is_empty()) {
            out.push_str(line);
            continue;
        }
        let blanks = line.len() - line.trim_start_matches(' ').len();
        match usize::try_from(shift) {
            Ok(more) => {
                out.extend(std::iter::repeat_n(' ', more));
                out.push_str(line);
            }
            Err(_) => out.push_str(&line[blanks.min(shift.unsigned_abs())..]),
        }
    }
    out
}

/// Writes zdiff3 markers: lines that both sides begin or end with stand outside.
pub(super) fn marked(base: &str, ours: &str, theirs: &str, labels: Labels<'_>) -> String {
    let lines = |text: &'_ str| text.split_inclusive('\n').map(str::to_owned).collect::<Vec<String>>();
    let (one, two) = (lines(ours), lines(theirs));
    let begin = one.iter().zip(&two).take_while(|(one, two)| one == two).count();
    let room = one.len().min(two.len()) - begin;
    let end = one.iter().rev().zip(two.iter().rev()).take(room).take_while(|(one, two)| one == two).count();
    let (one_end, two_end) = (one.len() - end, two.len() - end);
    let block = markers::block(base, &one[begin..one_end].concat(), &two[begin..two_end].concat(), labels);
    format!("{}{block}{}", one[..begin].concat(), one[one_end..].concat())
}
