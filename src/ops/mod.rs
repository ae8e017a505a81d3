//! L4: what each command does: options in, results out. No prompts, no printing, no flags.

pub mod answers_file;
pub mod check;
pub mod coverage;
pub mod fix;
pub mod hook;
pub mod knowledge;
pub mod new;
pub mod release;
pub mod scan;
pub mod waive;
