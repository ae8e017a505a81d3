//! What `highroad check` and `highroad scan` say, read from their JSON.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use serde_json::Value;

use super::support::Run;

/// One finding.
#[derive(Clone, Debug)]
pub struct Found {
    pub guardrail: String,
    pub level: String,
    pub path: String,
    pub line: u64,
    pub end_line: u64,
    pub what: String,
}

/// What a run said.
#[derive(Debug)]
pub struct Said {
    pub code: i32,
    pub findings: Vec<Found>,
    pub unscannable: Vec<(String, String)>,
    pub document: Value,
}

impl Said {
    /// Reads the one document that a run printed.
    #[track_caller]
    pub fn of(run: &Run) -> Self {
        let document: Value =
            serde_json::from_str(&run.out).unwrap_or_else(|error| panic!("exit {}: no JSON ({error})\n{}{}", run.code, run.out, run.err));
        let unscannable = list(&document["unscannable"]).iter().map(|row| (text(row, "path"), text(row, "why"))).collect();
        Self { code: run.code, findings: findings(&document), unscannable, document }
    }

    /// The findings that are louder than advice.
    pub fn loud(&self) -> Vec<&Found> {
        self.findings.iter().filter(|found| found.level != "advise").collect()
    }
}

/// The findings of a document: of a check, or of all files of a scan.
pub fn findings(document: &Value) -> Vec<Found> {
    list(&document["files"])
        .iter()
        .flat_map(|file| list(&file["findings"]))
        .chain(list(&document["findings"]))
        .map(|row| Found {
            guardrail: text(row, "guardrail"),
            level: text(row, "level"),
            path: text(row, "path"),
            line: row["line"].as_u64().unwrap_or(0),
            end_line: row["end_line"].as_u64().unwrap_or(0),
            what: text(row, "what"),
        })
        .collect()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn text(row: &Value, key: &str) -> String {
    row[key].as_str().unwrap_or_default().to_owned()
}

/// `n of m (p %)`, for the tables that tests print.
pub fn share(part: usize, whole: usize) -> String {
    format!("{part} of {whole} ({:.1} %)", 100.0 * part as f64 / whole.max(1) as f64)
}
