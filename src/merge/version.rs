//! Pins: what a text names, how exactly, and which of two is the higher.
//!
//! A pin is a requirement (`numpy>=1.26,<3`), an action or repository at a revision (`owner/name@v4`, with the version of a
//! commit in its comment), an image (`python:3.12-slim@sha256:…`) or a bare version. Versions compare as PEP 440 says, else
//! as "Semantic Versioning 2.0.0" says; what compares by neither has no order, and nothing is guessed.

use std::cmp::Ordering;
use std::str::FromStr;

use super::rule::Rule;
use crate::formats::requirement::normal_name;

/// Both sides raised one pin.
pub static HIGHER_PIN: Rule =
    Rule { id: "higher-pin", why: "Both sides raised the same pin: the higher one holds what either side needed." };
/// One side pins what can not move, the other does not.
pub static STRONGER_PIN: Rule = Rule {
    id: "stronger-pin",
    why: "A pin by commit or digest is never replaced by a tag, a branch or nothing: those can be moved to other code.",
};

/// The longest text that is read as a pin.
const LONGEST: usize = 2048;
/// How many versions one pin may hold.
const VERSIONS: usize = 16;
/// The words that pre-releases begin with.
const PRE_RELEASES: [&str; 9] = ["alpha", "beta", "canary", "dev", "nightly", "next", "pre", "preview", "rc"];

/// How exactly a pin names what is used.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Strength {
    /// A range, a branch, `latest` or nothing: tomorrow's fits too.
    Movable,
    /// A version or a tag. Somebody can still put other bytes there.
    Named,
    /// A commit or a digest: always the same bytes.
    Fixed,
}

/// How a pin is spelled.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Form {
    /// `name[extra]>=1.2; marker`
    Requirement,
    /// `owner/name@revision`
    Revision,
    /// `name:tag@sha256:…`
    Image,
    /// A version, a range, a commit or a digest alone. What it is a version of, the place tells.
    Bare,
}

/// A pin.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Pin {
    /// How it is spelled.
    pub form: Form,
    /// What is pinned, with extras and marker; empty for a bare one.
    pub subject: String,
    /// How exactly.
    pub strength: Strength,
    /// The tag, range or version with a `#` in the place of each version.
    pub shape: String,
    /// The versions, in order. Those of a commit or digest without tag come from the comment.
    pub versions: Vec<String>,
}

/// Which side a choice takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Choice {
    /// The project's.
    Ours(&'static Rule),
    /// The road's.
    Theirs(&'static Rule),
}

impl Pin {
    /// Reads a pin: a value without quotes, with or without a ` # comment` behind it.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() || text.len() > LONGEST || text.contains(['\n', '\r']) {
            return None;
        }
        let (value, comment) = match text.find(" #").or_else(|| text.find("\t#")) {
            Some(at) => (text[..at].trim_end(), text[at + 2..].trim()),
            None => (text, ""),
        };
        let value = unquote(value);
        if let Some((name, digest)) = value.rsplit_once("@sha256:") {
            return is_hex(digest, &[64]).then(|| image(name, Strength::Fixed, comment)).flatten();
        }
        if let Some(digest) = value.strip_prefix("sha256:") {
            return is_hex(digest, &[64]).then(|| fixed(Form::Bare, String::new(), comment));
        }
        if is_hex(value, &[40, 64]) {
            return Some(fixed(Form::Bare, String::new(), comment));
        }
        revision(value, comment).or_else(|| image(value, Strength::Named, "")).or_else(|| bare(value)).or_else(|| requirement(value))
    }

    /// Compares two pins of the same thing; nothing where they are not, or where there is no order between them.
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        if self.form != other.form || self.subject != other.subject {
            return None;
        }
        let fixed = self.strength == Strength::Fixed || other.strength == Strength::Fixed;
        if !fixed && self.shape != other.shape || self.versions.is_empty() || self.versions.len() != other.versions.len() {
            return None;
        }
        let exact_length = matches!(self.form, Form::Revision | Form::Image) && !fixed;
        let mut all = Ordering::Equal;
        for (a, b) in self.versions.iter().zip(&other.versions) {
            let one = if exact_length && covers(a, b) { None } else { order(a, b) }?;
            match (all, one) {
                (_, Ordering::Equal) => {}
                (Ordering::Equal, one) => all = one,
                (all, one) if all == one => {}
                (_, _) => return None,
            }
        }
        Some(all)
    }
}

/// Compares two texts as pins. See [`Pin::order`].
pub fn higher(a: &str, b: &str) -> Option<Ordering> {
    Pin::parse(a)?.order(&Pin::parse(b)?)
}

/// Whether the change from one text to another lets a pin by commit or digest of the same thing be moved.
pub fn weakens(from: &str, to: &str) -> bool {
    let (Some(from), Some(to)) = (Pin::parse(from), Pin::parse(to)) else { return false };
    from.strength == Strength::Fixed && to.strength < Strength::Fixed && from.form_and_subject_fit(&to)
}

/// Chooses between two texts that are pins of one thing, where both sides changed it; nothing where a person has to.
///
/// A commit or digest stays. Of two that both were raised the higher wins. One that was lowered is somebody's decision.
pub fn choose(base: Option<&str>, ours: &str, theirs: &str) -> Option<Choice> {
    let base = base.and_then(Pin::parse);
    let (ours, theirs) = (Pin::parse(ours)?, Pin::parse(theirs)?);
    if !ours.form_and_subject_fit(&theirs) {
        return None;
    }
    if ours.strength == Strength::Fixed && theirs.strength < Strength::Fixed {
        return Some(Choice::Ours(&STRONGER_PIN));
    }
    let lowered = |pin: &Pin| base.as_ref().and_then(|base| pin.order(base)) == Some(Ordering::Less);
    if lowered(&ours) || lowered(&theirs) {
        return None;
    }
    if theirs.strength == Strength::Fixed && ours.strength < Strength::Fixed {
        let not_lower = ours.versions.len() == theirs.versions.len()
            && !ours.versions.is_empty()
            && ours
                .versions
                .iter()
                .zip(&theirs.versions)
                .all(|(ours, theirs)| covers(ours, theirs) || order(ours, theirs).is_some_and(Ordering::is_le));
        return not_lower.then_some(Choice::Theirs(&STRONGER_PIN));
    }
    match ours.order(&theirs)? {
        Ordering::Less => Some(Choice::Theirs(&HIGHER_PIN)),
        Ordering::Greater => Some(Choice::Ours(&HIGHER_PIN)),
        Ordering::Equal => None,
    }
}

/// Compares two versions; nothing where one is none.
pub fn order(a: &str, b: &str) -> Option<Ordering> {
    if a == b {
        return Some(Ordering::Equal);
    }
    if a.len() > 100 || b.len() > 100 {
        return None;
    }
    match (pep440_rs::Version::from_str(a), pep440_rs::Version::from_str(b)) {
        (Ok(a), Ok(b)) if a.local() == b.local() => Some(a.cmp(&b)),
        (Ok(_), Ok(_)) => None,
        _ => semantic(a, b),
    }
}

impl Pin {
    /// Whether two pins are of the same thing. A bare commit and a bare tag are, where they stand in one place.
    fn form_and_subject_fit(&self, other: &Self) -> bool {
        self.form == other.form && self.subject == other.subject
    }
}

/// Whether the shorter of two tags, as `v4`, moves along with the longer, as `v4.1.2`.
fn covers(a: &str, b: &str) -> bool {
    let numbers = |text: &str| {
        let text = text.strip_prefix(['v', 'V']).unwrap_or(text).to_owned();
        text.split('.').map(str::to_owned).collect::<Vec<_>>()
    };
    let (a, b) = (numbers(a), numbers(b));
    a.len() != b.len() && a.iter().zip(&b).all(|(a, b)| a == b)
}

/// Compares as "Semantic Versioning 2.0.0" says, point 11.
fn semantic(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (split(a)?, split(b)?);
    let numbers =
        (0..a.0.len().max(b.0.len())).map(|at| a.0.get(at).unwrap_or(&0).cmp(b.0.get(at).unwrap_or(&0))).find(|order| order.is_ne());
    if let Some(order) = numbers {
        return Some(order);
    }
    match (a.1, b.1) {
        (None, None) => Some(Ordering::Equal),
        (None, Some(_)) => Some(Ordering::Greater),
        (Some(_), None) => Some(Ordering::Less),
        (Some(a), Some(b)) => Some(identifiers(a, b)),
    }
}

/// Returns the numbers of a semantic version and its pre-release identifiers.
fn split(text: &str) -> Option<(Vec<u64>, Option<&str>)> {
    let text = text.strip_prefix(['v', 'V']).unwrap_or(text);
    let text = text.split('+').next().unwrap_or(text);
    let (core, pre) = match text.split_once('-') {
        Some((core, pre)) => (core, Some(pre)),
        None => (text, None),
    };
    let numbers: Option<Vec<u64>> = core.split('.').map(|part| part.parse().ok()).collect();
    // `3.12-slim` is no version before 3.12.
    let word = |pre: &str| pre.chars().take_while(char::is_ascii_alphabetic).collect::<String>().to_ascii_lowercase();
    let fits = |pre: &str| {
        pre.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-'))
            && (pre.starts_with(|c: char| c.is_ascii_digit()) || PRE_RELEASES.contains(&word(pre).as_str()))
    };
    numbers.filter(|_| pre.is_none_or(fits)).map(|numbers| (numbers, pre))
}

fn identifiers(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a.split('.'), b.split('.'));
    loop {
        let order = match (a.next(), b.next()) {
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
            (Some(a), Some(b)) => match (a.parse::<u64>(), b.parse::<u64>()) {
                (Ok(a), Ok(b)) => a.cmp(&b),
                (Ok(_), Err(_)) => Ordering::Less,
                (Err(_), Ok(_)) => Ordering::Greater,
                (Err(_), Err(_)) => a.cmp(b),
            },
        };
        if order.is_ne() {
            return order;
        }
    }
}

fn unquote(text: &str) -> &str {
    ['"', '\'']
        .into_iter()
        .find_map(|quote| text.strip_prefix(quote)?.strip_suffix(quote).filter(|inner| !inner.contains(quote)))
        .unwrap_or(text)
}

fn is_hex(text: &str, lengths: &[usize]) -> bool {
    lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// A pin that cannot move, with the version that its comment tells.
fn fixed(form: Form, subject: String, comment: &str) -> Pin {
    let words = comment.split(|c: char| c.is_whitespace() || matches!(c, '@' | '=' | ':' | '(' | ')' | ','));
    let versions = words.filter(|word| is_version(word)).take(1).map(str::to_owned).collect();
    Pin { form, subject, strength: Strength::Fixed, shape: String::new(), versions }
}

/// `owner/name@revision`, also as an address.
fn revision(value: &str, comment: &str) -> Option<Pin> {
    let (subject, revision) = value.rsplit_once('@')?;
    let word = |text: &str| !text.is_empty() && !text.contains(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '{' | '}'));
    // A slash behind the `@` is that of an address with a user in it, or of a branch.
    if !subject.contains('/') || !word(subject) || !word(revision) || revision.contains([':', '#']) {
        return None;
    }
    if is_hex(revision, &[40, 64]) {
        return Some(fixed(Form::Revision, subject.to_owned(), comment));
    }
    let (shape, versions) = shape_of(revision)?;
    let strength = if shape == "#" { Strength::Named } else { Strength::Movable };
    Some(Pin { form: Form::Revision, subject: subject.to_owned(), strength, shape, versions })
}

/// `name:tag`, with its digest taken away.
fn image(value: &str, strength: Strength, comment: &str) -> Option<Pin> {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '/' | ':');
    if value.is_empty() || !value.chars().all(fits) {
        return None;
    }
    // A colon before the last slash is that of a port.
    let name_at = value.rfind('/').map_or(0, |at| at + 1);
    let Some(colon) = value[name_at..].rfind(':').map(|at| name_at + at) else {
        return (strength == Strength::Fixed).then(|| fixed(Form::Image, value.to_owned(), comment));
    };
    let (subject, tag) = (&value[..colon], &value[colon + 1..]);
    if subject.is_empty() || tag.is_empty() || subject.ends_with(':') {
        return None;
    }
    let (shape, versions) = shape_of(tag)?;
    let strength = if versions.is_empty() && strength < Strength::Fixed { Strength::Movable } else { strength };
    Some(Pin { form: Form::Image, subject: subject.to_owned(), strength, shape, versions })
}

/// A version or a range alone.
fn bare(value: &str) -> Option<Pin> {
    let first = value.chars().next()?;
    let begins = first.is_ascii_digit() || is_version(value) || "<>=!~^*".contains(first);
    let fits = |c: char| c.is_ascii_alphanumeric() || "<>=!~^*.,+-_ |".contains(c);
    if !begins || !value.chars().all(fits) {
        return None;
    }
    let (shape, versions) = shape_of(value)?;
    if versions.is_empty() {
        return None;
    }
    let strength = if matches!(shape.as_str(), "#" | "==#" | "===#") { Strength::Named } else { Strength::Movable };
    Some(Pin { form: Form::Bare, subject: String::new(), strength, shape, versions })
}

/// `name[extra]>=1.2; marker`
fn requirement(value: &str) -> Option<Pin> {
    let (wanted, marker) = value.split_once(';').unwrap_or((value, ""));
    let wanted = wanted.trim();
    let name_end = wanted.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))).unwrap_or(wanted.len());
    let (name, rest) = wanted.split_at(name_end);
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let (extras, range) = match rest.trim_start().strip_prefix('[') {
        Some(inner) => inner.split_once(']')?,
        None => ("", rest),
    };
    let range: String = range.chars().filter(|c| !c.is_whitespace() && !matches!(c, '(' | ')')).collect();
    let fits = |c: char| c.is_ascii_alphanumeric() || "<>=!~^*.,+-_".contains(c);
    if !range.starts_with(['<', '>', '=', '!', '~', '^']) || !range.chars().all(fits) {
        return None;
    }
    let (shape, versions) = shape_of(&range)?;
    let mut extras: Vec<String> = extras.split(',').map(|extra| normal_name(extra.trim())).filter(|extra| !extra.is_empty()).collect();
    extras.sort();
    let marker: Vec<&str> = marker.split_whitespace().collect();
    let strength = if matches!(shape.as_str(), "==#" | "===#") { Strength::Named } else { Strength::Movable };
    let subject = format!("{}[{}];{}", normal_name(name), extras.join(","), marker.join(" ").replace('\'', "\""));
    Some(Pin { form: Form::Requirement, subject, strength, shape, versions })
}

/// Whether a word is a version on its own: numbers with dots, with or without a `v` before and a suffix behind.
pub fn is_version(word: &str) -> bool {
    let digits = word.strip_prefix(['v', 'V']).unwrap_or(word);
    word.len() <= 100
        && digits.starts_with(|c: char| c.is_ascii_digit())
        && (pep440_rs::Version::from_str(word).is_ok() || split(word).is_some())
}

/// Returns a text with `#` in the place of each version, and the versions; nothing where there are too many.
fn shape_of(text: &str) -> Option<(String, Vec<String>)> {
    if is_version(text) {
        return Some(("#".to_owned(), vec![text.to_owned()]));
    }
    let mut shape = String::new();
    let mut versions = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        let before = &rest[..at];
        // The `v` of `>=v1.2` belongs to the version, that of `dev1` does not.
        let lead = before.strip_suffix('v').filter(|lead| !lead.ends_with(|c: char| c.is_ascii_alphanumeric())).map_or(at, str::len);
        let longest =
            rest[at..].find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '.' | '+' | '!'))).map_or(rest.len(), |end| at + end);
        let numbers = rest[at..].find(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(rest.len(), |end| at + end);
        // `1.2rc1` is one version, the numbers of `3.12x` are.
        let end = if is_version(&rest[lead..longest]) { longest } else { lead + rest[lead..numbers].trim_end_matches('.').len() };
        let end = end.max(at + 1);
        shape.push_str(&rest[..lead]);
        shape.push('#');
        versions.push(rest[lead..end].to_owned());
        if versions.len() > VERSIONS {
            return None;
        }
        rest = &rest[end..];
    }
    shape.push_str(rest);
    Some((shape, versions))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    fn digest(c: char) -> String {
        format!("sha256:{}", c.to_string().repeat(64))
    }

    #[test]
    fn tells_how_exact_a_pin_is() {
        for (text, form, strength) in [
            ("numpy>=1.26,<3".to_owned(), Form::Requirement, Strength::Movable),
            ("numpy[all] == 1.26 ; python_version < '3.9'".to_owned(), Form::Requirement, Strength::Named),
            ("actions/checkout@v4".to_owned(), Form::Revision, Strength::Named),
            ("actions/checkout@main".to_owned(), Form::Revision, Strength::Movable),
            (format!("actions/checkout@{A} # v4.1.2"), Form::Revision, Strength::Fixed),
            (format!("git+https://git.example/a/b@{A}"), Form::Revision, Strength::Fixed),
            ("python:3.12-slim".to_owned(), Form::Image, Strength::Named),
            ("python:latest".to_owned(), Form::Image, Strength::Movable),
            (format!("host.example:5000/python:3.12@{}", digest('a')), Form::Image, Strength::Fixed),
            ("v4.1.2".to_owned(), Form::Bare, Strength::Named),
            ("^1.2.3".to_owned(), Form::Bare, Strength::Movable),
            (">=3.9,<4".to_owned(), Form::Bare, Strength::Movable),
            (format!("{A} # v4"), Form::Bare, Strength::Fixed),
        ] {
            let pin = Pin::parse(&text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((pin.form, pin.strength), (form, strength), "{text}");
        }
        for text in ["", "hello world", "numpy", "a\nb", "user@host", "True"] {
            assert_eq!(Pin::parse(text), None, "{text}");
        }
    }

    #[test]
    fn orders_what_has_an_order_and_nothing_else() {
        for (a, b, wanted) in [
            ("numpy>=1.26", "NumPy >= 1.9", Some(Ordering::Greater)),
            ("numpy>=1.26,<3", "numpy>=2,<4", Some(Ordering::Less)),
            ("numpy>=1.26,<5", "numpy>=2,<4", None),
            ("numpy>=1", "numpy==2", None),
            ("numpy>=1", "pandas>=2", None),
            ("psycopg2>=1", "psycopg3>=1", None),
            ("a/b@v4", "a/b@v5", Some(Ordering::Less)),
            ("a/b@v4.9.0", "a/b@v4.10.0", Some(Ordering::Less)),
            ("a/b@v4", "a/b@v4.1.2", None),
            ("a/b@main", "a/b@dev", None),
            ("python:3.9-slim", "python:3.12-slim", Some(Ordering::Less)),
            ("python:3.9-slim", "python:3.12-alpine", None),
            ("cuda:12.4-ubuntu22.04", "cuda:12.6-ubuntu24.04", Some(Ordering::Less)),
            ("1.0.0-rc1", "1.0.0", Some(Ordering::Less)),
            ("1.0.0-alpha.beta.2", "1.0.0-alpha.beta.11", Some(Ordering::Less)),
            ("torch==2.1.0+cu118", "torch==2.2.0+cpu", None),
            ("3.10", "3.9", Some(Ordering::Greater)),
        ] {
            assert_eq!(higher(a, b), wanted, "{a} {b}");
            assert_eq!(higher(b, a), wanted.map(Ordering::reverse), "{b} {a}");
        }
    }

    #[test]
    fn the_higher_of_two_raised_pins_wins() {
        assert_eq!(choose(Some("numpy>=1"), "numpy>=2", "numpy>=3"), Some(Choice::Theirs(&HIGHER_PIN)));
        assert_eq!(choose(Some("v1"), "v3", "v2"), Some(Choice::Ours(&HIGHER_PIN)));
        assert_eq!(choose(Some("numpy>=2"), "numpy>=1", "numpy>=3"), None, "the project went back: a decision");
        let commit = |id: &str, version: &str| format!("a/b@{id} # {version}");
        assert_eq!(choose(None, &commit(A, "v4.1.2"), &commit(B, "v4.2.0")), Some(Choice::Theirs(&HIGHER_PIN)));
        assert_eq!(choose(None, &format!("a/b@{A}"), &format!("a/b@{B}")), None, "no version is known");
    }

    #[test]
    fn what_cannot_move_is_never_replaced_by_what_can() {
        let (commit, image) = (format!("a/b@{A} # v4"), format!("python:3.12@{}", digest('a')));
        assert_eq!(choose(None, &commit, "a/b@v5"), Some(Choice::Ours(&STRONGER_PIN)));
        assert_eq!(choose(Some("a/b@v3"), "a/b@v4", &commit), Some(Choice::Theirs(&STRONGER_PIN)));
        assert_eq!(choose(Some("a/b@v3"), "a/b@v5", &commit), None);
        assert_eq!(choose(None, &image, "python:3.13"), Some(Choice::Ours(&STRONGER_PIN)));
        assert_eq!(choose(None, &format!("{A} # v1"), "v2"), Some(Choice::Ours(&STRONGER_PIN)));
        assert!(weakens(&commit, "a/b@v5") && weakens(&image, "python:3.13") && weakens(A, "v4"));
        assert!(!weakens("a/b@v5", &commit) && !weakens(&commit, &commit) && !weakens(&commit, "c/d@v1"));
    }

    proptest! {
        #[test]
        fn never_panics_and_is_an_order(a in "(\\PC|v|[0-9.]{1,5}|[a-z]{1,4}|@|:|sha256:|>=|,|;|-|\\+|#| ){0,12}", b in "[a-z]{0,2}(==|>=|@|:|)v?[0-9.]{0,6}(-[a-z0-9.]{0,5})?") {
            for (a, b) in [(&a, &b), (&b, &b), (&a, &a)] {
                let there = higher(a, b);
                prop_assert_eq!(higher(b, a).map(Ordering::reverse), there);
                if let Some(pin) = Pin::parse(a) { prop_assert!(pin.order(&pin).is_none_or(Ordering::is_eq)); }
                let _ = (choose(Some(b), a, b), weakens(a, b));
            }
        }
    }
}
