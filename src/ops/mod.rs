//! L4: what each command does: options in, results out. No prompts, no printing, no flags.

pub mod adopt;
pub mod answers_file;
pub mod base;
pub mod check;
pub mod coverage;
pub mod diff;
pub mod drift;
pub mod fix;
pub mod hook;
pub mod knowledge;
pub mod merge_trees;
pub mod migrations;
pub mod new;
pub mod resolve;
pub mod road;
pub mod scan;
pub mod source;
pub mod status;
pub mod undo;
pub mod upgrade;
pub mod waive;
