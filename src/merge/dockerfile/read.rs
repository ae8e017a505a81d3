//! Reads a container file into instructions by name.

use crate::formats::dockerfile::{Dockerfile, Instruction};
use crate::formats::dockerfile_instructions::instructions;
use crate::merge::keyed::Item;

/// Instructions that a stage has one of.
const SINGLE: [&str; 5] = ["CMD", "ENTRYPOINT", "HEALTHCHECK", "STOPSIGNAL", "SHELL"];
/// Instructions of names and values.
const PAIRS: [&str; 3] = ["ARG", "ENV", "LABEL"];

/// Reads a file; nothing where it has no stage, or here-documents, whose lines are no instructions.
pub(super) fn items(text: &str) -> Option<Vec<Item>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    Dockerfile::parse(text)?;
    let mut items = Vec::new();
    let mut stage = Stage::default();
    let mut at = 0;
    for instruction in instructions(text) {
        if !instruction.heredocs.is_empty() {
            return None;
        }
        let from = text[..instruction.span.start].rfind('\n').map_or(0, |end| end + 1);
        let to = text[instruction.span.end..].find('\n').map_or(text.len(), |end| instruction.span.end + end + 1);
        items.extend(text.get(at..from)?.split_inclusive('\n').map(Item::between));
        items.push(item(&instruction, text.get(from..to)?, &mut stage));
        at = to;
    }
    items.extend(text.get(at..)?.split_inclusive('\n').map(Item::between));
    Some(items)
}

/// The stage that is read.
#[derive(Default)]
struct Stage {
    name: String,
    count: usize,
}

fn item(instruction: &Instruction, text: &str, stage: &mut Stage) -> Item {
    let keyword = instruction.keyword.as_str();
    let value = value(instruction);
    let first = instruction.pairs().into_iter().next().map(|(name, _)| name).unwrap_or_default();
    let own = if keyword == "FROM" {
        let words = instruction.words();
        let named = words.get(1).is_some_and(|word| word.text.eq_ignore_ascii_case("as"));
        let name = words.get(2).filter(|_| named).map(|word| word.text.to_ascii_lowercase());
        stage.name = name.unwrap_or_else(|| format!("#{}", stage.count));
        stage.count += 1;
        "FROM".to_owned()
    } else if SINGLE.contains(&keyword) {
        keyword.to_owned()
    } else if PAIRS.contains(&keyword) {
        format!("{keyword} {first}")
    } else {
        value.clone()
    };
    let shown = match keyword {
        "FROM" => format!("FROM of stage {}", stage.name),
        _ if PAIRS.contains(&keyword) => own.clone(),
        _ => keyword.to_owned(),
    };
    Item { key: Some(format!("{} {own}", stage.name)), label: shown, value, text: text.to_owned() }
}

/// Returns what an instruction says, with its continued lines joined, and comments between them.
fn value(instruction: &Instruction) -> String {
    let flags: Vec<&str> = instruction.flags.iter().map(|flag| flag.text.as_str()).collect();
    let mut words: Vec<&str> = instruction.arguments.split_whitespace().collect();
    if instruction.keyword == "FROM" && words.get(1).is_some_and(|word| word.eq_ignore_ascii_case("as")) {
        words[1] = "AS";
    }
    format!("{} {} {}", instruction.keyword, flags.join(" "), words.join(" "))
}

/// Reads the text of one item.
pub(super) fn one(text: &str) -> Option<Instruction> {
    let mut all = instructions(text).into_iter();
    all.next().filter(|_| all.next().is_none())
}
