//! Names that are one, misspelt.

/// Letters by which a misspelt name differs from the right one at most.
const SLIPS: usize = 3;

/// Whether one name is the other misspelt: as many words, and few letters that differ.
pub(super) fn is_misspelt(a: &str, b: &str) -> bool {
    let letters =
        |name: &str| super::latin::latin(name).map(|text| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
    let (Some(a), Some(b)) = (letters(a), letters(b)) else { return false };
    if a.len() != b.len() || a == b || a.len() < 2 {
        return false;
    }
    let slips: Vec<usize> = a.iter().zip(&b).map(|(a, b)| distance(a, b)).collect();
    let each_fits = slips.iter().zip(&a).all(|(slips, word)| *slips * 2 < word.chars().count().max(2));
    each_fits && slips.iter().sum::<usize>() <= SLIPS
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (at, c) in a.chars().enumerate() {
        let mut diagonal = at;
        let mut left = at + 1;
        for (other, place) in b.iter().zip(row.iter_mut().skip(1)) {
            let above = *place;
            let cost = diagonal + usize::from(c != *other);
            *place = cost.min(above + 1).min(left + 1);
            diagonal = above;
            left = *place;
        }
    }
    row.last().copied().unwrap_or(0).max(a.chars().count().abs_diff(b.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_is_the_same_person_and_another_is_not() {
        assert!(is_misspelt("Jorgen Tunes-Vik", "Jørgen Thunæs-Viik"));
        assert!(is_misspelt("Carl Berg", "Karl Berg"));
        assert!(!is_misspelt("Jane Roe", "Tom Poe"));
        assert!(!is_misspelt("Jane Roe", "Jane Roe"));
        assert!(!is_misspelt("Anna Berg", "Karl Berg"));
    }
}
