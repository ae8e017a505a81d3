//! Indentation that the project changed: the road's texts are laid out likewise, so that only what they say is compared.

use std::borrow::Cow;
use std::collections::HashMap;

use super::diff::{Algorithm, changes};
use super::lines::Numbers;

/// Lines of the road, laid out as the project has them.
pub(super) type Relaid<'a> = Vec<Cow<'a, [u8]>>;

/// Lays out the road's two texts as the project does; nothing where it changed no layout.
///
/// Lines of the base and the project that say the same are one line, spelled as the project does, in both texts of the road.
/// What the road changed is indented as the project indents what the base indents so.
pub(super) fn follow<'a>(base: &[&'a [u8]], ours: &[&'a [u8]], theirs: &[Cow<'a, [u8]>]) -> Option<(Relaid<'a>, Relaid<'a>)> {
    let squeezed = |lines: &[&[u8]]| lines.iter().map(|line| squeeze(line)).collect::<Vec<_>>();
    let (plain_base, plain_ours) = (squeezed(base), squeezed(ours));
    let pairs = pairs(&plain_base, &plain_ours);
    let mut spelled: HashMap<usize, &[u8]> = HashMap::new();
    let mut indents: HashMap<&[u8], HashMap<&[u8], usize>> = HashMap::new();
    for (b, o) in pairs {
        let (Some(before), Some(now)) = (base.get(b), ours.get(o)) else { continue };
        if before != now {
            spelled.insert(b, now);
        }
        if !before.trim_ascii().is_empty() {
            *indents.entry(indent(before)).or_default().entry(indent(now)).or_default() += 1;
        }
    }
    if spelled.is_empty() {
        return None;
    }
    // The commonest, and of equally common ones always the same.
    let indents: HashMap<&[u8], &[u8]> = indents
        .into_iter()
        .filter_map(|(before, now)| Some((before, now.into_iter().max_by_key(|(indent, count)| (*count, *indent))?.0)))
        .collect();
    let keys: Vec<Vec<u8>> = theirs.iter().map(|line| line.to_vec()).collect();
    let same: HashMap<usize, usize> =
        self::pairs(&base.iter().map(|line| line.to_vec()).collect::<Vec<_>>(), &keys).into_iter().map(|(b, t)| (t, b)).collect();
    let relaid_base = base.iter().enumerate().map(|(at, line)| Cow::Borrowed(spelled.get(&at).copied().unwrap_or(line))).collect();
    let relaid = |(at, line): (usize, &Cow<'a, [u8]>)| match same.get(&at) {
        Some(b) => spelled.get(b).map_or_else(|| line.clone(), |line| Cow::Owned(line.to_vec())),
        None => match indents.get(indent(line)) {
            Some(new) if *new != indent(line) => Cow::Owned([new, line.get(indent(line).len()..).unwrap_or_default()].concat()),
            Some(_) | None => line.clone(),
        },
    };
    Some((relaid_base, theirs.iter().enumerate().map(relaid).collect()))
}

fn squeeze(line: &[u8]) -> Vec<u8> {
    line.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect()
}

fn indent(line: &[u8]) -> &[u8] {
    line.get(..line.len() - line.trim_ascii_start().len()).unwrap_or_default()
}

/// Returns the lines that stay, as places in both texts.
fn pairs(before: &[Vec<u8>], after: &[Vec<u8>]) -> Vec<(usize, usize)> {
    let mut numbers = Numbers::default();
    let (b, a) = (numbers.of(before.iter().map(Vec::as_slice)), numbers.of(after.iter().map(Vec::as_slice)));
    let mut pairs = Vec::new();
    let (mut at, mut at_after) = (0, 0);
    for change in changes(&b, &a, numbers.count(), Algorithm::Histogram) {
        pairs.extend((at..change.before.start).zip(at_after..));
        (at, at_after) = (change.before.end, change.after.end);
    }
    pairs.extend((at..b.len()).zip(at_after..));
    pairs
}
