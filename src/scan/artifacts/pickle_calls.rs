//! Judges what a pickle imports and calls.

use std::collections::HashMap;
use std::rc::Rc;

use super::callables::{Class, is_dangerous_attribute, is_known_library, judge};
use super::pickle_value::Value;
use super::report::Severity;

/// How many different names one pickle may import.
const GLOBALS: usize = 20_000;

/// Something that a pickle imports.
#[derive(Debug)]
pub(super) struct Global {
    /// The name with its module.
    pub full: String,
    /// What is known of it.
    pub class: Class,
    /// Whether it was called.
    pub called: bool,
    /// Where it was imported first.
    pub at: u64,
    known_library: bool,
}

/// What was seen in one pickle.
#[derive(Debug)]
pub(super) struct Seen {
    /// How bad it is.
    pub severity: Severity,
    /// What it is.
    pub what: String,
    /// Where.
    pub at: u64,
}

/// The imports and calls of one pickle.
#[derive(Default)]
pub(super) struct Calls {
    globals: Vec<Global>,
    index: HashMap<(Rc<str>, Rc<str>), u32>,
    seen: Vec<Seen>,
    /// Whether there were more imports than are kept.
    pub flooded: bool,
}

impl Calls {
    /// Notes an import.
    pub(super) fn import(&mut self, module: &Rc<str>, name: &Rc<str>, at: u64) -> Value {
        let key = (Rc::clone(module), Rc::clone(name));
        if let Some(known) = self.index.get(&key) {
            return Value::Global(*known);
        }
        if self.globals.len() >= GLOBALS {
            self.flooded = true;
            return Value::Other;
        }
        let number = self.globals.len() as u32;
        self.globals.push(Global {
            full: format!("{module}.{name}"),
            class: judge(module, name),
            called: false,
            at,
            known_library: is_known_library(module),
        });
        self.index.insert(key, number);
        Value::Global(number)
    }

    /// Returns an import by its number.
    pub(super) fn global(&self, number: u32) -> Option<&Global> {
        self.globals.get(number as usize)
    }

    /// Returns the full name of what made a value.
    pub(super) fn maker(&self, value: &Value) -> Option<&str> {
        match value {
            Value::Made(made) => self.global(made.global).map(|global| global.full.as_str()),
            Value::Other
            | Value::Int(_)
            | Value::Text(_)
            | Value::Global(_)
            | Value::Tuple(_)
            | Value::Dictionary(_)
            | Value::Attribute
            | Value::Foreign => None,
        }
    }

    /// Notes something that is bad whatever is called.
    pub(super) fn note(&mut self, severity: Severity, what: impl Into<String>, at: u64) {
        let what = what.into();
        if self.seen.len() < 100 && !self.seen.iter().any(|seen| seen.what == what) {
            self.seen.push(Seen { severity, what, at });
        }
    }

    /// Calls something, and returns what that leaves on the stack.
    pub(super) fn call(&mut self, callee: &Value, arguments: &[Value], at: u64) -> Value {
        match callee {
            Value::Global(number) => {
                let number = *number;
                let Some(global) = self.globals.get_mut(number as usize) else { return Value::Other };
                global.called = true;
                let full = global.full.clone();
                match global.class {
                    Class::Attribute => self.reach(&full, arguments, at),
                    Class::Wrapper | Class::Maker => {
                        if let Some(Value::Global(inner)) = arguments.first()
                            && let Some(inner) = self.globals.get_mut(*inner as usize)
                        {
                            inner.called = true;
                        }
                        Value::made(number, arguments)
                    }
                    Class::Safe if full == "builtins.type" || full == "__builtin__.type" => {
                        if arguments.len() > 1 {
                            self.note(Severity::Suspicious, "makes a class of its own", at);
                        }
                        Value::made(number, arguments)
                    }
                    Class::Safe | Class::Danger | Class::Stranger | Class::StrangeFunction | Class::StrangeRunner => {
                        Value::made(number, arguments)
                    }
                }
            }
            Value::Made(made) => {
                let full = self.global(made.global).map(|global| (global.full.clone(), global.class));
                if let Some((full, class)) = full
                    && class != Class::Danger
                {
                    let severity = if class == Class::Safe || class == Class::Maker { Severity::Alarm } else { Severity::Suspicious };
                    self.note(severity, format!("calls what `{full}` returned"), at);
                }
                Value::Other
            }
            Value::Attribute => {
                self.note(Severity::Suspicious, "calls an attribute that it looked up", at);
                Value::Other
            }
            Value::Foreign => {
                self.note(Severity::Alarm, "calls what only the loading program knows", at);
                Value::Other
            }
            Value::Other | Value::Int(_) | Value::Text(_) | Value::Tuple(_) | Value::Dictionary(_) => {
                self.note(Severity::Suspicious, "calls something that is worked out while it loads", at);
                Value::Other
            }
        }
    }

    /// Judges `getattr(object, name)`, `attrgetter(name)` and `methodcaller(name)`.
    fn reach(&mut self, full: &str, arguments: &[Value], at: u64) -> Value {
        let direct = full.ends_with("getattr");
        let names = if direct { arguments.get(1..2) } else { arguments.get(..1) }.unwrap_or(&[]);
        let Some(name) = names.first().and_then(Value::text) else {
            self.note(Severity::Alarm, format!("`{full}` looks up a name that is worked out while it loads"), at);
            return Value::Attribute;
        };
        if is_dangerous_attribute(name) {
            self.note(Severity::Alarm, format!("`{full}` looks up `{}`", shown(name)), at);
        } else if direct {
            let harmless = match arguments.first() {
                Some(Value::Global(number)) => self.global(*number).is_some_and(|global| global.class == Class::Safe),
                Some(Value::Made(made)) => self.global(made.global).is_some_and(|global| global.class == Class::Safe),
                Some(
                    Value::Other
                    | Value::Int(_)
                    | Value::Text(_)
                    | Value::Tuple(_)
                    | Value::Dictionary(_)
                    | Value::Attribute
                    | Value::Foreign,
                )
                | None => false,
            };
            if !harmless {
                self.note(Severity::Suspicious, format!("`{full}` looks up `{}`", shown(name)), at);
            }
        }
        Value::Attribute
    }

    /// Returns everything that was seen, imports included.
    pub(super) fn finish(mut self) -> Vec<Seen> {
        for global in &self.globals {
            let name = shown(&global.full);
            let seen = match (global.class, global.called) {
                (Class::Danger, true) => Some((Severity::Alarm, format!("calls `{name}`"))),
                (Class::Danger, false) => Some((Severity::Alarm, format!("names `{name}`, which no model needs"))),
                (Class::StrangeRunner, true) => {
                    Some((Severity::Alarm, format!("calls `{name}`, whose name says that it runs or opens something")))
                }
                (Class::StrangeRunner, false) => Some((Severity::Suspicious, format!("names `{name}`"))),
                (Class::Stranger, true) => Some((Severity::Suspicious, format!("makes a `{name}`, which is not known"))),
                (Class::StrangeFunction, true) => Some((Severity::Suspicious, format!("calls `{name}`, which is not known"))),
                (Class::StrangeFunction, false) if global.known_library => None,
                (Class::Stranger | Class::StrangeFunction, false) => Some((Severity::Note, format!("names `{name}`"))),
                (Class::Safe | Class::Attribute | Class::Wrapper | Class::Maker, _) => None,
            };
            if let Some((severity, what)) = seen {
                self.seen.push(Seen { severity, what, at: global.at });
            }
        }
        if self.flooded {
            self.seen.push(Seen { severity: Severity::Alarm, what: "imports more names than any model has".to_owned(), at: 0 });
        }
        self.seen
    }
}

/// Returns a name that is short enough to be shown.
pub(super) fn shown(name: &str) -> String {
    let mut short: String = name.chars().take(80).map(|c| if c.is_control() { '?' } else { c }).collect();
    if name.chars().nth(80).is_some() {
        short.push('…');
    }
    short
}
