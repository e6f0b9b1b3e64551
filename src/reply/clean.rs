//! What a letter said, made fit for a mail of ours: nothing that acts, hides or leads anywhere.

use unicode_normalization::UnicodeNormalization;

/// A field longer than this is not a name or a title, and would push the rest of the card out of sight (RELIABILITY A33).
const LONGEST: usize = 200;

/// A value in one line: NFC, white space folded, no control, bidi, zero-width or tag characters, at most 200 characters, and
/// nothing that a mail program turns into a link (`@` and `://` are written apart; addresses go through [`crate::domain::address`]).
pub fn value(text: &str) -> String {
    let visible: String = text.nfc().filter(|c| !is_hidden(*c)).map(|c| if c.is_whitespace() { ' ' } else { c }).collect();
    let folded = visible.split_whitespace().collect::<Vec<_>>().join(" ");
    let inert = folded.replace("://", " : // ").replace('@', " (at) ").replace("www.", "www .");
    if inert.chars().count() <= LONGEST {
        return inert;
    }
    inert.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// Characters that change or hide what stands around them (RELIABILITY A12).
fn is_hidden(c: char) -> bool {
    let acts = matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{061C}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}');
    acts || (c.is_control() && !c.is_whitespace())
}

/// Template filter for plain text: a value set apart (FSI … PDI), so that a Latin address does not disorder an Arabic line.
/// Values in the script of their surroundings are left as they are.
pub fn isolated(text: String) -> String {
    let is_mixed = text.chars().any(is_right_to_left) && text.chars().any(|c| c.is_ascii_alphanumeric());
    if is_mixed { format!("\u{2068}{text}\u{2069}") } else { text }
}

fn is_right_to_left(c: char) -> bool {
    matches!(c, '\u{0590}'..='\u{08FF}' | '\u{FB1D}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

#[cfg(test)]
mod tests {
    use super::value;

    #[test]
    fn a_value_cannot_act_hide_or_lead_anywhere() {
        assert_eq!(value("Eve\r\nBcc: v@x.example"), "Eve Bcc: v (at) x.example");
        assert_eq!(value("a\u{202e}b\u{200b}c"), "abc");
        assert_eq!(value("FREE https://evil.example"), "FREE https : // evil.example");
        assert_eq!(value(&"x".repeat(500)).chars().count(), 200);
    }

    #[test]
    fn honest_names_stay_as_they_are() {
        for name in ["محمد عبد الله", "Дорохов П. А.", "郑晓彤", "O'Neill-Søren (Ms)"] {
            assert_eq!(value(name), name);
        }
    }
}
