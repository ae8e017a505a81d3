//! Which entries of three lists or mappings belong together, and in which order they stand in the result.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use super::{Child, Node, align};

/// An entry on base, ours and theirs.
pub(super) type Trio<'a> = [Option<&'a Child>; 3];

/// The place of an entry on base, ours and theirs.
type Places = [Option<usize>; 3];

/// Brings the entries of three mappings together by key. Nothing where a key stands twice.
pub(super) fn by_key<'a>(base: &'a [Child], ours: &'a [Child], theirs: &'a [Child]) -> Option<Vec<Trio<'a>>> {
    let mut places: BTreeMap<&str, Places> = BTreeMap::new();
    for (side, children) in [base, ours, theirs].into_iter().enumerate() {
        for (at, child) in children.iter().enumerate() {
            if places.entry(&child.key).or_default()[side].replace(at).is_some() {
                return None;
            }
        }
    }
    let mut places: Vec<Places> = places.into_values().collect();
    follow_renames(&mut places, base, ours);
    meet_replacements(&mut places);
    arrange(&places, [base, ours, theirs], false)
}

/// Takes a list or mapping that the project has under another key for the one that it has no more.
fn follow_renames(places: &mut Vec<Places>, base: &[Child], ours: &[Child]) {
    let new: Vec<usize> = (0..places.len()).filter(|at| matches!(places[*at], [None, Some(_), None])).collect();
    let mut taken = BTreeSet::new();
    for at in 0..places.len() {
        let [Some(before), None, Some(_)] = places[at] else { continue };
        let mut alike = new.iter().filter(|new| !taken.contains(*new)).filter_map(|new| Some((*new, places[*new][1]?)));
        let found = alike.find(|(_, there)| align::is_renamed(&base[before].node, &ours[*there].node));
        if let Some((new, there)) = found {
            places[at][1] = Some(there);
            taken.insert(new);
        }
    }
    for new in taken.into_iter().rev() {
        places.remove(new);
    }
}

/// Brings together what both sides put in the place of one entry.
fn meet_replacements(places: &mut Vec<Places>) {
    let at_side = |places: &[Places], side: usize, at: usize| places.iter().find(|place| place[side] == Some(at)).copied();
    let before =
        |places: &[Places], side: usize, at: usize| at.checked_sub(1).map(|at| at_side(places, side, at).and_then(|place| place[0]));
    let gone: Vec<usize> =
        places.iter().filter(|place| matches!(place, [Some(_), None, None])).filter_map(|place| place[0]).take(64).collect();
    for at in gone {
        let wanted = at.checked_sub(1);
        let new = |places: &[Places], side: usize| {
            let mut fresh =
                places.iter().enumerate().filter(|(_, place)| place[0].is_none() && place[side].is_some() && place[3 - side].is_none());
            fresh
                .find(|(_, place)| {
                    let own = place[side].and_then(|at| before(places, side, at));
                    own.map_or(wanted.is_none(), |own| own.is_some() && own == wanted)
                })
                .map(|(index, _)| index)
        };
        let (Some(ours), Some(theirs)) = (new(places, 1), new(places, 2)) else { continue };
        let both = [Some(at), places[ours][1], places[theirs][2]];
        if let Some(base) = places.iter().position(|place| place[0] == Some(at)) {
            places[base] = both;
            places.remove(ours.max(theirs));
            places.remove(ours.min(theirs));
        }
    }
}

/// Brings the items of three lists together by what they are known by. Nothing where both sides put them into other orders.
pub(super) fn by_identity<'a>(base: &'a [Child], ours: &'a [Child], theirs: &'a [Child]) -> Option<Vec<Trio<'a>>> {
    fn nodes<'n>(children: impl Iterator<Item = &'n Child>) -> Vec<&'n Node> {
        children.map(|child| &child.node).collect()
    }
    let all = nodes(base.iter());
    let (in_ours, in_theirs) = (align::pair(&all, &nodes(ours.iter())), align::pair(&all, &nodes(theirs.iter())));
    let mut places: Vec<Places> = (0..base.len()).map(|at| [Some(at), None, None]).collect();
    for (side, pairs) in [(1, &in_ours), (2, &in_theirs)] {
        for (at, pair) in pairs.iter().enumerate() {
            if let Some(pair) = pair {
                places[*pair][side] = Some(at);
            }
        }
    }
    // What both sides added, or added and moved, may be the same item.
    let new =
        |pairs: &[Option<usize>]| pairs.iter().enumerate().filter(|(_, pair)| pair.is_none()).map(|(at, _)| at).collect::<Vec<usize>>();
    let (new_ours, new_theirs) = (new(&in_ours), new(&in_theirs));
    let pairs = align::pair(&nodes(new_ours.iter().map(|at| &ours[*at])), &nodes(new_theirs.iter().map(|at| &theirs[*at])));
    let mut paired = BTreeSet::new();
    for (at, pair) in new_theirs.iter().zip(pairs) {
        places.push([None, pair.map(|pair| new_ours[pair]), Some(*at)]);
        paired.extend(pair);
    }
    places.extend(new_ours.iter().enumerate().filter(|(at, _)| !paired.contains(at)).map(|(_, at)| [None, Some(*at), None]));
    meet_replacements(&mut places);
    arrange(&places, [base, ours, theirs], true)
}

/// Puts the entries in the order of the result: the project's, what the road added behind what it stands behind there. Where
/// only the road changed the order, it is the other way round.
fn arrange<'a>(places: &[Places], children: [&'a [Child]; 3], list: bool) -> Option<Vec<Trio<'a>>> {
    let sequence = |side: usize| {
        let mut here: Vec<usize> = (0..places.len()).filter(|at| places[*at][side].is_some()).collect();
        here.sort_by_key(|at| places[*at][side]);
        here
    };
    let (ours, theirs) = (sequence(1), sequence(2));
    let moved = |side: usize| {
        let mut common: Vec<&Places> = places.iter().filter(|place| place[0].is_some() && place[side].is_some()).collect();
        common.sort_by_key(|place| place[0]);
        !common.is_sorted_by_key(|place| place[side])
    };
    let (we_moved, they_moved) = (moved(1), moved(2));
    let both: Vec<&usize> = ours.iter().filter(|at| places[**at][2].is_some()).collect();
    let agree = both.is_sorted_by_key(|at| places[**at][2]);
    if list && we_moved && they_moved && !agree && children[1].iter().any(|child| child.node.as_scalar().is_none()) {
        return None;
    }
    let order = if they_moved && !we_moved { weave(places, theirs, &ours, 2) } else { weave_ours(places, children, ours, &theirs) };
    Some(order.into_iter().map(|at| [0, 1, 2].map(|side| places[at][side].and_then(|place| children[side].get(place)))).collect())
}

/// Puts what only the road has among what the project has; by the alphabet where both are in its order.
fn weave_ours(places: &[Places], children: [&[Child]; 3], ours: Vec<usize>, theirs: &[usize]) -> Vec<usize> {
    let name = |at: usize| {
        let child = places[at][1].map(|place| &children[1][place]).or_else(|| places[at][2].map(|place| &children[2][place]));
        child.map_or_else(String::new, |child| if child.key.is_empty() { align::identity(&child.node) } else { child.key.clone() })
    };
    let sorted = |sequence: &[usize]| sequence.len() > 3 && sequence.is_sorted_by(|one, two| natural(&name(*one), &name(*two)).is_le());
    if theirs.iter().all(|at| places[*at][1].is_some()) || !sorted(&ours) || !sorted(theirs) {
        return weave(places, ours, theirs, 1);
    }
    let mut all = ours;
    all.extend(theirs.iter().filter(|at| places[**at][1].is_none()));
    all.sort_by(|one, two| natural(&name(*one), &name(*two)));
    all
}

/// Orders names as people do: numbers by their size, letters without case.
fn natural(one: &str, two: &str) -> Ordering {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let (mut one, mut two) = (one, two);
    loop {
        let (numbers_one, numbers_two) = (digits(one), digits(two));
        if numbers_one > 0 && numbers_two > 0 {
            let number = |digits: &str| digits.trim_start_matches('0').to_owned();
            let (size_one, size_two) = (number(&one[..numbers_one]), number(&two[..numbers_two]));
            let order = size_one.len().cmp(&size_two.len()).then_with(|| size_one.cmp(&size_two));
            if order != Ordering::Equal {
                return order;
            }
            (one, two) = (&one[numbers_one..], &two[numbers_two..]);
            continue;
        }
        let (mut rest_one, mut rest_two) = (one.chars(), two.chars());
        match (rest_one.next(), rest_two.next()) {
            (Some(letter_one), Some(letter_two)) => {
                let order = letter_one.to_ascii_lowercase().cmp(&letter_two.to_ascii_lowercase());
                if order != Ordering::Equal {
                    return order;
                }
            }
            (None, None) => return Ordering::Equal,
            (None, Some(_)) => return Ordering::Less,
            (Some(_), None) => return Ordering::Greater,
        }
        (one, two) = (rest_one.as_str(), rest_two.as_str());
    }
}

/// Puts what only `other` has into `order`, behind what it stands behind there, and behind what the side of `order` added.
fn weave(places: &[Places], mut order: Vec<usize>, other: &[usize], side: usize) -> Vec<usize> {
    let mut before: Option<usize> = None;
    for at in other {
        if places[*at][side].is_none() {
            let mut to = before.and_then(|before| order.iter().position(|there| *there == before)).map_or(0, |found| found + 1);
            let fresh = before.is_none_or(|before| places[before][side].is_some());
            while fresh && order.get(to).is_some_and(|there| places[*there][0].is_none() && places[*there][3 - side].is_none()) {
                to += 1;
            }
            order.insert(to, *at);
        }
        before = Some(*at);
    }
    order
}
