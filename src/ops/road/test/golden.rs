//! The digests that a released version was published with.

use std::path::Path;

use super::failure;
use crate::base::diagnostic::Diagnostic;
use crate::base::fs::{self, Found};
use crate::ops::road::release;
use crate::repo::answers::Answers;
use crate::report::road_test::Failure;
use crate::road::index::{self, Index};
use crate::road::{Road, broken};

/// Compares the renders of a released version with the digests in the index, and returns how many there were; nothing for
/// a version that is not released.
///
/// # Errors
/// When the index cannot be read, or the road does not render.
pub(super) fn compare(road: &Road, store: Option<&Path>, failures: &mut Vec<Failure>) -> Result<Option<usize>, Diagnostic> {
    let Some(store) = store else { return Ok(None) };
    let path = store.join(index::FILE);
    if fs::look(&path)? == Found::Nothing {
        return Ok(None);
    }
    let index = Index::parse(&fs::read_text(&path, index::LIMIT)?).map_err(|why| broken(&store.display().to_string(), index::FILE, why))?;
    let Some(published) = index.version.iter().find(|published| published.version == road.manifest.version) else { return Ok(None) };
    let reproduce = format!("highroad road verify {}", store.display());
    let mut fail = |what: String, why: String| failures.push(failure("", "golden", &Answers::new(), what, why, reproduce.clone()));
    if published.digest != road.digest.to_string() {
        let why = format!("the index records {}, and these files have {}; give the road a new version", published.digest, road.digest);
        fail(format!("version {} is published with other files", published.version), why);
        return Ok(Some(0));
    }
    if published.golden.is_empty() {
        // What could not be compared has not passed; of an import there never was a digest, so nothing is missing.
        if road.manifest.imported.is_none() {
            let why = "its index records no golden digest, so nothing says what it rendered to when it was released";
            fail(format!("version {} could not be compared with what it rendered to", published.version), why.to_owned());
        }
        return Ok(None);
    }
    let now = release::golden(road)?;
    for (case, recorded) in &published.golden {
        let found = now.get(case).map_or("nothing", String::as_str);
        if found != recorded {
            fail(format!("{case} renders to other bytes than when it was published"), format!("recorded {recorded}, found {found}"));
        }
    }
    Ok(Some(published.golden.len()))
}
