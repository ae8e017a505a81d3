//! L1: what a repository is and what Highroad records in it.

pub mod answers;
pub mod commits;
pub mod config;
pub mod config_edit;
pub mod entries;
pub mod eol;
pub mod foreign_answers;
pub mod git;
pub mod identity;
pub mod landing;
pub mod lock;
pub mod objects;
pub mod project;
mod records;
pub mod snapshot;
pub mod stack;
pub mod subject;
pub mod template;
pub mod upstream;
pub mod worktree;
