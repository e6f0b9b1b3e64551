//! Text as it stands on paper to text as it is read: Arabic and Hebrew run from the right, and PDF keeps what is drawn.

use unicode_normalization::UnicodeNormalization;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Class {
    Right,
    Left,
    Digit,
    Neutral,
}

fn class(text: &str) -> Class {
    let strong = text.chars().find(|c| c.is_alphanumeric());
    match strong {
        Some(c) if is_right(c) && !is_arabic_digit(c) => Class::Right,
        Some(c) if c.is_numeric() || is_arabic_digit(c) => Class::Digit,
        Some(_) => Class::Left,
        None => Class::Neutral,
    }
}

fn is_right(c: char) -> bool {
    matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}')
}

fn is_arabic_digit(c: char) -> bool {
    matches!(c, '\u{660}'..='\u{669}' | '\u{6f0}'..='\u{6f9}')
}

/// Where reading begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// At the right, leftwards.
    Right,
    /// At the left.
    Left,
}

/// Where a line is read from: the side that most of its letters are.
pub(super) fn direction<'a>(parts: impl Iterator<Item = &'a String>) -> Direction {
    let mut balance = 0_i64;
    for c in parts.flat_map(|part| part.chars()).filter(|c| c.is_alphabetic()) {
        balance += if is_right(c) { 1 } else { -1 };
    }
    if balance > 0 { Direction::Right } else { Direction::Left }
}

/// The parts of a line, from left to right as drawn, in the order of reading.
pub(super) fn logical(parts: Vec<String>, line: Direction) -> String {
    let mut parts: Vec<(Class, String)> =
        parts.into_iter().map(|part| plain(&part)).filter(|part| !part.is_empty()).map(|part| (class(&part), part)).collect();
    if line == Direction::Right {
        turn_left_runs(&mut parts);
        parts.reverse();
        mirror(&mut parts);
    } else {
        turn_right_runs(&mut parts);
    }
    let text: String = parts.iter().map(|(_, part)| part.as_str()).collect();
    let text = if parts.iter().any(|(class, _)| *class == Class::Right) { mend_lam_alef(&text) } else { text };
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// In a line that reads from the right, what reads from the left is turned beforehand, so that it survives the turning.
fn turn_left_runs(parts: &mut [(Class, String)]) {
    let mut at = 0;
    while at < parts.len() {
        let Some((Class::Left | Class::Digit, _)) = parts.get(at) else {
            at += 1;
            continue;
        };
        let mut end = at + 1;
        let mut probe = end;
        let mut first = parts.get(at).map_or(Class::Digit, |(class, _)| *class);
        while let Some((class, text)) = parts.get(probe) {
            match class {
                Class::Right => break,
                Class::Left | Class::Digit => {
                    let between = parts.get(end..probe).unwrap_or_default();
                    if !joins(between, first) {
                        break;
                    }
                    if *class == Class::Left {
                        first = Class::Left;
                    }
                    end = probe + 1;
                }
                Class::Neutral if text.trim().is_empty() && first != Class::Left => break,
                Class::Neutral => {}
            }
            probe += 1;
        }
        if let Some(run) = parts.get_mut(at..end) {
            run.reverse();
        }
        at = end;
    }
}

/// What stands between two left-to-right parts joins them: nothing, anything behind a letter, one mark between digits
/// (rules N1, W4 and W7 of the Unicode bidirectional algorithm).
fn joins(between: &[(Class, String)], before: Class) -> bool {
    match between {
        [] => true,
        _ if before == Class::Left => true,
        [(_, mark)] => matches!(mark.as_str(), "." | "," | ":" | "/" | "-" | "+" | "\u{a0}"),
        _ => false,
    }
}

fn turn_right_runs(parts: &mut [(Class, String)]) {
    let mut at = 0;
    while at < parts.len() {
        if !parts.get(at).is_some_and(|(class, _)| *class == Class::Right) {
            at += 1;
            continue;
        }
        let rest = parts.get(at..).unwrap_or_default();
        let length = rest.iter().take_while(|(class, _)| matches!(class, Class::Right | Class::Neutral)).count();
        let last = rest.iter().take(length).rposition(|(class, _)| *class == Class::Right).unwrap_or(0);
        if let Some(run) = parts.get_mut(at..=at + last) {
            run.reverse();
        }
        at += last + 1;
    }
}

/// Brackets that were drawn mirrored: the first of them closes.
fn mirror(parts: &mut [(Class, String)]) {
    const PAIRS: &[(&str, &str)] = &[("(", ")"), ("[", "]"), ("«", "»"), ("<", ">")];
    for (open, close) in PAIRS {
        let first = parts.iter().map(|(_, part)| part.as_str()).find(|part| part == open || part == close);
        if first != Some(*close) {
            continue;
        }
        for (_, part) in parts.iter_mut() {
            if part == open {
                part.clear();
                part.push_str(close);
            } else if part == close {
                part.clear();
                part.push_str(open);
            }
        }
    }
}

/// Letters for their shapes: ligatures, presentation forms, wide forms, radicals; the rest is left as written (№ stays №).
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars() {
        match c {
            '\u{fb00}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{2e80}'..='\u{2fdf}' | '\u{f900}'..='\u{faff}' => {
                plain.extend(std::iter::once(c).nfkc());
            }
            '\u{a0}' | '\u{2007}' | '\u{202f}' => plain.push(' '),
            // Soft hyphens, joiners, marks of direction and stretching strokes are not letters.
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{640}' | '\u{feff}' => {}
            c if c.is_control() => plain.push(' '),
            c => plain.push(c),
        }
    }
    plain
}

/// Lam and alef are drawn as one shape, and many programs write its two letters down in the wrong order: `االتصاالت`.
/// Two alefs with a lam behind them occur in no word.
fn mend_lam_alef(text: &str) -> String {
    let mut text = text.to_owned();
    for (wrong, right) in [("اال", "الا"), ("األ", "الأ"), ("اإل", "الإ"), ("اآل", "الآ")] {
        text = text.replace(wrong, right);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{Direction, direction, logical};

    fn parts(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn arabic_drawn_from_the_left_is_read_from_the_right() {
        let drawn = parts(&"الموعد: 30/09/2012 للجنة SG 17".chars().rev().collect::<String>());
        let drawn: Vec<String> = {
            let text: String = drawn.concat().replace("2102/90/03", "30/09/2012").replace("71 GS", "SG 17");
            parts(&text)
        };

        assert_eq!(direction(drawn.iter()), Direction::Right);
        assert_eq!(logical(drawn, Direction::Right), "الموعد: 30/09/2012 للجنة SG 17");
    }

    #[test]
    fn a_word_of_arabic_in_an_english_line_is_turned() {
        let drawn: String = format!("Name: {} (Cairo)", "منى حسن".chars().rev().collect::<String>());

        assert_eq!(logical(parts(&drawn), Direction::Left), "Name: منى حسن (Cairo)");
    }

    #[test]
    fn lam_alef_and_shapes_are_mended() {
        assert_eq!(logical(vec!["االتصاالت".to_owned()], Direction::Right), "الاتصالات");
        assert_eq!(logical(vec!["\u{fefb}".to_owned(), "ﬁ".to_owned()], Direction::Left), "لاfi");
    }

    #[test]
    fn a_telephone_number_in_groups_keeps_their_order() {
        let drawn: Vec<String> = ["5853", " ", "730", " ", "22", " ", "+41"].map(str::to_owned).to_vec();
        let line = ["5853 730 22 41+ "].concat();
        let drawn =
            if drawn.is_empty() { drawn } else { parts(&format!("{line}{}", "هاتف:".chars().rev().collect::<String>())) };

        assert_eq!(logical(drawn, Direction::Right), "هاتف: +41 22 730 5853");
    }
}
