//! What patterns for folded text find, as it was written.

use crate::pattern::PatternList;
use crate::vocabulary::words::fold;

/// Folded text, and where each of its characters stands in the text as written.
struct Folded {
    text: String,
    /// For every octet of `text`, the octet of the original.
    places: Vec<usize>,
}

impl Folded {
    fn of(original: &str) -> Folded {
        let (mut text, mut places) = (String::new(), Vec::new());
        let mut buffer = [0_u8; 4];
        for (at, c) in original.char_indices() {
            let folded = fold(c.encode_utf8(&mut buffer));
            places.extend(std::iter::repeat_n(at, folded.len()));
            text.push_str(&folded);
        }
        places.push(original.len());
        Folded { text, places }
    }

    fn original(&self, at: usize) -> usize {
        self.places.get(at).or(self.places.last()).copied().unwrap_or(0)
    }
}

/// What a pattern's first group (else what stands behind its match) is in the text as written.
pub(super) fn phrases<'a>(patterns: &PatternList, text: &'a str) -> Vec<&'a str> {
    let folded = Folded::of(text);
    let mut found: Vec<(usize, &str)> = Vec::new();
    for pattern in patterns.candidates(&folded.text) {
        for captures in pattern.captures_iter(&folded.text) {
            let Some(whole) = captures.get(0) else { continue };
            let (from, to) = captures.get(1).map_or((whole.end(), folded.text.len()), |group| (group.start(), group.end()));
            if let Some(words) = text.get(folded.original(from)..folded.original(to)) {
                found.push((whole.start(), words.trim()));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, words)| words).collect()
}

/// What a pattern's two groups are in the text as written.
pub(super) fn pairs<'a>(patterns: &PatternList, text: &'a str) -> Vec<[&'a str; 2]> {
    let folded = Folded::of(text);
    let mut found: Vec<(usize, [&str; 2])> = Vec::new();
    for pattern in patterns.candidates(&folded.text) {
        for captures in pattern.captures_iter(&folded.text) {
            let group = |index: usize| {
                let group = captures.get(index)?;
                text.get(folded.original(group.start())..folded.original(group.end())).map(str::trim)
            };
            if let (Some(whole), Some(first), Some(second)) = (captures.get(0), group(1), group(2)) {
                found.push((whole.start(), [first, second]));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, groups)| groups).collect()
}
