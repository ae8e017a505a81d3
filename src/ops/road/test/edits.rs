//! What people do to a project between two versions: the same edits every time, and what has to be there afterwards.

use std::collections::{BTreeMap, BTreeSet};

use similar::{DiffTag, TextDiff};

use crate::base::leaf::{Kind, Leaf};
use crate::base::tree::Tree;
use crate::ops::base::leaf;
use crate::render::Rendered;
use crate::repo::lock::Ownership;

/// Files of a project, by path.
pub(super) type Files = BTreeMap<String, Leaf>;

/// How many files are deleted, and how many renamed.
const SOME: usize = 3;
/// How far from the road's own change an edit is somewhere else, in lines.
const APART: usize = 3;
/// The largest file that is edited, in bytes.
const LARGEST: usize = 256 << 10;

/// An edited project.
#[derive(Clone, Debug)]
pub(super) struct Scenario {
    /// What was done, in a word.
    pub name: &'static str,
    /// The files.
    pub files: Files,
    /// What has to be there after the upgrade.
    pub demands: Vec<Demand>,
}

/// What has to be there after an upgrade.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Demand {
    /// A line of the person, in the file or in a conflict.
    Line {
        /// The file.
        path: String,
        /// The line.
        text: String,
        /// Whether the road changed nothing near it: then there may be no conflict.
        apart: bool,
    },
    /// A file that the person deleted stays away.
    Gone {
        /// The file.
        path: String,
    },
    /// A file that the person renamed stays where it is.
    Renamed {
        /// Where it was.
        from: String,
        /// Where it is.
        to: String,
    },
    /// A file of the person's own stays as it is.
    Own {
        /// The file.
        path: String,
    },
}

impl Demand {
    /// Returns the file that it is about.
    pub(super) fn path(&self) -> &str {
        match self {
            Self::Line { path, .. } | Self::Gone { path } | Self::Own { path } => path,
            Self::Renamed { to, .. } => to,
        }
    }
}

/// The files of a project that can be edited, with what the road makes of each.
struct Editable<'a> {
    path: &'a str,
    text: &'a str,
    executable: bool,
    /// The lines of `text` that the road changed, by number from 0; nothing where the file is gone in the new version.
    changed: Option<BTreeSet<usize>>,
}

/// An edit of a project: makes it, and says what has to be there afterwards.
type Edit = fn(&[Editable<'_>], &mut Files) -> Vec<Demand>;

/// The edits, each with what it does.
const EDITS: [(&str, Edit); 6] = [
    ("append to texts", append),
    ("change values", change_value),
    ("add a requirement", add_requirement),
    ("delete files", delete),
    ("rename files", rename),
    ("add own files", add_own),
];

/// Returns each edit of a project that nobody had touched, and all of them together.
pub(super) fn scenarios(old: &Rendered, now: &Rendered, pristine: &Files) -> Vec<Scenario> {
    let editable = editable(old, &now.tree);
    let mut all = Vec::new();
    let mut together = Scenario { name: "all of it", files: pristine.clone(), demands: Vec::new() };
    for (name, edit) in EDITS {
        let mut files = pristine.clone();
        let demands = edit(&editable, &mut files);
        if !demands.is_empty() {
            all.push(Scenario { name, files, demands });
        }
        let more = edit(&editable, &mut together.files);
        together.demands.extend(more);
    }
    all.push(together);
    all
}

/// The name of the project that nobody touched.
pub(super) const UNTOUCHED: &str = "nothing";

fn editable<'a>(old: &'a Rendered, now: &Tree) -> Vec<Editable<'a>> {
    let mut found = Vec::new();
    for ((path, file), reason) in old.tree.iter().zip(&old.reasons) {
        if reason.ownership != Ownership::Merged || file.bytes.len() > LARGEST || path.as_str().contains("lock") {
            continue;
        }
        let Ok(text) = std::str::from_utf8(&file.bytes) else { continue };
        let changed = now.get(path.as_str()).map(|new| touched(text, &String::from_utf8_lossy(&new.bytes)));
        found.push(Editable { path: path.as_str(), text, executable: leaf(file).kind == Kind::Executable, changed });
    }
    found
}

/// Returns the lines of `old` that another text changes, or between which it adds something.
fn touched(old: &str, new: &str) -> BTreeSet<usize> {
    let mut lines = BTreeSet::new();
    if old == new {
        return lines;
    }
    for op in TextDiff::from_lines(old, new).ops() {
        let (tag, range, _) = op.as_tag_tuple();
        match tag {
            DiffTag::Equal => {}
            DiffTag::Insert => lines.extend([range.start.saturating_sub(1), range.start]),
            DiffTag::Delete | DiffTag::Replace => lines.extend(range),
        }
    }
    lines
}

impl Editable<'_> {
    fn apart(&self, line: usize) -> bool {
        self.changed.as_ref().is_some_and(|changed| changed.iter().all(|other| other.abs_diff(line) > APART))
    }

    fn put(&self, files: &mut Files, text: String) {
        let kind = if self.executable { Kind::Executable } else { Kind::Plain };
        files.insert(self.path.to_owned(), Leaf::new(kind, text.into_bytes()));
    }

    /// What the file holds now: another edit may have been there before.
    fn now(&self, files: &Files) -> Option<String> {
        files.get(self.path).map(|leaf| String::from_utf8_lossy(&leaf.bytes).into_owned())
    }
}

/// The line that is added to a file of this name; nothing where a line of text would break it.
fn note(path: &str, number: usize) -> Option<String> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "md" | "txt" | "rst" => Some(format!("The team's own note, number {number}.")),
        "toml" | "yml" | "yaml" | "py" | "sh" | "cfg" | "gitignore" | "dockerignore" | "in" => {
            Some(format!("# the team's own note, number {number}"))
        }
        _ if ["Dockerfile", "Makefile", "CODEOWNERS"].contains(&name) => Some(format!("# the team's own note, number {number}")),
        _ => None,
    }
}

fn append(editable: &[Editable<'_>], files: &mut Files) -> Vec<Demand> {
    let mut demands = Vec::new();
    for (number, file) in editable.iter().enumerate() {
        let (Some(note), Some(mut text)) = (note(file.path, number + 1), file.now(files)) else { continue };
        if !text.is_empty() && !text.ends_with('\n') {
            text.push('\n');
        }
        text.push_str(&format!("{note}\n"));
        file.put(files, text);
        demands.push(Demand::Line { path: file.path.to_owned(), text: note, apart: file.apart(file.text.lines().count()) });
    }
    demands
}

/// Returns a line with another value; nothing where it has no plain one.
fn other_value(line: &str, separator: char) -> Option<String> {
    let (key, value) = line.split_once(separator)?;
    let plain_key = !key.trim().is_empty() && key.trim().chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let bare = value.trim();
    let other = if bare == "true" {
        "false".to_owned()
    } else if bare == "false" {
        "true".to_owned()
    } else if let Ok(number) = bare.parse::<u32>() {
        number.checked_add(1)?.to_string()
    } else {
        let inner = bare.strip_prefix('"')?.strip_suffix('"').filter(|inner| !inner.is_empty() && !inner.contains(['"', '\\']))?;
        format!("\"{inner}-team\"")
    };
    plain_key.then(|| format!("{key}{separator} {other}"))
}

fn change_value(editable: &[Editable<'_>], files: &mut Files) -> Vec<Demand> {
    let mut demands = Vec::new();
    for file in editable {
        let separator = match file.path.rsplit('.').next() {
            Some("toml") => '=',
            Some("yml" | "yaml") => ':',
            Some(_) | None => continue,
        };
        let Some(text) = file.now(files) else { continue };
        let found = file.text.lines().enumerate().find_map(|(at, line)| {
            let once = text.lines().filter(|other| *other == line).count() == 1;
            (once && file.apart(at)).then(|| other_value(line, separator).map(|other| (line, other)))?
        });
        let Some((line, other)) = found else { continue };
        let edited: String = text
            .split_inclusive('\n')
            .map(|each| if each.trim_end_matches('\n') == line { format!("{other}\n") } else { each.to_owned() })
            .collect();
        file.put(files, edited);
        demands.push(Demand::Line { path: file.path.to_owned(), text: other, apart: true });
    }
    demands
}

fn add_requirement(editable: &[Editable<'_>], files: &mut Files) -> Vec<Demand> {
    let mut demands = Vec::new();
    for file in editable.iter().filter(|file| file.path == "pyproject.toml" || file.path.ends_with("/pyproject.toml")) {
        let Some(at) = file.text.lines().position(|line| line.trim() == "dependencies = [") else { continue };
        let Some(text) = file.now(files) else { continue };
        let added = "    \"team-package>=1.0\",";
        let edited = text.replacen("dependencies = [\n", &format!("dependencies = [\n{added}\n"), 1);
        if edited != text {
            file.put(files, edited);
            demands.push(Demand::Line { path: file.path.to_owned(), text: added.to_owned(), apart: file.apart(at) && file.apart(at + 1) });
        }
    }
    for file in editable.iter().filter(|file| file.path.ends_with("requirements.txt") && !file.text.contains("--hash")) {
        let Some(text) = file.now(files) else { continue };
        let added = "team-package>=1.0";
        file.put(files, format!("{text}{}{added}\n", if text.is_empty() || text.ends_with('\n') { "" } else { "\n" }));
        let last = file.text.lines().count();
        demands.push(Demand::Line { path: file.path.to_owned(), text: added.to_owned(), apart: file.apart(last) });
    }
    demands
}

/// Chooses some files spread over the project that the road has before and after; `turn` makes two choices differ.
fn some<'a, 'b>(editable: &'b [Editable<'a>], turn: usize) -> impl Iterator<Item = &'b Editable<'a>> {
    let step = (editable.len() / SOME).max(2);
    editable.iter().skip(turn).step_by(step).filter(|file| file.changed.is_some() && !file.text.is_empty()).take(SOME)
}

fn delete(editable: &[Editable<'_>], files: &mut Files) -> Vec<Demand> {
    let mut demands = Vec::new();
    for file in some(editable, 0) {
        files.remove(file.path);
        demands.push(Demand::Gone { path: file.path.to_owned() });
    }
    demands
}

fn rename(editable: &[Editable<'_>], files: &mut Files) -> Vec<Demand> {
    let mut demands = Vec::new();
    for file in some(editable, 1) {
        let (folder, name) = file.path.rsplit_once('/').map_or((String::new(), file.path), |(folder, name)| (format!("{folder}/"), name));
        let to = format!("{folder}team-{name}");
        if let Some(leaf) = files.remove(file.path) {
            files.insert(to.clone(), leaf);
            demands.push(Demand::Renamed { from: file.path.to_owned(), to });
        }
    }
    demands
}

fn add_own(editable: &[Editable<'_>], files: &mut Files) -> Vec<Demand> {
    let beside = editable.iter().find_map(|file| file.path.rsplit_once('/')).map(|(folder, _)| format!("{folder}/team-own.md"));
    let mut demands = Vec::new();
    for path in beside.into_iter().chain(["team/NOTES.md".to_owned()]) {
        files.insert(path.clone(), Leaf::new(Kind::Plain, format!("# What the team keeps in {path}\n").into_bytes()));
        demands.push(Demand::Own { path });
    }
    demands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_plain_values_alone() {
        assert_eq!(other_value("a = true", '=').as_deref(), Some("a = false"));
        assert_eq!(other_value("  n: 3", ':').as_deref(), Some("  n: 4"));
        assert_eq!(other_value("s = \"x\"", '=').as_deref(), Some("s = \"x-team\""));
        for left in ["a = [1, 2]", "# a = 1", "a", "a = \"\"", "x y = 1", "a = 4294967295"] {
            assert_eq!(other_value(left, '='), None, "{left}");
        }
    }

    #[test]
    fn knows_the_lines_that_the_road_changed() {
        assert_eq!(touched("a\nb\nc\n", "a\nB\nc\n"), BTreeSet::from([1]));
        assert_eq!(touched("a\nb\n", "a\nx\nb\n"), BTreeSet::from([0, 1]));
        assert!(touched("a\n", "a\n").is_empty());
    }
}
