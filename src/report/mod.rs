//! L3: what people and programs read of a result. Renderers decide nothing.

pub(crate) mod tree;

pub mod adopt;
pub mod check;
pub mod conflicts;
pub mod coverage;
pub mod diff;
pub mod explain;
pub mod findings;
pub mod fixes;
pub mod human;
pub mod json;
pub mod merged;
pub mod resolve;
pub mod resolve_text;
pub mod road_diff;
pub mod road_diff_text;
pub mod road_preview;
pub mod road_preview_html;
pub mod road_preview_text;
pub mod road_test;
pub mod road_test_text;
pub mod sarif;
pub mod scanned;
pub mod source;
pub mod status;
pub mod status_text;
pub mod steps;
pub mod undo;
pub mod upgrade;
pub mod upgrade_text;
