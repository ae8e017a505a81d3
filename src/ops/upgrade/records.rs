//! The records as they will be: `highroad.toml` with what changed, `highroad.lock` written anew.

use super::answers::Answered;
use super::sides::Filtered;
use crate::base::diagnostic::Diagnostic;
use crate::ops::base::Project;
use crate::render::{ENGINES, Rendered};
use crate::repo::config::RoadReference;
use crate::repo::config_edit::{self, Edit};
use crate::repo::git;
use crate::repo::lock::{Lock, LockedFile};
use crate::road::Road;

/// Returns the text of `highroad.toml` and of `highroad.lock`.
///
/// # Errors
/// When `highroad.toml` cannot be edited.
pub(super) fn texts(
    project: &Project,
    source: Option<&RoadReference>,
    road: &Road,
    now: &Rendered,
    answered: &Answered,
    filtered: &Filtered,
) -> Result<[String; 2], Diagnostic> {
    let edit = Edit {
        version: &road.manifest.version,
        source,
        answers: answered.set.clone(),
        renamed: answered.renamed.clone(),
        dropped: answered.dropped.clone(),
    };
    let config = config_edit::apply(&project.config_text, &edit)?;
    let files = now.tree.iter().zip(&now.reasons).filter(|((path, _), _)| !filtered.not_taken.contains(path.as_str()));
    let lock = Lock {
        schema: 1,
        guardrails: road.recorded_levels(),
        engine: ENGINES.to_owned(),
        road: road.locked(),
        kind: project.lock.kind.clone(),
        answers: answered.answers.clone(),
        file: files
            .map(|((path, file), reason)| LockedFile::new(path.as_str(), reason.ownership, file, git::blob_id(&file.bytes)))
            .collect(),
        resolution: project.lock.resolution.clone(),
    };
    Ok([config, lock.to_text()])
}
