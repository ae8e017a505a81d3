//! Finds columns of personal data in tables of text: by check digits, or by header and shape together.
//!
//! A sample of the rows decides, and no value leaves this module: only the header and a count do.

pub mod numbers;

use std::sync::LazyLock;

use regex::Regex;

/// How many rows are looked at.
const ROWS: usize = 400;
/// How many columns a table may have.
const COLUMNS: usize = 500;
/// How many bytes of a table are looked at.
const BYTES: usize = 256 << 10;
/// How many values a column needs.
const LEAST: usize = 5;

/// What a column holds.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Personal {
    /// Numbers of payment cards.
    Card,
    /// Numbers of bank accounts.
    Iban,
    /// Numbers that a state gave to a person.
    NationalId,
    /// Addresses of e-mail.
    Email,
    /// Numbers of phones.
    Phone,
    /// Names of people.
    Name,
}

impl Personal {
    /// Returns the words for it.
    pub fn words(self) -> &'static str {
        match self {
            Self::Card => "numbers of payment cards",
            Self::Iban => "numbers of bank accounts",
            Self::NationalId => "national identity numbers",
            Self::Email => "e-mail addresses",
            Self::Phone => "phone numbers",
            Self::Name => "names of people",
        }
    }
}

/// A column that holds personal data.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Column {
    /// Its header.
    pub header: String,
    /// What it holds.
    pub holds: Personal,
    /// How many of the sampled values do.
    pub count: usize,
}

static EMAIL: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^[A-Za-z0-9._%+-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}$").expect("a pattern"));
static PHONE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^(\+|00)?[0-9(][0-9() ./x-]{7,22}$").expect("a pattern"));
static NAME: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"^\p{Lu}[\p{L}'’.-]+(,? \p{Lu}[\p{L}'’.-]*){0,4}$").expect("a pattern"));

/// Returns the columns of personal data in a table with a header: CSV, TSV, or lines of JSON.
pub fn columns(text: &str) -> Vec<Column> {
    let mut end = text.len().min(BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let text = text.get(..end).unwrap_or_default();
    let (headers, rows) = if text.trim_start().starts_with('{') { json_lines(text) } else { table(text) };
    let mut out = Vec::new();
    for (at, header) in headers.iter().enumerate().take(COLUMNS) {
        let values: Vec<&str> =
            rows.iter().filter_map(|row| row.get(at)).map(|value| value.trim()).filter(|value| !value.is_empty()).collect();
        if let Some((holds, count)) = judge(header, &values) {
            out.push(Column { header: header.chars().filter(|c| !c.is_control()).take(40).collect(), holds, count });
        }
    }
    out
}

type Test<'a> = &'a dyn Fn(&str) -> bool;

/// Says what a column holds; most of its values have to agree, and several have to differ.
fn judge(header: &str, values: &[&str]) -> Option<(Personal, usize)> {
    if values.len() < LEAST {
        return None;
    }
    let distinct = values.iter().collect::<std::collections::HashSet<_>>().len();
    if distinct < LEAST {
        return None;
    }
    let count = |is: &dyn Fn(&str) -> bool| values.iter().filter(|value| is(value)).count();
    let most = |count: usize| count * 10 >= values.len() * 8;
    let words = words(header);
    let named = |any: &[&str]| words.iter().any(|word| any.contains(&word.as_str()));
    let tests: [(Personal, bool, Test<'_>); 9] = [
        (Personal::Card, true, &numbers::is_card),
        (Personal::Iban, true, &numbers::is_iban),
        (Personal::NationalId, true, &numbers::is_spanish_dni),
        (Personal::NationalId, true, &numbers::is_french_nir),
        (Personal::NationalId, named(&["ssn", "social"]), &numbers::is_us_ssn),
        (Personal::NationalId, named(&["bsn", "burgerservicenummer"]), &numbers::is_dutch_bsn),
        (Personal::NationalId, named(&["nhs"]), &numbers::is_nhs),
        (Personal::Email, named(&["email", "mail", "emails", "e"]), &|value| EMAIL.is_match(value) && !is_made_up(value)),
        (Personal::Phone, named(&["phone", "mobile", "telephone", "tel", "cell", "fax"]), &|value| {
            PHONE.is_match(value) && value.bytes().filter(u8::is_ascii_digit).count() >= 8
        }),
    ];
    for (holds, may, is) in tests {
        let hits = if may { count(is) } else { 0 };
        if hits >= LEAST && most(hits) {
            return Some((holds, hits));
        }
    }
    let person = named(&["surname", "lastname", "firstname", "fullname", "forename"])
        || (named(&["name"])
            && (named(&["first", "last", "full", "family", "given", "customer", "patient", "employee", "person"]) || words.len() == 1));
    let hits = if person { count(&|value| NAME.is_match(value)) } else { 0 };
    (hits >= LEAST && most(hits)).then_some((Personal::Name, hits))
}

/// Whether an address belongs to nobody: the names that RFC 2606 sets apart.
fn is_made_up(email: &str) -> bool {
    let domain = email.rsplit('@').next().unwrap_or_default().to_ascii_lowercase();
    domain.split('.').any(|part| part == "example")
        || [".test", ".invalid", ".localhost", "test.com"].iter().any(|end| domain.ends_with(end))
}

/// Returns the words of a header: `customerEmail`, `E-Mail address`, `first_name`.
fn words(header: &str) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut lower = false;
    for c in header.chars().take(80) {
        if !c.is_alphanumeric() || (c.is_uppercase() && lower) {
            out.push(String::new());
        }
        if c.is_alphanumeric()
            && let Some(word) = out.last_mut()
        {
            word.extend(c.to_lowercase());
        }
        lower = c.is_lowercase();
    }
    out.retain(|word| !word.is_empty());
    out
}

/// Reads a table with the separator that its first line has most of.
fn table(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let first = text.lines().next().unwrap_or_default();
    let separator = [',', '\t', ';', '|'].into_iter().max_by_key(|separator| first.matches(*separator).count()).unwrap_or(',');
    let mut lines = text.lines();
    let headers = fields(lines.next().unwrap_or_default().trim_start_matches('\u{feff}'), separator);
    (headers, lines.take(ROWS).map(|line| fields(line, separator)).collect())
}

/// Splits a line as RFC 4180 has it; a field that goes over a line end is cut there.
fn fields(line: &str, separator: char) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut quoted = false;
    for c in line.chars() {
        if c == '"' {
            quoted = !quoted;
        } else if c == separator && !quoted {
            if out.len() >= COLUMNS {
                break;
            }
            out.push(String::new());
        } else if let Some(field) = out.last_mut() {
            field.push(c);
        }
    }
    out
}

fn json_lines(text: &str) -> (Vec<String>, Vec<Vec<String>>) {
    let parsed = text
        .lines()
        .take(ROWS)
        .filter(|line| line.len() < 20_000)
        .filter_map(|line| serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(line).ok());
    let rows: Vec<_> = parsed.collect();
    let Some(headers) = rows.first().map(|row| row.keys().take(COLUMNS).cloned().collect::<Vec<_>>()) else {
        return (Vec::new(), Vec::new());
    };
    let value = |row: &serde_json::Map<String, serde_json::Value>, key: &String| match row.get(key) {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(serde_json::Value::Number(number)) => number.to_string(),
        Some(_) | None => String::new(),
    };
    let rows = rows.iter().map(|row| headers.iter().map(|key| value(row, key)).collect()).collect();
    (headers, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn goes_by_header_and_shape_together() {
        let table = |header: &str, value: &dyn Fn(usize) -> String| {
            let rows: String = (0..30).map(|row| format!("{row},{}\n", value(row))).collect();
            columns(&format!("id,{header}\n{rows}")).into_iter().map(|column| column.holds).collect::<Vec<_>>()
        };
        assert_eq!(table("customerEmail", &|row| format!("p{row}@mail{row}.org")), [Personal::Email]);
        assert_eq!(table("text", &|row| format!("p{row}@mail{row}.org")), []);
        assert_eq!(table("email", &|row| format!("p{row}@example.com")), []);
        assert_eq!(table("email", &|_| "yes".to_owned()), []);
        assert_eq!(table("price", &|row| format!("{}", 4_000_000_000_000_000_u64 + row as u64 * 7919)), [], "no check digit");
        assert_eq!(table("first_name", &|row| format!("A{}", ["nna", "lan", "bel", "da", "my", "va"][row % 6])), [Personal::Name]);
        assert_eq!(words("E-Mail addressOf"), ["e", "mail", "address", "of"]);
    }

    proptest! {
        #[test]
        fn never_panics(text in "(?s).{0,400}") {
            let _ = columns(&text);
        }
    }
}
