//! `highroad road refresh`: which pins have newer versions, with what speaks for and against each.
//!
//! A tag is a claim of whoever can move it. It is proposed when the commit that it names lies on a branch, is old enough for
//! others to have met what is wrong with it, and nothing that the road knows speaks against it; whatever could not be looked
//! at is said.

mod actions;
mod images;
mod nested;
mod remotes;
mod tags;
mod write;

use std::path::PathBuf;

use serde::Serialize;

use crate::base::day::Day;
use crate::base::diagnostic::Diagnostic;
use crate::base::mask;
use crate::guardrails::guardrail::Advisory;
use crate::ops::knowledge;
use crate::ops::road::sources::working;
use crate::road::overlay;

/// How many days a version waits, where nothing else is said.
pub const COOL_DOWN: u32 = 10;

/// What the person asked for.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the road's working sources.
    pub folder: PathBuf,
    /// Where repositories are: `NAME=URL_OR_CLONE`, `NAME` being a pin, a repository or `*`.
    pub remotes: Vec<String>,
    /// Where what a registry says of images is: `NAME=FILE_OR_LAYOUT`.
    pub images: Vec<String>,
    /// How many days a version waits.
    pub cool_down: u32,
    /// The day to count from.
    pub today: Day,
    /// Whether proposals are written.
    pub write: bool,
}

/// What was found.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Report {
    /// The pins, in the order of their files.
    pub pins: Vec<Looked>,
    /// How many locks of Python packages the road has: they are for `scripts/lock.sh`.
    pub locks: usize,
    /// The files that were written.
    pub written: Vec<String>,
}

/// A pin, and what was found out about it.
#[derive(Clone, Debug, Serialize)]
pub struct Looked {
    /// `action`, `hook` or `image`.
    pub kind: &'static str,
    /// The pin's name.
    pub id: String,
    /// The repository, or the image's reference.
    pub of: String,
    /// The tag that it has, or the digest.
    pub now: String,
    /// What it comes to.
    pub verdict: Verdict,
    /// What is proposed.
    pub proposal: Option<Proposal>,
    /// What was seen, line by line.
    pub evidence: Vec<String>,
}

/// What it comes to.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing newer, and the pin is what its tag says.
    Current,
    /// A newer version is proposed.
    Newer,
    /// There are newer versions, and none can be taken yet.
    Waiting,
    /// The pin itself is not what it says it is: somebody has to look.
    Alarm,
    /// It could not be looked at.
    Unchecked,
}

/// A newer pin.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// The tag; for an image, the reference.
    pub tag: String,
    /// The full commit or digest.
    pub content: String,
    /// What `provenance` will say.
    pub provenance: String,
    /// The day that the content is from.
    pub day: String,
}

/// Looks at every pin of the road in a folder; with `write`, puts the proposals into its `pins/`.
///
/// # Errors
/// When the road cannot be read, a remote is not understood, or the disk refuses.
pub fn refresh(options: &Options) -> Result<Report, Diagnostic> {
    let (road, tree) = working(&options.folder)?;
    let remotes = remotes::parse("--remote", &options.remotes)?;
    let evidence = remotes::parse("--image", &options.images)?;
    let advisories = advisories(&tree)?;
    let desk = actions::Desk { remotes: &remotes, advisories: &advisories, cool_down: options.cool_down, today: options.today };
    let mut pins = Vec::new();
    for (kind, file) in [("action", "pins/actions.toml"), ("hook", "pins/hooks.toml")] {
        for (id, pin) in actions::read(&tree, file, kind, &road.source)? {
            pins.push(actions::look(&desk, kind, &id, &pin));
        }
    }
    for (id, image) in images::read(&tree, &road.source)? {
        pins.push(images::look(&evidence, &id, &image, options.today, options.cool_down));
    }
    for line in pins.iter_mut().flat_map(|pin| &mut pin.evidence) {
        // What git says quotes the address that it was given.
        *line = mask::masked(line);
    }
    let unused = remotes.unused().into_iter().chain(evidence.unused()).next();
    if let Some(name) = unused {
        return Err(Diagnostic::usage("remote-unused", format!("there is no pin `{name}`"))
            .at("--remote, --image")
            .because("a place was named for it, and nothing was looked at there")
            .fix("name a pin, a repository such as `actions/checkout`, or `*`"));
    }
    let locks = tree.iter().filter(|(path, _)| path.as_str().contains("/files/locks/")).count();
    let mut report = Report { pins, locks, written: Vec::new() };
    if options.write {
        report.written = write::write(&options.folder, &tree, overlay::is_overlay(&options.folder)?, &report.pins)?;
    }
    Ok(report)
}

/// What is known to be bad: by the road, and by this Highroad.
fn advisories(tree: &crate::base::tree::Tree) -> Result<Vec<Advisory>, Diagnostic> {
    let text = tree.get("pins/advisories.toml").map(|file| String::from_utf8_lossy(&file.bytes).into_owned()).unwrap_or_default();
    let (_, _, mut known) =
        crate::guardrails::pins::read("", "", &text).map_err(|why| crate::road::broken("the road", "pins/advisories.toml", why))?;
    known.extend(knowledge::read(None)?.advisories);
    Ok(known)
}
