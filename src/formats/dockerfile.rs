//! Dockerfiles: instructions and build stages with the place of every word. Nothing is lost: all places are bytes of the
//! text, so that a fix can replace one word.
//!
//! Follows the "Dockerfile reference" of Docker: `FROM image AS name`, `ARG` before the first `FROM` and
//! `${NAME:-default}`. What an instruction is stands in `dockerfile_instructions`.

use std::collections::HashMap;
use std::ops::Range;

use super::dockerfile_instructions::instructions;
pub use super::dockerfile_instructions::{Instruction, Word};

/// How often names are put in for names.
const DEPTH: usize = 8;
/// How long a text may grow while names are put in.
const EXPANDED: usize = 4096;

/// A build stage.
#[derive(Clone, Debug)]
pub struct Stage {
    /// Where its `FROM` stands among the instructions.
    pub from: usize,
    /// The image as written.
    pub image: Word,
    /// The name after `AS`, in small letters.
    pub name: Option<String>,
    /// The instructions after the `FROM`.
    pub body: Range<usize>,
}

/// A Dockerfile.
#[derive(Clone, Debug, Default)]
pub struct Dockerfile {
    /// The instructions in order.
    pub instructions: Vec<Instruction>,
    /// The stages in order.
    pub stages: Vec<Stage>,
    /// `ARG`s before the first `FROM`, with the place of the default.
    pub globals: HashMap<String, Option<Word>>,
}

/// An image with the names put in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Resolved {
    /// The image; `None` where a name has no value in the file.
    pub image: Option<String>,
    /// The one place in the file that spells the image, where there is one.
    pub literal: Option<Range<usize>>,
}

impl Dockerfile {
    /// Reads a text; `None` where it has no `FROM`, and so is no Dockerfile.
    pub fn parse(text: &str) -> Option<Self> {
        let mut file = Self { instructions: instructions(text), ..Self::default() };
        for (at, instruction) in file.instructions.iter().enumerate() {
            match instruction.keyword.as_str() {
                "FROM" => {
                    let words = instruction.words();
                    let Some(image) = words.first().cloned() else { continue };
                    let named = words.get(1).is_some_and(|word| word.text.eq_ignore_ascii_case("as"));
                    let name = words.get(2).filter(|_| named).map(|word| word.text.to_ascii_lowercase());
                    if let Some(last) = file.stages.last_mut() {
                        last.body.end = at;
                    }
                    file.stages.push(Stage { from: at, image, name, body: at + 1..file.instructions.len() });
                }
                "ARG" if file.stages.is_empty() => {
                    for (name, value) in instruction.pairs() {
                        file.globals.insert(name, value);
                    }
                }
                _ => {}
            }
        }
        (!file.stages.is_empty()).then_some(file)
    }

    /// Returns the stage that an image names: an earlier stage's name. Stages count before images.
    pub fn stage_named(&self, image: &str, before: usize) -> Option<usize> {
        let wanted = image.to_ascii_lowercase();
        self.stages.iter().take(before).rposition(|stage| stage.name.as_deref() == Some(wanted.as_str()))
    }

    /// Returns the image of a stage with the names of the file put in.
    pub fn image(&self, stage: &Stage) -> Resolved {
        let written = &stage.image;
        if !written.text.contains('$') {
            return Resolved { image: Some(written.text.clone()), literal: Some(written.span.clone()) };
        }
        let lookup = |name: &str| self.globals.get(name).and_then(Option::as_ref).map(|word| word.text.clone());
        let image = expand(&written.text, &lookup, DEPTH).filter(|image| !image.is_empty());
        let literal = image.as_ref().and_then(|image| self.literal_of(written, image));
        Resolved { image, literal }
    }

    /// Returns where the image is spelled as a whole: in the default of the one `ARG`, or after `:-`.
    fn literal_of(&self, written: &Word, image: &str) -> Option<Range<usize>> {
        if let Some(at) = written.text.find(image) {
            // Quotes would shift the place.
            let exact = written.span.len() == written.text.len();
            return exact.then(|| written.span.start + at..written.span.start + at + image.len());
        }
        let name = written.text.strip_prefix('$')?;
        let name = name.strip_prefix('{').and_then(|name| name.strip_suffix('}')).unwrap_or(name);
        let name = name.split_once(":-").map_or(name, |(name, _)| name);
        let default = self.globals.get(name)?.as_ref()?;
        (default.text == image && default.span.len() == image.len()).then(|| default.span.clone())
    }

    /// Returns the user that a stage's containers run as: the last `USER`, also of the stage that it builds on.
    /// `Err` holds the image at the bottom, where no `USER` was found.
    pub fn user(&self, stage: usize) -> Result<(&Instruction, String), Option<String>> {
        let mut at = stage;
        for _ in 0..=self.stages.len() {
            let Some(stage) = self.stages.get(at) else { break };
            let body = self.instructions.get(stage.body.clone()).unwrap_or(&[]);
            if let Some(last) = body.iter().rev().find(|instruction| instruction.keyword == "USER") {
                let local = |name: &str| self.local(stage, name);
                let user = expand(last.arguments.trim(), &local, DEPTH).unwrap_or_default();
                return Ok((last, user.trim_matches(['"', '\'']).to_owned()));
            }
            let image = self.image(stage).image;
            match image.as_deref().and_then(|image| self.stage_named(image, at)) {
                Some(parent) if parent < at => at = parent,
                Some(_) | None => return Err(image),
            }
        }
        Err(None)
    }

    /// Returns the value of a name inside a stage: its `ARG`s and `ENV`s, and the global default of a bare `ARG`.
    fn local(&self, stage: &Stage, name: &str) -> Option<String> {
        let body = self.instructions.get(stage.body.clone()).unwrap_or(&[]);
        let declared = body.iter().filter(|instruction| matches!(instruction.keyword.as_str(), "ARG" | "ENV"));
        let mut value = None;
        for (known, word) in declared.flat_map(Instruction::pairs).filter(|(known, _)| known == name) {
            value = match word {
                Some(word) => Some(word.text),
                None => self.globals.get(&known).and_then(Option::as_ref).map(|word| word.text.clone()),
            };
        }
        value
    }
}

/// Puts values in for `$NAME`, `${NAME}`, `${NAME:-default}` and `${NAME:+other}`; `None` where one has no value.
fn expand(text: &str, lookup: &impl Fn(&str) -> Option<String>, depth: usize) -> Option<String> {
    if depth == 0 || text.len() > EXPANDED {
        return None;
    }
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        if let Some(inner) = rest.strip_prefix('{') {
            let end = closing(inner)?;
            let body = &inner[..end];
            rest = &inner[end + 1..];
            let name_end = body.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(body.len());
            let (name, form) = body.split_at(name_end);
            let value = lookup(name).and_then(|value| expand(&value, lookup, depth - 1)).filter(|value| !value.is_empty());
            let value = if let Some(default) = form.strip_prefix(":-").or_else(|| form.strip_prefix('-')) {
                value.or_else(|| expand(default, lookup, depth - 1))
            } else if let Some(other) = form.strip_prefix(":+").or_else(|| form.strip_prefix('+')) {
                if value.is_some() { expand(other, lookup, depth - 1) } else { Some(String::new()) }
            } else if form.is_empty() {
                value
            } else {
                None
            };
            out.push_str(&value?);
        } else {
            let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(rest.len());
            if end == 0 {
                out.push('$');
                continue;
            }
            let value = lookup(&rest[..end]).and_then(|value| expand(&value, lookup, depth - 1))?;
            out.push_str(&value);
            rest = &rest[end..];
        }
        if out.len() > EXPANDED {
            return None;
        }
    }
    out.push_str(rest);
    Some(out)
}

/// Returns where the brace that was opened before `text` is closed.
fn closing(text: &str) -> Option<usize> {
    let mut open = 0usize;
    for (at, c) in text.char_indices() {
        match c {
            '{' => open += 1,
            '}' if open == 0 => return Some(at),
            '}' => open -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_stages_arguments_and_continued_lines_with_their_places() {
        let text = "# syntax=docker/dockerfile:1\r\nARG TAG=3.12 BASE=\"python\"\r\nFROM --platform=linux/amd64 $BASE:${TAG} AS Build\r\nRUN a \\\r\n  # note\r\n  && b\r\nFROM build\r\nUSER app\r\n";
        let file = Dockerfile::parse(text).unwrap();
        assert_eq!(file.image(&file.stages[0]).image.as_deref(), Some("python:3.12"));
        assert_eq!(file.stage_named("build", 1), Some(0));
        let run = &file.instructions[2];
        assert_eq!(run.arguments.split_whitespace().collect::<Vec<_>>(), ["a", "&&", "b"]);
        let b = run.words().pop().unwrap();
        assert_eq!(&text[b.span], "b");
        assert_eq!(file.user(1).unwrap().1, "app");
        assert_eq!(&text[file.instructions[1].flags[0].span.clone()], "--platform=linux/amd64");
    }

    #[test]
    fn finds_the_place_that_spells_the_image() {
        for (text, image, spelled) in [
            ("FROM a:1\n", Some("a:1"), Some("a:1")),
            ("ARG B=a:1\nFROM $B\n", Some("a:1"), Some("a:1")),
            ("ARG B\nFROM ${B:-a:1@sha256:x} AS base\n", Some("a:1@sha256:x"), Some("a:1@sha256:x")),
            ("ARG T=1\nFROM a:${T}\n", Some("a:1"), None),
            ("FROM ${B}\n", None, None),
            ("ARG A=$B\nARG B=$A\nFROM $A\n", None, None),
        ] {
            let file = Dockerfile::parse(text).unwrap();
            let resolved = file.image(&file.stages[0]);
            assert_eq!(resolved.image.as_deref(), image, "{text}");
            assert_eq!(resolved.literal.map(|span| &text[span]), spelled, "{text}");
        }
    }

    #[test]
    fn skips_the_bodies_of_here_documents() {
        let text = "FROM a\nRUN <<EOF cat\nFROM not-an-image\nUSER root\nEOF\nUSER 1000\n";
        let file = Dockerfile::parse(text).unwrap();
        assert_eq!(file.stages.len(), 1);
        assert_eq!(file.user(0).unwrap().1, "1000");
        assert_eq!(&text[file.instructions[1].heredocs[0].clone()], "FROM not-an-image\nUSER root\n");
        let pairs = Dockerfile::parse("FROM a\nENV A=1 B=\"x y\" \nENV C d e\n").unwrap();
        assert_eq!(pairs.instructions[1].pairs()[1].1.as_ref().unwrap().text, "x y");
        assert_eq!(pairs.instructions[2].pairs()[0].1.as_ref().unwrap().text, "d e");
        let copy = Dockerfile::parse("FROM a\nCOPY [ \"b c\", \"./\" ]\n").unwrap();
        assert_eq!(copy.instructions[1].operands().into_iter().map(|word| word.text).collect::<Vec<_>>(), ["b c", "./"]);
    }

    proptest! {
        #[test]
        fn never_panics_and_keeps_places_inside(text in "(?s)(FROM |ARG |RUN |USER |ENV |COPY |#|<<|\\[|\\$|\\{|\\}|:-|=|\"|'|\\\\|`|\r|\n|EOF|a|ü| ){0,60}") {
            if let Some(file) = Dockerfile::parse(&text) {
                for instruction in &file.instructions {
                    prop_assert!(text.get(instruction.span.clone()).is_some());
                    for word in instruction.words().into_iter().chain(instruction.operands()) { prop_assert!(text.get(word.span).is_some()); }
                    for (_, value) in instruction.pairs() { if let Some(value) = value { prop_assert!(value.span.end <= text.len()); } }
                }
                for (at, stage) in file.stages.iter().enumerate() {
                    if let Some(span) = file.image(stage).literal { prop_assert!(text.get(span).is_some()); }
                    let _ = file.user(at);
                }
            }
        }
    }
}
