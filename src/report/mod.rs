//! L3: what people and programs read of a result. Renderers decide nothing.

pub mod human;
pub mod json;
pub(crate) mod tree;
