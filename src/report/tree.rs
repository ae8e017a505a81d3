//! A plan as a tree of files, with the reason of each part.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::plan::Change;

#[derive(Default)]
struct Node<'a> {
    children: BTreeMap<&'a str, Self>,
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

/// What one row, or a run of rows with one reason, shows.
enum Entry<'a> {
    /// Files or folders with one reason: their names one below the other, the reason beside them.
    Group { names: Vec<String>, why: &'a str },
    /// A folder that is drawn with what is in it.
    Folder { name: &'a str, node: &'a Node<'a> },
}

/// Gathers the children of a folder: files that share a reason stand together, at the place of the first.
fn entries<'a>(node: &'a Node<'a>) -> Vec<Entry<'a>> {
    let mut entries: Vec<Entry<'a>> = Vec::new();
    for (name, child) in &node.children {
        let shared = child.shared().filter(|_| child.files() > 1);
        let (shown, reason) = match (child.why, shared) {
            (Some(reason), _) => ((*name).to_owned(), reason),
            (None, Some(reason)) => (format!("{name}/ ({} files)", child.files()), reason),
            (None, None) => {
                entries.push(Entry::Folder { name, node: child });
                continue;
            }
        };
        let same = entries.iter_mut().find_map(|entry| match entry {
            Entry::Group { names, why } if *why == reason => Some(names),
            Entry::Group { .. } | Entry::Folder { .. } => None,
        });
        match same {
            Some(names) => names.push(shown),
            None => entries.push(Entry::Group { names: vec![shown], why: reason }),
        }
    }
    entries
}

fn draw_children(node: &Node<'_>, indent: &str, width: usize, out: &mut String) {
    let entries = entries(node);
    let last = entries.len().saturating_sub(1);
    for (at, entry) in entries.iter().enumerate() {
        let deeper = format!("{indent}{}", if at == last { "    " } else { "│   " });
        match entry {
            Entry::Folder { name, node } => {
                let _ = writeln!(out, "{indent}{}{name}/", if at == last { "└── " } else { "├── " });
                draw_children(node, &deeper, width, out);
            }
            Entry::Group { names, why } => {
                let name_row = |row: usize, name: &String| {
                    let branch = if at == last && row + 1 == names.len() { "└── " } else { "├── " };
                    format!("{indent}{branch}{name}")
                };
                let left: Vec<String> = names.iter().enumerate().map(|(row, name)| name_row(row, name)).collect();
                write_beside(&left, &deeper, why, width, out);
            }
        }
    }
}

/// Writes names one below the other with their reason beside them, in its column.
fn write_beside(names: &[String], below: &str, why: &str, width: usize, out: &mut String) {
    let mut reasons = wrap(why, width.saturating_sub(NAMES).max(24)).into_iter();
    let mut write = |left: &str, reason: Option<String>| match reason {
        Some(reason) => {
            let _ = writeln!(out, "{left}{}{reason}", " ".repeat(NAMES.saturating_sub(left.chars().count())));
        }
        None => {
            let _ = writeln!(out, "{left}");
        }
    };
    for name in names {
        let fits = name.chars().count() < NAMES;
        write(name, if fits { reasons.next() } else { None });
    }
    for reason in reasons {
        write(below, Some(reason));
    }
}

/// Breaks a text into rows of at most `room` columns, at spaces.
pub(crate) fn wrap(text: &str, room: usize) -> Vec<String> {
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
            change("src/demo/a_test.py", "Other."),
            change("src/demo/train.py", "Trains."),
            change("src/demo/zz.py", "Other."),
        ];
        insta::assert_snapshot!(draw("demo", &changes, 80), @r"
        demo/
        ├── README.md                         Where a newcomer starts.
        ├── security/ (2 files)               The same stages that CI runs, as scripts a
        │                                     person can read.
        └── src/
            └── demo/
                ├── a_test.py                 Other.
                ├── zz.py
                └── train.py                  Trains.
        ");
    }
}
