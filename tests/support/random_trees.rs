//! Random trees whose every line bears a number of its own, and random edits of them.
//!
//! A document is a list of sections of items; each section, key and value is a number of five digits that stands nowhere else,
//! so a line that is lost, doubled or misplaced is seen whatever the merger did. Between them stand lines that repeat.

use std::collections::BTreeMap;
use std::fmt;

use highroad::base::leaf::{Kind, Leaf};
use proptest::prelude::*;

/// What a file is written as.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Format {
    Stanzas,
    Toml,
    Yaml,
    Workflow,
    Json,
    Requirements,
    Ignore,
    Owners,
    Docker,
    Python,
    Binary,
}

const FORMATS: [Format; 11] = [
    Format::Stanzas,
    Format::Toml,
    Format::Yaml,
    Format::Workflow,
    Format::Json,
    Format::Requirements,
    Format::Ignore,
    Format::Owners,
    Format::Docker,
    Format::Python,
    Format::Binary,
];

const FOLDERS: [&str; 6] = ["", "src", "src/core", "conf", "docs", ".github/workflows"];

/// A key with its value.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Item {
    key: u32,
    value: u32,
}

/// A file as a list of sections, and how it is spelled.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Document {
    pub(crate) format: Format,
    id: u32,
    sections: Vec<(u32, Vec<Item>)>,
    repeats: bool,
    crlf: bool,
    wide: bool,
    open_end: bool,
}

/// What stands at a path.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) enum Node {
    File { document: Document, executable: bool },
    Link(String),
}

pub(crate) type Tree = BTreeMap<String, Node>;

/// An edit, chosen by numbers so that it shrinks.
#[derive(Clone, Debug)]
pub(crate) struct Edit {
    what: What,
    file: u16,
    at: u16,
    more: u16,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Insert,
    Change,
    Delete,
    Append,
    AddSection,
    DeleteSection,
    Rename,
    Move,
    MoveFolder,
    DeleteFile,
    AddFile,
    Mode,
    Crlf,
    Indent,
    FinalNewline,
    Link,
    IntoFolder,
    Case,
    Split,
}

/// Three trees.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) base: Tree,
    pub(crate) ours: Tree,
    pub(crate) theirs: Tree,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, tree) in [("base", &self.base), ("ours", &self.ours), ("theirs", &self.theirs)] {
            for (path, leaf) in leaves(tree) {
                writeln!(f, "== {name} {path} {:?}\n{}", leaf.kind, String::from_utf8_lossy(&leaf.bytes).replace('\r', "<CR>"))?;
            }
        }
        Ok(())
    }
}

/// The numbers of the project are these, those of the road begin at 70,000.
pub(crate) const YOURS: std::ops::Range<u32> = 40_000..70_000;
/// The numbers of the road now.
pub(crate) const ROADS: std::ops::Range<u32> = 70_000..100_000;

/// Gives out numbers.
struct Numbers {
    last: u32,
    /// Whether lines that say nothing repeat in the documents that get the numbers.
    repeats: bool,
}

impl Numbers {
    fn next(&mut self) -> u32 {
        self.last += 1;
        self.last
    }
}

/// A strategy for three trees, whose texts have lines that repeat or not.
pub(crate) fn worlds(repeats: bool) -> impl Strategy<Value = World> {
    let file = (0..FORMATS.len(), 0..FOLDERS.len(), 1..4usize, 1..5usize);
    let files = prop::collection::vec(file, 1..7);
    let edits = |most| prop::collection::vec(edit(), 0..most);
    (files, edits(2), edits(6), edits(6)).prop_map(move |(files, common, yours, roads)| {
        let from = |last| Numbers { last, repeats };
        let mut numbers = from(10_000);
        let mut base = Tree::new();
        for (n, (format, folder, sections, items)) in files.into_iter().enumerate() {
            let document = document(FORMATS[format], sections, items, &mut numbers);
            let path = joined(FOLDERS[folder], &file_name(FORMATS[format], n));
            add(&mut base, path, Node::File { document, executable: n % 4 == 3 });
        }
        let mut ours = base.clone();
        common.iter().fold(&mut from(30_000), |numbers, edit| apply(&mut ours, edit, numbers));
        let mut theirs = base.clone();
        common.iter().fold(&mut from(30_000), |numbers, edit| apply(&mut theirs, edit, numbers));
        yours.iter().fold(&mut from(YOURS.start), |numbers, edit| apply(&mut ours, edit, numbers));
        roads.iter().fold(&mut from(ROADS.start), |numbers, edit| apply(&mut theirs, edit, numbers));
        World { base, ours, theirs }
    })
}

fn edit() -> impl Strategy<Value = Edit> {
    let what = prop_oneof![
        6 => Just(What::Insert),
        6 => Just(What::Change),
        4 => Just(What::Delete),
        5 => Just(What::Append),
        2 => Just(What::AddSection),
        1 => Just(What::DeleteSection),
        2 => Just(What::Rename),
        2 => Just(What::Move),
        2 => Just(What::MoveFolder),
        2 => Just(What::DeleteFile),
        3 => Just(What::AddFile),
        1 => Just(What::Mode),
        2 => Just(What::Crlf),
        1 => Just(What::Indent),
        1 => Just(What::FinalNewline),
        1 => Just(What::Link),
        1 => Just(What::IntoFolder),
        1 => Just(What::Case),
        1 => Just(What::Split),
    ];
    (what, any::<u16>(), any::<u16>(), any::<u16>()).prop_map(|(what, file, at, more)| Edit { what, file, at, more })
}

fn document(format: Format, sections: usize, items: usize, numbers: &mut Numbers) -> Document {
    let repeats = numbers.repeats;
    let id = numbers.next();
    let sections = (0..sections)
        .map(|_| (numbers.next(), (0..items).map(|_| Item { key: numbers.next(), value: numbers.next() }).collect()))
        .collect();
    Document { format, id, sections, repeats, crlf: false, wide: false, open_end: false }
}

fn file_name(format: Format, n: usize) -> String {
    match format {
        Format::Stanzas => format!("text{n}.txt"),
        Format::Toml => format!("settings{n}.toml"),
        Format::Yaml => format!("values{n}.yaml"),
        Format::Workflow => format!("job{n}.yml"),
        Format::Json => format!("data{n}.json"),
        Format::Requirements => format!("requirements-{n}.txt"),
        Format::Ignore => ".gitignore".to_owned(),
        Format::Owners => "CODEOWNERS".to_owned(),
        Format::Docker => format!("Dockerfile.n{n}"),
        Format::Python => format!("module{n}.py"),
        Format::Binary => format!("blob{n}.bin"),
    }
}

fn joined(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

fn split_path(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Adds a node where nothing is in the way.
fn add(tree: &mut Tree, path: String, node: Node) -> bool {
    let folded = path.to_lowercase();
    let taken = tree
        .keys()
        .map(|path| path.to_lowercase())
        .any(|other| other == folded || other.starts_with(&format!("{folded}/")) || folded.starts_with(&format!("{other}/")));
    if !taken {
        tree.insert(path, node);
    }
    !taken
}

fn rename(tree: &mut Tree, from: &str, to: String) {
    let Some(node) = tree.remove(from) else { return };
    if !add(tree, to, node.clone()) {
        tree.insert(from.to_owned(), node);
    }
}

/// Edits a tree; an edit that does not fit does nothing.
fn apply<'n>(tree: &mut Tree, edit: &Edit, numbers: &'n mut Numbers) -> &'n mut Numbers {
    let Edit { what, file, at, more } = *edit;
    if let What::AddFile = what {
        let format = FORMATS[usize::from(at) % FORMATS.len()];
        let path = joined(FOLDERS[usize::from(file) % FOLDERS.len()], &format!("new-{}", file_name(format, usize::from(more % 2))));
        let executable = more % 3 == 0;
        let document = document(format, 1, 1 + usize::from(more % 3), numbers);
        add(tree, path, Node::File { document, executable });
        return numbers;
    }
    let Some(path) = tree.keys().nth(usize::from(file) % tree.len().max(1)).cloned() else { return numbers };
    let (folder, name) = split_path(&path);
    match what {
        What::Rename => rename(tree, &path, joined(folder, &format!("{}-{name}", ["renamed", "other"][usize::from(more % 2)]))),
        What::Move => rename(tree, &path, joined(["moved", "src", "docs/deep"][usize::from(more % 3)], name)),
        What::MoveFolder if !folder.is_empty() => {
            let target = ["lib", "lib/core", "elsewhere/x"][usize::from(more % 3)];
            let inside: Vec<String> = tree.keys().filter(|path| path.starts_with(&format!("{folder}/"))).cloned().collect();
            for path in inside {
                let rest = path[folder.len() + 1..].to_owned();
                rename(tree, &path, joined(target, &rest));
            }
        }
        What::DeleteFile => {
            tree.remove(&path);
        }
        What::Link => {
            tree.insert(path, Node::Link(format!("target-{}", numbers.next())));
        }
        What::IntoFolder => {
            if let Some(node) = tree.remove(&path) {
                tree.insert(format!("{path}/inside"), node);
            }
        }
        What::Case => rename(tree, &path, joined(folder, &name.to_uppercase())),
        What::Split => {
            let Some(Node::File { document, .. }) = tree.get_mut(&path) else { return numbers };
            let parts = document.sections.len();
            let mut part = Document { id: numbers.next(), sections: Vec::new(), ..document.clone() };
            part.sections = document.sections.split_off(parts - parts / 2);
            let node = Node::File { document: part, executable: false };
            add(tree, joined(folder, &format!("part-{name}")), node);
        }
        _ => match tree.get_mut(&path) {
            Some(Node::File { executable, .. }) if matches!(what, What::Mode) => *executable = !*executable,
            Some(Node::File { document, .. }) => document.edit(what, usize::from(at), usize::from(more), numbers),
            Some(Node::Link(_)) | None => {}
        },
    }
    numbers
}

impl Document {
    fn edit(&mut self, what: What, at: usize, more: usize, numbers: &mut Numbers) {
        let count = self.sections.len();
        match what {
            What::Crlf => self.crlf = !self.crlf,
            What::Indent => self.wide = !self.wide,
            What::FinalNewline => self.open_end = !self.open_end,
            What::AddSection => {
                let section = (numbers.next(), vec![Item { key: numbers.next(), value: numbers.next() }]);
                self.sections.insert(more % (count + 1), section);
            }
            What::DeleteSection if count > 1 => {
                self.sections.remove(at % count);
            }
            _ if count > 0 => {
                let items = &mut self.sections[at % count].1;
                let item = || more % items.len().max(1);
                match what {
                    What::Insert => items.insert(more % (items.len() + 1), Item { key: numbers.next(), value: numbers.next() }),
                    What::Append => items.push(Item { key: numbers.next(), value: numbers.next() }),
                    What::Change if !items.is_empty() => {
                        let item = item();
                        items[item].value = numbers.next();
                    }
                    What::Delete if items.len() > 1 => {
                        items.remove(item());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn lines(&self) -> Vec<String> {
        // A sign of its own for a line that has no number: the digits of its key as letters.
        let sign = |key: u32| {
            let letter = |digit: char| digit.to_digit(10).and_then(|digit| char::from_digit(digit + 10, 36)).unwrap_or('x');
            if self.repeats { String::new() } else { format!(" {}", key.to_string().chars().map(letter).collect::<String>()) }
        };
        let (id, tab) = (self.id, if self.wide { "    " } else { "  " });
        let mut lines = Vec::new();
        match self.format {
            Format::Stanzas | Format::Binary => lines.push(format!("# file {id}")),
            Format::Toml => lines.push(format!("id = {id}")),
            Format::Yaml => lines.push(format!("id: {id}")),
            Format::Workflow => lines.extend([format!("name: n{id}"), "on: push".to_owned(), "jobs:".to_owned()]),
            Format::Json => lines.extend(["{".to_owned(), format!("{tab}\"id\": {id}{}", if self.sections.is_empty() { "" } else { "," })]),
            Format::Requirements | Format::Ignore | Format::Owners | Format::Docker => lines.push(format!("# file {id}")),
            Format::Python => lines.push(format!("\"\"\"File {id}.\"\"\"")),
        }
        for (n, (section, items)) in self.sections.iter().enumerate() {
            let last = n + 1 == self.sections.len();
            match self.format {
                Format::Stanzas | Format::Binary => lines.extend([String::new(), format!("stanza {section}:")]),
                Format::Toml => lines.extend([String::new(), format!("[s{section}]")]),
                Format::Yaml => lines.extend([String::new(), format!("s{section}:")]),
                Format::Workflow => {
                    lines.extend([format!("{tab}j{section}:"), format!("{tab}{tab}runs-on: ubuntu"), format!("{tab}{tab}steps:")])
                }
                Format::Json => lines.push(format!("{tab}\"s{section}\": {{")),
                Format::Requirements | Format::Ignore | Format::Owners => {}
                Format::Docker => lines.extend([String::new(), format!("FROM python AS s{section}")]),
                Format::Python => lines.extend([String::new(), String::new(), format!("def s{section}():")]),
            }
            for (n, Item { key, value }) in items.iter().enumerate() {
                let comma = if n + 1 == items.len() { "" } else { "," };
                match self.format {
                    Format::Stanzas | Format::Binary => {
                        let sign = sign(*key);
                        lines.extend([format!("{tab}begin{sign}"), format!("{tab}{tab}k{key} is v{value}"), format!("{tab}end{sign}")]);
                    }
                    Format::Toml => lines.push(format!("k{key} = \"v{value}\"")),
                    Format::Yaml => lines.push(format!("{tab}k{key}: v{value}")),
                    Format::Workflow => {
                        lines.extend([format!("{tab}{tab}{tab}- name: k{key}"), format!("{tab}{tab}{tab}  run: make v{value}")]);
                    }
                    Format::Json => lines.push(format!("{tab}{tab}\"k{key}\": \"v{value}\"{comma}")),
                    Format::Requirements => lines.push(format!("package-{key}==1.{value}")),
                    Format::Ignore => lines.push(format!("/k{key}/v{value}")),
                    Format::Owners => lines.push(format!("/k{key}/ @v{value}")),
                    Format::Docker => lines.push(format!("RUN make k{key} v{value}")),
                    Format::Python => lines.extend([format!("{tab}k{key} = {value}"), format!("{tab}print(\"done{}\")", sign(*key))]),
                }
            }
            if self.format == Format::Json {
                lines.push(format!("{tab}}}{}", if last { "" } else { "," }));
            }
        }
        if self.format == Format::Json {
            lines.push("}".to_owned());
        }
        lines
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        let end = if self.crlf { "\r\n" } else { "\n" };
        let mut text = self.lines().join(end);
        if self.format == Format::Binary {
            text.insert(0, '\0');
        }
        if !self.open_end {
            text.push_str(end);
        }
        text.into_bytes()
    }
}

/// Writes a tree.
pub(crate) fn leaves(tree: &Tree) -> BTreeMap<String, Leaf> {
    let leaf = |node: &Node| match node {
        Node::File { document, executable } => Leaf::new(if *executable { Kind::Executable } else { Kind::Plain }, document.bytes()),
        Node::Link(target) => Leaf::new(Kind::Link, target.as_bytes()),
    };
    tree.iter().map(|(path, node)| (path.clone(), leaf(node))).collect()
}

/// Returns the numbers in a text in order, each with the header that it stands under.
pub(crate) fn numbers(bytes: &[u8], headers: &std::collections::BTreeSet<u32>) -> Vec<(u32, Option<u32>)> {
    let mut found = Vec::new();
    let mut header = None;
    for run in bytes.split(|byte| !byte.is_ascii_digit()).filter(|run| run.len() == 5) {
        let number = std::str::from_utf8(run).unwrap().parse().unwrap();
        if headers.contains(&number) {
            header = Some(number);
        }
        found.push((number, header));
    }
    found
}

/// Returns the numbers that head a section or a file.
pub(crate) fn headers(trees: [&Tree; 3]) -> std::collections::BTreeSet<u32> {
    let documents = trees.into_iter().flat_map(|tree| tree.values()).filter_map(|node| match node {
        Node::File { document, .. } => Some(document),
        Node::Link(_) => None,
    });
    documents
        .flat_map(|document| {
            let flat = matches!(document.format, Format::Requirements | Format::Ignore | Format::Owners);
            let sections = document.sections.iter().filter(move |_| !flat).map(|(section, _)| *section);
            sections.chain([document.id])
        })
        .collect()
}
