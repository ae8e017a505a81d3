//! The variables that templates see.

use serde_json::{Map, Value, json};

use super::{questions, ranking};
use crate::repo::answers::Answers;
use crate::road::{Part, Road};

/// Builds the variables: every answer by its key, `labels`, `package`, `kind`, `road`, the road's constants and rankings.
pub(super) fn build(road: &Road, kind_id: &str, kind: &Part, answers: &Answers) -> Value {
    let mut variables = Map::new();
    let mut labels = Map::new();
    for question in road.questions_of(kind) {
        if let Some(answer) = answers.get(&question.key) {
            variables.insert(question.key.clone(), json!(answer));
            if let Some(label) = questions::label(question, answer) {
                labels.insert(question.key.clone(), json!(label));
            }
        }
    }
    if let Some(name) = answers.get("name") {
        variables.insert("package".to_owned(), json!(name.replace('-', "_")));
    }
    variables.insert("labels".to_owned(), Value::Object(labels));
    let manifest = &kind.manifest;
    variables.insert(
        "kind".to_owned(),
        json!({
            "id": kind_id,
            "title": manifest.title,
            "summary": manifest.summary,
            "values": manifest.values,
            "dependencies": manifest.dependencies,
        }),
    );
    variables
        .insert("road".to_owned(), json!({ "id": road.manifest.id, "version": road.manifest.version, "released": road.manifest.released }));
    variables.extend(road.constants.clone());
    let ranks_as = manifest.ranks_as.as_ref().and_then(|question| answers.get(question)).map_or(kind_id, String::as_str);
    for rule in &road.manifest.ranking {
        let entries = road.catalogues.get(&rule.name).map_or(&[][..], Vec::as_slice);
        variables.insert(rule.name.clone(), Value::Array(ranking::choose(entries, ranks_as, answers, rule.take)));
    }
    Value::Object(variables)
}
