//! Follows a pickle opcode by opcode on a symbolic stack: nothing is imported, built or called.

use super::joblib_array::{self, Inline};
use super::pickle_calls::{Calls, Seen};
use super::pickle_value::{Memo, Value};
use super::report::Severity;
use crate::formats::feed::Feed;
use crate::formats::pickle::{Argument, Broken, next};

/// How many values may lie on the stack.
const STACK: usize = 1_500_000;
/// How deep pickles may lie in each other as bytes.
const NESTED: usize = 5;
/// How much of nested archives is kept to be looked into.
const KEPT: usize = 4 << 20;

/// How a pickle ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum End {
    /// With its last opcode.
    Stop,
    /// In the middle, or with something that is no opcode.
    Broken(Broken),
    /// The loader would stop here: nothing is on the stack that the opcode needs.
    Underflow,
    /// It is larger than what is followed.
    TooLarge,
}

/// What following one pickle showed.
pub(super) struct Followed {
    /// How it ended.
    pub end: End,
    /// What was seen.
    pub seen: Vec<Seen>,
    /// How many opcodes it had.
    pub steps: u64,
    /// Bytes in it that are something else than a pickle.
    pub nested: Vec<(u64, Vec<u8>)>,
}

/// Follows the pickle that begins at the feed's place.
pub(super) fn follow(feed: &mut Feed<'_>) -> Followed {
    follow_at(feed, 0)
}

fn follow_at(feed: &mut Feed<'_>, depth: usize) -> Followed {
    let mut machine = Machine {
        stack: Vec::new(),
        marks: Vec::new(),
        memo: Memo::default(),
        stored: 0,
        calls: Calls::default(),
        nested: Vec::new(),
        held: 0,
        depth,
        seen: Vec::new(),
    };
    let mut steps = 0;
    let end = loop {
        let at = feed.offset();
        let step = match next(feed) {
            Ok(step) => step,
            Err(broken) => break End::Broken(broken),
        };
        steps += 1;
        if step.code == b'.' {
            break End::Stop;
        }
        match machine.step(step.code, step.argument, at, feed) {
            Ok(()) => {}
            Err(end) => break end,
        }
        if machine.stack.len() > STACK || machine.marks.len() > STACK {
            break End::TooLarge;
        }
    };
    let mut seen = machine.seen;
    seen.extend(machine.calls.finish());
    Followed { end, seen, steps, nested: machine.nested }
}

struct Machine {
    stack: Vec<Value>,
    marks: Vec<usize>,
    memo: Memo,
    stored: u64,
    calls: Calls,
    nested: Vec<(u64, Vec<u8>)>,
    held: usize,
    depth: usize,
    seen: Vec<Seen>,
}

impl Machine {
    fn floor(&self) -> usize {
        self.marks.last().copied().unwrap_or(0)
    }

    fn pop(&mut self) -> Result<Value, End> {
        if self.stack.len() <= self.floor() {
            return Err(End::Underflow);
        }
        self.stack.pop().ok_or(End::Underflow)
    }

    fn top(&self) -> Result<&Value, End> {
        if self.stack.len() <= self.floor() {
            return Err(End::Underflow);
        }
        self.stack.last().ok_or(End::Underflow)
    }

    fn since_mark(&mut self) -> Result<Vec<Value>, End> {
        let mark = self.marks.pop().ok_or(End::Underflow)?;
        Ok(self.stack.split_off(mark.min(self.stack.len())))
    }

    fn drop_to_mark(&mut self) -> Result<(), End> {
        let mark = self.marks.pop().ok_or(End::Underflow)?;
        self.stack.truncate(mark);
        Ok(())
    }

    fn pop_many<const N: usize>(&mut self) -> Result<Vec<Value>, End> {
        if self.stack.len() < self.floor() + N {
            return Err(End::Underflow);
        }
        Ok(self.stack.split_off(self.stack.len() - N))
    }

    fn call(&mut self, callee: &Value, arguments: &[Value], at: u64) {
        let result = self.calls.call(callee, arguments, at);
        self.stack.push(result);
    }

    fn step(&mut self, code: u8, argument: Argument, at: u64, feed: &mut Feed<'_>) -> Result<(), End> {
        match code {
            b'K' | b'M' | b'J' | b'I' | b'L' => self.stack.push(match argument {
                Argument::Number(number) => Value::Int(number),
                Argument::None | Argument::Text(_) | Argument::LongText | Argument::Payload(_) | Argument::Names(..) => Value::Other,
            }),
            b'N' | 0x88 | 0x89 | b'F' | b'G' | b']' | 0x8f | 0x97 => self.stack.push(Value::Other),
            b'}' => self.stack.push(Value::dictionary()),
            b')' => self.stack.push(Value::tuple(&[])),
            b'(' => self.marks.push(self.stack.len()),
            b'0' => {
                if self.stack.len() > self.floor() {
                    self.stack.pop();
                } else {
                    self.marks.pop().ok_or(End::Underflow)?;
                }
            }
            b'1' => self.drop_to_mark()?,
            b'2' => {
                let top = self.top()?.clone();
                self.stack.push(top);
            }
            0x80 | 0x95 | 0x98 => {}
            b'X' | 0x8c | 0x8d | b'V' | b'S' => self.stack.push(match argument {
                Argument::Text(text) => Value::Text(text),
                Argument::None | Argument::Number(_) | Argument::LongText | Argument::Payload(_) | Argument::Names(..) => Value::Other,
            }),
            b'U' | b'T' | b'C' | b'B' | 0x8e | 0x96 | 0x8a | 0x8b => {
                let Argument::Payload(length) = argument else { return Err(End::Broken(Broken::Malformed)) };
                self.payload(code, length, feed)?;
            }
            b'q' | b'r' | b'p' => {
                let index = index(&argument)?;
                let top = self.top()?.clone();
                self.memo.put(index, &top);
                self.stored += 1;
            }
            0x94 => {
                let top = self.top()?.clone();
                self.memo.put(self.stored, &top);
                self.stored += 1;
            }
            b'h' | b'j' | b'g' => self.stack.push(self.memo.get(index(&argument)?)),
            b'c' => {
                let Argument::Names(module, name) = argument else { return Err(End::Broken(Broken::Malformed)) };
                let value = self.calls.import(&module, &name, at);
                self.stack.push(value);
            }
            0x93 => {
                let name = self.pop()?;
                let module = self.pop()?;
                let value = match (&module, &name) {
                    (Value::Text(module), Value::Text(name)) => self.calls.import(module, name, at),
                    _ if self.memo.forgot() => return Err(End::TooLarge),
                    _ => {
                        self.calls.note(Severity::Alarm, "imports a name that is worked out while it loads", at);
                        Value::Foreign
                    }
                };
                self.stack.push(value);
            }
            b'R' => {
                let arguments = self.pop()?;
                let callee = self.pop()?;
                self.call(&callee, arguments.items(), at);
            }
            0x81 => {
                let arguments = self.pop()?;
                let class = self.pop()?;
                self.call(&class, arguments.items(), at);
            }
            0x92 => {
                let _keywords = self.pop()?;
                let arguments = self.pop()?;
                let class = self.pop()?;
                self.call(&class, arguments.items(), at);
            }
            b'i' => {
                let Argument::Names(module, name) = argument else { return Err(End::Broken(Broken::Malformed)) };
                let arguments = self.since_mark()?;
                let class = self.calls.import(&module, &name, at);
                self.call(&class, &arguments, at);
            }
            b'o' => {
                let values = self.since_mark()?;
                let (class, arguments) = values.split_first().ok_or(End::Underflow)?;
                self.call(class, arguments, at);
            }
            b'b' => self.build(at, feed)?,
            0x82..=0x84 => {
                self.calls.note(Severity::Suspicious, "takes something from the extension registry of the loading program", at);
                self.stack.push(Value::Foreign);
            }
            b'P' => self.stack.push(Value::Foreign),
            b'Q' => {
                self.pop()?;
                self.stack.push(Value::Foreign);
            }
            0x85 => self.small_tuple::<1>()?,
            0x86 => self.small_tuple::<2>()?,
            0x87 => self.small_tuple::<3>()?,
            b't' => {
                let mark = self.marks.pop().ok_or(End::Underflow)?.min(self.stack.len());
                let tuple = Value::tuple(&self.stack[mark..]);
                self.stack.truncate(mark);
                self.stack.push(tuple);
            }
            b'l' | 0x91 => {
                self.drop_to_mark()?;
                self.stack.push(Value::Other);
            }
            b'd' => {
                let values = self.since_mark()?;
                let dictionary = Value::dictionary();
                values.chunks_exact(2).take(64).for_each(|pair| dictionary.set(&pair[0], &pair[1]));
                self.stack.push(dictionary);
            }
            b'a' => {
                self.pop()?;
                self.changes_import(at)?;
            }
            b'e' | 0x90 => {
                self.drop_to_mark()?;
                self.changes_import(at)?;
            }
            b's' => {
                let pair = self.pop_many::<2>()?;
                self.changes_import(at)?;
                self.top()?.set(&pair[0], &pair[1]);
            }
            b'u' => {
                let mark = self.marks.pop().ok_or(End::Underflow)?.min(self.stack.len());
                if mark > 0 {
                    let (below, pairs) = self.stack.split_at(mark);
                    if let Some(target) = below.last() {
                        pairs.chunks_exact(2).take(64).for_each(|pair| target.set(&pair[0], &pair[1]));
                    }
                }
                self.stack.truncate(mark);
                self.changes_import(at)?;
            }
            other => return Err(End::Broken(Broken::NoOpcode(other))),
        }
        Ok(())
    }

    fn small_tuple<const N: usize>(&mut self) -> Result<(), End> {
        if self.stack.len() < self.floor() + N {
            return Err(End::Underflow);
        }
        let from = self.stack.len() - N;
        let tuple = Value::tuple(&self.stack[from..]);
        self.stack.truncate(from);
        self.stack.push(tuple);
        Ok(())
    }

    /// What is put into an imported thing changes it for the whole program.
    fn changes_import(&mut self, at: u64) -> Result<(), End> {
        if matches!(self.top()?, Value::Global(_) | Value::Attribute) {
            self.calls.note(Severity::Alarm, "changes something that it imported", at);
        }
        Ok(())
    }

    fn build(&mut self, at: u64, feed: &mut Feed<'_>) -> Result<(), End> {
        let state = self.pop()?;
        self.changes_import(at)?;
        for key in ["__setstate__", "__reduce__", "__reduce_ex__", "__getattr__", "__getattribute__", "__call__", "__class__", "__del__"] {
            if state.get(key).is_some() || state.items().iter().any(|item| item.get(key).is_some()) {
                self.calls.note(Severity::Alarm, format!("sets `{key}` of an object that it makes"), at);
            }
        }
        let target = self.top()?;
        let maker = self.calls.maker(target).unwrap_or_default();
        if maker.starts_with("joblib.") || maker.starts_with("sklearn.externals.joblib.") {
            match joblib_array::after(maker, &state, feed, &self.calls) {
                Inline::Nothing => {}
                Inline::Passed => {}
                Inline::Pickle => self.inner(feed),
                Inline::Unknown => return Err(End::Broken(Broken::Malformed)),
            }
        }
        Ok(())
    }

    /// Follows a pickle that lies in this one, at the feed's place.
    fn inner(&mut self, feed: &mut Feed<'_>) {
        if self.depth >= NESTED {
            self.calls.note(Severity::Alarm, "holds pickles in pickles, deeper than any model does", feed.offset());
            return;
        }
        let inner = follow_at(feed, self.depth + 1);
        self.seen.extend(inner.seen);
        self.nested.extend(inner.nested);
    }

    /// Passes over bytes; a pickle among them is followed, an archive is kept.
    fn payload(&mut self, code: u8, length: u64, feed: &mut Feed<'_>) -> Result<(), End> {
        let from = feed.offset();
        let end = from.checked_add(length).ok_or(End::Broken(Broken::Ends))?;
        let number = matches!(code, 0x8a | 0x8b);
        if number && length <= 8 {
            let bytes = feed.chunk(length as usize).ok_or(End::Broken(Broken::Ends))?;
            let negative = bytes.last().is_some_and(|byte| byte & 0x80 != 0);
            let mut wide = [if negative { 0xff } else { 0 }; 8];
            wide[..bytes.len()].copy_from_slice(bytes);
            self.stack.push(Value::Int(i64::from_le_bytes(wide)));
            return Ok(());
        }
        if number || length < 8 {
            // Python 2 wrote names as bytes, and Python 3 reads them as text.
            let text = if matches!(code, b'U' | b'T') && length > 0 {
                let bytes = feed.chunk(length as usize).ok_or(End::Broken(Broken::Ends))?;
                std::str::from_utf8(bytes).map_or(Value::Other, |text| Value::Text(text.into()))
            } else if feed.skip(length) {
                if matches!(code, b'U' | b'T') { Value::Text("".into()) } else { Value::Other }
            } else {
                return Err(End::Broken(Broken::Ends));
            };
            self.stack.push(text);
            return Ok(());
        }
        let head = feed.peek(16);
        let head = &head[..head.len().min(usize::try_from(length).unwrap_or(usize::MAX))];
        if matches!(head, [0x80, 1..=5, ..]) {
            let before = feed.limit(end.min(feed.end()));
            self.inner(feed);
            // Python 2's torch wrote several pickles into one value; so does a legacy file that is kept in a value.
            for _ in 0..16 {
                if !matches!(feed.peek(2), [0x80, 1..=5]) {
                    break;
                }
                self.inner(feed);
            }
            feed.limit(before);
        } else if super::sniff::is_container(head) && length <= KEPT as u64 && self.held < 4 * KEPT {
            let bytes = feed.chunk(length as usize).ok_or(End::Broken(Broken::Ends))?.to_vec();
            self.held += bytes.len();
            self.nested.push((from, bytes));
        } else if matches!(code, b'U' | b'T') && length <= 1024 {
            let bytes = feed.chunk(length as usize).ok_or(End::Broken(Broken::Ends))?;
            let text = std::str::from_utf8(bytes).map_or(Value::Other, |text| Value::Text(text.into()));
            self.stack.push(text);
            return Ok(());
        }
        let left = end.saturating_sub(feed.offset());
        if !feed.skip(left) {
            return Err(End::Broken(Broken::Ends));
        }
        self.stack.push(Value::Other);
        Ok(())
    }
}

fn index(argument: &Argument) -> Result<u64, End> {
    match argument {
        Argument::Number(number) => u64::try_from(*number).map_err(|_| End::Broken(Broken::Malformed)),
        Argument::None | Argument::Text(_) | Argument::LongText | Argument::Payload(_) | Argument::Names(..) => {
            Err(End::Broken(Broken::Malformed))
        }
    }
}
