//! Why an adoption does not do something, in words that a reviewer can check.

use crate::repo::stack::{Shape, Stack};
use crate::report::adopt::NotDone;

/// Returns why a guardrail's findings are not fixed by an adoption.
pub(super) fn why_not(guardrail: &str, shape: Shape) -> &'static str {
    if shape == Shape::Lab {
        return "the repository is vulnerable on purpose";
    }
    match guardrail {
        "unlocked" | "lock-without-hashes" | "lock-out-of-date" => "a lock would choose versions, and adoption upgrades nothing",
        "unpinned-dependency" | "direct-url-dependency" | "denied-version" => {
            "which version is in use stands nowhere, so a pin would be a guess"
        }
        "unpinned-base-image" | "unvetted-base-image" | "latest-image-tag" => "the road knows no digest for it",
        "unpinned-action" | "compromised-action" => "the road knows no commit for it",
        "root-container" | "privileged-compose-service" | "remote-script-in-dockerfile" | "secret-in-dockerfile" => {
            "the image may need it, which only a build and a run can tell"
        }
        "copy-all-without-dockerignore" => "the image may need what would be kept out",
        "excessive-permissions" | "persisted-credentials" | "dangerous-trigger" | "workflow-injection" => {
            "the pipeline may need it, which only its maintainer knows"
        }
        "data-in-git" | "large-file" | "personal-data" | "dataset-without-owner" => "data and history are never touched",
        "notebook-output-committed" => "notebooks are never touched",
        "pickle-artifact"
        | "unsafe-pickle"
        | "object-array"
        | "torchscript-code"
        | "keras-code"
        | "model-not-in-inventory"
        | "unscannable-artifact" => "models are never touched",
        "secret" => "taking it out of the file does not take it out of the history: revoke it",
        "missing-codeowners" | "missing-security-policy" | "missing-threat-model" | "missing-model-card" | "threat-model-unanswered" => {
            "its text is for its owner to write"
        }
        "missing-security-stage" | "update-bot-missing" => "the pipeline is for its maintainer to change",
        "unscannable-file" => "what cannot be read is for its owner to repair or remove",
        _ => "its code is never touched",
    }
}

/// What an adoption of this repository leaves alone as a whole.
pub(super) fn by_shape(stack: &Stack, host: &str) -> Vec<NotDone> {
    let mut found = Vec::new();
    let mut say = |what: String, why: &str| found.push(NotDone { what, why: why.to_owned() });
    match stack.shape {
        Shape::Lab => say(
            "Nothing but governance: no pin, no permission, no container, no hook, no pipeline".to_owned(),
            "it is vulnerable on purpose, and what it teaches would be gone",
        ),
        Shape::Archive => say(
            "No pin, no container, no hook, no pipeline and no update bot, unless you choose them".to_owned(),
            "it is an archive: nobody builds it any more, and an update would break it",
        ),
        Shape::Research | Shape::Service | Shape::Application | Shape::Library | Shape::Monorepo | Shape::Notebooks => {}
    }
    for ci in stack.ci.iter().filter(|ci| ci.id != host) {
        let first = ci.evidence.first().map_or_else(String::new, |place| format!(" (`{}`)", place.path));
        if ci.id != "github" || host == "none" {
            say(
                format!("The pipelines of {}{first} stay as they are", ci.name),
                "another system runs them, and only its maintainer can try a change",
            );
        }
    }
    if !stack.languages.iter().any(|language| matches!(language.id.as_str(), "python" | "notebook")) {
        say("No Python toolchain".to_owned(), "there is no Python in it");
    } else if stack.managers.is_empty() {
        say("No list of packages and no lock".to_owned(), "nothing says which packages it needs, and a list would be a guess");
    }
    if stack.python.first().is_some_and(|python| python.id == "2") {
        say("Its Python stays 2".to_owned(), "adoption upgrades nothing");
    }
    say(
        "Python code, notebooks, models, data, history and licence stay byte for byte".to_owned(),
        "only their authors can say what they are meant to do",
    );
    found
}
