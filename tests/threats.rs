//! The threat model follows the answers: two teams with different answers get different threats.
#![allow(
    clippy::disallowed_methods,
    clippy::unwrap_used,
    missing_docs,
    reason = "tests look at files from outside, and may fail by a panic"
)]

use std::collections::{BTreeMap, BTreeSet};

use highroad::render::ranking::choose;
use highroad::repo::answers::Answers;
use highroad::road::Road;
use highroad::road::source::Source;

const THREAT_QUESTIONS: [&str; 4] = ["crown_jewels", "data_writers", "data_subjects", "worst_misuse"];
const LIGHT_QUESTIONS: [&str; 2] = ["data_sensitivity", "model_access"];

fn road() -> Road {
    Source::BuiltIn.read().unwrap()
}

/// Every combination of the answers to `questions`.
fn combinations(road: &Road, questions: &[&str]) -> Vec<Vec<String>> {
    questions.iter().fold(vec![Vec::new()], |combinations, key| {
        let question = road.questions.iter().find(|q| q.key == *key).unwrap();
        let extend = |combination: Vec<String>| {
            question.choices.iter().map(move |choice| [combination.clone(), vec![choice.value.clone()]].concat())
        };
        combinations.into_iter().flat_map(extend).collect()
    })
}

fn answers(heavy: &[String], light: &[String]) -> Answers {
    let keys = THREAT_QUESTIONS.iter().chain(&LIGHT_QUESTIONS).map(|key| (*key).to_owned());
    keys.zip(heavy.iter().chain(light).cloned()).collect()
}

#[test]
fn answers_that_differ_in_all_four_share_less_than_two_fifths_of_their_threats() {
    let road = road();
    let threats = &road.catalogues["threats"];
    let position: BTreeMap<&str, u32> =
        threats.iter().enumerate().map(|(at, threat)| (threat.id.as_str(), u32::try_from(at).unwrap())).collect();
    let heavy = combinations(&road, &THREAT_QUESTIONS);
    let light = combinations(&road, &LIGHT_QUESTIONS);
    for (kind, _) in road.kinds_for_new() {
        let mut seen = 0u128;
        // One bit a threat; the sets of all light answers for each heavy one.
        let rows: Vec<BTreeSet<u128>> = heavy
            .iter()
            .map(|heavy| {
                light
                    .iter()
                    .map(|light| {
                        let chosen = choose(threats, kind, &answers(heavy, light), 10);
                        assert_eq!(chosen.len(), 10, "{kind} {heavy:?}");
                        chosen.iter().fold(0, |bits, row| bits | 1u128 << position[row["id"].as_str().unwrap()])
                    })
                    .collect()
            })
            .collect();
        for (at, first) in heavy.iter().enumerate() {
            rows[at].iter().for_each(|bits| seen |= bits);
            for (other, second) in heavy.iter().enumerate().skip(at + 1) {
                let different = first.iter().zip(second).filter(|(a, b)| a != b).count();
                if different == 4 {
                    let shared = rows[at].iter().flat_map(|a| rows[other].iter().map(move |b| (a & b).count_ones())).max().unwrap();
                    assert!(shared < 4, "{kind}: {first:?} and {second:?} share {shared} of 10");
                } else if different == 1 {
                    assert!(rows[at] != rows[other], "{kind}: {first:?} and {second:?} get the same threats");
                }
            }
        }
        let own = threats.iter().filter(|threat| threat.kinds.contains(kind));
        let never: Vec<&str> =
            own.filter(|threat| seen & 1u128 << position[threat.id.as_str()] == 0).map(|threat| threat.id.as_str()).collect();
        assert!(never.is_empty(), "{kind}: no answers ever lead to {never:?}");
    }
}

#[test]
fn every_threat_names_real_questions_standards_and_controls() {
    let road = road();
    let standards = road.constants["standards"].as_object().unwrap();
    for threat in &road.catalogues["threats"] {
        for boost in &threat.boost {
            let question = road
                .questions
                .iter()
                .find(|q| q.key == boost.question)
                .unwrap_or_else(|| panic!("{}: no question {}", threat.id, boost.question));
            for answer in &boost.is {
                assert!(
                    question.choices.iter().any(|choice| choice.value == *answer),
                    "{}: `{answer}` is no answer to {}",
                    threat.id,
                    boost.question
                );
            }
        }
        let mut ids = 0;
        for list in ["atlas", "owasp_ml", "owasp_llm", "mitigations"] {
            for id in threat.rest.get(list).and_then(|v| v.as_array()).into_iter().flatten() {
                assert!(standards.contains_key(id.as_str().unwrap()), "{}: {id} is not among the standards", threat.id);
                ids += 1;
            }
        }
        assert!(ids > 0, "{} has no place in a standard", threat.id);
        for key in ["title", "story", "open", "decides", "status"] {
            let text = threat.rest[key].as_str().unwrap();
            assert!(!text.is_empty() && !text.contains(['"', '\\']), "{}: `{key}` is written into TOML as it is", threat.id);
        }
    }
}

#[test]
fn every_control_that_a_threat_model_names_is_in_the_project() {
    let road = road();
    for (kind, part) in road.kinds_for_new() {
        for host in ["github", "gitlab", "none"] {
            let given = Answers::from([("name".to_owned(), "demo".to_owned()), ("host".to_owned(), host.to_owned())]);
            let complete =
                highroad::render::answers::complete(&road, part, given, &highroad::render::questions::Machine::default()).unwrap();
            let rendered = highroad::render::render(&road, kind, &complete).unwrap();
            let threats = road.catalogues["threats"].iter().filter(|threat| threat.kinds.contains(kind));
            for threat in threats {
                for control in threat.rest.get("answered_by").and_then(|v| v.as_array()).into_iter().flatten() {
                    let path = control["path"].as_str().unwrap().replace("{package}", "demo");
                    let made_later = path.starts_with("audit/") || path.starts_with("artifacts/");
                    let folder = format!("{}/", path.trim_end_matches('/'));
                    let there = rendered.tree.get(&path).is_some() || rendered.tree.iter().any(|(p, _)| p.as_str().starts_with(&folder));
                    assert!(there || made_later, "{kind} on {host}: {} names `{path}`, which is not there", threat.id);
                }
            }
        }
    }
}
