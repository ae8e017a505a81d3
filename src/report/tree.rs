//! A plan as a tree of files, with the reason of each part.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::plan::Change;

#[derive(Default)]
struct Node<'a> {
    children: BTreeMap<&'a str, Node<'a>>,
    why: Option<&'a str>,
}

impl<'a> Node<'a> {
    fn add(&mut self, path: &'a str, why: &'a str) {
        let node = path.split('/').fold(self, |node, part| node.children.entry(part).or_default());
        node.why = Some(why);
    }

    fn files(&self) -> usize {
        usize::from(self.why.is_some()) + self.children.values().map(Self::files).sum::<usize>()
    }

    /// The one reason that everything below has, if there is one.
    fn shared(&self) -> Option<&'a str> {
        let mut reasons = self.children.values().map(|child| child.why.or_else(|| child.shared()));
        let first = reasons.next()??;
        reasons.all(|reason| reason == Some(first)).then_some(first)
    }
}

/// Columns that the names take before the reasons begin.
const NAMES: usize = 38;

/// Draws the changes as a tree below `root`, no line wider than `width` columns where the names allow it.
/// A folder whose files have one reason is one line.
pub(super) fn draw(root: &str, changes: &[Change], width: usize) -> String {
    let mut top = Node::default();
    for change in changes {
        top.add(&change.path, &change.why);
    }
    let mut out = format!("{root}/\n");
    draw_children(&top, "", width, &mut out);
    out
}

fn draw_children(node: &Node<'_>, indent: &str, width: usize, out: &mut String) {
    let last = node.children.len().saturating_sub(1);
    for (at, (name, child)) in node.children.iter().enumerate() {
        let (branch, below) = if at == last { ("└── ", "    ") } else { ("├── ", "│   ") };
        let deeper = format!("{indent}{below}");
        let shared = child.shared();
        match (child.why, shared) {
            (Some(why), _) => line(&format!("{indent}{branch}{name}"), &deeper, why, width, out),
            (None, Some(why)) if child.files() > 1 => {
                line(&format!("{indent}{branch}{name}/ ({} files)", child.files()), &deeper, why, width, out);
            }
            (None, _) => {
                let _ = writeln!(out, "{indent}{branch}{name}/");
                draw_children(child, &deeper, width, out);
            }
        }
    }
}

/// Writes a name with its reason beside it, wrapped in its column.
fn line(name: &str, below: &str, why: &str, width: usize, out: &mut String) {
    let room = width.saturating_sub(NAMES + 1).max(24);
    let mut rows = wrap(why, room).into_iter();
    let used = name.chars().count();
    if used < NAMES {
        let first = rows.next().unwrap_or_default();
        let _ = writeln!(out, "{name}{}{first}", " ".repeat(NAMES - used));
    } else {
        let _ = writeln!(out, "{name}");
    }
    for row in rows {
        let _ = writeln!(out, "{below}{}{row}", " ".repeat(NAMES.saturating_sub(below.chars().count())));
    }
}

/// Breaks a text into rows of at most `room` columns, at spaces.
pub(super) fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match rows.last_mut() {
            Some(row) if row.chars().count() + 1 + word.chars().count() <= room => {
                row.push(' ');
                row.push_str(word);
            }
            Some(_) | None => rows.push(word.to_owned()),
        }
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::ChangeKind;

    #[test]
    fn folds_a_folder_with_one_reason_and_stays_in_its_columns() {
        let change = |path: &str, why: &str| Change {
            path: path.to_owned(),
            kind: ChangeKind::Create,
            why: why.to_owned(),
            ownership: None,
            part: String::new(),
        };
        let changes = [
            change("README.md", "Where a newcomer starts."),
            change("security/checks/a.py", "The same stages that CI runs, as scripts a person can read."),
            change("security/run.sh", "The same stages that CI runs, as scripts a person can read."),
            change("src/demo/train.py", "Trains."),
            change("src/demo/zz.py", "Other."),
        ];
        insta::assert_snapshot!(draw("demo", &changes, 80), @r"
        demo/
        ├── README.md                         Where a newcomer starts.
        ├── security/ (2 files)               The same stages that CI runs, as scripts
        │                                     a person can read.
        └── src/
            └── demo/
                ├── train.py                  Trains.
                └── zz.py                     Other.
        ");
    }
}
