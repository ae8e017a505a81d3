//! Highroad puts ML projects on the paved road.
//!
//! The library is laid out in levels, and imports go down only:
//! `cli` (L5) → `ops` (L4) → `plan`, `guardrails`, `report` (L3) → `road`, `render`, `scan` (L2) → `repo`, `formats` (L1) → `base` (L0).
//! `tests/architecture.rs` keeps it so.

pub mod base;
pub mod cli;
pub mod formats;
pub mod guardrails;
pub mod merge;
pub mod ops;
pub mod plan;
pub mod render;
pub mod repo;
pub mod report;
pub mod road;
pub mod scan;
