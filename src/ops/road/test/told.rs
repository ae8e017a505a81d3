//! Failures as they are told: one fault once, however many cases show it, and with no answer that it does not need.

use std::collections::HashMap;

use super::cases::Case;
use super::{Tested, renders};
use crate::ops::road::samples;
use crate::repo::answers::Answers;
use crate::report::road_test::Failure;
use crate::road::Road;

/// Of how many faults the answers are tried one by one.
const TRIED: usize = 20;

type Fault = (String, Option<String>, Option<String>, String, String);

fn fault(failure: &Failure) -> Fault {
    let Failure { test, from, path, what, why, .. } = failure;
    (test.clone(), from.clone(), path.clone(), what.clone(), why.clone())
}

/// Gathers the failures that are one fault; of its cases the one with the fewest answers is told.
pub(super) fn once(tested: &Tested<'_>, again: &Road, failures: Vec<Failure>) -> Vec<Failure> {
    let mut told: Vec<Failure> = Vec::new();
    let mut known: HashMap<Fault, usize> = HashMap::new();
    for failure in failures {
        let kind = failure.kind.clone();
        match known.get(&fault(&failure)) {
            None => {
                known.insert(fault(&failure), told.len());
                told.push(Failure { cases: 1, kinds: vec![kind], ..failure });
            }
            Some(at) => {
                let one = &mut told[*at];
                one.cases += 1;
                if !one.kinds.contains(&kind) {
                    one.kinds.push(kind);
                }
                if failure.answers.len() < one.answers.len() {
                    *one = Failure { cases: one.cases, kinds: std::mem::take(&mut one.kinds), ..failure };
                }
            }
        }
    }
    for failure in told.iter_mut().filter(|failure| matches!(failure.test.as_str(), "render" | "check")).take(TRIED) {
        reduce(tested, again, failure);
    }
    told
}

/// Leaves out every answer without which the fault shows all the same.
fn reduce(tested: &Tested<'_>, again: &Road, failure: &mut Failure) {
    let Ok(part) = tested.road.kind(&failure.kind) else { return };
    let keys: Vec<String> = failure.answers.keys().cloned().collect();
    for key in keys {
        let mut fewer = failure.answers.clone();
        fewer.remove(&key);
        let Ok((answers, samples)) = samples::answered(tested.road, part, &Answers::new(), &fewer) else { continue };
        let given = answers.iter().filter(|(key, _)| fewer.contains_key(*key) || samples.contains(*key));
        let given: Answers = given.map(|(key, value)| (key.clone(), value.clone())).collect();
        if given.len() >= failure.answers.len() {
            continue;
        }
        let shown = renders::test(tested, again, &failure.kind, &Case { answers, given });
        if let Some(same) = shown.into_iter().find(|other| fault(other) == fault(failure)) {
            *failure = Failure { cases: failure.cases, kinds: std::mem::take(&mut failure.kinds), ..same };
        }
    }
}
