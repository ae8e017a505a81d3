//! `missing-codeowners`: nobody is asked before a change of the guardrails is merged.

use super::finding::{Finding, Place, Safety};
use super::governance_files::{has_content, missing, text_of, unfilled, with_starter};
use super::guardrail::{Content, Context, Example, Fact, Guardrail, Inspection, Meta, Sink, Verdict};
use super::pristine;
use crate::repo::config::Level;

/// The definition.
pub static GUARDRAIL: Guardrail = Guardrail {
    meta: Meta {
        id: ID,
        title: "no owner is asked to review changes",
        level: Level::Advise,
        why: "Without CODEOWNERS any reviewer can wave through a change of the pipeline, the locks or the data.",
        attack: "Somebody with a stolen account sends a small change: one line in the pipeline that prints its secrets. A colleague from another team approves it, \
                 because nobody said that the platform team has to look at that folder.",
        fix: "Add `.github/CODEOWNERS` (`CODEOWNERS` on other hosts) with a line such as `* @organisation/team`, and require a review from code owners.",
        automatic: "Adds a CODEOWNERS with a placeholder for the team. It has to be asked for, and the guardrail speaks until it is filled in.",
        standards: &["SCORECARD Code-Review", "SCORECARD Branch-Protection"],
        examples: &[
            Example { verdict: Verdict::Bad, shows: "code without owners", files: &[("train.py", Content::Text("print(1)\n"))] },
            Example {
                verdict: Verdict::Bad,
                shows: "owners in a place where no host looks",
                files: &[("train.py", Content::Text("print(1)\n")), ("tools/CODEOWNERS", Content::Text("* @org/team\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "a file of comments",
                files: &[("train.py", Content::Text("print(1)\n")), (".github/CODEOWNERS", Content::Text("# * @org/team\n"))],
            },
            Example {
                verdict: Verdict::Bad,
                shows: "the team of the example, which nobody has replaced",
                files: &[("train.py", Content::Text("print(1)\n")), (".github/CODEOWNERS", Content::Text("* @organisation/team\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "owners in the folder of the host",
                files: &[("train.py", Content::Text("print(1)\n")), (".github/CODEOWNERS", Content::Text("* @org/team\n"))],
            },
            Example {
                verdict: Verdict::Good,
                shows: "owners of another host",
                files: &[("train.py", Content::Text("print(1)\n")), (".gitlab/CODEOWNERS", Content::Text("[Models] @group\n*.py\n"))],
            },
        ],
    },
    inspection: Inspection::whole(concerns, look),
};

const ID: &str = "missing-codeowners";
/// Where GitHub, GitLab and Gitea look, in their order; and the name that Kubernetes projects use.
const PLACES: &[&str] =
    &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS", "OWNERS"];

fn concerns(path: &str) -> bool {
    PLACES.contains(&path)
}

fn look(context: &Context<'_>, _: &[Fact], sink: &mut Sink) {
    let snapshot = context.snapshot;
    if !has_content(snapshot) {
        return;
    }
    let Some(path) = PLACES.iter().find(|path| snapshot.has(path)) else {
        // A project that lies on no host has nobody to ask.
        if context.lock.is_some_and(|lock| lock.answers.get("host").is_some_and(|host| host == "none")) {
            return;
        }
        let finding = missing(
            ID,
            "there is no CODEOWNERS, so nobody in particular is asked to review a change",
            "Add `.github/CODEOWNERS` with a line such as `* @organisation/team`",
        );
        // Who owns the code is for people to say.
        sink.report(with_starter(finding, context, Safety::Unsafe, "add a CODEOWNERS to fill in"));
        return;
    };
    let Some(text) = text_of(snapshot, path) else { return };
    if rules(&text).next().is_none() {
        let finding = Finding::new(ID, Place::file(path), format!("`{path}` holds no rule"), "Write a line such as `* @organisation/team`");
        sink.report(finding.key("empty"));
        return;
    }
    sink.findings.extend(unfilled(ID, path, &text));
    let Some(pristine) = pristine::changed(context, path) else { return };
    for (pattern, owners) in rules(&pristine) {
        let now = rules(&text).filter(|(now, _)| *now == pattern).last();
        let what = match now {
            Some((_, now)) if owners.is_empty() || !now.is_empty() => continue,
            Some(_) => format!("`{pattern}` has no owner any more"),
            None => format!("`{pattern}` is no longer named, so the general rule decides about a guardrail"),
        };
        let line = text.lines().position(|line| line.split_whitespace().next() == Some(pattern)).map_or(0, |at| at + 1);
        let place = if line == 0 { Place::file(path) } else { Place::line(path, line) };
        sink.report(Finding::new(ID, place, what, format!("Put back a line `{pattern} @organisation/team`")).key(pattern));
    }
}

/// Returns the rules: a pattern and its owners. A section of GitLab gives its owners to the lines below it.
fn rules(text: &str) -> impl Iterator<Item = (&str, Vec<&str>)> {
    text.lines().filter_map(|line| {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if line.is_empty() || line.starts_with('#') || line.starts_with('[') || line.starts_with("^[") {
            return None;
        }
        let mut words = line.split_whitespace();
        Some((words.next()?, words.collect()))
    })
}
