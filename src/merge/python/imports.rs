//! The first run of imports of a module, as a list of modules and their names.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ops::Range;

use ruff_python_ast::{Alias, Stmt};
use ruff_text_size::Ranged;

use super::{NAMES, Part, Side, in_order, lines_of};
use crate::merge::keyed::{self, Contest, Format, Item, Settlement};
use crate::merge::{LABELS, Sides};
use crate::scan::code::python_module;

/// How long a line of imports may be where the file shows no longer one.
const WIDTH: usize = 88;

/// Merges the imports of three modules; nothing where a side has none, or they contradict each other.
pub(super) fn merge(three: &[Side; 3]) -> Option<Part> {
    let ranges = [block(&three[0])?, block(&three[1])?, block(&three[2])?];
    let text = |at: usize| three[at].text.get(ranges[at].clone());
    let texts = [text(0)?, text(1)?, text(2)?];
    let several = several(&texts)?;
    let format = Format {
        name: "python",
        read: &|text| items(text, &several),
        settle,
        weakens: |_, _| false,
        akin: |_, _| false,
        may_sort: false,
        contested: |_| Some(Vec::new()),
    };
    let sides = Sides { path: "", base: Some(texts[0].as_bytes()), ours: texts[1].as_bytes(), theirs: texts[2].as_bytes(), labels: LABELS };
    let merged = keyed::merge(&format, &sides).filter(|merged| merged.is_clean())?;
    let text = String::from_utf8(merged.bytes).ok()?;
    let [base, ours, theirs] = [bound(texts[0])?, bound(texts[1])?, bound(texts[2])?];
    let adds_only = base.is_subset(&ours) && base.is_subset(&theirs);
    Some(Part { ranges, text, settled: merged.settled, adds_only })
}

/// Returns what imports bring in, each name with its module.
fn bound(text: &str) -> Option<BTreeSet<String>> {
    let mut all = BTreeSet::new();
    for stmt in python_module(text)? {
        let names = names_of(&stmt, "")?;
        all.extend(names.names.iter().map(|name| format!("{} {name}", names.head)));
    }
    Some(all)
}

/// Returns the lines of the first run of imports.
fn block(side: &Side) -> Option<Range<usize>> {
    let is_import = |stmt: &&Stmt| matches!(stmt, Stmt::Import(_) | Stmt::ImportFrom(_));
    let first = side.body.iter().position(|stmt| is_import(&stmt))?;
    let count = side.body[first..].iter().take_while(is_import).count();
    let (from, to) = (side.body[first].range(), side.body[first + count - 1].range());
    let lines = lines_of(&side.text, from.start().to_usize()..to.end().to_usize())?;
    // Nothing else may stand on these lines.
    let touches = |stmt: &Stmt| stmt.range().start().to_usize() < lines.end && stmt.range().end().to_usize() > lines.start;
    let alone = side.body.iter().enumerate().all(|(at, stmt)| (first..first + count).contains(&at) || !touches(stmt));
    alone.then_some(lines)
}

/// Returns the modules that a side has more than one `from` import of: each of those goes with its names.
fn several(texts: &[&str; 3]) -> Option<HashSet<String>> {
    let mut several = HashSet::new();
    for text in texts {
        let mut seen: HashMap<String, usize> = HashMap::new();
        for stmt in python_module(text)? {
            if let Stmt::ImportFrom(_) = &stmt {
                let key = module_of(&stmt);
                let times = seen.entry(key.clone()).or_default();
                *times += 1;
                if *times > 1 {
                    several.insert(key);
                }
            }
        }
    }
    Some(several)
}

/// Returns the key of an import without its names. The first letter sorts as tools do: what comes from the future first.
fn module_of(stmt: &Stmt) -> String {
    let Stmt::ImportFrom(from) = stmt else { return String::new() };
    let module = from.module.as_ref().map_or("", |module| module.as_str());
    let first = if module == "__future__" { '0' } else { '2' };
    format!("{first} from {}{module}", ".".repeat(from.level as usize))
}

fn spelled(alias: &Alias) -> String {
    alias.asname.as_ref().map_or_else(|| alias.name.to_string(), |name| format!("{} as {name}", alias.name))
}

/// The names and the comment of a statement.
struct Names {
    head: String,
    names: Vec<String>,
    comment: String,
    key: String,
}

fn names_of(stmt: &Stmt, text: &str) -> Option<Names> {
    let comments = text.matches('#').count();
    let comment = text.trim_end().rsplit_once('#').filter(|_| comments == 1).map(|(_, comment)| comment.trim().to_owned());
    if comments > 1 || comment.as_ref().is_some_and(|comment| comment.contains('\n')) {
        return None;
    }
    let comment = comment.unwrap_or_default();
    if let Stmt::Import(import) = stmt {
        let names: Vec<String> = import.names.iter().map(spelled).collect();
        return Some(Names { head: String::new(), key: format!("1 import {}", names.join(", ")), names, comment });
    }
    let Stmt::ImportFrom(from) = stmt else { return None };
    let module = from.module.as_ref().map_or("", |module| module.as_str());
    let head = format!("from {}{module} import", ".".repeat(from.level as usize));
    Some(Names { head, key: module_of(stmt), names: from.names.iter().map(spelled).collect(), comment })
}

/// Reads lines of imports.
fn items(text: &str, several: &HashSet<String>) -> Option<Vec<Item>> {
    let mut items = Vec::new();
    let mut at = 0;
    for stmt in python_module(text)? {
        let lines = lines_of(text, stmt.range().start().to_usize()..stmt.range().end().to_usize())?;
        if lines.start < at {
            return None;
        }
        items.extend(text.get(at..lines.start)?.split_inclusive('\n').map(Item::between));
        let own = text.get(lines.clone())?;
        // A comment behind an indented name cannot be told from one for the statement.
        let names = names_of(&stmt, own)?;
        let mut sorted = names.names.clone();
        sorted.sort();
        let star = names.names.iter().any(|name| name == "*");
        let key = if star || several.contains(&names.key) { format!("{} {}", names.key, sorted.join(", ")) } else { names.key.clone() };
        let label = if names.head.is_empty() { format!("import {}", names.names.join(", ")) } else { names.head.clone() };
        items.push(Item { key: Some(key), label, value: format!("{}#{}", sorted.join(","), names.comment), text: own.to_owned() });
        at = lines.end;
    }
    items.extend(text.get(at..)?.split_inclusive('\n').map(Item::between));
    Some(items)
}

fn settle(contest: &Contest<'_>) -> Settlement {
    settled(contest).unwrap_or(Settlement::Conflict(None))
}

/// Merges the names of one `from` import.
fn settled(contest: &Contest<'_>) -> Option<Settlement> {
    let read = |item: &Item| {
        let body = python_module(&item.text)?;
        names_of(body.first().filter(|_| body.len() == 1)?, &item.text)
    };
    let base = match contest.base {
        Some(base) => Some(read(base)?),
        None => None,
    };
    let (ours, theirs) = (read(contest.ours)?, read(contest.theirs)?);
    let was = base.as_ref().map_or("", |base| base.comment.as_str());
    let comment = match (ours.comment == theirs.comment || was == theirs.comment, was == ours.comment) {
        (true, _) => &ours.comment,
        (false, true) => &theirs.comment,
        (false, false) => return None,
    };
    let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
    let (b, o, t) = (base.as_ref().map(|base| set(&base.names)).unwrap_or_default(), set(&ours.names), set(&theirs.names));
    let names = in_order(&ours.names, &theirs.names, |name| match (b.contains(name), o.contains(name), t.contains(name)) {
        (true, ours, theirs) => ours && theirs,
        (false, ours, theirs) => ours || theirs,
    });
    if names.is_empty() || ours.head.is_empty() {
        return None;
    }
    let text = write(&ours.head, &names, comment, &contest.ours.text)?;
    let sorted = set(&names).into_iter().collect::<Vec<_>>().join(",");
    let what = format!("`{}` has the names of both sides", ours.head);
    Some(Settlement::Take { item: Item { value: format!("{sorted}#{comment}"), text, ..contest.ours.clone() }, rule: &NAMES, what })
}

/// Writes an import as the project writes it: on one line, or with a name on each.
fn write(head: &str, names: &[String], comment: &str, like: &str) -> Option<String> {
    let comment = if comment.is_empty() { String::new() } else { format!("  # {comment}") };
    let one = format!("{head} {}{comment}\n", names.join(", "));
    let lines: Vec<&str> = like.lines().collect();
    let width = lines.iter().map(|line| line.len()).max().unwrap_or(0).max(WIDTH);
    if lines.len() == 1 && one.len() <= width + 1 {
        return Some(one);
    }
    if !comment.is_empty() {
        return None;
    }
    let inner = lines.get(1).copied().unwrap_or("    x");
    let indent = &inner[..inner.len() - inner.trim_start().len()];
    let all: String = names.iter().map(|name| format!("{indent}{name},\n")).collect();
    Some(format!("{head} (\n{all})\n"))
}
