//! `highroad.toml`: what people decide about their project's road, and edit by hand.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answers::{Answers, to_toml};
use crate::base::day::Day;
use crate::base::diagnostic::{Diagnostic, nearest};

/// The name of the file, at the root of the project.
pub const FILE: &str = "highroad.toml";

/// The content of `highroad.toml`.
#[derive(Clone, Debug, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The version of this format: 1.
    pub schema: u32,
    /// Which road the project is on; nothing where a repository has guardrails only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub road: Option<RoadReference>,
    /// The kind of project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
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
#[derive(Clone, Debug, Default, Deserialize, Eq, JsonSchema, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RoadReference {
    /// The id of the road.
    pub id: String,
    /// The calendar version.
    pub version: String,
    /// `built-in`, `folder`, `registry` or `git`.
    pub source: String,
    /// The address of the registry or of the git repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The commit of the git repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub commit: Option<String>,
    /// The folder of the road: in the git repository, or seen from the root of the project where it lies inside or beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Whether a person took the road although nobody signed it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unsigned: bool,
    /// Which versions an upgrade takes beside those that are for everybody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
}

impl RoadReference {
    /// Returns what is written of the place beside `source`, as keys with their TOML values.
    pub fn place(&self) -> Vec<(&'static str, toml::Value)> {
        let texts = [("url", &self.url), ("commit", &self.commit), ("path", &self.path)];
        let mut place: Vec<(&str, toml::Value)> =
            texts.into_iter().filter_map(|(key, text)| Some((key, toml::Value::String(text.clone()?)))).collect();
        if self.unsigned {
            place.push(("unsigned", toml::Value::Boolean(true)));
        }
        place
    }
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
    /// The fingerprints of the findings that it covers; empty for all of the guardrail at the path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<String>,
}

/// How far ahead a waiver may end, in days.
pub const LONGEST_WAIVER: i32 = 180;

impl Waiver {
    /// Writes it as it stands in `highroad.toml`.
    pub fn to_text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let Self { guardrail, path, reason, owner, until, findings } = self;
        let mut text = format!(
            "[[waiver]]\nguardrail = {}\npath = {}\nreason = {}\nowner = {}\nuntil = {}\n",
            quoted(guardrail),
            quoted(path),
            quoted(reason),
            quoted(owner),
            quoted(until)
        );
        if !findings.is_empty() {
            let list: Vec<String> = findings.iter().map(|finding| quoted(finding)).collect();
            text.push_str(&format!("findings = [{}]\n", list.join(", ")));
        }
        text
    }

    /// Returns the last day; nothing where the text is no day.
    pub fn last_day(&self) -> Option<Day> {
        Day::parse(&self.until)
    }

    /// Whether it is in force on a day: it has a reason and an owner, and ends on a real day that is neither past nor too
    /// far ahead.
    pub fn holds(&self, today: Day) -> bool {
        let told = !self.reason.trim().is_empty() && !self.owner.trim().is_empty();
        told && self.last_day().is_some_and(|last| (0..=LONGEST_WAIVER).contains(&today.until(last)))
    }
}

impl Config {
    /// Reads the text of a `highroad.toml`.
    ///
    /// # Errors
    /// When it does not follow the format: the line, what does not fit, and the nearest known name.
    pub fn read(text: &str) -> Result<Self, Diagnostic> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            let message = error.message().replace('\n', " ");
            // "unknown field `x`, expected one of `a`, `b`", "missing field `x`".
            let mut names = message.split('`').skip(1).step_by(2);
            let first = names.next().unwrap_or_default().to_owned();
            let fix = match nearest(&first, names) {
                Some(near) if message.starts_with("unknown") => format!("did you mean `{near}`?"),
                _ if message.starts_with("missing") && first == "schema" => "add the line `schema = 1` at the top".to_owned(),
                _ if message.starts_with("missing") => format!("add `{first} = \"…\"` there"),
                _ => "correct the line; `highroad check --waive` and docs/check.md show the form".to_owned(),
            };
            Diagnostic::usage("config", format!("`{FILE}` cannot be read")).at(format!("{FILE}:{line}")).because(message.clone()).fix(fix)
        })?;
        if config.schema != 1 {
            return Err(Diagnostic::usage("config", format!("`{FILE}` is of another format"))
                .at(FILE)
                .because(format!("it has schema {}, and this Highroad reads schema 1", config.schema))
                .fix("update Highroad, or write `schema = 1`"));
        }
        Ok(config)
    }

    /// Refuses ids of guardrails that are not in `known`, in levels and in waivers.
    ///
    /// # Errors
    /// Says which id, where, and the nearest known one.
    pub fn check_ids(&self, text: &str, known: &[&str]) -> Result<(), Diagnostic> {
        let waived = self.waiver.iter().map(|waiver| &waiver.guardrail);
        let Some(unknown) = self.guardrails.keys().chain(waived).find(|id| !known.contains(&id.as_str())) else { return Ok(()) };
        let line = text.lines().position(|line| line.contains(unknown.as_str())).map_or(1, |at| at + 1);
        Err(Diagnostic::usage("guardrail-id", format!("there is no guardrail `{unknown}`"))
            .at(format!("{FILE}:{line}"))
            .because("a typo in a security setting must not be silence")
            .fix(match nearest(unknown, known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`? `highroad explain` lists them all"),
                None => "`highroad explain` lists them all".to_owned(),
            }))
    }

    /// Writes a `highroad.toml` for a repository that is on no road: guardrails and waivers only.
    pub fn bare_text() -> String {
        "# What you decided about the guardrails of this repository. Edit it freely.\nschema = 1\n\n\
         # How loudly a guardrail speaks here: \"block\", \"warn\", \"advise\" or \"off\", by its id.\n[guardrails]\n"
            .to_owned()
    }

    /// Writes a fresh `highroad.toml`, with comments for the person who opens it.
    pub fn to_text(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let none = RoadReference::default();
        let road = self.road.as_ref().unwrap_or(&none);
        let RoadReference { id, version, source, .. } = road;
        let place: String = road.place().into_iter().map(|(key, value)| format!("{key} = {value}\n")).collect();
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
             {place}\
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
            kind = quoted(self.kind.as_deref().unwrap_or_default()),
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
            road: Some(RoadReference {
                id: "ml".into(),
                version: "2026.11.0".into(),
                source: "built-in".into(),
                ..RoadReference::default()
            }),
            kind: Some("llm-app".into()),
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
