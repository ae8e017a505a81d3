//! Opcodes of pickles, protocols 0 to 5, one after the other, without running or building anything.
//! After the comments in CPython's `Lib/pickletools.py`.

use std::rc::Rc;

use super::feed::Feed;

/// Texts up to this length are kept, longer ones are only counted.
pub const SHORT: usize = 1024;
/// How long a line of protocol 0 may be: numbers and strings are written as lines.
const LINE: usize = 1 << 20;
/// How long a module or a name may be.
const NAME: usize = 4096;

/// What comes with an opcode.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Argument {
    /// Nothing that matters.
    None,
    /// A number: a value, an index, a length.
    Number(i64),
    /// A short text.
    Text(Rc<str>),
    /// A long text, or one that is no UTF-8.
    LongText,
    /// So many bytes, which come next and have to be passed over.
    Payload(u64),
    /// A module and a name.
    Names(Rc<str>, Rc<str>),
}

/// An opcode with what comes with it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Step {
    /// The opcode.
    pub code: u8,
    /// What comes with it.
    pub argument: Argument,
}

/// Why no opcode could be read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Broken {
    /// The bytes end in the middle.
    Ends,
    /// This byte is no opcode.
    NoOpcode(u8),
    /// A line, a name or a length cannot be.
    Malformed,
}

/// Reads the next opcode.
///
/// # Errors
/// When there is none.
pub fn next(feed: &mut Feed<'_>) -> Result<Step, Broken> {
    let code = feed.byte().ok_or(Broken::Ends)?;
    let argument = match code {
        b'('
        | b'.'
        | b'0'
        | b'1'
        | b'2'
        | b'N'
        | b'Q'
        | b'R'
        | b'a'
        | b'b'
        | b'd'
        | b'e'
        | b'l'
        | b'o'
        | b's'
        | b't'
        | b'u'
        | b')'
        | b']'
        | b'}'
        | 0x81
        | 0x85..=0x89
        | 0x8f..=0x94
        | 0x97
        | 0x98 => Argument::None,
        b'K' | b'h' | b'q' | 0x80 | 0x82 => Argument::Number(i64::from(bytes::<1>(feed)?[0])),
        b'M' | 0x83 => Argument::Number(i64::from(u16::from_le_bytes(bytes(feed)?))),
        b'J' | 0x84 => Argument::Number(i64::from(i32::from_le_bytes(bytes(feed)?))),
        b'j' | b'r' => Argument::Number(i64::from(u32::from_le_bytes(bytes(feed)?))),
        b'G' => {
            bytes::<8>(feed)?;
            Argument::None
        }
        0x95 => Argument::Number(i64::try_from(u64::from_le_bytes(bytes(feed)?)).unwrap_or(i64::MAX)),
        b'I' | b'L' | b'F' => {
            let line = feed.line(LINE).ok_or(Broken::Malformed)?;
            let fits = |c: &u8| c.is_ascii_alphanumeric() || matches!(c, b'-' | b'+' | b'.' | b'_' | b' ' | b'\r' | b'\t');
            if !line.iter().all(fits) {
                return Err(Broken::Malformed);
            }
            Argument::Number(number(line).unwrap_or(i64::MAX))
        }
        b'g' | b'p' => {
            let line = feed.line(NAME).ok_or(Broken::Malformed)?;
            Argument::Number(number(line).ok_or(Broken::Malformed)?)
        }
        b'P' => text(feed.line(NAME).ok_or(Broken::Malformed)?),
        b'S' => {
            let line = feed.line(LINE).ok_or(Broken::Malformed)?.trim_ascii();
            let quoted = |quote: u8| line.len() >= 2 && line.first() == Some(&quote) && line.last() == Some(&quote);
            if !quoted(b'\'') && !quoted(b'"') {
                return Err(Broken::Malformed);
            }
            text(&unescaped(&line[1..line.len() - 1]))
        }
        b'V' => text(&unescaped(feed.line(LINE).ok_or(Broken::Malformed)?)),
        b'c' | b'i' => {
            let module = name(feed)?;
            Argument::Names(module, name(feed)?)
        }
        0x8c => {
            let length = u64::from(bytes::<1>(feed)?[0]);
            short_text(feed, length)?
        }
        b'X' => {
            let length = u64::from(u32::from_le_bytes(bytes(feed)?));
            short_text(feed, length)?
        }
        0x8d => {
            let length = u64::from_le_bytes(bytes(feed)?);
            short_text(feed, length)?
        }
        b'U' | b'C' | 0x8a => Argument::Payload(u64::from(bytes::<1>(feed)?[0])),
        b'B' => Argument::Payload(u64::from(u32::from_le_bytes(bytes(feed)?))),
        b'T' | 0x8b => Argument::Payload(u64::try_from(i32::from_le_bytes(bytes(feed)?)).map_err(|_| Broken::Malformed)?),
        0x8e | 0x96 => Argument::Payload(u64::from_le_bytes(bytes(feed)?)),
        other => return Err(Broken::NoOpcode(other)),
    };
    Ok(Step { code, argument })
}

fn bytes<const N: usize>(feed: &mut Feed<'_>) -> Result<[u8; N], Broken> {
    feed.chunk(N).and_then(|bytes| bytes.try_into().ok()).ok_or(Broken::Ends)
}

fn short_text(feed: &mut Feed<'_>, length: u64) -> Result<Argument, Broken> {
    if length <= SHORT as u64 {
        return Ok(text(feed.chunk(length as usize).ok_or(Broken::Ends)?));
    }
    if feed.skip(length) { Ok(Argument::LongText) } else { Err(Broken::Ends) }
}

fn text(bytes: &[u8]) -> Argument {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.len() <= SHORT => Argument::Text(text.into()),
        Ok(_) | Err(_) => Argument::LongText,
    }
}

fn name(feed: &mut Feed<'_>) -> Result<Rc<str>, Broken> {
    let line = feed.line(NAME).ok_or(Broken::Malformed)?;
    let name = String::from_utf8_lossy(line);
    let name = name.trim_end_matches('\r');
    // No other name can be imported; texts that begin with `c` or `i` end here.
    let fits = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '<' | '>'));
    if fits { Ok(name.into()) } else { Err(Broken::Malformed) }
}

fn number(line: &[u8]) -> Option<i64> {
    std::str::from_utf8(line).ok()?.trim().trim_end_matches('L').parse().ok()
}

/// Writes out `\xNN`, `\uNNNN` and the like, which hide names in protocol 0.
fn unescaped(line: &[u8]) -> Vec<u8> {
    if memchr::memchr(b'\\', line).is_none() {
        return line.to_vec();
    }
    let mut out = Vec::with_capacity(line.len());
    let mut at = 0;
    while at < line.len() {
        let digits = match (line[at], line.get(at + 1)) {
            (b'\\', Some(b'x')) => 2,
            (b'\\', Some(b'u')) => 4,
            (b'\\', Some(b'U')) => 8,
            (b'\\', Some(b'0'..=b'7')) => {
                let octal: Vec<u8> = line[at + 1..].iter().copied().take(3).take_while(|c| matches!(c, b'0'..=b'7')).collect();
                let value = octal.iter().fold(0u32, |value, digit| value * 8 + u32::from(digit - b'0'));
                push(&mut out, value);
                at += 1 + octal.len();
                continue;
            }
            (b'\\', Some(&other)) => {
                out.push(match other {
                    b'n' => b'\n',
                    b't' => b'\t',
                    b'r' => b'\r',
                    same => same,
                });
                at += 2;
                continue;
            }
            (byte, _) => {
                out.push(byte);
                at += 1;
                continue;
            }
        };
        let value = line.get(at + 2..at + 2 + digits).and_then(|hex| u32::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        match value {
            Some(value) => {
                push(&mut out, value);
                at += 2 + digits;
            }
            None => {
                out.push(b'\\');
                at += 1;
            }
        }
    }
    out
}

fn push(out: &mut Vec<u8>, value: u32) {
    let c = char::from_u32(value).unwrap_or('\u{fffd}');
    out.extend(c.encode_utf8(&mut [0; 4]).bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn all(bytes: &[u8]) -> (Vec<Step>, Broken) {
        let held = bytes.to_vec();
        let mut feed = Feed::of(&held);
        let mut steps = Vec::new();
        loop {
            match next(&mut feed) {
                Ok(step) => {
                    if let Argument::Payload(length) = step.argument
                        && !feed.skip(length)
                    {
                        return (steps, Broken::Ends);
                    }
                    steps.push(step);
                }
                Err(broken) => return (steps, broken),
            }
        }
    }

    #[test]
    fn reads_opcodes_of_old_and_new_protocols() {
        let (steps, end) = all(b"\x80\x04\x95\x05\0\0\0\0\0\0\0\x8c\x02os\x94S'o\\x73'\nVo\\u0073\nca\nb\nC\x02ab.");
        assert_eq!(end, Broken::Ends);
        let texts: Vec<_> = steps.iter().filter(|step| step.argument == Argument::Text("os".into())).collect();
        assert_eq!(texts.len(), 3);
        assert!(steps.iter().any(|step| step.argument == Argument::Names("a".into(), "b".into())));
        assert_eq!(all(b"\xff").1, Broken::NoOpcode(0xff));
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            all(&bytes);
        }
    }
}
