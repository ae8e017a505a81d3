//! Where entries and the lines between them stand in the result: the project's order, with what the road moved, added or
//! took away worked in at the place that it has there.

use std::collections::{HashMap, HashSet};

use super::sequence::{Region, align, regions};
use super::{ALREADY_THERE, BOTH_ADDED, Decision, Format, Item, NEIGHBOURS, Place, SORTED, Three};
use crate::merge::rule::Rule;

/// How large a region may be that both sides changed, as the product of its sides.
const PAIRS: usize = 4_000_000;
/// How many pairs of entries are compared by their text.
const COMPARED: usize = 100_000;

/// The order of the result, and what was settled to reach it.
pub(super) struct Layout {
    pub(super) places: Vec<Place>,
    /// The place, the rule and what it did.
    pub(super) settled: Vec<(usize, &'static Rule, String)>,
}

/// Entries compare by key, what stands between by text.
type Token<'a> = (bool, &'a str);

fn token(item: &Item) -> Token<'_> {
    item.key.as_deref().map_or((false, item.value.as_str()), |key| (true, key))
}

fn tokens(items: &[Item]) -> Vec<Token<'_>> {
    items.iter().map(token).collect()
}

/// Lays out the result; nothing where the orders contradict each other.
pub(super) fn places(format: &Format<'_>, three: &Three) -> Option<Layout> {
    let (base, ours, theirs) = (tokens(&three.base), tokens(&three.ours), tokens(&three.theirs));
    let regions = regions(&base, &ours, &theirs)?;
    if let Some(layout) = sorted_by_road(format, three) {
        return Some(layout);
    }
    let homes = Homes::new(three, &regions);
    let mut layout = Layout { places: Vec::new(), settled: Vec::new() };
    for region in &regions {
        let (b, o, t) = (&base[region.base.clone()], &ours[region.ours.clone()], &theirs[region.theirs.clone()]);
        let weave = Weave { format, three, homes: &homes, region };
        if region.stable {
            layout.places.extend(weave.of_all());
        } else if b == t || o == t {
            layout.places.extend(weave.of_ours(&HashSet::new()));
        } else if b == o && weave.lost_ours() == 0 {
            layout.places.extend(weave.of_theirs());
        } else {
            weave.both(&mut layout)?;
        }
    }
    let keys = || layout.places.iter().filter_map(|place| if let Place::Key(key) = place { Some(key) } else { None });
    let once: HashSet<&String> = keys().collect();
    let present = three.decisions.values().filter(|decision| !matches!(decision, Decision::Absent)).count();
    (once.len() == keys().count() && once.len() == present).then_some(layout)
}

/// Lays out a list that the road sorted, and that the project had left unsorted.
fn sorted_by_road(format: &Format<'_>, three: &Three) -> Option<Layout> {
    let keys = |items: &[Item]| items.iter().filter_map(|item| item.key.clone()).collect::<Vec<_>>();
    let bare = [&three.ours, &three.theirs].iter().all(|side| side.iter().all(|item| item.key.is_some() || item.value.is_empty()));
    let (base, ours, theirs) = (keys(&three.base), keys(&three.ours), keys(&three.theirs));
    if !format.may_sort || !bare || base.len() < 3 || base.is_sorted() || ours.is_sorted() || !theirs.is_sorted() {
        return None;
    }
    let mut keys: Vec<&String> =
        three.decisions.iter().filter(|(_, decision)| !matches!(decision, Decision::Absent)).map(|(key, _)| key).collect();
    keys.sort();
    let lead = three.theirs.iter().take_while(|item| item.key.is_none()).map(|item| Place::Between(item.text.clone()));
    let places: Vec<Place> = lead.chain(keys.into_iter().map(|key| Place::Key(key.clone()))).collect();
    Some(Layout { places, settled: vec![(0, &SORTED, "all entries stand in the order that the road gave them".to_owned())] })
}

/// Which side says where a key stands.
struct Homes<'a> {
    theirs: HashSet<&'a str>,
    decisions: &'a HashMap<String, Decision>,
}

impl<'a> Homes<'a> {
    fn new(three: &'a Three, regions: &[Region]) -> Self {
        // The region of each key on each side: a key in another one than in the base was moved.
        let place = |items: &'a [Item], range: fn(&Region) -> std::ops::Range<usize>| {
            let mut found: HashMap<&'a str, usize> = HashMap::new();
            for (number, region) in regions.iter().enumerate() {
                for key in items[range(region)].iter().filter_map(|item| item.key.as_deref()) {
                    found.insert(key, number);
                }
            }
            found
        };
        let base = place(&three.base, |region| region.base.clone());
        let ours = place(&three.ours, |region| region.ours.clone());
        let theirs = place(&three.theirs, |region| region.theirs.clone());
        let moved = |key: &str, to: Option<&usize>| base.get(key).is_some_and(|from| Some(from) != to);
        let theirs = theirs
            .iter()
            .filter(|(key, at)| match ours.get(**key) {
                None => true,
                Some(here) => moved(key, Some(at)) && !moved(key, Some(here)),
            })
            .map(|(key, _)| *key)
            .collect();
        Self { theirs, decisions: &three.decisions }
    }

    fn is_present(&self, key: &str) -> bool {
        self.decisions.get(key).is_some_and(|decision| !matches!(decision, Decision::Absent))
    }
}

/// One region that is not the same on all sides.
struct Weave<'a> {
    format: &'a Format<'a>,
    three: &'a Three,
    homes: &'a Homes<'a>,
    region: &'a Region,
}

impl Weave<'_> {
    fn base(&self) -> &[Item] {
        &self.three.base[self.region.base.clone()]
    }

    fn ours(&self) -> &[Item] {
        &self.three.ours[self.region.ours.clone()]
    }

    fn theirs(&self) -> &[Item] {
        &self.three.theirs[self.region.theirs.clone()]
    }

    /// Items that all three sides have, written as the side that changed it writes them.
    fn of_all(&self) -> Vec<Place> {
        let sides = self.base().iter().zip(self.ours()).zip(self.theirs());
        let places = sides.filter_map(|((base, ours), theirs)| match &ours.key {
            Some(key) => self.homes.is_present(key).then(|| Place::Key(key.clone())),
            None => Some(Place::Between(if base.text == ours.text { &theirs.text } else { &ours.text }.clone())),
        });
        places.collect()
    }

    /// The project's items that stay here, without comments that the road took away.
    fn of_ours(&self, gone: &HashSet<&str>) -> Vec<Place> {
        let mut places = self.all_of_ours(gone);
        places.retain(|place| self.stays(place));
        places
    }

    /// As `of_ours`, with what goes away: it shows where the road put something in its place.
    fn all_of_ours(&self, gone: &HashSet<&str>) -> Vec<Place> {
        let places = self.ours().iter().filter_map(|item| match &item.key {
            Some(key) => (!self.homes.theirs.contains(key.as_str())).then(|| Place::Key(key.clone())),
            None => (item.value.is_empty() || !gone.contains(item.value.as_str())).then(|| Place::Between(item.text.clone())),
        });
        places.collect()
    }

    fn stays(&self, place: &Place) -> bool {
        match place {
            Place::Key(key) => self.homes.is_present(key),
            Place::Between(_) => true,
        }
    }

    /// The road's items, where the project left the region alone.
    fn of_theirs(&self) -> Vec<Place> {
        let here: HashSet<&str> = self.ours().iter().filter_map(|item| item.key.as_deref()).collect();
        let places = self.theirs().iter().filter_map(|item| match &item.key {
            Some(key) => {
                let placed = self.homes.theirs.contains(key.as_str()) || here.contains(key.as_str());
                (placed && self.homes.is_present(key)).then(|| Place::Key(key.clone()))
            }
            None => Some(Place::Between(item.text.clone())),
        });
        places.collect()
    }

    /// How many entries of the project stay here that the road has no longer here.
    fn lost_ours(&self) -> usize {
        let theirs: HashSet<&str> = self.theirs().iter().filter_map(|item| item.key.as_deref()).collect();
        let keys = self.ours().iter().filter_map(|item| item.key.as_deref());
        keys.filter(|key| !theirs.contains(key) && self.homes.is_present(key) && !self.homes.theirs.contains(key)).count()
    }

    /// Works the road's changes into the project's items.
    fn both(&self, layout: &mut Layout) -> Option<()> {
        let comments = |items: &[Item]| -> HashSet<String> {
            items.iter().filter(|item| item.key.is_none() && !item.value.is_empty()).map(|item| item.value.clone()).collect()
        };
        let (base, ours, theirs) = (comments(self.base()), comments(self.ours()), comments(self.theirs()));
        if self.ours().len() * self.theirs().len() > PAIRS {
            return None;
        }
        let both_rewrote = base.iter().any(|comment| !ours.contains(comment) && !theirs.contains(comment))
            && ours.difference(&theirs).any(|comment| !base.contains(comment))
            && theirs.difference(&ours).any(|comment| !base.contains(comment));
        if both_rewrote {
            return None;
        }
        self.nobody_edited_what_the_other_removed().then_some(())?;
        let gone: HashSet<&str> = base.difference(&theirs).map(String::as_str).collect();
        let mut list = self.all_of_ours(&gone);
        let is_new = |comment: &str| !base.contains(comment) && !ours.contains(comment);
        let added = self.work_in(&mut list, &is_new);
        list.retain(|place| self.stays(place));
        let from = layout.places.len();
        let known: HashSet<&str> = self.three.base.iter().filter_map(|item| item.key.as_deref()).collect();
        let mine: Vec<&Item> = self.ours().iter().filter(|item| item.key.as_deref().is_some_and(|key| !known.contains(key))).collect();
        let theirs: Vec<&Item> = self.theirs().iter().filter(|item| item.key.as_ref().is_some_and(|key| added.contains(key))).collect();
        if self.any_akin(&mine, &theirs) || theirs.iter().any(|item| self.is_homeless(item)) {
            return None;
        }
        let names = |items: &[&Item]| items.iter().map(|item| format!("`{}`", item.label)).collect::<Vec<_>>().join(", ");
        let at = list.iter().position(|place| matches!(place, Place::Key(key) if added.contains(key))).unwrap_or(0);
        if !mine.is_empty() && !theirs.is_empty() {
            layout.settled.push((from + at, &BOTH_ADDED, format!("{} of the road stand beside {} of yours", names(&theirs), names(&mine))));
        } else {
            let (rule, what) = if list == self.of_ours(&HashSet::new()) && list.len() == self.ours().len() {
                (&ALREADY_THERE, "what the road changed is there already".to_owned())
            } else if theirs.is_empty() {
                (&NEIGHBOURS, "changes of both sides stand side by side".to_owned())
            } else {
                (&NEIGHBOURS, format!("{} of the road stands beside your change", names(&theirs)))
            };
            layout.settled.push((from + at, rule, what));
        }
        layout.places.extend(list);
        Some(())
    }

    /// Whether no side put something in the place of what both took away, as far as names tell.
    fn nobody_edited_what_the_other_removed(&self) -> bool {
        let keys = |items: &[Item]| items.iter().filter_map(|item| item.key.clone()).collect::<HashSet<_>>();
        let (base, ours, theirs) = (keys(self.base()), keys(self.ours()), keys(self.theirs()));
        let is_gone = |key: &String| !ours.contains(key) && !theirs.contains(key);
        let gone = self.base().iter().filter(|item| item.key.as_ref().is_some_and(is_gone));
        let new = self
            .ours()
            .iter()
            .chain(self.theirs())
            .filter(|item| item.key.as_ref().is_some_and(|key| !(base.contains(key) || ours.contains(key) && theirs.contains(key))));
        !self.any_akin(&gone.collect::<Vec<_>>(), &new.collect::<Vec<_>>())
    }

    /// Whether an entry of one list may be what became of one of the other; also where there are too many to tell.
    fn any_akin(&self, some: &[&Item], others: &[&Item]) -> bool {
        let akin = |one: &&Item| others.iter().any(|other| (self.format.akin)(one, other));
        some.len() * others.len() > COMPARED || some.iter().any(akin)
    }

    /// Whether all that stood beside a new entry of the road was taken away by the project.
    fn is_homeless(&self, item: &Item) -> bool {
        let Some(at) = self.theirs().iter().position(|there| there == item) else { return false };
        let at = self.region.theirs.start + at;
        let base: HashSet<&str> = self.base().iter().filter_map(|item| item.key.as_deref()).collect();
        let here: HashSet<&str> = self.ours().iter().filter_map(|item| item.key.as_deref()).collect();
        let known = |item: &Item| item.key.as_deref().filter(|key| base.contains(key)).map(|key| here.contains(key));
        let before = self.three.theirs[..at].iter().rev().take_while(|item| item.key.is_some()).find_map(known);
        let after = self.three.theirs[at + 1..].iter().take_while(|item| item.key.is_some()).find_map(known);
        before.or(after).is_some() && before != Some(true) && after != Some(true)
    }

    /// The road's items, with those that it took out of the base before what it put in their place.
    fn road_with_gone(&self) -> Vec<(&Item, bool)> {
        let (base, theirs) = (tokens(self.base()), tokens(self.theirs()));
        let found = align(&base, &theirs);
        let mut next = 0;
        let mut all = Vec::new();
        for (item, from) in self.theirs().iter().zip(found) {
            // Those before the next common one come now; those in between are gone.
            let until = from.unwrap_or_else(|| (next..base.len()).find(|at| theirs.contains(&base[*at])).unwrap_or(base.len()));
            all.extend(self.base()[next..until.max(next)].iter().map(|item| (item, true)));
            all.push((item, false));
            next = from.map_or(until.max(next), |from| from + 1);
        }
        all.extend(self.base()[next.min(base.len())..].iter().map(|item| (item, true)));
        all
    }

    /// Puts the road's new entries and comments into a list. Returns the keys that it put there.
    fn work_in(&self, list: &mut Vec<Place>, is_new: &dyn Fn(&str) -> bool) -> HashSet<String> {
        let all = self.road_with_gone();
        let mut added = HashSet::new();
        let mut cursor = None;
        let mut lead: Vec<Place> = Vec::new();
        for (number, (item, is_gone)) in all.iter().enumerate() {
            if let Some(key) =
                item.key.as_ref().filter(|key| !is_gone && self.homes.theirs.contains(key.as_str()) && self.homes.is_present(key))
            {
                let group: Vec<Place> = lead.drain(..).chain([Place::Key(key.clone())]).collect();
                let at = cursor.unwrap_or_else(|| self.gap(list, &all, number));
                let at = if group.len() == 1 { self.sorted_place(list, key).unwrap_or(at) } else { at };
                cursor = Some(at + group.len());
                list.splice(at..at, group);
                added.insert(key.clone());
            } else if !is_gone && item.key.is_none() && (item.value.is_empty() || is_new(&item.value)) {
                lead.push(Place::Between(item.text.clone()));
            } else {
                let group = with_words(&mut lead);
                if !group.is_empty() {
                    let at = cursor.unwrap_or_else(|| self.gap(list, &all, number));
                    list.splice(at..at, group);
                }
                cursor = None;
            }
        }
        let group = with_words(&mut lead);
        if !group.is_empty() {
            let at = cursor.unwrap_or_else(|| self.gap(list, &all, all.len()));
            list.splice(at..at, group);
        }
        added
    }

    /// Returns where in a list something belongs that the road has before item `number`.
    ///
    /// What the project added at the same place comes first, except where the road stands on the other side of what the
    /// project took away, or put something in the place of an entry.
    fn gap(&self, list: &[Place], all: &[(&Item, bool)], number: usize) -> usize {
        let mut places: HashMap<Token<'_>, usize> = HashMap::new();
        for (at, place) in list.iter().enumerate() {
            let token = match place {
                Place::Key(key) => (true, key.as_str()),
                Place::Between(text) => (false, text.trim()),
            };
            places.entry(token).or_insert(at);
        }
        places.remove(&(false, ""));
        let base: HashSet<Token<'_>> = self.base().iter().map(token).collect();
        let place = |item: &(&Item, bool)| places.get(&token(item.0)).copied();
        let is_missing = |item: &(&Item, bool)| base.contains(&token(item.0)) && place(item).is_none();
        let (done, to_come) = all.split_at(number.min(all.len()));
        let before = done.iter().rposition(|item| place(item).is_some());
        let after = to_come.iter().position(|item| place(item).is_some());
        let lost_before = done[before.map_or(0, |at| at + 1)..].iter().any(is_missing);
        let lost_after = to_come[..after.unwrap_or(to_come.len())].iter().any(is_missing);
        let replaces = before.is_some_and(|at| done[at].1);
        let low = before.and_then(|at| place(&done[at])).map_or(0, |at| at + 1);
        let high = after.and_then(|at| place(&to_come[at])).unwrap_or(list.len());
        if !lost_before && (lost_after || replaces) { low } else { high.max(low) }
    }

    /// Returns where a key belongs in a list that is sorted together with its neighbours.
    fn sorted_place(&self, list: &[Place], key: &str) -> Option<usize> {
        let run = |items: &mut dyn Iterator<Item = &Item>| items.map_while(|item| item.key.clone()).take(8).collect::<Vec<_>>();
        let mut before = run(&mut self.three.ours[..self.region.ours.start].iter().rev());
        before.reverse();
        let after = run(&mut self.three.ours[self.region.ours.end..].iter());
        let inside: Option<Vec<String>> =
            list.iter().map(|place| if let Place::Key(key) = place { Some(key.clone()) } else { None }).collect();
        let inside = inside?;
        let all: Vec<&String> = before.iter().chain(&inside).chain(&after).collect();
        let fits = all.len() >= 2
            && all.is_sorted()
            && before.last().is_none_or(|last| last.as_str() < key)
            && after.first().is_none_or(|first| first.as_str() > key);
        fits.then(|| inside.iter().position(|there| there.as_str() > key).unwrap_or(inside.len()))
    }
}

/// Empties a list of lines between entries; returns them if there is a comment among them, else none.
fn with_words(lead: &mut Vec<Place>) -> Vec<Place> {
    let all = std::mem::take(lead);
    let words = all.iter().any(|place| matches!(place, Place::Between(text) if !text.trim().is_empty()));
    if words { all } else { Vec::new() }
}
