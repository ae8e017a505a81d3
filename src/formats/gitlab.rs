//! GitLab CI: jobs, images and includes with their places.
//!
//! Follows "CI/CD YAML syntax reference" of the GitLab documentation.

use std::ops::Range;

use super::workflow::Scalar;
use super::yaml::{Node, Value};

/// How many jobs one job may extend, one after the other; GitLab allows eleven levels.
const EXTENDS: usize = 11;
/// Keys at the top that are no jobs.
const RESERVED: &[&str] = &[
    "after_script",
    "before_script",
    "cache",
    "default",
    "image",
    "include",
    "pages:deploy",
    "services",
    "spec",
    "stages",
    "types",
    "variables",
    "workflow",
];

/// One alternative of `rules:`.
#[derive(Clone, Debug, Default)]
pub struct Rule {
    /// `if:`.
    pub condition: Option<String>,
    /// `when:`.
    pub when: Option<String>,
    /// Whether it has `allow_failure: true`.
    pub allow_failure: bool,
    /// Its bytes.
    pub span: Range<usize>,
}

/// A job, or a hidden one that others extend.
#[derive(Clone, Debug, Default)]
pub struct Job {
    /// Its name; hidden ones begin with a dot.
    pub name: String,
    /// Where its key stands.
    pub key: Range<usize>,
    /// The jobs that it extends.
    pub extends: Vec<String>,
    /// The lines of `script`, with those of what is nested in it.
    pub script: Option<Vec<Scalar>>,
    /// The lines of `before_script`.
    pub before_script: Option<Vec<Scalar>>,
    /// `allow_failure:`; a mapping counts as `true`.
    pub allow_failure: Option<Scalar>,
    /// `when:`.
    pub when: Option<Scalar>,
    /// `rules:`.
    pub rules: Option<Vec<Rule>>,
    /// The refs of `only:`.
    pub only: Option<Vec<String>>,
    /// `variables:`.
    pub variables: Vec<(Scalar, Scalar)>,
}

/// What kind of place an include comes from.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum IncludeKind {
    /// A file of this repository.
    Local,
    /// An address.
    Remote,
    /// Another project of the same server.
    Project,
    /// A template of the server.
    Template,
    /// A component of the catalogue.
    Component,
}

/// An include.
#[derive(Clone, Debug)]
pub struct Include {
    /// Where it comes from.
    pub kind: IncludeKind,
    /// The file, address, project or component.
    pub what: Scalar,
    /// `ref:` of a project.
    pub reference: Option<Scalar>,
    /// Whether it names its digest.
    pub integrity: bool,
}

/// A `.gitlab-ci.yml`, or a file that one includes.
#[derive(Clone, Debug, Default)]
pub struct Pipeline {
    /// The jobs, hidden ones too.
    pub jobs: Vec<Job>,
    /// The images of jobs and services.
    pub images: Vec<Scalar>,
    /// The includes.
    pub includes: Vec<Include>,
    /// `variables:` at the top.
    pub variables: Vec<(Scalar, Scalar)>,
    /// `workflow.rules`.
    pub rules: Option<Vec<Rule>>,
}

impl Pipeline {
    /// Reads the documents of a file; a header (`spec:`) may come first.
    pub fn of(documents: &[Node]) -> Option<Self> {
        let root = documents.iter().rev().find(|node| !node.entries().is_empty())?;
        let mut pipeline = Self { variables: variables(root), ..Self::default() };
        pipeline.rules = root.at(&["workflow", "rules"]).map(rules);
        pipeline.includes = includes(root.get("include"));
        images(root, &mut pipeline.images);
        if let Some(default) = root.get("default") {
            images(default, &mut pipeline.images);
        }
        for (key, node) in root.entries() {
            let Some(name) = key.text().filter(|name| !RESERVED.contains(name)) else { continue };
            if matches!(node.value, Value::Mapping(_)) {
                images(node, &mut pipeline.images);
                pipeline.jobs.push(Job::of(name, &key.span, node));
            }
        }
        Some(pipeline)
    }

    /// Returns a job with what it takes from the jobs that it extends: a key of its own counts before theirs.
    pub fn resolved(&self, job: &Job) -> Job {
        let mut whole = job.clone();
        let mut open: Vec<&str> = job.extends.iter().map(String::as_str).collect();
        let mut taken = 0;
        // What is named last counts most.
        while let Some(name) = open.pop() {
            let Some(base) = self.jobs.iter().find(|base| base.name == name).filter(|_| taken < EXTENDS) else { continue };
            taken += 1;
            whole.script = whole.script.or_else(|| base.script.clone());
            whole.before_script = whole.before_script.or_else(|| base.before_script.clone());
            whole.allow_failure = whole.allow_failure.or_else(|| base.allow_failure.clone());
            whole.when = whole.when.or_else(|| base.when.clone());
            whole.rules = whole.rules.or_else(|| base.rules.clone());
            whole.only = whole.only.or_else(|| base.only.clone());
            whole.variables.extend(base.variables.iter().cloned());
            open.extend(base.extends.iter().map(String::as_str));
        }
        whole.variables.extend(self.variables.iter().cloned());
        whole
    }
}

impl Job {
    fn of(name: &str, key: &Range<usize>, node: &Node) -> Self {
        let field = |key: &str| node.get(key).and_then(scalar);
        let allow_failure = node.get("allow_failure").map(|value| {
            let text = value.text().unwrap_or("true").to_owned();
            Scalar { text, span: value.span.clone() }
        });
        Self {
            name: name.to_owned(),
            key: key.clone(),
            extends: node.get("extends").map(texts).unwrap_or_default(),
            script: node.get("script").map(lines),
            before_script: node.get("before_script").map(lines),
            allow_failure,
            when: field("when"),
            rules: node.get("rules").map(rules),
            only: node
                .get("only")
                .map(|only| if only.entries().is_empty() { texts(only) } else { only.get("refs").map(texts).unwrap_or_default() }),
            variables: variables(node),
        }
    }

    /// Whether others extend it and it does not run.
    pub fn is_hidden(&self) -> bool {
        self.name.starts_with('.')
    }

    /// Returns the value of a variable.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.iter().find(|(key, _)| key.text == name).map(|(_, value)| value.text.as_str())
    }
}

fn scalar(node: &Node) -> Option<Scalar> {
    node.text().map(|text| Scalar { text: text.to_owned(), span: node.span.clone() })
}

fn texts(node: &Node) -> Vec<String> {
    node.text().into_iter().chain(node.items().iter().filter_map(Node::text)).map(str::to_owned).collect()
}

fn lines(node: &Node) -> Vec<Scalar> {
    let mut lines = Vec::new();
    node.walk(&mut |node| lines.extend(scalar(node)));
    lines
}

fn variables(node: &Node) -> Vec<(Scalar, Scalar)> {
    let value = |node: &Node| scalar(node).or_else(|| node.get("value").and_then(scalar));
    node.get("variables").map_or(&[][..], Node::entries).iter().filter_map(|(key, node)| Some((scalar(key)?, value(node)?))).collect()
}

fn rules(node: &Node) -> Vec<Rule> {
    let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
    let rule = |node: &Node| Rule {
        condition: text(node, "if"),
        when: text(node, "when"),
        allow_failure: node.get("allow_failure").is_some_and(|value| value.text() == Some("true")),
        span: node.span.clone(),
    };
    node.items().iter().map(rule).collect()
}

fn images(node: &Node, found: &mut Vec<Scalar>) {
    let image = |node: &Node| scalar(node).or_else(|| node.get("name").and_then(scalar));
    found.extend(node.get("image").and_then(image));
    found.extend(node.get("services").map_or(&[][..], Node::items).iter().filter_map(image));
}

fn includes(node: Option<&Node>) -> Vec<Include> {
    let Some(node) = node else { return Vec::new() };
    let one = |node: &Node| {
        if let Some(what) = scalar(node) {
            let remote = what.text.starts_with("http://") || what.text.starts_with("https://");
            let kind = if remote { IncludeKind::Remote } else { IncludeKind::Local };
            return Some(Include { kind, what, reference: None, integrity: false });
        }
        let kinds = [
            ("remote", IncludeKind::Remote),
            ("project", IncludeKind::Project),
            ("component", IncludeKind::Component),
            ("template", IncludeKind::Template),
            ("local", IncludeKind::Local),
        ];
        let (what, kind) = kinds.into_iter().find_map(|(key, kind)| Some((node.get(key).and_then(scalar)?, kind)))?;
        Some(Include { kind, what, reference: node.get("ref").and_then(scalar), integrity: node.get("integrity").is_some() })
    };
    match &node.value {
        Value::Sequence(items) => items.iter().filter_map(one).collect(),
        Value::Scalar(..) | Value::Mapping(_) => one(node).into_iter().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::yaml;

    #[test]
    fn reads_jobs_with_what_they_extend() {
        let text = "image: python:3.12\ninclude:\n  - remote: https://x.example/a.yml\n  - project: g/p\n    ref: main\n    file: a.yml\n  - local.yml\n.base:\n  script: [a, [b, c]]\n  allow_failure: true\njob:\n  extends: .base\n  services: [{name: redis:7}]\n  variables: {S: x}\n";
        let pipeline = Pipeline::of(&yaml::parse(text).unwrap()).unwrap();
        assert_eq!(pipeline.images.iter().map(|image| image.text.as_str()).collect::<Vec<_>>(), ["python:3.12", "redis:7"]);
        assert_eq!(
            pipeline.includes.iter().map(|include| include.kind).collect::<Vec<_>>(),
            [IncludeKind::Remote, IncludeKind::Project, IncludeKind::Local]
        );
        let job = pipeline.resolved(&pipeline.jobs[1]);
        assert_eq!(job.script.as_ref().unwrap().len(), 3);
        assert_eq!((job.allow_failure.unwrap().text.as_str(), pipeline.jobs[1].variable("S")), ("true", Some("x")));
    }

    #[test]
    fn ends_where_jobs_extend_each_other() {
        let pipeline = Pipeline::of(&yaml::parse("a: {extends: [b, a]}\nb: {extends: [a, b]}\n").unwrap()).unwrap();
        assert_eq!(pipeline.resolved(&pipeline.jobs[0]).name, "a");
    }
}
