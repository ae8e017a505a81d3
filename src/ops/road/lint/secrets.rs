//! Secrets in any file of the road: it is copied into every project.

use super::Desk;
use crate::formats::text::{Lines, decode};
use crate::scan::secrets::{self, Confidence};

pub(super) fn look(desk: &mut Desk<'_>) {
    let mut found = Vec::new();
    for (path, file) in desk.tree.iter() {
        let hits = secrets::scan(path.as_str(), &file.bytes);
        let sure = hits.into_iter().find(|hit| hit.confidence >= Confidence::Medium);
        if let Some(hit) = sure {
            let line = decode(&file.bytes).map_or(1, |text| Lines::of(&text.text).line(hit.range.start));
            found.push((format!("{path}:{line}"), hit.title));
        }
    }
    for (place, title) in found {
        let what = format!("this looks like a secret: {title}");
        desk.report(
            "secret",
            &place,
            None,
            [
                &what,
                "whoever takes the road gets it, and so does every project",
                "revoke it, and take it out of the file and its history; an example is made of plain words",
            ],
        );
    }
}
