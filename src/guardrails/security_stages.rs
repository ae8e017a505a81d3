//! Where CI runs the road's security stages, and whether their result counts.

use std::ops::Range;

use super::workflows::GithubFile;
use crate::formats::gitlab::{self, Pipeline};
use crate::formats::workflow::{Job, Scalar, Step, Workflow};
use crate::repo::subject::Subject;

/// Which stages a command runs.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Stages {
    /// All that there are.
    All,
    /// Those named.
    Named(Vec<String>),
}

impl Stages {
    /// Whether a stage is among them.
    pub fn has(&self, stage: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(names) => names.iter().any(|name| name == stage),
        }
    }
}

/// Whether a run protects.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Strength {
    /// It runs on every pull request and a failure stops it.
    Blocking,
    /// It runs, and its failure does not count, or it can be left out; said in a few words.
    Weak(String),
    /// It never looks at a pull request.
    Elsewhere,
}

/// One command of CI that runs stages.
#[derive(Clone, Debug)]
pub struct Run {
    /// Which.
    pub stages: Stages,
    /// Whether it protects.
    pub strength: Strength,
    /// What to underline: the command, or what makes it weak.
    pub range: Range<usize>,
}

/// Returns the runs in a workflow.
pub fn of_workflow(subject: &Subject<'_>) -> Vec<Run> {
    let file = subject.view::<GithubFile>();
    let (Some(workflow), Some(text)) = (&file.workflow, subject.text()) else { return Vec::new() };
    let mut runs = Vec::new();
    for job in &workflow.jobs {
        for step in &job.steps {
            let Some(run) = &step.run else { continue };
            for command in commands(&run.text, text) {
                let stages = only_if(workflow_stages(&command.arguments, workflow, job, step), step, job);
                let (strength, range) = strength_of(workflow, job, step, run, &command, text);
                runs.push(Run { stages, strength, range });
            }
        }
    }
    runs
}

fn strength_of(workflow: &Workflow, job: &Job, step: &Step, run: &Scalar, command: &Command, text: &str) -> (Strength, Range<usize>) {
    let own = place_in(text, run, command);
    if let Some(why) = command.weak {
        return (Strength::Weak(why.to_owned()), own);
    }
    for allowed in [&step.continue_on_error, &job.continue_on_error].into_iter().flatten() {
        if allowed.text.trim() != "false" {
            return (Strength::Weak("`continue-on-error` lets it fail".to_owned()), allowed.span.clone());
        }
    }
    for condition in [&step.condition, &job.condition].into_iter().flatten() {
        if let Some(why) = left_out(&condition.text) {
            return (Strength::Weak(why), condition.span.clone());
        }
    }
    let Some(pulls) = workflow.triggers.iter().find(|trigger| matches!(trigger.name.as_str(), "pull_request" | "merge_group")) else {
        return (Strength::Elsewhere, own);
    };
    if let Some((filter, _)) = pulls.filters.iter().find(|(name, _)| name == "paths" || name == "paths-ignore") {
        return (Strength::Weak(format!("`{filter}` leaves out pull requests")), pulls.span.clone());
    }
    let types = pulls.filters.iter().find(|(name, _)| name == "types");
    if types.is_some_and(|(_, types)| !types.iter().any(|kind| kind == "synchronize")) {
        return (Strength::Weak("`types` leaves out new commits of a pull request".to_owned()), pulls.span.clone());
    }
    (Strength::Blocking, own)
}

/// Returns why a condition leaves pull requests out; `None` where it does not.
fn left_out(condition: &str) -> Option<String> {
    let inner = condition.trim().trim_start_matches("${{").trim_end_matches("}}").trim();
    let spaceless: String = inner.chars().filter(|c| !c.is_whitespace()).collect();
    if matches!(spaceless.as_str(), "false" | "0" | "'false'" | "1==0" | "''") || spaceless.starts_with("false&&") {
        return Some("`if: false` switches it off".to_owned());
    }
    if spaceless.contains("github.event_name")
        && (spaceless.contains("event_name!='pull_request'") || !spaceless.contains("'pull_request'"))
    {
        return Some("its `if` leaves out pull requests".to_owned());
    }
    let outside = ["github.ref", "vars.", "inputs.", "secrets.", "commit.message", "head_commit", "labels"];
    outside.iter().any(|part| spaceless.contains(part)).then(|| "its `if` can leave it out".to_owned())
}

fn workflow_stages(arguments: &Arguments, workflow: &Workflow, job: &Job, step: &Step) -> Stages {
    let matrix = |text: &str| {
        let name = text.trim().strip_prefix("${{")?.strip_suffix("}}")?.trim().strip_prefix("matrix.")?;
        job.matrix.iter().find(|(known, _)| known == name).map(|(_, values)| values.clone())
    };
    let variable = |name: &str| {
        let (_, value) = step.env.iter().chain(&job.env).chain(&workflow.env).find(|(key, _)| key.text == name)?;
        matrix(&value.text).or_else(|| (!value.text.contains("${{")).then(|| vec![value.text.clone()]))
    };
    stages_of(arguments, &|word| if word.starts_with("${{") { matrix(word) } else { variable(word) })
}

/// Takes away what `if: matrix.stage != 'x'` leaves out.
fn only_if(stages: Stages, step: &Step, job: &Job) -> Stages {
    let Stages::Named(mut names) = stages else { return stages };
    for condition in [&step.condition, &job.condition].into_iter().flatten() {
        let spaceless: String = condition.text.chars().filter(|c| !c.is_whitespace()).collect();
        for part in spaceless.split("matrix.").skip(1) {
            if let Some((_, rest)) = part.split_once("!='") {
                let left_out = rest.split('\'').next().unwrap_or_default();
                names.retain(|name| name != left_out);
            } else if let Some((_, rest)) = part.split_once("=='") {
                let wanted = rest.split('\'').next().unwrap_or_default().to_owned();
                names.retain(|name| *name == wanted);
            }
        }
    }
    Stages::Named(names)
}

/// Returns the runs in a GitLab pipeline.
pub fn of_pipeline(pipeline: &Pipeline, text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    for job in pipeline.jobs.iter().filter(|job| !job.is_hidden()) {
        let whole = pipeline.resolved(job);
        let lines = whole.before_script.iter().chain(&whole.script).flatten();
        let script = lines.map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n");
        for command in commands(&script, text) {
            let variable = |name: &str| whole.variable(name).filter(|value| !value.contains('$')).map(|value| vec![value.to_owned()]);
            let stages = stages_of(&command.arguments, &variable);
            let (strength, range) = gitlab_strength(pipeline, &whole, &command);
            runs.push(Run { stages, strength, range });
        }
    }
    runs
}

fn gitlab_strength(pipeline: &Pipeline, job: &gitlab::Job, command: &Command) -> (Strength, Range<usize>) {
    let weak = |why: &str, range: &Range<usize>| (Strength::Weak(why.to_owned()), range.clone());
    if let Some(why) = command.weak {
        return weak(why, &job.key);
    }
    if let Some(allowed) = job.allow_failure.as_ref().filter(|allowed| allowed.text != "false") {
        return weak("`allow_failure` lets it fail", &allowed.span);
    }
    if let Some(when) = job.when.as_ref().filter(|when| matches!(when.text.as_str(), "manual" | "never" | "on_failure")) {
        return weak(&format!("`when: {}` leaves it out", when.text), &when.span);
    }
    if let Some(rules) = &job.rules {
        match first_rule(rules) {
            None => return (Strength::Elsewhere, job.key.clone()),
            Some(rule) if rule.allow_failure => return weak("`allow_failure` lets it fail", &rule.span),
            Some(rule) if rule.when.as_deref().is_some_and(|when| matches!(when, "manual" | "never" | "on_failure")) => {
                return weak("its `rules` leave it out", &rule.span);
            }
            Some(_) => {}
        }
    }
    if let Some(only) = &job.only
        && !only.iter().any(|reference| matches!(reference.as_str(), "merge_requests" | "external_pull_requests" | "branches"))
    {
        return (Strength::Elsewhere, job.key.clone());
    }
    let all = pipeline.rules.as_ref().map(|rules| first_rule(rules).filter(|rule| rule.when.as_deref() != Some("never")));
    match all {
        Some(None) => (Strength::Elsewhere, job.key.clone()),
        Some(Some(_)) | None => (Strength::Blocking, job.key.clone()),
    }
}

/// Returns the first rule that a merge request meets.
fn first_rule(rules: &[gitlab::Rule]) -> Option<&gitlab::Rule> {
    rules.iter().find(|rule| {
        let Some(condition) = &rule.condition else { return true };
        let about = ["CI_PIPELINE_SOURCE", "CI_COMMIT_BRANCH", "CI_COMMIT_TAG", "CI_COMMIT_REF"];
        condition.contains("merge_request_event") && !condition.contains("!=")
            || condition.contains("CI_MERGE_REQUEST")
            || !about.iter().any(|name| condition.contains(name))
    })
}

/// What a command hands to the runner of the stages.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Arguments {
    /// Nothing: all stages.
    None,
    /// Words.
    Words(Vec<String>),
}

/// A command that runs stages.
#[derive(Clone, Debug)]
struct Command {
    arguments: Arguments,
    /// What in it makes it weak.
    weak: Option<&'static str>,
    /// The word that runs the stages, as written.
    runner: String,
}

/// Returns the commands in a script that run stages. `file` is the whole file: it says whether pipes fail.
fn commands(script: &str, file: &str) -> Vec<Command> {
    let joined = script.replace("\\\r\n", " ").replace("\\\n", " ");
    let mut found = Vec::new();
    let mut ignores = false;
    for line in joined.lines().map(str::trim).filter(|line| !line.starts_with('#')) {
        if line.starts_with("set +e") {
            ignores = true;
        } else if line.starts_with("set -e") {
            ignores = false;
        }
        for (at, runner) in runners(line) {
            let rest = &line[at + runner.len()..];
            let end = rest.find([';', '|', '&', '#', '>']).unwrap_or(rest.len());
            let mut words: Vec<String> = split(&rest[..end]);
            if let Some(stage) = runner.rsplit('/').next().and_then(|name| name.strip_suffix(".sh")).filter(|_| runner.contains("stages/"))
            {
                words = vec![stage.to_owned()];
            }
            let arguments = if words.is_empty() || runner.starts_with("make") { Arguments::None } else { Arguments::Words(words) };
            let after = &rest[end..];
            let weak = if after.contains("||") && !after.contains("exit 1") {
                Some("`||` takes its failure away")
            } else if ignores {
                Some("`set +e` takes its failure away")
            } else if after.starts_with(';') && after.trim_start_matches([';', ' ']).starts_with("true") {
                Some("`; true` takes its failure away")
            } else if after.starts_with('|') && !file.contains("pipefail") {
                Some("the pipe takes its failure away")
            } else if after.starts_with('&') && !after.starts_with("&&") {
                Some("it runs in the background, so nobody waits for its result")
            } else {
                None
            };
            found.push(Command { arguments, weak, runner: runner.to_owned() });
        }
    }
    found
}

/// Returns where a line runs stages, and by what.
fn runners(line: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices("security/") {
        let rest = &line[at..];
        let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ';' | '|' | '&' | '"' | '\'' | ')')).unwrap_or(rest.len());
        let word = &rest[..end];
        if word == "security/run.sh" || word.starts_with("security/stages/") && word.ends_with(".sh") {
            found.push((at, word));
        }
    }
    for (at, word) in line.match_indices("make security") {
        let after = line[at + word.len()..].chars().next();
        if after.is_none_or(|c| c.is_whitespace() || matches!(c, ';' | '|' | '&')) {
            found.push((at, word));
        }
    }
    found
}

/// Splits at blanks, with `${{ … }}` kept whole and quotes taken away.
fn split(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let bare = rest.trim_start_matches(['"', '\'']);
        let end = if bare.starts_with("${{") {
            bare.find("}}").map_or(bare.len(), |at| at + 2)
        } else {
            bare.find(char::is_whitespace).unwrap_or(bare.len())
        };
        let word = bare[..end].trim_matches(['"', '\'']);
        if !word.is_empty() {
            words.push(word.to_owned());
        }
        rest = bare[end..].trim_start_matches(['"', '\'']).trim_start();
    }
    words
}

fn stages_of(arguments: &Arguments, lookup: &impl Fn(&str) -> Option<Vec<String>>) -> Stages {
    let Arguments::Words(words) = arguments else { return Stages::All };
    let mut names = Vec::new();
    for word in words {
        if word.starts_with("${{") {
            match lookup(word) {
                Some(values) => names.extend(values),
                // What fills it in is not to be seen from here.
                None => return Stages::All,
            }
        } else if let Some(name) = word.strip_prefix('$') {
            let name = name.trim_start_matches('{').trim_end_matches('}');
            match lookup(name) {
                Some(values) => names.extend(values),
                None => return Stages::All,
            }
        } else {
            names.push(word.clone());
        }
    }
    Stages::Named(names)
}

fn place_in(text: &str, run: &Scalar, command: &Command) -> Range<usize> {
    let written = text.get(run.span.clone()).unwrap_or("");
    match written.find(&command.runner) {
        Some(at) => run.span.start + at..run.span.start + at + command.runner.len(),
        None => run.span.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_script_runs_and_what_weakens_it() {
        let of =
            |script: &str| commands(script, "").into_iter().map(|command| (command.arguments, command.weak.is_some())).collect::<Vec<_>>();
        let words = |words: &[&str]| Arguments::Words(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(of("make setup\nmake security"), [(Arguments::None, false)]);
        assert_eq!(of("security/run.sh \"$STAGE\" || true"), [(words(&["$STAGE"]), true)]);
        assert_eq!(of("bash security/stages/code.sh"), [(words(&["code"]), false)]);
        assert_eq!(of("set +e\nsecurity/run.sh code models"), [(words(&["code", "models"]), true)]);
        assert_eq!(of("security/run.sh '${{ matrix.stage }}' | tee x"), [(words(&["${{ matrix.stage }}"]), true)]);
        assert_eq!(of("# security/run.sh\nmake security-report"), []);
    }

    #[test]
    fn tells_a_condition_that_leaves_pull_requests_out() {
        assert!(
            left_out("${{ false }}").is_some()
                && left_out("github.event_name == 'push'").is_some()
                && left_out("github.ref == 'refs/heads/main'").is_some()
        );
        assert!(left_out("${{ !cancelled() }}").is_none() && left_out("matrix.stage != 'tests'").is_none());
        assert!(left_out("github.event_name == 'pull_request'").is_none());
    }
}
