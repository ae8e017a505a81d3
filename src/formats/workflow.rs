//! GitHub Actions: workflows and `action.yml`, with the place of every value that a guardrail judges.
//!
//! Follows "Workflow syntax for GitHub Actions" and "Metadata syntax for GitHub Actions" of the GitHub documentation.

use std::ops::Range;

use super::yaml::{Node, Value};

/// A scalar and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Scalar {
    /// The value.
    pub text: String,
    /// Its bytes in the file, with quotes or block indicator.
    pub span: Range<usize>,
}

/// What a `permissions:` grants.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Grant {
    /// `write-all`.
    WriteAll,
    /// `read-all`.
    ReadAll,
    /// Named scopes with their level; none for `{}`.
    Scopes(Vec<(Scalar, Scalar)>),
    /// Something else.
    Unknown,
}

/// A `permissions:` and where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Permissions {
    /// The bytes of the key.
    pub key: Range<usize>,
    /// The bytes of the value.
    pub span: Range<usize>,
    /// What it grants.
    pub grant: Grant,
}

/// An event that starts a workflow.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// `push`, `pull_request`, …
    pub name: String,
    /// Where it is named.
    pub span: Range<usize>,
    /// Its filters: `branches`, `paths`, `types`, each with its values.
    pub filters: Vec<(String, Vec<String>)>,
}

/// A step of a job or of a composite action.
#[derive(Clone, Debug, Default)]
pub struct Step {
    /// Its bytes.
    pub span: Range<usize>,
    /// `id:`.
    pub id: Option<String>,
    /// `name:`.
    pub name: Option<String>,
    /// `uses:`.
    pub uses: Option<Scalar>,
    /// `run:`.
    pub run: Option<Scalar>,
    /// `with:`.
    pub with: Vec<(Scalar, Scalar)>,
    /// Where the key `with:` stands.
    pub with_key: Option<Range<usize>>,
    /// `env:`.
    pub env: Vec<(Scalar, Scalar)>,
    /// `if:`.
    pub condition: Option<Scalar>,
    /// `continue-on-error:`.
    pub continue_on_error: Option<Scalar>,
}

/// A job.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// Its key.
    pub id: String,
    /// Where its key stands.
    pub key: Range<usize>,
    /// The reusable workflow that it calls.
    pub uses: Option<Scalar>,
    /// Its own permissions.
    pub permissions: Option<Permissions>,
    /// The image that its steps run in.
    pub container: Option<Scalar>,
    /// The images that run beside it.
    pub services: Vec<Scalar>,
    /// The labels of its runner.
    pub runs_on: Vec<Scalar>,
    /// `secrets: inherit` or another single value, where it calls a workflow.
    pub secrets: Option<Scalar>,
    /// `if:`.
    pub condition: Option<Scalar>,
    /// `continue-on-error:`.
    pub continue_on_error: Option<Scalar>,
    /// `env:`.
    pub env: Vec<(Scalar, Scalar)>,
    /// The lists of `strategy.matrix`.
    pub matrix: Vec<(String, Vec<String>)>,
    /// Whether it names an `environment:`.
    pub environment: bool,
    /// Its steps.
    pub steps: Vec<Step>,
}

/// A workflow.
#[derive(Clone, Debug, Default)]
pub struct Workflow {
    /// What starts it.
    pub triggers: Vec<Trigger>,
    /// Permissions of all jobs.
    pub permissions: Option<Permissions>,
    /// `env:` of all jobs.
    pub env: Vec<(Scalar, Scalar)>,
    /// The bytes of the key `jobs`.
    pub jobs_key: Range<usize>,
    /// The jobs.
    pub jobs: Vec<Job>,
}

/// An action's own file.
#[derive(Clone, Debug, Default)]
pub struct Action {
    /// The image of an action that is a container.
    pub image: Option<Scalar>,
    /// The steps of a composite action.
    pub steps: Vec<Step>,
}

impl Workflow {
    /// Reads a document; `None` where it is no workflow: it has no `jobs`.
    pub fn of(root: &Node) -> Option<Self> {
        let (jobs_key, jobs) = root.entry("jobs")?;
        let triggers = root.get("on").or_else(|| root.get("true")).map(triggers).unwrap_or_default();
        let job = |(key, node): &(Node, Node)| Job::of(key, node);
        Some(Self {
            triggers,
            permissions: permissions(root),
            env: pairs(root.get("env")),
            jobs_key: jobs_key.span.clone(),
            jobs: jobs.entries().iter().map(job).collect(),
        })
    }

    /// Whether an event of this name starts it.
    pub fn is_started_by(&self, event: &str) -> bool {
        self.triggers.iter().any(|trigger| trigger.name == event)
    }
}

impl Job {
    fn of(key: &Node, node: &Node) -> Self {
        let image = |node: &Node| scalar(node).or_else(|| node.get("image").and_then(scalar));
        Self {
            id: key.text().unwrap_or_default().to_owned(),
            key: key.span.clone(),
            uses: field(node, "uses"),
            permissions: permissions(node),
            container: node.get("container").and_then(image),
            services: node.get("services").map_or(&[][..], Node::entries).iter().filter_map(|(_, service)| image(service)).collect(),
            runs_on: node.get("runs-on").map(runner).unwrap_or_default(),
            secrets: field(node, "secrets"),
            condition: field(node, "if"),
            continue_on_error: field(node, "continue-on-error"),
            env: pairs(node.get("env")),
            matrix: matrix(node),
            environment: node.get("environment").is_some(),
            steps: steps(node.get("steps")),
        }
    }
}

impl Action {
    /// Reads a document; `None` where it is no action: it has no `runs.using`.
    pub fn of(root: &Node) -> Option<Self> {
        let runs = root.get("runs")?;
        runs.get("using")?;
        Some(Self { image: field(runs, "image"), steps: steps(runs.get("steps")) })
    }
}

impl Step {
    fn of(node: &Node) -> Self {
        Self {
            span: node.span.clone(),
            id: node.get("id").and_then(Node::text).map(str::to_owned),
            name: node.get("name").and_then(Node::text).map(str::to_owned),
            uses: field(node, "uses"),
            run: field(node, "run"),
            with: pairs(node.get("with")),
            with_key: node.entry("with").map(|(key, _)| key.span.clone()),
            env: pairs(node.get("env")),
            condition: field(node, "if"),
            continue_on_error: field(node, "continue-on-error"),
        }
    }

    /// Returns the action that it uses, without the ref, in small letters.
    pub fn action(&self) -> Option<String> {
        let uses = self.uses.as_ref()?;
        Some(uses.text.split('@').next().unwrap_or_default().trim().to_ascii_lowercase())
    }

    /// Returns an input of the action.
    pub fn input(&self, name: &str) -> Option<&Scalar> {
        self.with.iter().find(|(key, _)| key.text.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }
}

fn scalar(node: &Node) -> Option<Scalar> {
    node.text().map(|text| Scalar { text: text.to_owned(), span: node.span.clone() })
}

fn field(node: &Node, key: &str) -> Option<Scalar> {
    node.get(key).and_then(scalar)
}

/// Reads `runs-on:`: a label, a list of labels, or a group with labels.
fn runner(node: &Node) -> Vec<Scalar> {
    let labels = node.get("labels").unwrap_or(node);
    scalar(labels).into_iter().chain(labels.items().iter().filter_map(scalar)).collect()
}

fn pairs(node: Option<&Node>) -> Vec<(Scalar, Scalar)> {
    node.map_or(&[][..], Node::entries).iter().filter_map(|(key, value)| Some((scalar(key)?, scalar(value)?))).collect()
}

fn steps(node: Option<&Node>) -> Vec<Step> {
    node.map_or(&[][..], Node::items).iter().map(Step::of).collect()
}

fn permissions(node: &Node) -> Option<Permissions> {
    let (key, value) = node.entry("permissions")?;
    let grant = match &value.value {
        Value::Scalar(text, _) => match text.trim() {
            "write-all" => Grant::WriteAll,
            "read-all" => Grant::ReadAll,
            _ => Grant::Unknown,
        },
        Value::Mapping(_) => Grant::Scopes(pairs(Some(value))),
        Value::Sequence(_) => Grant::Unknown,
    };
    Some(Permissions { key: key.span.clone(), span: value.span.clone(), grant })
}

fn triggers(on: &Node) -> Vec<Trigger> {
    let named = |node: &Node| Some(Trigger { name: node.text()?.to_owned(), span: node.span.clone(), filters: Vec::new() });
    match &on.value {
        Value::Scalar(..) => named(on).into_iter().collect(),
        Value::Sequence(items) => items.iter().filter_map(named).collect(),
        Value::Mapping(entries) => entries
            .iter()
            .filter_map(|(key, value)| {
                let filters = value.entries().iter().map(|(key, value)| (key.text().unwrap_or_default().to_owned(), texts(value)));
                Some(Trigger { filters: filters.collect(), ..named(key)? })
            })
            .collect(),
    }
}

fn texts(node: &Node) -> Vec<String> {
    node.text().into_iter().chain(node.items().iter().filter_map(Node::text)).map(str::to_owned).collect()
}

fn matrix(job: &Node) -> Vec<(String, Vec<String>)> {
    let Some(matrix) = job.at(&["strategy", "matrix"]) else { return Vec::new() };
    let mut lists: Vec<(String, Vec<String>)> = Vec::new();
    let mut excluded = Vec::new();
    for (key, value) in matrix.entries() {
        let name = key.text().unwrap_or_default();
        match name {
            "include" => {
                for (key, value) in value.items().iter().flat_map(Node::entries) {
                    let (Some(key), Some(value)) = (key.text(), value.text()) else { continue };
                    match lists.iter_mut().find(|(known, _)| known == key) {
                        Some((_, values)) => values.push(value.to_owned()),
                        None => lists.push((key.to_owned(), vec![value.to_owned()])),
                    }
                }
            }
            "exclude" => {
                // Only an exclusion of one key takes a value away altogether.
                for entry in value.items().iter().filter(|entry| entry.entries().len() == 1) {
                    let (key, value) = &entry.entries()[0];
                    excluded.extend(key.text().zip(value.text()));
                }
            }
            _ => lists.push((name.to_owned(), texts(value))),
        }
    }
    for (key, value) in excluded {
        for (_, values) in lists.iter_mut().filter(|(known, _)| known == key) {
            values.retain(|known| known != value);
        }
    }
    lists
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::expressions::expressions;
    use crate::formats::yaml;

    #[test]
    fn reads_what_guardrails_judge() {
        let text = "on:\n  push:\n    branches: [main]\n  pull_request:\npermissions: write-all\njobs:\n  t:\n    strategy:\n      matrix:\n        s: [a, b, c]\n        exclude:\n          - s: b\n    container: img:1\n    services:\n      db: {image: pg:2}\n    steps:\n      - uses: \"a/b@v1\" # c\n        with: {ref: x}\n      - run: |\n          echo ${{ github.head_ref }}\n";
        let root = yaml::parse(text).unwrap().remove(0);
        let workflow = Workflow::of(&root).unwrap();
        assert!(workflow.is_started_by("pull_request") && !workflow.is_started_by("schedule"));
        assert_eq!(workflow.permissions.as_ref().unwrap().grant, Grant::WriteAll);
        let job = &workflow.jobs[0];
        assert_eq!(job.matrix, [("s".to_owned(), vec!["a".to_owned(), "c".to_owned()])]);
        assert_eq!((job.container.as_ref().unwrap().text.as_str(), job.services[0].text.as_str()), ("img:1", "pg:2"));
        assert!(text[job.steps[0].uses.as_ref().unwrap().span.clone()].starts_with("\"a/b@v1\""));
        let run = &text[job.steps[1].run.as_ref().unwrap().span.clone()];
        assert_eq!(expressions(run)[0].body.trim(), "github.head_ref");
    }
}
