//! Hostile templates, roads and archives: none writes outside, runs code, panics, prints escapes, or takes more than 64 MiB.
//!
//! Each case runs the binary in a sandbox of its own, with its anonymous memory (heap, stacks, private maps) limited by
//! `RLIMIT_DATA` to 64 MiB: a run that needs more is ended by the system, and the case fails.
#![cfg(target_os = "linux")]
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

#[path = "support/hostile.rs"]
mod hostile;
#[path = "support/hostile_cases.rs"]
mod hostile_cases;
mod support;

use std::sync::Mutex;

use hostile::Case;

/// Runs the cases on as many threads as the machine has, and returns what went wrong.
fn judge(cases: &[Case]) -> Vec<String> {
    let binary = env!("CARGO_BIN_EXE_highroad");
    let only = std::env::var("HOSTILE_ONLY").unwrap_or_default();
    let left: Mutex<Vec<&Case>> = Mutex::new(cases.iter().filter(|case| only.split('|').any(|part| case.name.contains(part))).collect());
    let wrong = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(2, std::num::NonZero::get) {
            scope.spawn(|| {
                loop {
                    let Some(case) = left.lock().unwrap().pop() else { break };
                    let found = case.judge(binary);
                    wrong.lock().unwrap().extend(found);
                }
            });
        }
    });
    wrong.into_inner().unwrap()
}

#[test]
fn no_hostile_template_or_road_gets_through() {
    let cases = hostile_cases::all();
    assert!(cases.len() >= 200, "there are {} cases", cases.len());
    let wrong = judge(&cases);
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}
