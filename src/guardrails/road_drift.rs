//! `road-drift`: a file that belongs to the road is no longer what the road wrote.

use super::finding::{Change, Finding, Place, Safety};
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine::{MOST_FILES, Pristine, pristine};
use super::road_example::{CONFIG, LOCK, file_with};
use crate::base::digest::Digest;
use crate::repo::config::{self, Level};
use crate::repo::lock::{self, Lock, LockedFile, Ownership};
use crate::repo::snapshot::EntryKind;
use crate::road::builtin;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a file of the road was changed or is missing",
        level: Level::Warn,
        why: "The road answers for its managed files: they are reviewed once for everybody. A changed one answers to nobody: an upgrade keeps the change, and with it what the change let through.",
        attack: "Somebody adds one line to the hook that looks for secrets: `exit 0`. Everything stays green, because the check that would complain is the one that was changed. \
                 Two weeks later a key is committed.",
        fix: "See what differs with `highroad diff`. Put the file back (`highroad fix --unsafe --diff` shows the change, and `highroad fix --unsafe` makes it), and keep your own addition in a file of your own or send it to the road.",
        automatic: "Puts managed files back as the road wrote them, and your own change of them is gone. It has to be asked for.",
        standards: &["OWASP-ML ML06:2023", "ATLAS AML.T0010"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a stage of the security suite that ends at once",
                files: &[LOCK, CONFIG, ("security/run.sh", Content::Made { is: "the script with `exit 0` at its top", bytes: gutted })],
            },
            Example { verdict: Verdict::Bad, shows: "a lock and nothing that it names", files: &[LOCK, CONFIG] },
            Example { verdict: Verdict::Bad, shows: "a project whose lock is gone", files: &[CONFIG] },
            Example {
                verdict: Verdict::Good,
                shows: "a small road of one file that is as it was",
                files: &[
                    ("highroad.lock", Content::Made { is: "a lock of one file", bytes: small_lock }),
                    ("highroad.toml", Content::Made { is: "the configuration of that road", bytes: small_config }),
                    ("run.sh", Content::Text(SMALL)),
                ],
            },
            Example { verdict: Verdict::Good, shows: "a project on no road", files: &[("run.sh", Content::Text("exit 0\n"))] },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "road-drift";
const SMALL: &str = "#!/bin/sh\nexec true\n";
/// Seeded files that guard something: the others may go.
const GUARDS: &[&str] = &["models.toml", "datasets.toml", "redteam/thresholds.toml", "docs/MODEL_CARD.md", "configs/default.toml"];

fn concerns(_: &str) -> bool {
    true
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let on_road = context.config.is_some_and(|config| config.road.is_some());
    let Some(lock) = context.lock else {
        if on_road {
            let there = context.snapshot.has(lock::FILE);
            let what = if there {
                "`highroad.lock` cannot be read, so nothing tells which files are the road's"
            } else {
                "`highroad.lock` is missing, so nothing tells which files are the road's"
            };
            sink.report(
                Finding::new(
                    ID,
                    Place::file(lock::FILE),
                    what,
                    "Get it back with `git checkout HEAD~1 -- highroad.lock`, or from the history",
                )
                .key("lock"),
            );
        }
        return;
    };
    let made = pristine(context);
    judge_records(context, lock, made.as_deref(), sink);
    let modes = knows_modes(context, lock);
    for file in lock.file.iter().take(MOST_FILES) {
        judge(context, file, made.as_deref(), modes, sink);
    }
}

/// Whether the snapshot can tell programs from other files: some file systems cannot.
fn knows_modes(context: &Context<'_>, lock: &Lock) -> bool {
    lock.file.iter().filter(|file| file.mode == "100755").any(|file| is_program(context, &file.path) == Some(true))
}

fn is_program(context: &Context<'_>, path: &str) -> Option<bool> {
    match context.snapshot.entry(path)?.kind {
        EntryKind::File { executable } => Some(executable),
        EntryKind::Link | EntryKind::Submodule => None,
    }
}

fn judge(context: &Context<'_>, file: &LockedFile, made: Option<&Pristine>, modes: bool, sink: &mut Sink) {
    let path = file.path.as_str();
    let whose = file.ownership.word();
    let place = Place::file(path);
    let Some(subject) = context.snapshot.subject(path) else {
        let link = context.snapshot.entry(path).is_some();
        let what = if link {
            format!("the {whose} file `{path}` is no plain file any more")
        } else {
            format!("the {whose} file `{path}` is missing")
        };
        let finding =
            Finding::new(ID, place, what, format!("Get it back with `git checkout HEAD~1 -- {path}`, or from the history")).key("missing");
        let finding = if file.ownership == Ownership::Seeded && !GUARDS.contains(&path) { finding.advice() } else { finding };
        sink.report(match pristine_text(file, made).filter(|_| !link && file.mode == "100644" && file.ownership != Ownership::Seeded) {
            Some(text) => {
                finding.fix(Safety::Unsafe, "write it again as the road has it", vec![Change::Create { path: path.to_owned(), text }])
            }
            None => finding,
        });
        return;
    };
    let Some(bytes) = subject.bytes() else {
        let why = subject.failure().map_or_else(|| "it is too large to be compared with the road".to_owned(), |failure| failure.why);
        sink.unscannable(path, why);
        return;
    };
    if file.ownership == Ownership::Managed && Digest::of(bytes).to_string() != file.digest {
        let plain: Vec<u8> = bytes.iter().copied().filter(|byte| *byte != b'\r').collect();
        if Digest::of(&plain).to_string() == file.digest {
            let how = "Store it with LF: `git add --renormalize .`";
            sink.report(
                Finding::new(ID, place, format!("`{path}` has other line ends than the road wrote"), how).key("line-ends").advice(),
            );
            return;
        }
        let how = "Put it back as the road wrote it, and keep your addition in a file of your own";
        let finding = Finding::new(ID, place.clone(), format!("`{path}` belongs to the road and was changed"), how).key("changed");
        sink.report(match pristine_text(file, made) {
            Some(text) => finding.fix(
                Safety::Unsafe,
                "put it back as the road wrote it",
                vec![Change::Edit { path: path.to_owned(), range: 0..bytes.len(), text }],
            ),
            None => finding,
        });
    }
    let program = is_program(context, path) == Some(true);
    if modes && (file.mode == "100755") != program {
        let (what, flag) =
            if program { ("may be run, although the road says that it may not", "-x") } else { ("cannot be run any more", "+x") };
        sink.report(
            Finding::new(ID, place, format!("`{path}` {what}"), format!("Run `git update-index --chmod={flag} {path}`")).key("mode"),
        );
    }
}

/// Returns what the road wrote, where this binary holds it and the lock agrees.
fn pristine_text(file: &LockedFile, made: Option<&Pristine>) -> Option<String> {
    let made = made?.tree.get(&file.path)?;
    if Digest::of(&made.bytes).to_string() != file.digest {
        return None;
    }
    String::from_utf8(made.bytes.clone()).ok()
}

/// Compares the lock with `highroad.toml` and with the road itself: a lock that was edited hides a changed file.
fn judge_records(context: &Context<'_>, lock: &Lock, made: Option<&Pristine>, sink: &mut Sink) {
    let at = |key: &str, what: String, how: &str| Finding::new(ID, Place::file(lock::FILE), what, how.to_owned()).key(key);
    let restore = "Get `highroad.lock` back from the history; only Highroad writes it";
    match context.config.and_then(|config| config.road.as_ref()) {
        Some(road) if road.id != lock.road.id || road.version != lock.road.version => {
            let what =
                format!("`highroad.toml` names road `{}` {}, the lock `{}` {}", road.id, road.version, lock.road.id, lock.road.version);
            sink.report(at("version", what, "Put both back as they were in the history: the version of the two changes together"));
        }
        Some(_) => {}
        None => {
            let what = format!("`{}` is missing, cannot be read or names no road", config::FILE);
            sink.report(Finding::new(ID, Place::file(config::FILE), what, "Get it back from the history").key("config"));
        }
    }
    if context.config.and_then(|config| config.kind.as_ref()).is_some_and(|kind| *kind != lock.kind) {
        sink.report(at("kind", "`highroad.toml` and the lock name different kinds of project".to_owned(), restore));
    }
    let Some(made) = made else {
        let ours = context.config.and_then(|config| config.road.as_ref()).is_some_and(|road| road.source == "built-in" && road.id == "ml");
        if ours && !builtin::versions().any(|version| version == lock.road.version) {
            let what =
                format!("this Highroad does not hold road `{}` {}, so shared files could not be compared", lock.road.id, lock.road.version);
            sink.report(at("unknown", what, "Update Highroad; if the version never was published, get the lock back from the history"));
        } else if ours && builtin::newest().is_ok_and(|(newest, _)| newest == lock.road.version) {
            sink.report(at("answers", "the lock does not render: its kind or its answers were edited".to_owned(), restore));
        }
        return;
    };
    if made.road != lock.road.digest {
        sink.report(at(
            "road-digest",
            format!("the lock records another digest than road `{}` {} has", lock.road.id, lock.road.version),
            restore,
        ));
        return;
    }
    for (path, file) in made.tree.iter() {
        let path = path.as_str();
        let Some(locked) = lock.file.iter().find(|locked| locked.path == path) else {
            sink.report(at(path, format!("the lock does not list `{path}`, which the road wrote"), restore));
            continue;
        };
        if locked.digest != Digest::of(&file.bytes).to_string() {
            sink.report(at(path, format!("the lock records another digest for `{path}` than the road gives"), restore));
        }
        if made.ownership.get(path).is_some_and(|whose| *whose != locked.ownership) || locked.mode != file.mode.git() {
            sink.report(at(
                &format!("{path} whose"),
                format!("the lock calls `{path}` {}, which the road does not", locked.ownership.word()),
                restore,
            ));
        }
    }
}

fn gutted() -> Vec<u8> {
    file_with("security/run.sh", "set -euo pipefail", "exit 0")
}

fn small_lock() -> Vec<u8> {
    let digest = Digest::of(SMALL.as_bytes());
    format!(
        "schema = 1\nengine = \"e\"\nkind = \"k\"\n\n[road]\nid = \"own\"\nversion = \"2026.1.0\"\ndigest = \"{digest}\"\n\n[answers]\n\n[[file]]\npath = \"run.sh\"\nownership = \"managed\"\nmode = \"100644\"\ndigest = \"{digest}\"\nblob = \"0\"\n"
    )
    .into_bytes()
}

fn small_config() -> Vec<u8> {
    b"schema = 1\nkind = \"k\"\n\n[road]\nid = \"own\"\nversion = \"2026.1.0\"\nsource = \"folder\"\n".to_vec()
}
