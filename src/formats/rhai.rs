//! Conditions of cargo-generate templates: the part of rhai that compares, and nothing that runs.
//!
//! Source: the language reference of rhai (operators, `in`, `contains`), and cargo-generate's book, chapter "Conditional".
//! What is not of this part is refused, so that it can be named instead of guessed.

use serde_json::{Map, Value};

/// How deep brackets may stand in each other.
const MAX_DEPTH: usize = 32;
/// The longest condition, in bytes.
const MAX_LENGTH: usize = 4_000;

/// A condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// A text, number, truth value or list.
    Literal(Value),
    /// A variable.
    Variable(String),
    /// A list.
    List(Vec<Self>),
    /// `!a`.
    Not(Box<Self>),
    /// `a || b`.
    Or(Box<Self>, Box<Self>),
    /// `a && b`.
    And(Box<Self>, Box<Self>),
    /// `a == b`; the flag turns it into `a != b`.
    Equal(Box<Self>, Box<Self>, bool),
    /// `a < b` and its kin.
    Order(Box<Self>, Box<Self>, &'static str),
    /// `a in b`, `b.contains(a)`; the flag turns it into `a !in b`.
    In(Box<Self>, Box<Self>, bool),
    /// `a.starts_with(b)`.
    Starts(Box<Self>, Box<Self>),
    /// `a.ends_with(b)`.
    Ends(Box<Self>, Box<Self>),
}

/// Reads a condition.
///
/// # Errors
/// Says what in it is more than a comparison.
pub fn parse(text: &str) -> Result<Condition, String> {
    if text.len() > MAX_LENGTH {
        return Err(format!("it is longer than {MAX_LENGTH} bytes"));
    }
    let mut parser = Parser { tokens: tokens(text)?, at: 0, depth: 0 };
    let condition = parser.or()?;
    match parser.peek() {
        None => Ok(condition),
        Some(token) => Err(format!("`{}` is not expected there", token.shown())),
    }
}

impl Condition {
    /// Tells whether the condition holds; nothing where a variable is missing or a value has no such operator, which
    /// cargo-generate takes for "no".
    pub fn holds(&self, variables: &Map<String, Value>) -> Option<bool> {
        self.value(variables)?.as_bool()
    }

    fn value(&self, variables: &Map<String, Value>) -> Option<Value> {
        let both = |a: &Self, b: &Self| Some((a.value(variables)?, b.value(variables)?));
        let text_of = |a: &Self, b: &Self| {
            let (a, b) = both(a, b)?;
            Some((a.as_str()?.to_owned(), b.as_str()?.to_owned()))
        };
        Some(match self {
            Self::Literal(value) => value.clone(),
            // Lists are no variables of a condition: the tool passes on single values alone.
            Self::Variable(name) => variables.get(name).filter(|value| !value.is_array() && !value.is_object()).cloned()?,
            Self::List(items) => Value::Array(items.iter().map(|item| item.value(variables)).collect::<Option<_>>()?),
            Self::Not(inner) => Value::Bool(!inner.value(variables)?.as_bool()?),
            Self::Or(a, b) => Value::Bool(a.value(variables)?.as_bool()? || b.value(variables)?.as_bool()?),
            Self::And(a, b) => Value::Bool(a.value(variables)?.as_bool()? && b.value(variables)?.as_bool()?),
            Self::Equal(a, b, negated) => {
                let (a, b) = both(a, b)?;
                Value::Bool((a == b) != *negated)
            }
            Self::Order(a, b, operator) => {
                let (a, b) = both(a, b)?;
                let order = match (&a, &b) {
                    (Value::String(a), Value::String(b)) => a.cmp(b),
                    (Value::Number(a), Value::Number(b)) => a.as_i64()?.cmp(&b.as_i64()?),
                    _ => return Some(Value::Bool(false)),
                };
                Value::Bool(match *operator {
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                })
            }
            Self::In(a, b, negated) => {
                let (a, b) = both(a, b)?;
                let inside = match (&a, &b) {
                    (a, Value::Array(items)) => items.contains(a),
                    (Value::String(a), Value::String(b)) => b.contains(a.as_str()),
                    _ => return None,
                };
                Value::Bool(inside != *negated)
            }
            Self::Starts(a, b) => text_of(a, b).map(|(a, b)| Value::Bool(a.starts_with(&b)))?,
            Self::Ends(a, b) => text_of(a, b).map(|(a, b)| Value::Bool(a.ends_with(&b)))?,
        })
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Text(String),
    Number(i64),
    Word(String),
    Sign(&'static str),
}

impl Token {
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => format!("{text:?}"),
            Self::Number(number) => number.to_string(),
            Self::Word(word) => word.clone(),
            Self::Sign(sign) => (*sign).to_owned(),
        }
    }
}

/// The longer ones first.
const SIGNS: [&str; 16] = ["&&", "||", "==", "!=", "<=", ">=", "!", "<", ">", "(", ")", "[", "]", ",", ".", ";"];

fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let used = if matches!(first, '"' | '`') {
            let (read, used) = quoted(rest, first)?;
            out.push(Token::Text(read));
            used
        } else if first.is_ascii_digit() {
            let used = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
            out.push(Token::Number(rest[..used].parse().map_err(|_| "a number in it is too large".to_owned())?));
            used
        } else if first.is_alphabetic() || first == '_' {
            let used = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
            out.push(Token::Word(rest[..used].to_owned()));
            used
        } else if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
            out.push(Token::Sign(sign));
            sign.len()
        } else {
            return Err(format!("`{}` is more than a comparison", first.escape_default()));
        };
        rest = rest[used..].trim_start();
    }
    if out.last() == Some(&Token::Sign(";")) {
        out.pop();
    }
    Ok(out)
}

/// Reads a text in quotes, and returns it with the bytes that it takes.
fn quoted(text: &str, quote: char) -> Result<(String, usize), String> {
    let mut out = String::new();
    let mut letters = text.char_indices().skip(1);
    while let Some((at, c)) = letters.next() {
        match c {
            c if c == quote => return Ok((out, at + c.len_utf8())),
            '\\' if quote == '"' => match letters.next() {
                Some((_, 'n')) => out.push('\n'),
                Some((_, 't')) => out.push('\t'),
                Some((_, 'r')) => out.push('\r'),
                Some((_, c @ ('\\' | '"'))) => out.push(c),
                Some(_) | None => return Err("a text in it has an escape that is not known".to_owned()),
            },
            '$' if quote == '`' => return Err("a text in it has code inside".to_owned()),
            c => out.push(c),
        }
    }
    Err("a text in it does not end".to_owned())
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn takes(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(here)) if *here == sign);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.takes(sign) { Ok(()) } else { Err(format!("`{sign}` is missing")) }
    }

    fn or(&mut self) -> Result<Condition, String> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return Err(format!("brackets stand deeper than {MAX_DEPTH}"));
        }
        let mut left = self.and()?;
        while self.takes("||") {
            left = Condition::Or(Box::new(left), Box::new(self.and()?));
        }
        self.depth -= 1;
        Ok(left)
    }

    fn and(&mut self) -> Result<Condition, String> {
        let mut left = self.equal()?;
        while self.takes("&&") {
            left = Condition::And(Box::new(left), Box::new(self.equal()?));
        }
        Ok(left)
    }

    fn equal(&mut self) -> Result<Condition, String> {
        let mut left = self.order()?;
        loop {
            let negated = match () {
                () if self.takes("==") => false,
                () if self.takes("!=") => true,
                () => return Ok(left),
            };
            left = Condition::Equal(Box::new(left), Box::new(self.order()?), negated);
        }
    }

    fn order(&mut self) -> Result<Condition, String> {
        let left = self.inside()?;
        for operator in ["<=", ">=", "<", ">"] {
            if self.takes(operator) {
                return Ok(Condition::Order(Box::new(left), Box::new(self.inside()?), operator));
            }
        }
        Ok(left)
    }

    fn inside(&mut self) -> Result<Condition, String> {
        let left = self.unary()?;
        let word = |token: Option<&Token>| matches!(token, Some(Token::Word(word)) if word == "in");
        let negated = matches!(self.peek(), Some(Token::Sign("!"))) && word(self.tokens.get(self.at + 1));
        if negated || word(self.peek()) {
            self.at += 1 + usize::from(negated);
            return Ok(Condition::In(Box::new(left), Box::new(self.unary()?), negated));
        }
        Ok(left)
    }

    fn unary(&mut self) -> Result<Condition, String> {
        let mut negations = 0_usize;
        while self.takes("!") {
            negations += 1;
            if negations > MAX_DEPTH {
                return Err(format!("`!` stands more than {MAX_DEPTH} times"));
            }
        }
        let mut inner = self.called()?;
        for _ in 0..negations {
            inner = Condition::Not(Box::new(inner));
        }
        Ok(inner)
    }

    /// A value with the calls that follow it.
    fn called(&mut self) -> Result<Condition, String> {
        let mut value = self.single()?;
        while self.takes(".") {
            let Some(Token::Word(name)) = self.peek().cloned() else { return Err("a name is missing after `.`".to_owned()) };
            self.at += 1;
            self.expect("(")?;
            let argument = Box::new(self.or()?);
            self.expect(")")?;
            value = match name.as_str() {
                "contains" => Condition::In(argument, Box::new(value), false),
                "starts_with" => Condition::Starts(Box::new(value), argument),
                "ends_with" => Condition::Ends(Box::new(value), argument),
                name => return Err(format!("the function `{name}` is more than a comparison")),
            };
        }
        Ok(value)
    }

    fn single(&mut self) -> Result<Condition, String> {
        if self.takes("(") {
            let inner = self.or()?;
            self.expect(")")?;
            return Ok(inner);
        }
        if self.takes("[") {
            let mut items = Vec::new();
            while !self.takes("]") {
                items.push(self.or()?);
                if !self.takes(",") {
                    self.expect("]")?;
                    break;
                }
            }
            return Ok(Condition::List(items));
        }
        let Some(token) = self.peek().cloned() else { return Err("it ends too early".to_owned()) };
        self.at += 1;
        Ok(match token {
            Token::Text(text) => Condition::Literal(Value::String(text)),
            Token::Number(number) => Condition::Literal(number.into()),
            Token::Word(word) if word == "true" || word == "false" => Condition::Literal(Value::Bool(word == "true")),
            Token::Word(word) if matches!(self.peek(), Some(Token::Sign("("))) => {
                return Err(format!("the function `{word}` is more than a comparison"));
            }
            Token::Word(word) => Condition::Variable(word),
            Token::Sign(sign) => return Err(format!("`{sign}` is not expected there")),
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn holds(text: &str) -> Option<bool> {
        let variables = json!({ "a": "x", "on": true, "off": false, "list": ["x"], "n": "10" });
        parse(text).unwrap().holds(variables.as_object().unwrap())
    }

    #[test]
    fn compares_as_rhai_does() {
        for (text, expected) in [
            (r#"a == "x""#, Some(true)),
            (r#"a != "x" || on"#, Some(true)),
            ("on && !off", Some(true)),
            (r#"(a == "y" || a == "x") && off == false"#, Some(true)),
            (r#"a in ["x", "y",]"#, Some(true)),
            (r#"["x"].contains(a)"#, Some(true)),
            (r#"a !in ["x"]"#, Some(false)),
            (r#""abc".starts_with("ab") && "abc".ends_with("bc")"#, Some(true)),
            ("`x` == a;", Some(true)),
            ("missing", None),
            ("missing || on", None),
            ("on || missing", Some(true)),
            (r#"on == "true""#, Some(false)),
            ("a", None),
            ("list == list", None),
            ("1 < 2", Some(true)),
        ] {
            assert_eq!(holds(text), expected, "{text}");
        }
    }

    #[test]
    fn refuses_what_runs_and_what_is_endless() {
        for text in [
            "variable::get(\"x\")",
            "system::command(\"ls\")",
            "let x = 1; x == 1",
            "x + 1 == 2",
            "file::exists(\"x\")",
            "`a${x}` == a",
            "\"open",
            "",
            "a ==",
            "if a { true }",
            "a.to_upper()",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert!(parse(&format!("{}a{}", "(".repeat(1000), ")".repeat(1000))).is_err());
        assert!(parse(&"!".repeat(1000)).is_err());
        assert!(parse(&"a||".repeat(5000)).is_err());
    }
}
