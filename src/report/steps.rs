//! What a transaction would change, as a unified diff.

use std::fmt::Write as _;

use similar::TextDiff;

use crate::base::diagnostic::printable;
use crate::base::leaf::Leaf;
use crate::plan::transaction::Step;

/// Renders steps as one diff that git can read.
pub fn diff(steps: &[Step]) -> String {
    steps.iter().map(|step| one(&step.path, step.before.as_ref(), step.after.as_ref())).collect()
}

/// Returns a diff without what could drive a terminal; tabs stay.
pub fn shown(diff: &str) -> String {
    let line = |line: &str| format!("{}\n", line.split('\t').map(printable).collect::<Vec<_>>().join("\t"));
    diff.lines().map(line).collect()
}

/// Renders what becomes of one path.
pub fn one(path: &str, before: Option<&Leaf>, after: Option<&Leaf>) -> String {
    let path = path.escape_debug();
    let mut out = format!("diff --git a/{path} b/{path}\n");
    match (before, after) {
        (None, Some(after)) => {
            let _ = writeln!(out, "new file mode {}", after.kind.git());
        }
        (Some(before), None) => {
            let _ = writeln!(out, "deleted file mode {}", before.kind.git());
        }
        (Some(before), Some(after)) if before.kind != after.kind => {
            let _ = writeln!(out, "old mode {}\nnew mode {}", before.kind.git(), after.kind.git());
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    let bytes = |leaf: Option<&Leaf>| leaf.map_or_else(Vec::new, |leaf| leaf.bytes.to_vec());
    let (old, new) = (bytes(before), bytes(after));
    if old == new {
        return out;
    }
    let name = |side: &str, leaf: Option<&Leaf>| leaf.map_or_else(|| "/dev/null".to_owned(), |_| format!("{side}/{path}"));
    match (text(&old), text(&new)) {
        (Some(old), Some(new)) => {
            let diff = TextDiff::from_lines(old, new);
            let _ = write!(out, "{}", diff.unified_diff().header(&name("a", before), &name("b", after)));
        }
        _ => {
            let _ = writeln!(out, "Binary files differ: {} bytes before, {} bytes after", old.len(), new.len());
        }
    }
    out
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok().filter(|text| !text.contains('\0'))
}
