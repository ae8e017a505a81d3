//! Numbers with their nouns.

/// Returns a number with the noun that goes with it: `1 file`, `2 files`.
pub fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}
