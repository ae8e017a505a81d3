//! Pairwise combinations: few rows in which every pair of values of two factors stands together at least once.
//!
//! Greedy, after the one-row-at-a-time method of D. M. Cohen, S. R. Dalal, M. L. Fredman and G. C. Patton, "The AETG system:
//! an approach to testing based on combinatorial design", IEEE Transactions on Software Engineering 23(7), 1997; without
//! chance, so the same factors give the same rows on every machine.

use std::collections::BTreeSet;

/// How many starts of a row are tried; the row that covers most is taken.
const TRIED: usize = 12;
/// How many orders of the factors are tried; the one with the fewest rows is taken.
const ORDERS: usize = 12;
/// With more pairs than this, one order has to do.
const FEW_PAIRS: usize = 4_000;
/// More pairs than this are not worked out.
pub const MOST_PAIRS: usize = 200_000;

/// A pair of values: factor, value, a later factor, its value.
type Pair = (usize, usize, usize, usize);

/// Returns how many pairs the factors have; `sizes` says how many values each has.
pub fn pairs(sizes: &[usize]) -> usize {
    let mut count: usize = 0;
    for (at, one) in sizes.iter().enumerate() {
        for other in &sizes[at + 1..] {
            count = count.saturating_add(one.saturating_mul(*other));
        }
    }
    count
}

/// Returns the rows: for each factor the number of its value. Each value of each factor is in a row, also of a single
/// factor. The first row has the first value of each. Nothing where a factor has no value, or there are too many pairs.
pub fn rows(sizes: &[usize]) -> Option<Vec<Vec<usize>>> {
    if sizes.contains(&0) || pairs(sizes) > MOST_PAIRS {
        return None;
    }
    if let [only] = sizes {
        return Some((0..*only).map(|value| vec![value]).collect());
    }
    let mut all: BTreeSet<Pair> = BTreeSet::new();
    for a in 0..sizes.len() {
        for b in a + 1..sizes.len() {
            all.extend((0..sizes[a]).flat_map(|x| (0..sizes[b]).map(move |y| (a, x, b, y))));
        }
    }
    let orders = if all.len() > FEW_PAIRS { 1 } else { ORDERS };
    (0..orders).map(|turn| in_order(sizes, all.clone(), turn)).min_by_key(Vec::len)
}

/// Makes rows until none of the pairs is open. `turn` says which factor comes first of those that are as large.
fn in_order(sizes: &[usize], mut open: BTreeSet<Pair>, turn: usize) -> Vec<Vec<usize>> {
    let mut rows = vec![vec![0; sizes.len()]];
    cover(&mut open, &rows[0]);
    while !open.is_empty() {
        let starts: Vec<Pair> = open.iter().step_by((open.len() / TRIED).max(1)).take(TRIED).copied().collect();
        let mut best: Option<(usize, Vec<usize>)> = None;
        for start in starts {
            let row = fill(sizes, start, &open, turn);
            let gain = covered(&open, &row);
            if best.as_ref().is_none_or(|(most, _)| gain > *most) {
                best = Some((gain, row));
            }
        }
        let Some((_, row)) = best else { break };
        cover(&mut open, &row);
        rows.push(row);
    }
    rows
}

/// Makes a row around a pair: each other factor gets the value that covers most with those that have one.
fn fill(sizes: &[usize], start: Pair, open: &BTreeSet<Pair>, turn: usize) -> Vec<usize> {
    let mut row: Vec<Option<usize>> = vec![None; sizes.len()];
    row[start.0] = Some(start.1);
    row[start.2] = Some(start.3);
    let mut order: Vec<usize> = (0..sizes.len()).filter(|factor| row[*factor].is_none()).collect();
    let ahead = turn.checked_rem(order.len()).unwrap_or_default();
    order.rotate_left(ahead);
    order.sort_by_key(|factor| std::cmp::Reverse(sizes[*factor]));
    for factor in order {
        let gain = |value: usize| {
            let known = row.iter().enumerate().filter_map(|(other, chosen)| chosen.map(|chosen| (other, chosen)));
            known.filter(|(other, chosen)| open.contains(&ordered(factor, value, *other, *chosen))).count()
        };
        // Of values that cover as much, the first stays.
        row[factor] = (0..sizes[factor]).max_by_key(|value| (gain(*value), std::cmp::Reverse(*value)));
    }
    row.into_iter().map(Option::unwrap_or_default).collect()
}

fn ordered(a: usize, x: usize, b: usize, y: usize) -> Pair {
    if a < b { (a, x, b, y) } else { (b, y, a, x) }
}

fn of_row(row: &[usize]) -> impl Iterator<Item = Pair> {
    (0..row.len()).flat_map(move |a| (a + 1..row.len()).map(move |b| (a, row[a], b, row[b])))
}

fn covered(open: &BTreeSet<Pair>, row: &[usize]) -> usize {
    of_row(row).filter(|pair| open.contains(pair)).count()
}

fn cover(open: &mut BTreeSet<Pair>, row: &[usize]) {
    for pair in of_row(row) {
        open.remove(&pair);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(sizes: &[usize]) -> usize {
        let rows = rows(sizes).unwrap();
        for a in 0..sizes.len() {
            for b in a + 1..sizes.len() {
                for x in 0..sizes[a] {
                    for y in 0..sizes[b] {
                        assert!(rows.iter().any(|row| row[a] == x && row[b] == y), "{sizes:?}: {a}={x} {b}={y}");
                    }
                }
            }
        }
        assert_eq!(Some(&rows), super::rows(sizes).as_ref());
        assert!(sizes.is_empty() || rows[0].iter().all(|value| *value == 0));
        rows.len()
    }

    #[test]
    fn covers_every_pair_with_few_rows() {
        // The least that any set of rows can have is the product of the two largest factors.
        for (sizes, most) in [
            (&[][..], 1),
            (&[4][..], 4),
            (&[2, 2, 2][..], 4),
            (&[3, 3, 3, 3][..], 11),
            (&[2; 10][..], 10),
            (&[3, 2, 3, 4, 4, 4, 4, 4, 5][..], 30),
            (&[1, 1, 3][..], 3),
        ] {
            let found = check(sizes);
            assert!(found <= most, "{sizes:?}: {found} rows");
        }
    }

    #[test]
    fn refuses_what_it_cannot_do() {
        assert_eq!(rows(&[2, 0]), None);
        assert_eq!(rows(&[1000, 1000]), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn covers_whatever_the_factors(sizes in proptest::collection::vec(1usize..5, 0..7)) {
            check(&sizes);
        }
    }
}
