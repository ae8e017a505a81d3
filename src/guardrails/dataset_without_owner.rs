//! `dataset-without-owner`: a data set that nobody answers for, or that is not the one that was reviewed.

use super::finding::{Finding, Place};
use super::governance_files::table_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine::changed;
use crate::base::digest::Digest;
use crate::formats::data_magic::{in_data_folder, kind_of, may_be_data};
use crate::repo::config::Level;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a data set has no owner, no origin or another digest",
        level: Level::Warn,
        why: "Somebody has to decide who may read a data set, and to know where it came from. The digest says that it still is the one that was reviewed.",
        attack: "A partner may write to the bucket that the training data comes from. One night a thousand rows are exchanged. Nobody owns the data set, so nobody compares it with anything, \
                 and the next model has learned what the partner's attacker wanted.",
        fix: "Fill in `owner`, `sensitivity`, `origin`, `sha256` and the grants of each `[[dataset]]` in `datasets.toml`, and add the data files that it does not name.",
        automatic: "",
        standards: &["OWASP-ML ML02:2023", "ATLAS AML.T0020"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a data set without an owner",
                files: &[(
                    "datasets.toml",
                    Content::Text(
                        "[[dataset]]\nname = \"a\"\npath = \"data/local/a.csv\"\nsha256 = \"sha256:00\"\nowner = \"\"\nsensitivity = \"internal\"\norigin = \"made up\"\n",
                    ),
                )],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a file that was exchanged",
                files: &[
                    (
                        "datasets.toml",
                        Content::Text(
                            "[[dataset]]\nname = \"a\"\npath = \"data/a.csv\"\nsha256 = \"sha256:00\"\nowner = \"ML team\"\nsensitivity = \"internal\"\norigin = \"made up\"\n",
                        ),
                    ),
                    ("data/a.csv", Content::Text("a\n1\n")),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a data file that nobody declared",
                files: &[("datasets.toml", Content::Text("schema = 1\n")), ("data/a.csv", Content::Text("a,b\n1,2\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a data set that is declared",
                files: &[
                    ("datasets.toml", Content::Made { is: "a row with the digest of the file", bytes: declared }),
                    ("data/a.csv", Content::Text(ROWS)),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a repository without a registry",
                files: &[("data/a.csv", Content::Text("a,b\n1,2\n"))],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "dataset-without-owner";
const FILE: &str = "datasets.toml";
const ROWS: &str = "a,b\n1,2\n";
/// How many data sets and files are judged.
const MOST: usize = 1000;

fn concerns(path: &str) -> bool {
    path == FILE || in_data_folder(path) || path == "highroad.lock"
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let Some((text, table)) = table_of(context.snapshot, FILE, sink) else { return };
    let rows = table.get("dataset").and_then(toml::Value::as_array).cloned().unwrap_or_default();
    // A file of that name can belong to another tool: ours names paths or owners.
    let ours = context.lock.is_some()
        || table.contains_key("schema")
        || rows.iter().any(|row| row.get("path").is_some() && row.get("name").is_some());
    if !ours {
        return;
    }
    for (at, row) in rows.iter().take(MOST).enumerate() {
        judge(context, &text, at, row, sink);
    }
    undeclared(context, &text, &rows, sink);
    if let Some(before) = changed(context, FILE).and_then(|before| before.parse::<toml::Table>().ok()) {
        compare(context, &before, &rows, &text, sink);
    }
}

fn word<'a>(row: &'a toml::Value, key: &str) -> &'a str {
    let text = row.get(key).and_then(toml::Value::as_str).unwrap_or_default().trim();
    let open = (text.starts_with('<') && text.ends_with('>'))
        || ["todo", "tbd", "?", "unknown", "none", "nobody"].contains(&text.to_ascii_lowercase().as_str());
    if open { "" } else { text }
}

fn judge(context: &Context<'_>, text: &str, at: usize, row: &toml::Value, sink: &mut Sink) {
    let name = row.get("name").and_then(toml::Value::as_str).unwrap_or("without a name");
    let mut report = |key: &str, what: String, how: &str| {
        sink.report(Finding::new(ID, Place::line(FILE, block_line(text, "dataset", at, key)), what, how).key(format!("{name} {key}")));
    };
    if word(row, "owner").is_empty() {
        report("owner", format!("the data set `{name}` has no owner"), "Write the team that decides about it in `owner`");
    }
    if word(row, "origin").is_empty()
        && word(row, "source").is_empty()
        && word(row, "licence").is_empty()
        && word(row, "license").is_empty()
    {
        report(
            "origin",
            format!("nobody wrote where the data set `{name}` comes from"),
            "Write in `origin` where it came from, and by what right it is here",
        );
    }
    match word(row, "sensitivity") {
        "" => report(
            "sensitivity",
            format!("nobody wrote how sensitive the data set `{name}` is"),
            "Write public, internal, confidential or restricted in `sensitivity`",
        ),
        "public" | "internal" | "confidential" | "restricted" => {}
        other => report(
            "sensitivity",
            format!("the data set `{name}` has the unknown sensitivity `{other}`"),
            "Write public, internal, confidential or restricted",
        ),
    }
    let digest = word(row, "sha256");
    let path = word(row, "path");
    if digest.is_empty() {
        report("sha256", format!("the data set `{name}` has no digest"), "Write `sha256 = \"sha256:…\"` of the file that was reviewed");
    } else if let Some(subject) = context.snapshot.subject(path) {
        match subject.bytes().map(|bytes| Digest::of(bytes).to_string()) {
            Some(now) if now != digest => report(
                "sha256",
                format!("`{path}` is not the file that `{FILE}` describes"),
                "Find out who changed it; review it, and then write its new digest",
            ),
            Some(_) => {}
            None => sink.unscannable(path, "it is too large or cannot be read, so its digest was not compared"),
        }
    }
    for grant in row.get("grant").and_then(toml::Value::as_array).into_iter().flatten().take(100) {
        let star = |key: &str| match grant.get(key) {
            Some(toml::Value::String(text)) => text.trim().is_empty() || text.trim() == "*",
            Some(toml::Value::Array(items)) => {
                items.is_empty() || items.iter().any(|item| item.as_str().is_none_or(|text| text.trim() == "*" || text.trim() == "any"))
            }
            Some(_) | None => true,
        };
        if star("role") || star("purposes") {
            let line = block_line(text, "dataset", at, "");
            let what = format!("the data set `{name}` is granted to everybody or for everything");
            sink.report(Finding::new(ID, Place::line(FILE, line), what, "Name the role and its purposes").key(format!("{name} grant")));
        }
    }
}

/// Data files beside the declared ones that the registry does not name.
fn undeclared(context: &Context<'_>, text: &str, rows: &[toml::Value], sink: &mut Sink) {
    let declared: Vec<&str> = rows.iter().filter_map(|row| row.get("path")?.as_str()).collect();
    let folder =
        |entry: &&crate::repo::snapshot::Entry| entry.is_file() && entry.path.starts_with("data/") && !entry.name().starts_with('.');
    for entry in context.snapshot.entries().iter().filter(folder).take(MOST) {
        if declared.contains(&entry.path.as_str())
            || declared.iter().any(|path| entry.path.starts_with(&format!("{}/", path.trim_end_matches('/'))))
        {
            continue;
        }
        // A file to predict, which the road brings as an example, is no data set.
        let seeded = context.lock.is_some_and(|lock| lock.file.iter().any(|file| file.path == entry.path)) && !text.is_empty();
        let example = seeded && entry.name().starts_with("example");
        let data = may_be_data(entry.name())
            && context.snapshot.subject(&entry.path).is_some_and(|subject| kind_of(&entry.path, entry.size, subject.head()).is_some());
        let passage = seeded && entry.extension() == "md";
        if (data && !example) || passage {
            let what = format!("`{}` is no data set of `{FILE}`, so nobody answers for it", entry.path);
            sink.report(
                Finding::new(ID, Place::file(&entry.path), what, format!("Add it to `{FILE}` with its owner, origin and digest"))
                    .key("undeclared"),
            );
        }
    }
}

/// Compares with what the road wrote about the same data set.
fn compare(context: &Context<'_>, before: &toml::Table, rows: &[toml::Value], text: &str, sink: &mut Sink) {
    const LEVELS: &[&str] = &["public", "internal", "confidential", "restricted"];
    for was in before.get("dataset").and_then(toml::Value::as_array).into_iter().flatten() {
        let name = word(was, "name");
        let Some(at) = rows.iter().position(|row| word(row, "name") == name) else {
            if context.snapshot.has(word(was, "path")) {
                sink.report(
                    Finding::new(
                        ID,
                        Place::file(FILE),
                        format!("the data set `{name}` is gone from the registry, and its file is still there"),
                        "Put its row back",
                    )
                    .key(name),
                );
            }
            continue;
        };
        let level = |row: &toml::Value| LEVELS.iter().position(|level| *level == word(row, "sensitivity"));
        if level(&rows[at]) < level(was) && level(&rows[at]).is_some() {
            let line = block_line(text, "dataset", at, "sensitivity");
            let what =
                format!("the data set `{name}` is called {} instead of {}", word(&rows[at], "sensitivity"), word(was, "sensitivity"));
            sink.report(
                Finding::new(ID, Place::line(FILE, line), what, "Set the sensitivity that was answered").key(format!("{name} sensitivity")),
            );
        }
        let grants = |row: &toml::Value| -> Vec<(String, Vec<String>)> {
            let words = |value: Option<&toml::Value>| {
                value
                    .and_then(toml::Value::as_array)
                    .map(|items| items.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect())
                    .unwrap_or_default()
            };
            row.get("grant")
                .and_then(toml::Value::as_array)
                .into_iter()
                .flatten()
                .map(|grant| (word(grant, "role").to_owned(), words(grant.get("purposes"))))
                .collect()
        };
        // The same bytes under wider rights: a grant for a data set of the team's own is another data set.
        let known = grants(was);
        for (role, purposes) in grants(&rows[at]) {
            let wider = match known.iter().find(|(other, _)| *other == role) {
                None => true,
                Some((_, other)) => purposes.iter().any(|purpose| !other.contains(purpose)),
            };
            if wider && !role.is_empty() {
                let line = block_line(text, "dataset", at, "");
                let what = format!("`{role}` may read the data set `{name}` for more than the road granted");
                sink.report(
                    Finding::new(ID, Place::line(FILE, line), what, "Let the owner agree, or take the grant away")
                        .key(format!("{name} {role}"))
                        .advice(),
                );
            }
        }
    }
}

/// Returns the line of a key in the n-th table of a list; the line of its header where the key is not there.
pub fn block_line(text: &str, list: &str, at: usize, key: &str) -> usize {
    let header = format!("[[{list}]]");
    let Some(begin) = text.lines().enumerate().filter(|(_, line)| line.trim() == header).map(|(line, _)| line).nth(at) else { return 1 };
    let is = |line: &str| !key.is_empty() && line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='));
    let block = text.lines().enumerate().skip(begin + 1).take_while(|(_, line)| line.trim() != header);
    block.filter(|(_, line)| is(line)).map(|(line, _)| line + 1).next().unwrap_or(begin + 1)
}

fn declared() -> Vec<u8> {
    let digest = Digest::of(ROWS.as_bytes());
    format!("[[dataset]]\nname = \"a\"\npath = \"data/a.csv\"\nsha256 = \"{digest}\"\nowner = \"ML team\"\nsensitivity = \"internal\"\norigin = \"made up\"\n").into_bytes()
}
