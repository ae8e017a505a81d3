//! `highroad adopt`: an existing repository on the road, in one change that can be reviewed, trusted and undone.
//!
//! Theirs is the render of a kind that is made for adoption, plus fixes of guardrails; what stands in the repository already
//! stays. Each edit of a file that is there is proved before it is offered; what cannot be fixed safely rests until a day.

mod answers;
mod apply;
mod files;
mod fixes;
mod items;
mod plan;
mod proof;
mod reasons;
mod survey;
mod verify;
mod waivers;

use std::path::PathBuf;

pub use apply::{Wish, apply, rehearse};
pub use plan::{Prepared, plan};
pub use survey::{Survey, survey};

use crate::render::answers::Given;

/// What the person asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The repository.
    pub path: PathBuf,
    /// Whether a person named it.
    pub explicit: bool,
    /// The kind, where it was named.
    pub kind: Option<Given>,
    /// The answers that were given, in order.
    pub given: Vec<Given>,
    /// The groups and items that are taken; empty for those that are chosen at first.
    pub only: Vec<String>,
    /// The groups and items that are left out.
    pub skip: Vec<String>,
    /// Who answers for what rests.
    pub owner: Option<String>,
    /// The last day of the waivers.
    pub until: Option<String>,
}
