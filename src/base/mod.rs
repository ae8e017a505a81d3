//! L0: the ground that everything stands on. Nothing here knows what a road is.

pub mod clock;
pub mod day;
pub mod diagnostic;
pub mod digest;
pub mod env;
pub mod fs;
pub mod interrupt;
pub mod leaf;
pub mod leaf_files;
pub mod mask;
pub mod path;
pub mod process;
pub mod read_at;
pub mod replace;
pub mod tree;
pub mod ui;
pub mod walk;
pub mod words;
