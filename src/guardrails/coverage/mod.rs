//! `highroad check --coverage`: what a repository shows of each item of the standards, and what it cannot show.
//!
//! The standards are data (`standards/*.toml`). Each item names what it needs in the repository; what was seen
//! decides, and an item that nothing in a repository could show says so.

mod assess;
mod evidence;
mod files;
mod render;
mod standards;
#[cfg(test)]
mod tests;
mod traits;

pub use assess::{GuardrailOutcome, Row, Status, assess};
pub use render::{Counts, counts, to_text};
pub use standards::{HostWhen, Item, Standard, served_by, standards, unknown_guardrails};
pub use traits::{Trait, Traits, traits};
