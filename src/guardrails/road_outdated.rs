//! `road-outdated`: there is a newer version of the project's road.

use super::finding::{Finding, Place};
use super::governance_files::text_of;
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::safeguards::line_with;
use crate::repo::config::{self, Level};
use crate::repo::lock;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "the project is on an old version of its road",
        level: Level::Advise,
        why: "A new version of the road brings pins that are known to be good, safeguards against new attacks and corrections of old ones.",
        attack: "An action that the road pinned is found to leak secrets. The next version of the road pins another one, and a project that stays behind runs the bad one for months.",
        fix: "See what it brings with `highroad status`, then take it with `highroad upgrade`: it merges the new version with your edits, on a branch of its own, and `highroad undo` takes it back.",
        automatic: "",
        standards: &["SCORECARD Dependency-Update-Tool"],
        // What is newer depends on the binary: the examples are those that hold for every one.
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a version from before the road was published",
                files: &[("highroad.lock", Content::Made { is: "a lock of version 2020.1.0", bytes: old_lock })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the same with its configuration",
                files: &[
                    ("highroad.lock", Content::Made { is: "a lock of version 2020.1.0", bytes: old_lock }),
                    (
                        "highroad.toml",
                        Content::Text(
                            "schema = 1\nkind = \"llm-app\"\n\n[road]\nid = \"ml\"\nversion = \"2020.1.0\"\nsource = \"built-in\"\n",
                        ),
                    ),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the newest version",
                files: &[super::road_example::LOCK, super::road_example::CONFIG],
            },
            Example { verdict: Verdict::Good, shows: "a project on no road", files: &[("a.py", Content::Text("a = 1\n"))] },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "road-outdated";

fn concerns(path: &str) -> bool {
    path == lock::FILE || path == config::FILE
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let Some(lock) = context.lock else { return };
    let newest = crate::road::builtin::versions()
        .last()
        .filter(|newest| lock.road.id == "ml" && number(newest) > number(&lock.road.version))
        .map(str::to_owned);
    let Some(newer) = context.knowledge().newer_road.clone().or(newest) else { return };
    let line = text_of(context.snapshot, config::FILE).map_or(0, |text| line_with(&text, "version ="));
    let place = if line == 0 { Place::file(lock::FILE) } else { Place::line(config::FILE, line) };
    let what = format!("the project is on road `{}` {}, and there is {newer}", lock.road.id, lock.road.version);
    sink.report(
        Finding::new(ID, place, what, "See what it brings with `highroad status`, and take it with `highroad upgrade`").key("version"),
    );
}

fn number(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}

fn old_lock() -> Vec<u8> {
    b"schema = 1\nengine = \"e\"\nkind = \"llm-app\"\nfile = []\n\n[road]\nid = \"ml\"\nversion = \"2020.1.0\"\ndigest = \"sha256:0\"\n\n[answers]\n".to_vec()
}
