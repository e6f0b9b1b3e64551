//! How much of a text is looked at: what people write is shorter, and what follows is done once for every line (RELIABILITY A23).

/// Octets of a text: ten thousand words; a book is longer, a letter is not.
const LONGEST_TEXT: usize = 64 << 10;
/// Octets of a line: long paragraphs of prose stay whole, endless ones are broken.
const LONGEST_LINE: usize = 6 << 10;

/// A text no longer than what is looked at, with endless lines broken at a blank.
pub fn bounded(text: &str) -> String {
    let mut bounded = String::with_capacity(text.len().min(LONGEST_TEXT));
    for line in head(text, LONGEST_TEXT).split_inclusive('\n') {
        let mut rest = line;
        while rest.len() > LONGEST_LINE {
            let first = head(rest, LONGEST_LINE);
            let end = first.rfind(char::is_whitespace).filter(|end| *end > LONGEST_LINE / 2).unwrap_or(first.len());
            let (piece, after) = rest.split_at_checked(end).unwrap_or((rest, ""));
            bounded.push_str(piece);
            bounded.push('\n');
            rest = after.trim_start_matches(' ');
        }
        bounded.push_str(rest);
    }
    bounded
}

/// The beginning, no longer than so many octets and never half a character.
fn head(text: &str, most: usize) -> &str {
    let end = (0..=most.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or(0);
    text.get(..end).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::{LONGEST_LINE, LONGEST_TEXT, bounded};

    #[test]
    fn letters_stay_as_they_are_and_floods_do_not() {
        let letter = "Dear all,\r\n\r\nplease find our expert.\n";
        let flood = bounded(&"专家 x".repeat(200_000));

        assert_eq!(bounded(letter), letter);
        assert!(flood.len() <= LONGEST_TEXT + 100 && flood.lines().all(|line| line.len() <= LONGEST_LINE));
    }
}
