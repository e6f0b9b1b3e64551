//! Slips of hasty fingers in the words that tell what a letter is: `misspelt` of `<language>/language.toml`.
//!
//! Two letters that changed places ("tkae"), in longer words one that is missing ("replacment") or stands twice ("memmber"). Only words
//! of the lists are looked for, and a slip that is itself a word of a list is none.

use rustc_hash::FxHashMap as HashMap;
use std::borrow::Cow;

/// Letters of a word in which a slip of two neighbours makes no other word.
const SWAPPED: usize = 4;
/// Letters of a word in which one that is missing or stands twice makes no other word.
const LONG: usize = 7;

/// What a slip stands for.
#[derive(Clone, Debug, Default)]
pub struct Spelling {
    slips: HashMap<String, String>,
}

impl Spelling {
    /// Takes in the words of a language.
    pub(super) fn add(&mut self, words: &str) {
        for word in words.split_whitespace() {
            for slip in slips(word) {
                self.slips.entry(slip).or_insert_with(|| word.to_owned());
            }
        }
    }

    /// Leaves out the slips that are words.
    pub(super) fn settle(&mut self, is_word: impl Fn(&str) -> bool) {
        self.slips.retain(|slip, _| !is_word(slip));
    }

    /// A text without these slips.
    pub fn mended<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut mended = String::new();
        let mut done = 0;
        for (start, word) in words(text) {
            let Some(meant) = self.slips.get(&word.to_lowercase()) else { continue };
            mended.push_str(text.get(done..start).unwrap_or_default());
            mended.push_str(meant);
            done = start + word.len();
        }
        if done == 0 {
            return Cow::Borrowed(text);
        }
        mended.push_str(text.get(done..).unwrap_or_default());
        Cow::Owned(mended)
    }
}

/// The words of a text that may be slips, and where they begin. A name or an acronym is none.
fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut start = 0;
    text.split(|c: char| !c.is_alphabetic() && c != '@').filter_map(move |word| {
        let at = start;
        // The sign that parts them has its own length.
        let end = at + word.len();
        start = end + text.get(end..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
        (word.chars().nth(SWAPPED - 2).is_some() && !word.contains('@') && word.chars().skip(1).all(char::is_lowercase))
            .then_some((at, word))
    })
}

fn slips(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    let mut found = Vec::new();
    for at in 1..letters.len() {
        let (Some(before), Some(here)) = (letters.get(at - 1), letters.get(at)) else { continue };
        if letters.len() >= SWAPPED && before != here {
            let mut swapped = letters.clone();
            swapped.swap(at - 1, at);
            found.push(swapped.into_iter().collect());
        }
        if letters.len() >= LONG {
            let without = letters.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, c)| c);
            found.push(without.collect());
            let twice = letters.iter().enumerate().flat_map(|(other, c)| std::iter::repeat_n(c, if other == at { 2 } else { 1 }));
            found.push(twice.collect());
        }
    }
    found.retain(|slip: &String| slip != word);
    found
}

#[cfg(test)]
mod tests {
    use super::Spelling;

    #[test]
    fn slips_are_mended_and_words_and_names_stay() {
        let mut spelling = Spelling::default();
        spelling.add("take list contact replacement удалите");
        spelling.settle(|word| word == "tales");

        for (written, meant) in [
            ("pls tkae me off the lsit", "pls take me off the list"),
            ("no replacment so far", "no replacement so far"),
            ("удлаите меня", "удалите меня"),
            ("a contract, TKAE, tkae@x.example, mcTake", "a contract, TKAE, tkae@x.example, mcTake"),
        ] {
            assert_eq!(spelling.mended(written), meant);
        }
    }
}
