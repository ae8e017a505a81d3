//! The rules that settle contested places. Each settlement names its rule, so that how often a rule is right can be measured.

/// A rule.
#[derive(Debug, Eq, PartialEq)]
pub struct Rule {
    /// Its id in reports.
    pub id: &'static str,
    /// What it does and why that is right, in one sentence.
    pub why: &'static str,
}
