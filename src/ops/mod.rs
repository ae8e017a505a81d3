//! L4: what each command does: options in, results out. No prompts, no printing, no flags.

pub mod answers_file;
pub mod new;
pub mod release;
