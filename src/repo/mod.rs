//! L1: what a repository is and what Highroad records in it.

pub mod answers;
pub mod config;
pub mod git;
pub mod lock;
pub mod snapshot;
pub mod subject;
pub mod worktree;
