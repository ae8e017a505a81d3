//! Laws of merging whole trees, on random trees with random edits on both sides.
//!
//! A short run is part of the tests. The long one: `PROPTEST_CASES=100000 cargo test --release --test merge_trees_random`.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    clippy::wildcard_enum_match_arm,
    missing_docs,
    reason = "tests read their environment, may fail by a panic, and leave out edits that do not fit"
)]

#[path = "support/random_trees.rs"]
mod random_trees;

use std::collections::{BTreeMap, BTreeSet};

use highroad::base::leaf::{Kind, Leaf};
use highroad::merge::LABELS;
use highroad::merge::trees::{Outcome, Side, Verdict, apply, merge};
use proptest::prelude::*;
use random_trees::{ROADS, World, YOURS, headers, leaves, numbers, worlds};

type Leaves = BTreeMap<String, Leaf>;

fn run(base: &Leaves, ours: &Leaves, theirs: &Leaves) -> (Vec<Outcome>, Leaves) {
    let [base, ours, theirs] = [base, ours, theirs].map(|tree| Side::of(tree.clone()));
    let outcomes = merge(&base, &ours, &theirs, LABELS).unwrap();
    let tree = apply(&outcomes, &ours).unwrap();
    (outcomes, tree)
}

fn all_numbers(tree: &Leaves) -> BTreeSet<u32> {
    tree.values().flat_map(|leaf| numbers(&leaf.bytes, &BTreeSet::new())).map(|(number, _)| number).collect()
}

/// Returns the numbers that the report of a merge names.
fn named(outcomes: &[Outcome], theirs: &Leaves) -> BTreeSet<u32> {
    let mut text = Vec::new();
    for outcome in outcomes {
        let stages = outcome.stages.iter().flat_map(|stages| [&stages.base, &stages.ours, &stages.theirs]).flatten();
        stages.for_each(|leaf| text.extend_from_slice(&leaf.bytes));
        for conflict in &outcome.conflicts {
            for side in [&conflict.base, &conflict.ours, &conflict.theirs].into_iter().flatten() {
                text.extend_from_slice(side.as_bytes());
            }
        }
        for settled in &outcome.settled {
            // A settlement names its place, too.
            let content = outcome.result.as_ref().map(|leaf| &*leaf.bytes).unwrap_or_default();
            text.extend_from_slice(content.split(|byte| *byte == b'\n').nth(settled.line.saturating_sub(1)).unwrap_or_default());
            text.extend_from_slice(settled.what.as_bytes());
        }
        if outcome.verdict == Verdict::DeletedByYou {
            text.extend(outcome.theirs_path.iter().filter_map(|path| theirs.get(path)).flat_map(|leaf| leaf.bytes.to_vec()));
        }
        text.push(b' ');
    }
    numbers(&text, &BTreeSet::new()).into_iter().map(|(number, _)| number).collect()
}

/// Returns a report as a person would want it when a law fails.
fn said_by(outcomes: &[Outcome]) -> String {
    let line = |outcome: &Outcome| {
        let settled: Vec<_> = outcome.settled.iter().map(|settled| (settled.rule.id, &settled.what)).collect();
        let conflicts: Vec<_> = outcome.conflicts.iter().map(|conflict| (conflict.kind, &conflict.key)).collect();
        let text = outcome.result.as_ref().map(text).unwrap_or_default();
        format!("\n{} {:?} by {:?} {settled:?} {conflicts:?}\n{text}", outcome.path, outcome.verdict, outcome.merger)
    };
    outcomes.iter().filter(|outcome| outcome.verdict != Verdict::Unchanged).map(line).collect()
}

/// Returns the paths of files in which one side gave way to the other: a settlement of text names the place and the number of lines.
fn counted(outcomes: &[Outcome]) -> BTreeSet<&String> {
    let counts = |outcome: &&Outcome| outcome.settled.iter().any(|settled| settled.what.contains("of the road's"));
    outcomes
        .iter()
        .filter(counts)
        .flat_map(|outcome| [Some(&outcome.path), outcome.from.as_ref(), outcome.theirs_path.as_ref()])
        .flatten()
        .collect()
}

/// Nothing is lost: each line of the project and each change of the road is in the result or in the report.
fn nothing_is_lost(world: &World, outcomes: &[Outcome], result: &Leaves) -> Result<(), TestCaseError> {
    let (ours, theirs) = (leaves(&world.ours), leaves(&world.theirs));
    let (kept, named) = (all_numbers(result), named(outcomes, &theirs));
    let known = |number: &u32| kept.contains(number) || named.contains(number);
    // A report names the key that a line belongs to, or its section, where it does not name the line.
    let heads = headers([&world.base, &world.ours, &world.theirs]);
    let counted = counted(outcomes);
    for (side, range) in [(&ours, YOURS), (&theirs, ROADS)] {
        for (_, leaf) in side.iter().filter(|(path, _)| !counted.contains(path)) {
            let under: BTreeMap<u32, Option<u32>> = numbers(&leaf.bytes, &heads).into_iter().collect();
            for line in leaf.bytes.split(|byte| *byte == b'\n') {
                let line: Vec<u32> = numbers(line, &BTreeSet::new()).into_iter().map(|(number, _)| number).collect();
                for number in line.iter().filter(|number| range.contains(number)) {
                    let section = under.get(number).copied().flatten();
                    let said = line.iter().chain(&section).any(|other| named.contains(other));
                    prop_assert!(known(number) || said, "{number} is lost: {}", said_by(outcomes));
                }
            }
        }
    }
    for number in all_numbers(&ours).intersection(&all_numbers(&theirs)) {
        prop_assert!(known(number), "{number}, which both have, is lost: {}", said_by(outcomes));
    }
    Ok(())
}

/// Nothing is misplaced: in a clean result each line stands under the header that it stood under, in the order that it had.
fn nothing_is_misplaced(world: &World, outcomes: &[Outcome]) -> Result<(), TestCaseError> {
    let heads = headers([&world.base, &world.ours, &world.theirs]);
    let [base, ours, theirs] = [&world.base, &world.ours, &world.theirs].map(leaves);
    for outcome in outcomes.iter().filter(|outcome| outcome.conflicts.is_empty()) {
        let Some(result) = outcome.result.as_ref().filter(|leaf| leaf.kind != Kind::Link) else { continue };
        let from = outcome.from.as_ref().unwrap_or(&outcome.path);
        let before = outcome.base_path.as_ref().and_then(|path| base.get(path));
        let sides = [(ours.get(from), YOURS, "you"), (outcome.theirs_path.as_ref().and_then(|path| theirs.get(path)), ROADS, "the road")];
        let now = numbers(&result.bytes, &heads);
        let numbers_now: Vec<u32> = now.iter().map(|(number, _)| *number).collect();
        let unique: BTreeSet<u32> = numbers_now.iter().copied().collect();
        prop_assert_eq!(unique.len(), numbers_now.len(), "{} has a line twice: {}", &outcome.path, text(result));
        for (side, range, who) in sides {
            let Some(side) = side else { continue };
            let then = numbers(&side.bytes, &heads);
            let under: BTreeMap<u32, Option<u32>> = then.iter().copied().collect();
            for (number, header) in now.iter().filter(|(number, _)| range.contains(number)) {
                prop_assert_eq!(under.get(number), Some(header), "{}: {} of {}: {}", &outcome.path, number, who, text(result));
            }
            let (order, order_now) = (telling_lines(side), telling_lines(result));
            let both: BTreeSet<String> = order.iter().filter(|line| order_now.contains(line)).cloned().collect();
            let [order, order_now] =
                [order, order_now].map(|lines| lines.into_iter().filter(|line| both.contains(line)).collect::<Vec<_>>());
            // Requirements have no order, and neither have the rules of an ignore file, but for those with a `!`.
            let path = outcome.path.to_lowercase();
            let is_set = path.ends_with(".gitignore") || path.contains("requirements");
            prop_assert!(is_set || order == order_now, "{}: the order of {} changed: {}", &outcome.path, who, text(result));
            // What a side took away, and the other left alone, is gone, unless that was contested.
            if let Some(before) = before.filter(|_| outcome.settled.is_empty()) {
                let gone: BTreeSet<u32> =
                    numbers(&before.bytes, &heads).iter().map(|(number, _)| *number).filter(|number| !under.contains_key(number)).collect();
                let back: Vec<&u32> = gone.intersection(&unique).collect();
                prop_assert!(back.is_empty(), "{}: {:?}, which {} took away, is back: {}", &outcome.path, back, who, text(result));
            }
        }
    }
    Ok(())
}

/// Returns the lines with a number of their own, without what only spells them.
fn telling_lines(leaf: &Leaf) -> Vec<String> {
    let text = text(leaf);
    let lines = text.lines().map(|line| line.trim().trim_end_matches(',').to_owned());
    lines.filter(|line| !numbers(line.as_bytes(), &BTreeSet::new()).is_empty()).collect()
}

/// Where the inputs parse, so does a clean result.
fn results_parse(outcomes: &[Outcome]) -> Result<(), TestCaseError> {
    for outcome in outcomes.iter().filter(|outcome| outcome.conflicts.is_empty()) {
        let Some(leaf) = outcome.result.as_ref().filter(|leaf| leaf.kind != Kind::Link) else { continue };
        let text = text(leaf);
        let ending = outcome.path.rsplit('.').next().unwrap_or_default();
        let error = match ending {
            "toml" => toml::from_str::<toml::Value>(&text).err().map(|error| error.to_string()),
            "json" => serde_json::from_str::<serde_json::Value>(&text).err().map(|error| error.to_string()),
            "yaml" | "yml" => serde_saphyr::from_str::<serde_json::Value>(&text).err().map(|error| error.to_string()),
            _ => None,
        };
        prop_assert_eq!(error, None, "{}: {}", &outcome.path, text);
    }
    Ok(())
}

/// The report is sound: paths are there once, conflicts have what git's index needs, and nothing stands in another's way.
fn report_is_sound(outcomes: &[Outcome], ours: &Leaves, result: &Leaves) -> Result<(), TestCaseError> {
    prop_assert!(outcomes.windows(2).all(|pair| pair[0].path < pair[1].path));
    for outcome in outcomes {
        prop_assert_eq!(outcome.verdict == Verdict::Conflict, !outcome.conflicts.is_empty(), "{:?}", outcome);
        prop_assert_eq!(outcome.verdict == Verdict::Conflict, outcome.stages.is_some(), "{:?}", outcome);
    }
    let folded: BTreeSet<String> = result.keys().map(|path| path.to_lowercase()).collect();
    prop_assert_eq!(folded.len(), result.len(), "case twins in {:?}", result.keys());
    for path in &folded {
        prop_assert!(path.match_indices('/').all(|(at, _)| !folded.contains(&path[..at])), "{path} lies in a file");
    }
    let listed: BTreeSet<&String> = outcomes.iter().flat_map(|outcome| [Some(&outcome.path), outcome.from.as_ref()]).flatten().collect();
    for (path, leaf) in ours.iter().filter(|(path, _)| !listed.contains(path)) {
        prop_assert_eq!(result.get(path), Some(leaf), "{} is not the road's", path);
    }
    Ok(())
}

fn text(leaf: &Leaf) -> String {
    String::from_utf8_lossy(&leaf.bytes).into_owned()
}

fn laws(world: &World) -> Result<(Vec<Outcome>, Leaves), TestCaseError> {
    let [base, ours, theirs] = [&world.base, &world.ours, &world.theirs].map(leaves);
    for (side, wanted) in [(run(&base, &ours, &base), &ours), (run(&base, &base, &theirs), &theirs), (run(&base, &ours, &ours), &ours)] {
        let open: Vec<_> = side.0.iter().filter(|outcome| !outcome.conflicts.is_empty()).collect();
        prop_assert!(open.is_empty(), "one side changed, and yet: {open:?}");
        prop_assert_eq!(&side.1, wanted);
    }
    let (outcomes, result) = run(&base, &ours, &theirs);
    report_is_sound(&outcomes, &ours, &result)?;
    nothing_is_lost(world, &outcomes, &result)?;
    results_parse(&outcomes)?;
    let (again, same) = run(&theirs, &result, &theirs);
    prop_assert_eq!(&same, &result);
    prop_assert!(again.iter().all(|outcome| outcome.verdict == Verdict::Unchanged));
    Ok((outcomes, result))
}

fn check(repeats: bool, laws: fn(&World) -> Result<(), TestCaseError>) {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1_500);
    let config = ProptestConfig { cases, max_shrink_iters: 20_000, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(world in worlds(repeats))| laws(&world)?);
}

#[test]
fn laws_hold_on_random_trees() {
    check(false, |world| {
        let (outcomes, _) = laws(world)?;
        nothing_is_misplaced(world, &outcomes)
    });
}

/// Among lines that repeat, no merge by lines can tell for sure where a change belongs, so its places are not looked at here.
#[test]
fn laws_hold_on_random_trees_whose_lines_repeat() {
    check(true, |world| {
        let (mut outcomes, _) = laws(world)?;
        outcomes.retain(|outcome| outcome.merger != Some("text"));
        nothing_is_misplaced(world, &outcomes)
    });
}
