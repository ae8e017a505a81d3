//! L2: engines that guardrails use: they return plain hits and know nothing of guardrails.

pub mod artifacts;
pub mod code;
pub mod personal;
pub mod secrets;
