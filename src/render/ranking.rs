//! Chooses from a catalogue what matters most for a kind and its answers.

use serde_json::{Value, json};

use crate::repo::answers::Answers;
use crate::road::manifest::Entry;

/// Returns the `take` entries with the highest score, best first; equal scores in order of id.
///
/// The score is the entry's base plus every boost whose question has one of its answers.
pub fn choose(entries: &[Entry], kind: &str, answers: &Answers, take: usize) -> Vec<Value> {
    let mut scored: Vec<(i64, &Entry)> =
        entries.iter().filter(|entry| entry.kinds.iter().any(|k| k == kind)).map(|entry| (score(entry, answers), entry)).collect();
    scored.sort_by(|(a, first), (b, second)| b.cmp(a).then_with(|| first.id.cmp(&second.id)));
    scored.into_iter().take(take).map(|(score, entry)| visible(entry, score)).collect()
}

fn score(entry: &Entry, answers: &Answers) -> i64 {
    let matching = entry.boost.iter().filter(|boost| answers.get(&boost.question).is_some_and(|answer| boost.is.contains(answer)));
    matching.fold(entry.base, |sum, boost| sum.saturating_add(boost.by))
}

/// What a template sees of an entry: its id, its score, and every key of its own.
fn visible(entry: &Entry, score: i64) -> Value {
    let mut value = json!({ "id": entry.id, "score": score });
    for (key, own) in &entry.rest {
        value[key] = serde_json::to_value(own).unwrap_or(Value::Null);
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_the_best_for_the_kind_and_breaks_ties_by_id() {
        let entries: Vec<Entry> = toml::from_str::<std::collections::BTreeMap<String, Vec<Entry>>>(
            r#"
            t = [
                { id = "c", kinds = ["k"], title = "C" },
                { id = "a", kinds = ["k"], base = 1, title = "A" },
                { id = "b", kinds = ["k"], boost = [{ question = "q", is = ["yes"], by = 5 }], title = "B" },
                { id = "z", kinds = ["other"], base = 9, title = "Z" },
                { id = "d", kinds = ["k"], title = "D" },
            ]"#,
        )
        .unwrap()
        .remove("t")
        .unwrap();
        let ids = |answer: &str, take| -> Vec<String> {
            let answers = [("q".to_owned(), answer.to_owned())].into();
            choose(&entries, "k", &answers, take).iter().map(|v| v["id"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(ids("yes", 3), ["b", "a", "c"]);
        assert_eq!(ids("no", 9), ["a", "b", "c", "d"]);
    }
}
