//! The LZ4 frame format, inflated within a bound. After "LZ4 Frame Format Description" and "LZ4 Block Format Description".

use super::feed::Feed;

/// Inflates a frame.
///
/// # Errors
/// Says what does not fit.
pub fn inflate(feed: &mut Feed<'_>, limit: usize) -> Result<Vec<u8>, &'static str> {
    const ENDS: &str = "it ends in the middle of a block";
    let flags = feed.chunk(6).ok_or(ENDS)?[4];
    let extra = if flags & 8 != 0 { 8 } else { 0 } + if flags & 1 != 0 { 4 } else { 0 };
    feed.chunk(extra + 1).ok_or(ENDS)?;
    let mut out = Vec::new();
    loop {
        let size = u32::from_le_bytes(feed.chunk(4).and_then(|bytes| bytes.try_into().ok()).ok_or(ENDS)?);
        if size == 0 {
            return Ok(out);
        }
        let length = (size & 0x7fff_ffff) as usize;
        if length > 8 << 20 {
            return Err("a block is larger than the format allows");
        }
        let data = feed.chunk(length).ok_or(ENDS)?.to_vec();
        if size & 0x8000_0000 != 0 {
            out.extend(&data);
        } else {
            block(&data, &mut out, limit)?;
        }
        if flags & 0x10 != 0 {
            feed.chunk(4).ok_or(ENDS)?;
        }
        if out.len() > limit {
            return Err("it is larger than what is looked into");
        }
    }
}

fn block(data: &[u8], out: &mut Vec<u8>, limit: usize) -> Result<(), &'static str> {
    const ENDS: &str = "a block is damaged";
    let mut at = 0;
    let byte = |at: &mut usize| {
        let byte = data.get(*at).copied();
        *at += 1;
        byte
    };
    let longer = |at: &mut usize, mut length: usize| {
        if length == 15 {
            loop {
                let more = byte(at)?;
                length += usize::from(more);
                if more != 255 {
                    break;
                }
            }
        }
        Some(length)
    };
    while at < data.len() {
        let token = byte(&mut at).ok_or(ENDS)?;
        let literals = longer(&mut at, usize::from(token >> 4)).ok_or(ENDS)?;
        out.extend(data.get(at..at.saturating_add(literals)).ok_or(ENDS)?);
        at += literals;
        if at >= data.len() {
            break;
        }
        let low = byte(&mut at).ok_or(ENDS)?;
        let distance = usize::from(u16::from_le_bytes([low, byte(&mut at).ok_or(ENDS)?]));
        let length = longer(&mut at, usize::from(token & 15)).ok_or(ENDS)? + 4;
        let from = out.len().checked_sub(distance).filter(|_| distance > 0).ok_or(ENDS)?;
        if out.len() + length > limit.saturating_add(1 << 20) {
            return Err("it is larger than what is looked into");
        }
        for step in 0..length {
            out.push(out[from + step]);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn inflates_a_block_that_repeats_itself() {
        let mut out = Vec::new();
        block(&[0x32, b'a', b'b', b'c', 3, 0, 0x10, b'z'], &mut out, 100).unwrap();
        assert_eq!(out, b"abcabcabcz");
    }

    proptest! {
        #[test]
        fn never_panics(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = inflate(&mut Feed::of(&bytes), 10_000);
            let _ = block(&bytes, &mut Vec::new(), 10_000);
        }
    }
}
