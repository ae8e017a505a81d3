//! Laws of merges by structure: what the result means is told a second time here, over plain values.

#![expect(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "test code, and the enums are those of a crate")]

use highroad::merge::{LABELS, Merged, Sides, file};
use proptest::prelude::*;
use serde_json::{Map, Value};

/// The values that the three sides are made of: nested mappings, lists of words, numbers.
fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        (0..2000_u32).prop_map(Value::from),
        "[a-z]{3,6} [a-z]{2}".prop_map(Value::from),
        prop::collection::btree_set("[a-z]{4}", 0..5).prop_map(|words| words.into_iter().collect::<Value>()),
    ];
    leaf.prop_recursive(2, 20, 4, |inner| mapping(inner).boxed())
}

fn mapping(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Value> {
    prop::collection::btree_map("[a-h]", inner, 1..5).prop_map(|map| Value::Object(map.into_iter().collect()))
}

/// One edit: where, and what stands there then.
fn edits() -> impl Strategy<Value = Vec<(Vec<usize>, Option<Value>)>> {
    prop::collection::vec((prop::collection::vec(0..6_usize, 1..4), prop::option::weighted(0.7, value())), 0..4)
}

fn edited(value: &Value, edits: &[(Vec<usize>, Option<Value>)]) -> Value {
    let mut value = value.clone();
    for (path, new) in edits {
        edit(&mut value, path, new.clone());
    }
    value
}

fn edit(value: &mut Value, path: &[usize], new: Option<Value>) {
    match value {
        Value::Object(map) => {
            let Some((first, rest)) = path.split_first() else { return };
            let names: Vec<String> = map.keys().cloned().collect();
            let name = names.get(*first).cloned().unwrap_or_else(|| ["p", "q", "r", "s", "t", "u"][*first].to_owned());
            match map.get_mut(&name) {
                Some(inner @ (Value::Object(_) | Value::Array(_))) if !rest.is_empty() => edit(inner, rest, new),
                Some(there) => match new {
                    Some(new) => *there = new,
                    None if map.len() > 1 => drop(map.shift_remove(&name)),
                    None => {}
                },
                None => drop(new.map(|new| map.insert(name, new))),
            }
        }
        Value::Array(items) => {
            let at = path.first().copied().unwrap_or(0);
            match new {
                Some(new) => items.insert(at.min(items.len()), Value::from(format!("n{}", new.to_string().len() * 31 + at))),
                None if at < items.len() => drop(items.remove(at)),
                None => {}
            }
            let mut seen = std::collections::BTreeSet::new();
            items.retain(|item| seen.insert(item.to_string()));
        }
        _ => {}
    }
}

/// The merge of values, told plainly. Nothing where a person has to decide.
fn three_way(base: Option<&Value>, ours: Option<&Value>, theirs: Option<&Value>) -> Option<Option<Value>> {
    if ours == theirs || base == theirs {
        return Some(ours.cloned());
    }
    if base == ours {
        return Some(theirs.cloned());
    }
    match (base, ours?, theirs?) {
        (base, Value::Object(one), Value::Object(two)) => {
            let empty = Map::new();
            let base = base.and_then(Value::as_object).unwrap_or(&empty);
            let mut merged = Map::new();
            for name in base.keys().chain(one.keys()).chain(two.keys()) {
                if let Some(value) = three_way(base.get(name), one.get(name), two.get(name))? {
                    merged.insert(name.clone(), value);
                }
            }
            Some(Some(Value::Object(merged)))
        }
        (base, Value::Array(one), Value::Array(two)) => {
            let base = base.and_then(Value::as_array).cloned().unwrap_or_default();
            let kept = one.iter().filter(|item| two.contains(item) || !base.contains(item));
            let new = two.iter().filter(|item| !one.contains(item) && !base.contains(item));
            Some(Some(kept.chain(new).cloned().collect()))
        }
        _ => None,
    }
}

/// Whether two values are the same but for the order of lists.
fn same(one: &Value, two: &Value) -> bool {
    match (one, two) {
        (Value::Object(one), Value::Object(two)) => {
            one.len() == two.len() && one.iter().all(|(key, value)| two.get(key).is_some_and(|there| same(value, there)))
        }
        (Value::Array(one), Value::Array(two)) => one.len() == two.len() && one.iter().all(|item| two.contains(item)),
        _ => one == two,
    }
}

/// What a value says in its format: TOML says each table by its header, apart from the tables in it.
fn said(format: Format, value: &Value) -> Value {
    match (format, value) {
        (Format::Toml, Value::Object(map)) => {
            let mut tables = Map::new();
            tell_tables("", map, &mut tables);
            Value::Object(tables)
        }
        (Format::Json | Format::Yaml | Format::Toml, other) => other.clone(),
    }
}

fn tell_tables(header: &str, table: &Map<String, Value>, tables: &mut Map<String, Value>) {
    let (inner, own): (Vec<_>, Vec<_>) = table.iter().partition(|(_, value)| value.is_object());
    if !own.is_empty() || inner.is_empty() {
        tables.insert(header.to_owned(), own.into_iter().map(|(key, value)| (key.clone(), value.clone())).collect());
    }
    for (key, value) in inner {
        tell_tables(&format!("{header}.{key}"), value.as_object().unwrap(), tables);
    }
}

/// Whether every value stands where one of the sides has it.
fn is_of_a_side(value: &Value, sides: &[&Value]) -> bool {
    match value {
        Value::Object(map) => map.iter().all(|(key, value)| {
            let sides: Vec<&Value> = sides.iter().filter_map(|side| side.get(key)).collect();
            is_of_a_side(value, &sides)
        }),
        Value::Array(items) => items.iter().all(|item| sides.iter().filter_map(|side| side.as_array()).any(|side| side.contains(item))),
        other => sides.contains(&other),
    }
}

#[derive(Clone, Copy, Debug)]
enum Format {
    Json,
    Yaml,
    Toml,
}

impl Format {
    fn path(self) -> &'static str {
        match self {
            Self::Json => "a/x.json",
            Self::Yaml => "a/x.yaml",
            Self::Toml => "a/x.toml",
        }
    }

    fn write(self, value: &Value, style: usize) -> String {
        match self {
            Self::Json if style.is_multiple_of(2) => serde_json::to_string_pretty(value).unwrap() + "\n",
            Self::Json => json(value, 4, 0) + "\n",
            Self::Yaml => yaml(value, [2, 4][style % 2], 0, style > 1),
            Self::Toml => toml::to_string_pretty(value).unwrap(),
        }
    }

    fn read(self, text: &str) -> Result<Value, String> {
        match self {
            Self::Json => serde_json::from_str(text).map_err(|error| error.to_string()),
            Self::Yaml => serde_saphyr::from_str(text).map_err(|error| error.to_string()),
            Self::Toml => toml::from_str(text).map_err(|error| error.to_string()),
        }
    }
}

fn json(value: &Value, indent: usize, depth: usize) -> String {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let pad = " ".repeat(indent * (depth + 1));
            let entries: Vec<String> =
                map.iter().map(|(key, value)| format!("{pad}\"{key}\": {}", json(value, indent, depth + 1))).collect();
            format!("{{\n{}\n{}}}", entries.join(",\n"), " ".repeat(indent * depth))
        }
        other => other.to_string(),
    }
}

fn yaml(value: &Value, indent: usize, depth: usize, flow: bool) -> String {
    let pad = " ".repeat(indent * depth);
    match value {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| match value {
                Value::Object(inner) if !inner.is_empty() => format!("{pad}{key}:\n{}", yaml(value, indent, depth + 1, flow)),
                Value::Array(items) if !items.is_empty() && !flow => format!("{pad}{key}:\n{}", yaml(value, indent, depth, flow)),
                other => format!("{pad}{key}: {other}\n"),
            })
            .collect(),
        Value::Array(items) => items.iter().map(|item| format!("{pad}- {item}\n")).collect(),
        other => format!("{other}\n"),
    }
}

fn merge(format: Format, base: &str, ours: &str, theirs: &str) -> Merged {
    file::merge(&Sides {
        path: format.path(),
        base: Some(base.as_bytes()),
        ours: ours.as_bytes(),
        theirs: theirs.as_bytes(),
        labels: LABELS,
    })
}

/// Puts a comment of its own above some lines.
fn commented(text: &str, places: &[usize]) -> String {
    let mut out = String::new();
    for (at, line) in text.split_inclusive('\n').enumerate() {
        let indent = &line[..line.len() - line.trim_start().len()];
        if places.contains(&at) && !line.trim_start().starts_with(']') {
            out.push_str(&format!("{indent}# own {at}\n"));
        }
        out.push_str(line);
    }
    out
}

fn format() -> impl Strategy<Value = Format> {
    prop_oneof![Just(Format::Json), Just(Format::Yaml), Just(Format::Toml)]
}

/// Lines, or a rule of theirs, would settle each of these, and otherwise than the values mean.
#[test]
fn lines_do_not_settle_what_the_values_leave_open() {
    // The road's new entry at the end comes to lie in the mapping that the project made longer.
    let base = "{\n  \"a\": {\n    \"b\": {\n      \"c\": 0\n    }\n  }\n}\n";
    let ours = "{\n  \"a\": {\n    \"b\": {\n      \"c\": {\n        \"d\": 0\n      }\n    }\n  },\n  \"q\": 0\n}\n";
    let theirs = "{\n  \"a\": {\n    \"b\": {\n      \"c\": 0\n    }\n  },\n  \"q\": {\n    \"e\": 0\n  }\n}\n";
    let merged = merge(Format::Json, base, ours, theirs);
    assert!(!merged.is_clean(), "{}", String::from_utf8_lossy(&merged.bytes));
    // The project removed the key that the road makes a table of.
    let merged = merge(Format::Toml, "g = 0\n\n[b]\na = 0\n", "[b]\na = 0\n", "[b]\na = 0\n\n[g]\na = 0\n");
    assert!(!merged.is_clean(), "{}", String::from_utf8_lossy(&merged.bytes));
    // Both add an item to an empty list.
    let list = |item: &str| format!("{{\n  \"a\": [\n    \"{item}\"\n  ]\n}}\n");
    let merged = merge(Format::Json, "{\n  \"a\": []\n}\n", &list("mine"), &list("roads"));
    let result = String::from_utf8_lossy(&merged.bytes).into_owned();
    assert!(result.contains("mine") && result.contains("roads"), "{result}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// A clean result means what the three values mean; it can always be read.
    #[test]
    fn a_clean_result_means_what_the_values_mean(
        format in format(), base in mapping(value()), one in edits(), two in edits(), style in 0..4_usize, own in prop::collection::vec(0..12_usize, 0..3)
    ) {
        let (ours, theirs) = (edited(&base, &one), edited(&base, &two));
        let text = |value: &Value| format.write(value, style);
        let ours_text = match format { Format::Json => text(&ours), Format::Yaml | Format::Toml => commented(&text(&ours), &own) };
        let merged = merge(format, &text(&base), &ours_text, &text(&theirs));
        if merged.is_clean() {
            let result = String::from_utf8(merged.bytes.clone()).unwrap();
            let read = format.read(&result);
            prop_assert!(read.is_ok(), "{read:?}\n{result}");
            let [read, base, ours, theirs] = [&read.unwrap(), &base, &ours, &theirs].map(|value| said(format, value));
            if let Some(Some(wanted)) = three_way(Some(&base), Some(&ours), Some(&theirs)) {
                prop_assert!(same(&read, &wanted), "{}\n{result}\nwanted {wanted}", merged.merger);
            } else {
                prop_assert!(!merged.settled.is_empty(), "{} settled it and names no rule: {result}", merged.merger);
                prop_assert!(is_of_a_side(&read, &[&ours, &theirs]), "{} invented or misplaced a value: {result}", merged.merger);
            }
            for line in ours_text.lines().filter(|line| line.contains("# own")) {
                prop_assert!(result.contains(line.trim()), "{line}\n{result}");
            }
        } else {
            let result = String::from_utf8(merged.bytes.clone()).unwrap();
            prop_assert_eq!(result.matches("<<<<<<< ").count(), merged.conflicts.len());
            for conflict in &merged.conflicts {
                let line = conflict.line.unwrap_or(0);
                prop_assert!(result.lines().nth(line.saturating_sub(1)).is_some_and(|line| line.starts_with("<<<<<<< ")), "{result}");
            }
        }
    }

    /// Two ways of writing one value never conflict, and the project's stays.
    #[test]
    fn writing_alone_never_conflicts(base in mapping(value()), two in edits(), style in 0..4_usize, other in 0..4_usize, json in any::<bool>()) {
        let format = if json { Format::Json } else { Format::Yaml };
        let theirs = edited(&base, &two);
        let merged = merge(format, &format.write(&base, style), &format.write(&base, other), &format.write(&theirs, style));
        if merged.merger != "text" {
            let result = String::from_utf8(merged.bytes.clone()).unwrap();
            prop_assert!(merged.is_clean(), "{result}");
            prop_assert!(same(&format.read(&result).unwrap(), &theirs), "{result}");
        }
    }

    /// Nothing panics, whatever the bytes are.
    #[test]
    fn no_bytes_panic(format in format(), base in mapping(value()), cuts in prop::collection::vec((0..400_usize, 0..40_usize, "[-\\[\\]{}:,#\"'|>&*! \n\\\\a-c=.]{0,4}|\u{fc}|\r\n|\t"), 1..8)) {
        let whole = format.write(&base, 0);
        let mut sides = [whole.clone(), whole.clone(), whole];
        for (count, (at, length, text)) in cuts.into_iter().enumerate() {
            let side = &mut sides[count % 3];
            let from = (0..=at.min(side.len())).rev().find(|at| side.is_char_boundary(*at)).unwrap();
            let to = (from..=(from + length).min(side.len())).rev().find(|at| side.is_char_boundary(*at)).unwrap();
            side.replace_range(from..to, &text);
        }
        let merged = merge(format, &sides[0], &sides[1], &sides[2]);
        if merged.is_clean() && sides.iter().all(|side| format.read(side).is_ok()) && merged.merger != "text" && merged.merger != "equal" {
            let result = String::from_utf8(merged.bytes).unwrap();
            prop_assert!(format.read(&result).is_ok(), "{result}");
        }
    }
}

#[test]
fn deep_and_long_input_ends() {
    for (path, text) in [
        ("x.json", format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000))),
        ("x.yaml", format!("a: {}1{}\n", "[".repeat(50_000), "]".repeat(50_000))),
        ("x.toml", format!("a = {}1{}\n", "[".repeat(20_000), "]".repeat(20_000))),
        ("x.yaml", (0..500).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect()),
        ("x.toml", format!("{} = 1\n", ["a"; 2000].join("."))),
    ] {
        let (ours, theirs) = (format!("{text} "), format!("{text}\n\n"));
        let sides = Sides { path, base: Some(text.as_bytes()), ours: ours.as_bytes(), theirs: theirs.as_bytes(), labels: LABELS };
        file::merge(&sides);
    }
}
