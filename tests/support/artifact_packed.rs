//! The xz container, written without compressing: its chunks may hold bytes as they are.
#![allow(dead_code, unreachable_pub, reason = "each test binary uses its part of the module")]

use super::seeded::crc32;

/// Packs fewer than 64 KiB as an `.xz` file with one block and CRC-32 as its check.
pub fn xz(data: &[u8]) -> Vec<u8> {
    let sum = |bytes: &[u8]| crc32(bytes).to_le_bytes();
    let flags = [0, 1];
    let mut out = b"\xfd7zXZ\0".to_vec();
    out.extend(flags);
    out.extend(sum(&flags));
    // The header of the block: twelve bytes with its checksum, one filter (LZMA2, a dictionary of 64 KiB).
    let block = [2, 0, 0x21, 1, 8, 0, 0, 0];
    let mut body = block.to_vec();
    body.extend(sum(&block));
    body.push(1);
    body.extend(u16::try_from(data.len() - 1).unwrap().to_be_bytes());
    body.extend_from_slice(data);
    body.push(0);
    let unpadded = body.len() + 4;
    body.resize(body.len().next_multiple_of(4), 0);
    body.extend(sum(data));
    out.extend(&body);
    let mut index = vec![0, 1];
    number(&mut index, unpadded);
    number(&mut index, data.len());
    index.resize(index.len().next_multiple_of(4), 0);
    let check = sum(&index);
    index.extend(check);
    let mut footer = u32::try_from(index.len() / 4 - 1).unwrap().to_le_bytes().to_vec();
    footer.extend(flags);
    out.extend(&index);
    out.extend(sum(&footer));
    out.extend(footer);
    out.extend(b"YZ");
    out
}

fn number(out: &mut Vec<u8>, mut value: usize) {
    while value > 127 {
        out.push(u8::try_from(value & 127).unwrap() | 128);
        value >>= 7;
    }
    out.push(u8::try_from(value).unwrap());
}
