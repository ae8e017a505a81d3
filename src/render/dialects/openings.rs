//! Where the delimiters of templates open, in time that grows with the text alone.

/// Finds the next of several texts; each part of the source is searched once for each.
pub(crate) struct Openings<'a> {
    source: &'a str,
    wanted: Vec<&'a str>,
    found: Vec<Option<usize>>,
}

impl<'a> Openings<'a> {
    /// Prepares to search `source`.
    pub(crate) fn new(source: &'a str, wanted: &[&'a str]) -> Self {
        let found = wanted.iter().map(|wanted| source.find(wanted)).collect();
        Self { source, wanted: wanted.to_vec(), found }
    }

    /// Returns the first one at or after `from`, with its number; the longest where several begin at one place. `from` never
    /// goes back.
    pub(crate) fn next(&mut self, from: usize) -> Option<(usize, usize)> {
        for (wanted, found) in self.wanted.iter().zip(&mut self.found) {
            if found.is_some_and(|at| at < from) {
                *found = self.source[from..].find(wanted).map(|at| from + at);
            }
        }
        let longest_first = |number: usize| std::cmp::Reverse(self.wanted.get(number).map_or(0, |wanted| wanted.len()));
        let found = self.found.iter().enumerate().filter_map(|(number, at)| Some(((*at)?, number)));
        found.min_by_key(|(at, number)| (*at, longest_first(*number), *number))
    }
}
