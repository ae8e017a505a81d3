//! SARIF 2.1.0 (OASIS standard, Static Analysis Results Interchange Format): what code scanning services read.

use serde_json::{Value, json};

use super::check::confidence;
use crate::guardrails::coverage::served_by;
use crate::guardrails::finding::Place;
use crate::guardrails::guardrail::Guardrail;
use crate::guardrails::outcome::{Judged, Outcome};
use crate::repo::config::Level;

/// Describes a check as a SARIF log with one run: every guardrail that ran is a rule, found something or not.
pub fn document(outcome: &Outcome) -> Value {
    let rule_index = |id: &str| outcome.ran.iter().position(|guardrail| guardrail.meta.id == id);
    let notifications: Vec<Value> = outcome
        .unscannable
        .iter()
        .map(|file| {
            json!({
                "level": "error",
                "message": { "text": format!("could not be checked: {}", file.why) },
                "locations": [{ "physicalLocation": { "artifactLocation": location(&file.path) } }],
            })
        })
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "Highroad",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": outcome.ran.iter().map(|guardrail| rule(guardrail)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": outcome.unscannable.is_empty(),
                "toolExecutionNotifications": notifications,
            }],
            "results": outcome.findings.iter().map(|judged| result(judged, rule_index(judged.finding.guardrail), &outcome.anchor)).collect::<Vec<_>>(),
        }],
    })
}

fn rule(guardrail: &Guardrail) -> Value {
    let meta = &guardrail.meta;
    let mut tags = vec!["security".to_owned()];
    tags.extend(served_by(meta).into_iter().map(|item| match item.strip_prefix("CWE CWE-") {
        Some(number) => format!("external/cwe/cwe-{number}"),
        None => item,
    }));
    json!({
        "id": meta.id,
        "name": meta.id,
        "shortDescription": { "text": meta.title },
        "fullDescription": { "text": meta.why },
        "help": { "text": format!("{}\n\n{}\n\n{}", meta.why, meta.attack, meta.fix) },
        "defaultConfiguration": { "level": level(meta.level) },
        "properties": { "tags": tags, "security-severity": severity(meta.level) },
    })
}

fn result(judged: &Judged, rule: Option<usize>, anchor: &str) -> Value {
    let finding = &judged.finding;
    let mut result = json!({
        "ruleId": finding.guardrail,
        "level": level(judged.level),
        "message": { "text": format!("{}: {}", finding.what, finding.how) },
        "locations": [{ "physicalLocation": physical(&finding.place, anchor) }],
        "partialFingerprints": { "highroad/v1": judged.fingerprint },
        "properties": { "confidence": confidence(finding.confidence), "cell": finding.place.cell },
    });
    if let Some(rule) = rule {
        result["ruleIndex"] = json!(rule);
    }
    if let Some(waiver) = &judged.waived {
        let why = format!("{} (owner: {}, until {})", waiver.reason, waiver.owner, waiver.until);
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted", "justification": why }]);
    }
    result
}

fn physical(place: &Place, anchor: &str) -> Value {
    let mut physical = json!({ "artifactLocation": location(if place.path == "." { anchor } else { &place.path }) });
    // A finding about the repository as a whole has to have a file: services drop results that have none.
    let mut region = json!({ "startLine": place.line.max(1) });
    if place.column > 0 {
        region["startColumn"] = json!(place.column);
    }
    if place.end_line >= place.line && place.end_line > 0 {
        region["endLine"] = json!(place.end_line);
        if place.end_column > 0 {
            region["endColumn"] = json!(place.end_column);
        }
    }
    physical["region"] = region;
    physical
}

/// A path as a URI reference (RFC 3986): everything but unreserved characters and `/` is percent-encoded.
fn location(path: &str) -> Value {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'-' | b'.' | b'_' | b'~') {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    json!({ "uri": uri, "uriBaseId": "%SRCROOT%" })
}

/// The number that GitHub sorts alerts by, in the bands of its documentation: over 7 is high, over 4 medium.
fn severity(level: Level) -> &'static str {
    match level {
        Level::Block => "8.0",
        Level::Warn => "5.0",
        Level::Advise => "2.0",
        Level::Off => "0.0",
    }
}

fn level(level: Level) -> &'static str {
    match level {
        Level::Block => "error",
        Level::Warn => "warning",
        Level::Advise => "note",
        Level::Off => "none",
    }
}
