//! The files that CI systems read, by path.

use super::images::is_gitlab;
use super::workflows::{is_workflow, is_yaml};
use crate::repo::snapshot::Entry;

/// Larger files are no pipelines written by hand.
const SIZE: u64 = 16 << 20;

/// A CI system.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum System {
    /// GitHub Actions, and forges that read the same files.
    Github,
    /// GitLab CI.
    Gitlab,
    /// Azure Pipelines.
    Azure,
    /// CircleCI.
    Circle,
    /// Travis CI.
    Travis,
    /// Jenkins.
    Jenkins,
}

/// Returns the CI system that reads a file; `None` for files that none reads.
pub fn system(entry: &Entry) -> Option<System> {
    if !entry.is_file() || entry.size > SIZE {
        return None;
    }
    let name = entry.name();
    let folder = |wanted: &[&str]| entry.folder().split('/').any(|part| wanted.contains(&part));
    if is_workflow(entry) {
        return Some(System::Github);
    }
    if is_gitlab(entry) {
        return Some(System::Gitlab);
    }
    if is_yaml(name)
        && (name.starts_with("azure-pipelines")
            || name.starts_with("azure_pipelines")
            || folder(&[".azure-pipelines", ".pipelines", ".azuredevops", "azure-pipelines"]))
    {
        return Some(System::Azure);
    }
    match name {
        "config.yml" | "config.yaml" if entry.folder() == ".circleci" => Some(System::Circle),
        ".travis.yml" => Some(System::Travis),
        "Jenkinsfile" => Some(System::Jenkins),
        _ if name.starts_with("Jenkinsfile.") => Some(System::Jenkins),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::repo::snapshot::EntryKind;

    #[test]
    fn knows_pipelines_by_path() {
        let of = |path: &str| system(&Entry { path: path.into(), size: 1, kind: EntryKind::File { executable: false } });
        assert_eq!(of(".github/workflows/a.yaml"), Some(System::Github));
        assert_eq!(of("sub/.github/workflows/a.yaml"), None);
        assert_eq!(of(".gitlab-ci.yml"), Some(System::Gitlab));
        assert_eq!(of(".pipelines/pr.yml"), Some(System::Azure));
        assert_eq!(of(".circleci/config.yml"), Some(System::Circle));
        assert_eq!(of("config.yml"), None);
        assert_eq!(of("ci/Jenkinsfile"), Some(System::Jenkins));
    }
}
