//! Lists and mappings in brackets: which comma, space and comment belongs to which item.

use std::ops::Range;

use super::{Child, Node};

/// How a format writes comments.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(in crate::merge) enum Comments {
    /// From `#` to the end of the line.
    Hash,
    /// From `//` to the end of the line, and `/* … */`.
    Slashes,
}

impl Comments {
    /// Returns where a comment ends that begins at `at`, without its line break; nothing where none begins.
    pub(in crate::merge) fn end(self, text: &str, at: usize) -> Option<usize> {
        let rest = text.get(at..)?;
        let line = || at + rest.find('\n').map_or(rest.len(), |end| if rest[..end].ends_with('\r') { end - 1 } else { end });
        match self {
            Self::Hash => rest.starts_with('#').then(line),
            Self::Slashes if rest.starts_with("//") => Some(line()),
            Self::Slashes if rest.starts_with("/*") => Some(rest.find("*/").map_or(text.len(), |end| at + end + 2)),
            Self::Slashes => None,
        }
    }

    /// Passes over blanks, and over comments; line breaks too where `lines` says so.
    fn skip(self, text: &str, mut at: usize, lines: bool) -> usize {
        loop {
            match text.as_bytes().get(at) {
                Some(b' ' | b'\t') => at += 1,
                Some(b'\n' | b'\r') if lines => at += 1,
                Some(_) => match self.end(text, at) {
                    Some(end) => at = end,
                    None => return at,
                },
                None => return at,
            }
        }
    }
}

/// Gives each item (its first byte and its value) of a list in brackets its comma and the text that belongs to it. The span
/// is that of the brackets. Returns nothing where the text between two items is not what it should be.
pub(in crate::merge) fn children(
    text: &str,
    span: &Range<usize>,
    items: Vec<(String, usize, Node)>,
    comments: Comments,
) -> Option<Vec<Child>> {
    let close = span.end.checked_sub(1)?;
    let mut lead = span.start + 1;
    let mut children = Vec::with_capacity(items.len());
    for (key, at, node) in items {
        if comments.skip(text, lead, true) != at || node.span.end > close {
            return None;
        }
        let after = comments.skip(text, node.span.end, true);
        let comma = (text.as_bytes().get(after) == Some(&b',')).then_some(after);
        let from = comma.map_or(node.span.end, |comma| comma + 1);
        let end = comment_on_line(text, from, comments).min(close);
        children.push(Child { key, lead, at, node, comma, end });
        lead = end;
    }
    (comments.skip(text, lead, true) == close).then_some(children)
}

/// Returns where the comment ends that stands alone on the rest of a line; else `from`.
fn comment_on_line(text: &str, from: usize, comments: Comments) -> usize {
    let end = comments.skip(text, from, false);
    let ends_line = matches!(text.as_bytes().get(end), None | Some(b'\n' | b'\r'));
    if ends_line && text[from..end].trim() != "" { end } else { from }
}

/// Whether each item, and the closing bracket, begins a line.
pub(in crate::merge) fn has_lines(text: &str, span: &Range<usize>, children: &[Child]) -> bool {
    let last = children.last().map_or(span.start + 1, |child| child.end);
    !children.is_empty()
        && children.iter().all(|child| text[child.lead..child.at].contains('\n'))
        && text[last..span.end.saturating_sub(1).max(last)].contains('\n')
}
