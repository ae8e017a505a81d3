//! Inflates streams, with the memory that they may claim bounded.

use std::io::{Cursor, Read};

use super::sniff::Packing;
use crate::formats::feed::Feed;
use crate::formats::lz4;

/// How large the window of a stream may be, in KiB.
const WINDOW: u32 = 68 << 10;
/// How much of an LZ4 stream is inflated: it is held as a whole.
const HELD: usize = 24 << 20;

/// Opens a compressed stream.
///
/// # Errors
/// Says why it cannot be opened.
pub(super) fn open<'a>(packing: Packing, mut inner: Box<dyn Read + 'a>) -> Result<Box<dyn Read + 'a>, String> {
    let failed = |error: std::io::Error| format!("it cannot be inflated: {error}");
    Ok(match packing {
        Packing::Gzip => Box::new(flate2::read::MultiGzDecoder::new(inner)),
        Packing::Zlib => Box::new(flate2::read::ZlibDecoder::new(inner)),
        Packing::Bzip2 => Box::new(bzip2::read::MultiBzDecoder::new(inner)),
        Packing::Xz => Box::new(lzma_rust2::XzReader::new(inner, true)),
        Packing::Lzma => Box::new(lzma_rust2::LzmaReader::new_mem_limit(inner, WINDOW, None).map_err(failed)?),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::new(inner).map_err(failed)?;
            decoder.window_log_max(26).map_err(failed)?;
            Box::new(decoder)
        }
        Packing::Lz4 => {
            let inflated = lz4::inflate(&mut Feed::flow(&mut *inner), HELD).map_err(|why| format!("it cannot be inflated: {why}"))?;
            Box::new(Cursor::new(inflated))
        }
        Packing::OldJoblib => {
            let mut length = [0; 21];
            inner.read_exact(&mut length).map_err(failed)?;
            Box::new(flate2::read::ZlibDecoder::new(inner))
        }
    })
}

/// Opens a member of a zip archive by its method; `None` for methods that are not read.
pub(super) fn member<'a>(method: u16, size: u64, mut inner: Box<dyn Read + 'a>) -> Option<Box<dyn Read + 'a>> {
    match method {
        0 => Some(inner),
        8 => Some(Box::new(flate2::read::DeflateDecoder::new(inner))),
        12 => open(Packing::Bzip2, inner).ok(),
        14 => {
            let mut head = [0; 9];
            inner.read_exact(&mut head).ok()?;
            let dictionary = u32::from_le_bytes([head[5], head[6], head[7], head[8]]);
            if dictionary > WINDOW << 10 {
                return None;
            }
            Some(Box::new(lzma_rust2::LzmaReader::new_with_props(inner, size, head[4], dictionary, None).ok()?))
        }
        93 => open(Packing::Zstd, inner).ok(),
        95 => open(Packing::Xz, inner).ok(),
        _ => None,
    }
}
