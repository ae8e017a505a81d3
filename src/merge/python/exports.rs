//! `__all__`, as a set of names.

use std::collections::BTreeSet;
use std::ops::Range;

use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;

use super::{NAMES, Part, Side, in_order, lines_of};
use crate::merge::Settled;

/// A list of exports.
struct Exports {
    lines: Range<usize>,
    names: Vec<String>,
}

/// Merges the `__all__` of three modules; nothing where a side has none, or it is more than a list of names.
pub(super) fn merge(three: &[Side; 3]) -> Option<Part> {
    let [base, ours, theirs] = [read(&three[0])?, read(&three[1])?, read(&three[2])?];
    if ours.names == theirs.names || base.names == ours.names || base.names == theirs.names {
        return None;
    }
    let set = |names: &[String]| names.iter().cloned().collect::<BTreeSet<_>>();
    let (b, o, t) = (set(&base.names), set(&ours.names), set(&theirs.names));
    let names = in_order(&ours.names, &theirs.names, |name| match (b.contains(name), o.contains(name), t.contains(name)) {
        (true, ours, theirs) => ours && theirs,
        (false, ours, theirs) => ours || theirs,
    });
    let adds_only = b.is_subset(&o) && b.is_subset(&t);
    let text = write(&names, three[1].text.get(ours.lines.clone())?);
    let settled = vec![Settled { rule: &NAMES, line: 1, what: "`__all__` has the names of both sides".to_owned() }];
    Some(Part { ranges: [base.lines, ours.lines, theirs.lines], text, settled, adds_only })
}

fn read(side: &Side) -> Option<Exports> {
    let is_all = |target: &Expr| matches!(target, Expr::Name(name) if name.id.as_str() == "__all__");
    let mut found = side.body.iter().filter_map(|stmt| {
        if let Stmt::Assign(assign) = stmt
            && let [target] = &assign.targets[..]
        {
            return is_all(target).then_some((stmt.range(), Some(assign.value.as_ref())));
        }
        // With a type it is somebody's own construction.
        if let Stmt::AnnAssign(assign) = stmt { is_all(&assign.target).then_some((stmt.range(), None)) } else { None }
    });
    let (range, value) = found.next().filter(|_| found.next().is_none())?;
    let Expr::List(list) = value? else { return None };
    let text = |element: &Expr| if let Expr::StringLiteral(text) = element { Some(text.value.to_str().to_owned()) } else { None };
    let names: Option<Vec<String>> = list.elts.iter().map(text).collect();
    let names = names.filter(|names| names.iter().all(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_')))?;
    let lines = lines_of(&side.text, range.start().to_usize()..range.end().to_usize())?;
    let own = side.text.get(lines.clone())?;
    (own.starts_with("__all__") && !own.contains(['#', ';'])).then_some(Exports { lines, names })
}

/// Writes a list as the project writes it.
fn write(names: &[String], like: &str) -> String {
    let quote = if like.contains('\'') && !like.contains('"') { '\'' } else { '"' };
    let quoted = names.iter().map(|name| format!("{quote}{name}{quote}"));
    let lines: Vec<&str> = like.lines().collect();
    if lines.len() == 1 {
        return format!("__all__ = [{}]\n", quoted.collect::<Vec<_>>().join(", "));
    }
    let inner = lines.get(1).copied().unwrap_or("    x");
    let indent = &inner[..inner.len() - inner.trim_start().len()];
    let all: String = quoted.map(|name| format!("{indent}{name},\n")).collect();
    format!("__all__ = [\n{all}]\n")
}
