//! Files that an overlay merges with the inherited ones by key: `pins/*.toml`, `questions.toml`, `layer.toml`, `kind.toml`.
//!
//! A key of the overlay stands in the place of the inherited one; a list whose entries have a name is merged entry by entry,
//! and a new entry comes last; rules for files come first, because the first rule that matches counts.

use toml::{Table, Value};

/// How a file is merged.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Form {
    /// `pins/*.toml`.
    Pins,
    /// `questions.toml`.
    Questions,
    /// `layers/<id>/layer.toml` or `kinds/<id>/kind.toml`.
    Part,
}

/// Returns how a path of a road is merged; nothing for a file that is one whole.
pub(super) fn form(path: &str) -> Option<Form> {
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["questions.toml"] => Some(Form::Questions),
        ["pins", name] if name.ends_with(".toml") => Some(Form::Pins),
        ["layers", _, "layer.toml"] | ["kinds", _, "kind.toml"] => Some(Form::Part),
        _ => None,
    }
}

/// Merges what an overlay says over what is inherited.
pub(super) fn merge(form: Form, inherited: &Table, own: Table) -> Table {
    let mut merged = inherited.clone();
    for (key, value) in own {
        let before = merged.remove(&key);
        let value = match (form, key.as_str(), before, value) {
            (Form::Pins, _, Some(Value::Table(before)), Value::Table(own)) => Value::Table(entries(before, own)),
            (Form::Pins, _, Some(Value::Array(before)), Value::Array(own)) => Value::Array(rows(before, own)),
            (Form::Questions | Form::Part, "question", Some(Value::Array(before)), Value::Array(own)) => Value::Array(asked(before, own)),
            (Form::Part, "file", Some(Value::Array(before)), Value::Array(own)) => Value::Array(rules(before, own)),
            (Form::Part, "values" | "dependencies", Some(Value::Table(before)), Value::Table(own)) => Value::Table(entries(before, own)),
            (Form::Pins | Form::Questions | Form::Part, _, _, value) => value,
        };
        merged.insert(key, value);
    }
    merged
}

/// Merges two tables by key.
pub(super) fn entries(mut before: Table, own: Table) -> Table {
    before.extend(own);
    before
}

/// Merges two lists of tables by the text at `key`: the overlay's stands in the place of the inherited one, a new one last.
pub(super) fn named(mut before: Vec<Value>, own: Vec<Value>, key: &str) -> Vec<Value> {
    for value in own {
        let place = before.iter().position(|other| other.get(key).is_some() && other.get(key) == value.get(key));
        match place {
            Some(at) => before[at] = value,
            None => before.push(value),
        }
    }
    before
}

/// Merges two lists of questions: what the overlay says of one stands in the place of what is inherited, key by key. With
/// another `type` it is another question, and nothing of the inherited one stays.
fn asked(before: Vec<Value>, own: Vec<Value>) -> Vec<Value> {
    let whole = own.into_iter().map(|question| {
        let inherited = before.iter().find(|other| other.get("key").is_some() && other.get("key") == question.get("key"));
        match (inherited, question) {
            (Some(Value::Table(inherited)), Value::Table(own)) if own.get("type").is_none() || own.get("type") == inherited.get("type") => {
                Value::Table(entries(inherited.clone(), own))
            }
            (_, question) => question,
        }
    });
    let whole: Vec<Value> = whole.collect();
    named(before, whole, "key")
}

/// Rows of what is known of images, actions and advisories: an image is known by its reference, an action by repository and tag.
fn rows(mut before: Vec<Value>, own: Vec<Value>) -> Vec<Value> {
    let same = |one: &Value, other: &Value| {
        ["repo", "tag", "ref"].iter().all(|key| one.get(key) == other.get(key)) && ["repo", "ref"].iter().any(|key| one.get(key).is_some())
    };
    before.retain(|row| !own.iter().any(|new| same(row, new)));
    before.extend(own);
    before
}

/// Own rules come first; an inherited rule for the same path is gone.
fn rules(before: Vec<Value>, own: Vec<Value>) -> Vec<Value> {
    let kept: Vec<Value> = before.into_iter().filter(|rule| !own.iter().any(|new| new.get("path") == rule.get("path"))).collect();
    own.into_iter().chain(kept).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(text: &str) -> Table {
        toml::from_str(text).unwrap()
    }

    #[test]
    fn own_pins_questions_and_rules_stand_in_the_place_of_inherited_ones() {
        let pins = merge(Form::Pins, &table("[image.a]\nref = 'x'\nbuilt = '1'\n[image.b]\nref = 'y'"), table("[image.a]\nref = 'z'"));
        assert_eq!(pins, table("[image.a]\nref = 'z'\n[image.b]\nref = 'y'"));
        let known = merge(
            Form::Pins,
            &table("[[image]]\nref = 'x'\ndigest = '1'\n[[image]]\nref = 'y'"),
            table("[[image]]\nref = 'x'\ndigest = '2'\n[[image]]\nref = 'n'"),
        );
        assert_eq!(known, table("[[image]]\nref = 'y'\n[[image]]\nref = 'x'\ndigest = '2'\n[[image]]\nref = 'n'"));
        let asked = merge(
            Form::Questions,
            &table("[[question]]\nkey = 'a'\ntype = 'text'\nask = '1'\n[[question]]\nkey = 'b'\ntype = 'text'\nhelp = 'x'"),
            table("[[question]]\nkey = 'c'\n[[question]]\nkey = 'a'\nask = '2'\n[[question]]\nkey = 'b'\ntype = 'bool'"),
        );
        assert_eq!(
            asked,
            table("[[question]]\nkey = 'a'\ntype = 'text'\nask = '2'\n[[question]]\nkey = 'b'\ntype = 'bool'\n[[question]]\nkey = 'c'")
        );
        let part = merge(
            Form::Part,
            &table("title = 'T'\nlayers = ['a']\n[[file]]\npath = '**'\n[values]\nx = 1\ny = 2"),
            table("[[file]]\npath = 'a'\n[values]\nx = 3"),
        );
        assert_eq!(part, table("title = 'T'\nlayers = ['a']\n[[file]]\npath = 'a'\n[[file]]\npath = '**'\n[values]\nx = 3\ny = 2"));
    }

    #[test]
    fn two_advisories_are_never_one() {
        let known = merge(Form::Pins, &table("[[advisory]]\nname = 'x'"), table("[[advisory]]\nname = 'x'"));
        assert_eq!(known["advisory"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn knows_which_files_are_merged() {
        assert_eq!(form("pins/images.toml"), Some(Form::Pins));
        assert_eq!(form("layers/a/layer.toml"), Some(Form::Part));
        for whole in ["pins/README.md", "layers/a/files/layer.toml", "kinds/a/layer.toml", "data/x.toml"] {
            assert_eq!(form(whole), None, "{whole}");
        }
    }
}
