//! L3: what people and programs read of a result. Renderers decide nothing.

pub mod check;
pub mod coverage;
pub mod explain;
pub mod findings;
pub mod fixes;
pub mod human;
pub mod json;
pub mod sarif;
pub mod scanned;
pub(crate) mod tree;
