//! Lists of words, looked for in a text: whole words, stems, phrases, and Chinese words, which have no boundaries.

use unicode_normalization::UnicodeNormalization;

/// A text made comparable: lower case, NFKC, Arabic alef and ya forms as one letter, ё as е, no harakat or tatweel, typographic apostrophes
/// as plain ones. The number of characters may change; use it for comparing, never for cutting.
pub fn fold(text: &str) -> String {
    text.nfkc().filter(|c| !is_mark(*c)).flat_map(char::to_lowercase).map(fold_char).collect()
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{64B}'..='\u{652}' | '\u{670}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

fn fold_char(c: char) -> char {
    match c {
        'أ' | 'إ' | 'آ' | 'ٱ' => 'ا',
        'ى' => 'ي',
        'ё' => 'е',
        '’' | '‘' | 'ʼ' | '´' => '\'',
        '‐' | '‑' => '-',
        c => c,
    }
}

/// Whether a character belongs to a script that is written without blanks between words.
pub fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}')
}

/// Whether a character is an Arabic letter.
pub fn is_arabic(c: char) -> bool {
    matches!(c, '\u{600}'..='\u{6FF}' | '\u{750}'..='\u{77F}' | '\u{FB50}'..='\u{FDFF}' | '\u{FE70}'..='\u{FEFC}')
}

/// One word of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// As written, without punctuation at its ends.
    pub text: &'a str,
    /// Where it begins in the text, in octets.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// The words of a text: letters, digits, and what may stand inside a word (`-`, `'`, `.`, `/`, `&`).
pub fn words(text: &str) -> Vec<Word<'_>> {
    let inside = |c: char| {
        c.is_alphanumeric() || is_mark(c) || matches!(c, '-' | '\'' | '’' | '‑' | '.' | '/' | '&' | '№' | '#' | 'º' | 'ª')
    };
    let mut found = Vec::new();
    let mut start = None;
    for (at, c) in text.char_indices().chain(std::iter::once((text.len(), ' '))) {
        match (start, inside(c)) {
            (None, true) if c.is_alphanumeric() || matches!(c, '№' | '#' | '&') => start = Some(at),
            (Some(from), false) => {
                start = None;
                let whole = text.get(from..at).unwrap_or_default();
                let word = whole.trim_end_matches(['-', '\'', '’', '/', '&']);
                found.push(Word { text: word, start: from, end: from + word.len() });
            }
            _ => {}
        }
    }
    found
}

/// A list of words and phrases.
#[derive(Debug, Default)]
pub struct Words {
    /// Folded; each entry is a sequence of words, and each word may be a stem.
    entries: Vec<Vec<(String, bool)>>,
    /// Chinese words.
    han: Vec<String>,
    /// Index of entries by the first three characters of the first word.
    index: std::collections::HashMap<String, Vec<usize>>,
}

impl Words {
    /// Adds a word, stem (`глав*`) or phrase.
    pub fn add(&mut self, word: &str) {
        let folded = fold(word.trim());
        if folded.chars().any(is_han) {
            self.han.push(folded);
            return;
        }
        let entry: Vec<(String, bool)> = folded
            .split_whitespace()
            .map(|word| match word.strip_suffix('*') {
                Some(stem) => (stem.to_owned(), true),
                None => (word.trim_end_matches('.').to_owned(), false),
            })
            .collect();
        if let Some((first, _)) = entry.first() {
            self.index.entry(key(first)).or_default().push(self.entries.len());
            self.entries.push(entry);
        }
    }

    /// The Chinese words of the list, the longest first.
    pub fn sort(&mut self) {
        self.han.sort_by_key(|word| std::cmp::Reverse(word.chars().count()));
    }

    /// How many of the words, from the first on, make an entry; 0 when none. The longest entry counts.
    pub fn matched(&self, words: &[Word<'_>]) -> usize {
        let Some(first) = words.first() else { return 0 };
        let folded = fold(first.text.trim_end_matches('.'));
        let candidates = self.candidates(&folded);
        candidates.filter(|entry| entry.len() <= words.len() && self.fits(entry, words)).map(Vec::len).max().unwrap_or(0)
    }

    fn candidates<'a>(&'a self, folded: &str) -> impl Iterator<Item = &'a Vec<(String, bool)>> {
        let mut keys = vec![key(folded)];
        // Arabic writes and, in, for, to and the article in front of a word.
        keys.extend(bare_arabic(folded).map(|bare| key(&bare)));
        keys.sort();
        keys.dedup();
        let found: Vec<usize> = keys.iter().filter_map(|key| self.index.get(key)).flatten().copied().collect();
        found.into_iter().filter_map(|at| self.entries.get(at))
    }

    fn fits(&self, entry: &[(String, bool)], words: &[Word<'_>]) -> bool {
        entry.iter().zip(words).enumerate().all(|(at, ((word, is_stem), found))| {
            let folded = fold(found.text.trim_end_matches('.'));
            let same = |text: &str| if *is_stem { text.starts_with(word.as_str()) } else { text == word };
            same(&folded) || (at == 0 && bare_arabic(&folded).any(|bare| same(&bare)))
        })
    }

    /// Whether a single word is an entry.
    pub fn has(&self, word: &str) -> bool {
        self.matched(&[Word { text: word, start: 0, end: word.len() }]) > 0
            || (word.chars().any(is_han) && self.han.iter().any(|own| fold(word) == *own))
    }

    /// Whether any entry stands in the text.
    pub fn is_in(&self, text: &str) -> bool {
        self.han_in(text).is_some() || {
            let words = words(text);
            (0..words.len()).any(|at| words.get(at..).is_some_and(|rest| self.matched(rest) > 0))
        }
    }

    /// The first Chinese entry that stands in the text (the longest where several do).
    pub fn han_in(&self, text: &str) -> Option<&str> {
        text.chars().any(is_han).then(|| self.han.iter().find(|word| text.contains(word.as_str()))).flatten().map(String::as_str)
    }

    /// The longest Chinese entry with which the text ends.
    pub fn han_at_end(&self, text: &str) -> Option<&str> {
        self.han.iter().find(|word| text.ends_with(word.as_str())).map(String::as_str)
    }

    /// The longest Chinese entry with which the text begins.
    pub fn han_at_start(&self, text: &str) -> Option<&str> {
        self.han.iter().find(|word| text.starts_with(word.as_str())).map(String::as_str)
    }

    /// The Chinese entries, the longest first.
    pub fn han(&self) -> &[String] {
        &self.han
    }
}

fn key(word: &str) -> String {
    word.chars().take(2).collect()
}

/// An Arabic word without the particles in front of it, one more taken off each time.
fn bare_arabic(word: &str) -> impl Iterator<Item = String> {
    let mut forms = Vec::new();
    if word.chars().next().is_some_and(is_arabic) {
        let mut rest = word.to_owned();
        for particle in ["و", "ف", "ب", "ل", "ك", "ال", "لل"] {
            if let Some(bare) = rest.strip_prefix(particle).filter(|bare| bare.chars().count() >= 3) {
                forms.push(bare.to_owned());
                rest = bare.to_owned();
            }
        }
        // لل is ل and ال together.
        if let Some(bare) = word.strip_prefix("لل") {
            forms.push(format!("ال{bare}"));
        }
    }
    forms.into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(entries: &[&str]) -> Words {
        let mut list = Words::default();
        entries.iter().for_each(|entry| list.add(entry));
        list.sort();
        list
    }

    #[test]
    fn words_stems_phrases_and_chinese_are_found() {
        let roles = list(&["director*", "vice president", "главн* инженер*", "主任", "مدير*"]);

        assert!(roles.is_in("Deputy Directors of it"));
        assert!(roles.is_in("the Vice President"));
        assert!(roles.is_in("Главный инженер проекта"));
        assert!(roles.is_in("技术部主任"));
        assert!(roles.is_in("والمدير العام"));
        assert!(!roles.is_in("a vice of presidents"));
    }

    #[test]
    fn letters_that_differ_only_in_writing_are_the_same() {
        assert_eq!(fold("الإلكترونـي"), fold("الالكتروني"));
        assert_eq!(fold("Ｎａｍｅ"), "name");
    }
}
