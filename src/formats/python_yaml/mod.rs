//! YAML as PyYAML's safe loader reads it and its safe dumper writes it: YAML 1.1, with Python's values.
//!
//! Sources: yaml.org/type (bool, int, float, null, merge) and PyYAML's resolver, constructor and emitter.

mod dump;
mod load;
mod scalar;

pub use dump::{Layout, dump};
pub use load::{Include, load, load_all, load_items};
pub use scalar::plain;
