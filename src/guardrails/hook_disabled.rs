//! `hook-disabled`: the commit hook is there and checks nothing.

use super::finding::{Finding, Place};
use super::governance_files::text_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine::{MOST_FILES, changed};
use super::road_example::{CONFIG, LOCK, file, file_with};
use super::safeguards::{bare, gone, line_with};
use crate::formats::yaml::{self, Node};
use crate::repo::config::Level;
use crate::repo::snapshot::Entry;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a commit hook was switched off",
        level: Level::Warn,
        why: "The hook is the only check before a key is in a commit. After that it has to be revoked, whatever the pipeline finds.",
        attack: "A hook is slow, so somebody writes `exit 0` at its top and commits that with other changes. Nobody sees it, because a hook that does nothing says nothing. \
                 The next `.env` that is added by mistake goes straight to the server.",
        fix: "Let the hook run its checks again: `bash .githooks/secrets` and `bash .githooks/large-files`, without `exit 0` before them.",
        automatic: "",
        standards: &["ATLAS AML.T0055"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a hook that ends before it begins",
                files: &[(".githooks/pre-commit", Content::Text("#!/bin/sh\n# later\nexit 0\nbash .githooks/secrets\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a list of hooks without the one for secrets",
                files: &[
                    LOCK,
                    CONFIG,
                    (".githooks/pre-commit", Content::Made { is: "the hook", bytes: hook }),
                    (".githooks/secrets", Content::Made { is: "the hook", bytes: secrets }),
                    (".githooks/large-files", Content::Made { is: "the hook", bytes: large }),
                    (".pre-commit-config.yaml", Content::Made { is: "without secrets", bytes: list }),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "hooks from elsewhere, by a branch",
                files: &[
                    LOCK,
                    CONFIG,
                    (".githooks/pre-commit", Content::Made { is: "the hook", bytes: hook }),
                    (".githooks/secrets", Content::Made { is: "the hook", bytes: secrets }),
                    (".githooks/large-files", Content::Made { is: "the hook", bytes: large }),
                    (".pre-commit-config.yaml", Content::Made { is: "with hooks by `main`", bytes: by_branch }),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the hooks as they came",
                files: &[
                    LOCK,
                    CONFIG,
                    (".githooks/pre-commit", Content::Made { is: "the hook", bytes: hook }),
                    (".githooks/secrets", Content::Made { is: "the hook", bytes: secrets }),
                    (".githooks/large-files", Content::Made { is: "the hook", bytes: large }),
                    (".pre-commit-config.yaml", Content::Made { is: "the list", bytes: full_list }),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a hook that ends well after its checks",
                files: &[(".githooks/pre-commit", Content::Text("#!/bin/sh\nset -e\nbash .githooks/secrets\nexit 0\n"))],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "hook-disabled";
const LIST: &str = ".pre-commit-config.yaml";
/// How many findings one file is worth.
const MOST: usize = 6;

fn concerns(path: &str) -> bool {
    is_hook(path) || path == LIST || path == "scripts/setup.sh"
}

fn is_hook(path: &str) -> bool {
    path.starts_with(".githooks/") || path.starts_with(".husky/")
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let hooks: Vec<&Entry> = context
        .snapshot
        .entries()
        .iter()
        .filter(|entry| entry.is_file() && is_hook(&entry.path) && entry.path.matches('/').count() == 1)
        .take(50)
        .collect();
    for hook in hooks {
        let Some(text) = text_of(context.snapshot, &hook.path) else { continue };
        let first = text
            .lines()
            .enumerate()
            .find(|(_, line)| !bare(line).is_empty() && !bare(line).starts_with("set ") && !line.starts_with("cd "));
        match first {
            Some((at, line)) if matches!(bare(line), "exit 0" | "exit" | "true && exit 0" | "return 0") => {
                sink.report(
                    Finding::new(
                        ID,
                        Place::line(&hook.path, at + 1),
                        format!("`{}` ends before it checks anything", hook.path),
                        "Take the `exit 0` away",
                    )
                    .key("exit"),
                );
                continue;
            }
            Some(_) | None => {}
        }
        if let Some(before) = changed(context, &hook.path) {
            for line in gone(&before, &text).into_iter().take(MOST) {
                let what = format!("`{}` has lost `{}`", hook.path, line.chars().take(80).collect::<String>());
                sink.report(Finding::new(ID, Place::file(&hook.path), what, "Put the line back as the road wrote it").key(line));
            }
        }
    }
    let Some(lock) = context.lock else { return };
    for locked in lock.file.iter().take(MOST_FILES).filter(|locked| is_hook(&locked.path) || locked.path == LIST) {
        if !context.snapshot.has(&locked.path) {
            sink.report(
                Finding::new(
                    ID,
                    Place::file(&locked.path),
                    format!("the hook file `{}` is missing", locked.path),
                    "Get it back from the history",
                )
                .key("missing"),
            );
        }
    }
    judge_list(context, sink);
    judge_setup(context, sink);
}

/// The list of hooks: each of the road's is still there, at each commit, for all files.
fn judge_list(context: &Context<'_>, sink: &mut Sink) {
    let Some((before, now)) = changed(context, LIST).zip(text_of(context.snapshot, LIST)) else { return };
    let (Ok(before), Ok(documents)) = (yaml::parse(&before), yaml::parse(&now)) else {
        sink.unscannable(LIST, "it is no YAML");
        return;
    };
    judge_sources(&documents, &now, sink);
    let (was, is) = (hooks_of(&before), hooks_of(&documents));
    for (id, hook) in &was {
        let Some((_, other)) = is.iter().find(|(other, _)| other == id) else {
            sink.report(
                Finding::new(ID, Place::file(LIST), format!("the hook `{id}` is gone"), format!("Put the hook `{id}` back")).key(id),
            );
            continue;
        };
        let line = line_with(&now, &format!("id: {id}"));
        for key in ["entry", "always_run", "types_or", "types", "language"] {
            if value(hook, key) != value(other, key) {
                sink.report(
                    Finding::new(
                        ID,
                        Place::line(LIST, line),
                        format!("`{key}` of the hook `{id}` is no longer what the road wrote"),
                        format!("Set `{key}` again"),
                    )
                    .key(format!("{id} {key}")),
                );
            }
        }
        for key in ["exclude", "files", "stages", "exclude_types"] {
            if other.get(key).is_some() && hook.get(key).is_none() {
                sink.report(
                    Finding::new(
                        ID,
                        Place::line(LIST, line),
                        format!("`{key}` keeps the hook `{id}` from some commits or files"),
                        format!("Take `{key}` away"),
                    )
                    .key(format!("{id} {key}")),
                );
            }
        }
    }
    for (key, why) in [
        ("exclude", "keeps every hook from some files"),
        ("files", "keeps every hook from some files"),
        ("default_stages", "decides when hooks run"),
        ("default_install_hook_types", "decides which hooks are installed"),
    ] {
        let root = |documents: &[Node]| documents.first().and_then(|root| root.get(key).map(shown));
        if root(&before) != root(&documents) {
            sink.report(
                Finding::new(
                    ID,
                    Place::line(LIST, line_with(&now, key).max(1)),
                    format!("`{key}`, which {why}, was changed"),
                    format!("Set `{key}` as the road has it"),
                )
                .key(key),
            );
        }
    }
}

/// Hooks of another repository by a branch: whoever may push there runs code on every machine that commits.
fn judge_sources(documents: &[Node], text: &str, sink: &mut Sink) {
    for repo in documents.first().and_then(|root| root.get("repos")).map_or(&[][..], Node::items) {
        let Some(name) = repo.get("repo").and_then(Node::text).filter(|name| !matches!(*name, "local" | "meta")) else { continue };
        let rev = repo.get("rev").and_then(Node::text).unwrap_or_default();
        let commit = rev.len() == 40 && rev.bytes().all(|c| c.is_ascii_hexdigit());
        let version = rev.trim_start_matches(|c: char| !c.is_ascii_digit());
        if commit || (version.contains('.') && version.bytes().next().is_some_and(|c| c.is_ascii_digit())) {
            continue;
        }
        let place = Place::line(LIST, line_with(text, name).max(1));
        let what = format!("the hooks of `{name}` come from `{rev}`, which can be moved to other code");
        sink.report(Finding::new(ID, place, what, "Write `rev: <40-character commit>`").key(format!("rev {name}")));
    }
}

fn hooks_of(documents: &[Node]) -> Vec<(String, &Node)> {
    let repos = documents.first().and_then(|root| root.get("repos")).map_or(&[][..], Node::items);
    let hooks = repos.iter().flat_map(|repo| repo.get("hooks").map_or(&[][..], Node::items));
    hooks.filter_map(|hook| Some((hook.get("id")?.text()?.to_owned(), hook))).collect()
}

fn value(hook: &Node, key: &str) -> Option<String> {
    hook.get(key).map(shown)
}

fn shown(node: &Node) -> String {
    node.text().map_or_else(|| node.items().iter().filter_map(Node::text).collect::<Vec<_>>().join(","), str::to_owned)
}

/// The script that switches the hooks on for a clone.
fn judge_setup(context: &Context<'_>, sink: &mut Sink) {
    let path = "scripts/setup.sh";
    let Some((before, now)) = changed(context, path).zip(text_of(context.snapshot, path)) else { return };
    let on = |text: &str| text.lines().map(bare).filter(|line| line.contains("hooksPath")).count();
    if on(&now) < on(&before) {
        sink.report(
            Finding::new(
                ID,
                Place::file(path),
                "`make setup` does not switch the hooks on any more",
                "Put back the line with `core.hooksPath`",
            )
            .key("hooksPath"),
        );
    }
}

fn hook() -> Vec<u8> {
    file(".githooks/pre-commit").into_bytes()
}

fn secrets() -> Vec<u8> {
    file(".githooks/secrets").into_bytes()
}

fn large() -> Vec<u8> {
    file(".githooks/large-files").into_bytes()
}

fn full_list() -> Vec<u8> {
    file(LIST).into_bytes()
}

fn by_branch() -> Vec<u8> {
    let more = "  - repo: https://git.example/team/hooks\n    rev: main\n    hooks:\n      - id: tidy\n";
    format!("{}{more}", file(LIST)).into_bytes()
}

fn list() -> Vec<u8> {
    file_with(LIST, "id: secrets", "id: other")
}
