//! `safeguard-removed`: a file that people and road share has lost a safeguard.

use super::finding::{Finding, Place};
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine::all_changed;
use super::road_example::{CONFIG, LOCK, file, file_with};
use super::safeguards::lost;
use crate::repo::config::Level;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "a safeguard of the road was taken out",
        level: Level::Warn,
        why: "Some safeguards live in files that you edit: the Makefile, the pipeline, the locks, the code. One deleted line there switches a check off for everybody, and nothing else notices.",
        attack: "A pipeline is red on a Friday, so somebody takes the stage `dependencies` out of it for now. It never comes back. Months later a package is taken over, \
                 and the stage that knew about it does not run.",
        fix: "Put the line back as the road wrote it; `git log -p FILE` shows when it went. If it has to stay away, write a waiver with a reason, an owner and an end date.",
        automatic: "",
        standards: &["OWASP-ML ML06:2023", "SCORECARD CI-Tests", "SCORECARD SAST"],
        examples: &[
            Example {
                verdict: Verdict::Bad,
                shows: "a security target that runs nothing",
                files: &[LOCK, CONFIG, ("Makefile", Content::Made { is: "a Makefile whose `security` echoes", bytes: gutted })],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a stage that went from the pipeline",
                files: &[
                    LOCK,
                    CONFIG,
                    (".github/workflows/security.yml", Content::Made { is: "a pipeline without the stage `secrets`", bytes: no_stage }),
                ],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a step that passes whatever happens",
                files: &[
                    LOCK,
                    CONFIG,
                    (".github/workflows/ci.yml", Content::Made { is: "a pipeline with `|| true` after the tests", bytes: soft }),
                ],
            },
            Example {
                verdict: Verdict::Good,
                shows: "the Makefile as it came",
                files: &[LOCK, CONFIG, ("Makefile", Content::Made { is: "a new Makefile", bytes: pristine })],
            },
            Example {
                verdict: Verdict::Good,
                shows: "a target that the team added",
                files: &[LOCK, CONFIG, ("Makefile", Content::Made { is: "a Makefile with a target more", bytes: more })],
            },
            Example { verdict: Verdict::Good, shows: "a project on no road", files: &[("Makefile", Content::Text("test:\n\ttrue\n"))] },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "safeguard-removed";

fn concerns(_: &str) -> bool {
    true
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    for (path, before, now) in all_changed(context) {
        for loss in lost(&path, &before, &now) {
            let place = if loss.line == 0 { Place::file(&path) } else { Place::line(&path, loss.line) };
            let finding = Finding::new(ID, place, loss.what, loss.how).key(loss.key);
            sink.report(if loss.advice { finding.advice() } else { finding });
        }
    }
}

fn gutted() -> Vec<u8> {
    file_with("Makefile", "@security/run.sh", "@echo all fine")
}

fn no_stage() -> Vec<u8> {
    file_with(".github/workflows/security.yml", "[secrets, ", "[")
}

fn soft() -> Vec<u8> {
    file_with(".github/workflows/ci.yml", "make test", "make test || true")
}

fn pristine() -> Vec<u8> {
    file("Makefile").into_bytes()
}

fn more() -> Vec<u8> {
    let mut text = file("Makefile");
    text.push_str("\nserve: ## Serve\n\t@.venv/bin/python -m http.server\n");
    text.into_bytes()
}
