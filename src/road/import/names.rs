//! Names of a template's files as a road holds them: what no file name may have everywhere is written `%XX`.

pub use crate::render::dialects::{decode_path as decode, encode_path as encode};

/// Returns a path of a template in a form that is no case twin of any other: capital letters and the first
/// letter of each part are encoded, too.
pub fn encode_apart(path: &str) -> String {
    let mut out = String::new();
    let mut coded = 0_u32;
    let mut first = true;
    for c in encode(path).chars() {
        if c == '%' {
            coded = 3;
        }
        if coded == 0 && c != '/' && (first || c.is_uppercase()) {
            out.extend(c.encode_utf8(&mut [0; 4]).bytes().map(|byte| format!("%{byte:02X}")));
        } else {
            out.push(c);
        }
        coded = coded.saturating_sub(1);
        first = c == '/';
    }
    out
}
