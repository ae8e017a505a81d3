//! `highroad.toml`: what people decide about their project's road, and edit by hand.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answers::{Answers, to_toml};

/// The name of the file, at the root of the project.
pub const FILE: &str = "highroad.toml";

/// The content of `highroad.toml`.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The version of this format: 1.
    pub schema: u32,
    /// Which road the project is on.
    pub road: RoadReference,
    /// The kind of project.
    pub kind: String,
    /// The answers that the project was rendered with, by question.
    #[serde(default)]
    pub answers: Answers,
    /// How loudly a guardrail speaks here, by its id. What is not named follows the road.
    #[serde(default)]
    pub guardrails: BTreeMap<String, Level>,
    /// Guardrails that rest for a while.
    #[serde(default)]
    pub waiver: Vec<Waiver>,
}

/// A version of a road and where it comes from.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RoadReference {
    /// The id of the road.
    pub id: String,
    /// The calendar version.
    pub version: String,
    /// `built-in` or `folder`.
    pub source: String,
}

/// How loudly a guardrail speaks.
#[derive(Clone, Copy, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// A finding fails the check.
    Block,
    /// A finding is shown first, and does not fail the check.
    Warn,
    /// A finding is shown as advice.
    Advise,
    /// The guardrail does not run.
    Off,
}

/// Lets one guardrail rest at one path, for a reason, until a day.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The id of the guardrail.
    pub guardrail: String,
    /// The path that it rests at; a glob.
    pub path: String,
    /// Why it may rest.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// The last day, `YYYY-MM-DD`, at most 180 days ahead.
    pub until: String,
}

impl Config {
    /// Writes a fresh `highroad.toml`, with comments for the person who opens it.
    pub fn to_text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let RoadReference { id, version, source } = &self.road;
        format!(
            "# Which road this project is on, and what you decided about it. Edit it freely.\n\
             # What Highroad itself has to remember is in `highroad.lock`.\n\
             schema = {schema}\n\
             kind = {kind}\n\
             \n\
             [road]\n\
             id = {id}\n\
             version = {version}\n\
             source = {source}\n\
             \n\
             # The answers that the project was rendered with. A road's next version is rendered with them again.\n\
             [answers]\n\
             {answers}\n\
             # How loudly a guardrail speaks here: \"block\", \"warn\", \"advise\" or \"off\", by its id.\n\
             [guardrails]\n\
             \n\
             # To let one guardrail rest at one place, for a reason and until a day (at most 180 days ahead):\n\
             # [[waiver]]\n\
             # guardrail = \"data-in-git\"\n\
             # path = \"data/sample.csv\"\n\
             # reason = \"synthetic, needed by the tests\"\n\
             # owner = \"name of a person or team\"\n\
             # until = \"YYYY-MM-DD\"\n",
            schema = self.schema,
            kind = quoted(&self.kind),
            id = quoted(id),
            version = quoted(version),
            source = quoted(source),
            answers = to_toml(&self.answers),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_what_it_writes_and_refuses_a_typo() {
        let config = Config {
            schema: 1,
            road: RoadReference { id: "ml".into(), version: "2026.11.0".into(), source: "built-in".into() },
            kind: "llm-app".into(),
            answers: [("purpose".to_owned(), "say \"hi\" \\ bye".to_owned())].into(),
            guardrails: BTreeMap::new(),
            waiver: Vec::new(),
        };
        let text = config.to_text();
        assert_eq!(toml::from_str::<Config>(&text).unwrap(), config);
        let typo = text.replace("[guardrails]", "[guardrials]");
        assert!(toml::from_str::<Config>(&typo).unwrap_err().to_string().contains("guardrials"));
    }
}
