//! What stands around the code: containers, pipelines, and the platform that they belong to.

use super::declared::is_dockerfile;
use super::{Evidence, Sign, line_with, note, text_of};
use crate::repo::snapshot::{Entry, Snapshot};

/// The largest pipeline that is read, in bytes.
const LIMIT: u64 = 1 << 20;

/// What stands around the code.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Images, compose files, development containers.
    pub containers: Vec<Sign>,
    /// Whose pipelines there are.
    pub ci: Vec<Sign>,
    /// The platform, by what only it reads.
    pub hosts: Vec<Sign>,
}

/// Files by which other CI systems are known: path, id, name.
const PIPELINES: &[(&str, &str, &str)] = &[
    (".gitlab-ci.yml", "gitlab", "GitLab CI"),
    (".circleci/config.yml", "circleci", "CircleCI"),
    (".travis.yml", "travis", "Travis CI"),
    ("Jenkinsfile", "jenkins", "Jenkins"),
    ("bitbucket-pipelines.yml", "bitbucket", "Bitbucket Pipelines"),
    ("azure-pipelines.yml", "azure-pipelines", "Azure Pipelines"),
    ("appveyor.yml", "appveyor", "AppVeyor"),
    (".appveyor.yml", "appveyor", "AppVeyor"),
    (".drone.yml", "drone", "Drone"),
    (".woodpecker.yml", "woodpecker", "Woodpecker"),
    ("cloudbuild.yaml", "cloud-build", "Cloud Build"),
    ("buildspec.yml", "codebuild", "CodeBuild"),
    (".buildkite/pipeline.yml", "buildkite", "Buildkite"),
    (".semaphore/semaphore.yml", "semaphore", "Semaphore"),
];

/// Reads what stands around the code.
pub(super) fn read(snapshot: &Snapshot, files: &[&Entry]) -> Surroundings {
    let mut around = Surroundings::default();
    for entry in files {
        let path = entry.path.as_str();
        let name = entry.name().to_ascii_lowercase();
        let yaml = name.ends_with(".yml") || name.ends_with(".yaml");
        if is_dockerfile(entry) {
            note(&mut around.containers, "image", "images", Evidence::new(path, 0, "a recipe of an image"));
        } else if yaml && (name.starts_with("docker-compose") || name.starts_with("compose.")) {
            note(&mut around.containers, "compose", "compose", Evidence::new(path, 0, "a compose file"));
        } else if path.starts_with(".devcontainer") && name == "devcontainer.json" {
            note(&mut around.containers, "devcontainer", "a development container", Evidence::new(path, 0, "a development container"));
        }
        let folder = entry.folder();
        if folder == ".github/workflows" && yaml {
            note(&mut around.ci, "github", "GitHub Actions", Evidence::new(path, 0, "a workflow"));
        } else if let Some((_, id, title)) = PIPELINES.iter().find(|(known, ..)| *known == path) {
            note(&mut around.ci, id, title, Evidence::new(path, 0, "a pipeline"));
        } else if yaml && !path.starts_with(".github/") {
            azure(snapshot, entry, &mut around.ci);
        }
        if path.starts_with(".github/") && !folder.starts_with(".github/workflows/") {
            note(&mut around.hosts, "github", "GitHub", Evidence::new(path, 0, "read by GitHub alone"));
        } else if path == ".gitlab-ci.yml" || path.starts_with(".gitlab/") {
            note(&mut around.hosts, "gitlab", "GitLab", Evidence::new(path, 0, "read by GitLab alone"));
        }
    }
    around
}

/// Azure's pipelines may lie anywhere; their agent pools tell them from other YAML.
fn azure(snapshot: &Snapshot, entry: &Entry, ci: &mut Vec<Sign>) {
    let near = entry.path.matches('/').count() <= 2;
    let named = entry.path.to_ascii_lowercase().contains("pipeline") || entry.name().to_ascii_lowercase().contains("azure");
    if !near || !named {
        return;
    }
    let Some(text) = text_of(snapshot, entry, LIMIT) else { return };
    let line = line_with(&text, "vmImage:");
    if line > 0 && ["\nsteps:", "\nstages:", "\njobs:"].iter().any(|key| text.contains(key)) {
        note(ci, "azure-pipelines", "Azure Pipelines", Evidence::new(&entry.path, line, "an agent pool of Azure Pipelines"));
    }
}
