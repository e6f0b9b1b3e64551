//! Full text, in six languages, alike on both databases: the folding is ours, the databases only keep words.

use super::Store;
use super::activity::ActivityId;
use super::lists::message_of;
use super::pool::Dialect;
use crate::domain::records::Message;
use crate::mail::Mail;
use crate::vocabulary::words::is_letter_or_digit;
use anyhow::{Context, Result};
use std::collections::HashSet;
use unicode_normalization::char::{decompose_compatible, is_combining_mark};

/// A word is found by its first so many signs; longer ones are no words.
const LONGEST_WORD: usize = 64;
/// Octets of text of one letter that are folded: more than a long report, less than PostgreSQL's limit of 1 MB for a vector.
const LONGEST_TEXT: usize = 256 * 1024;
/// A list that a person reads.
const MOST_FOUND: i64 = 200;

/// Folds text to the words that are kept and asked for, each once, parted by blanks: compatibility forms and marks taken away
/// (NFKD), small letters, the letters that Arabic writers interchange made one, Chinese and Japanese as pairs of signs.
pub fn fold_for_search(text: &str) -> String {
    let mut words = Words::default();
    for c in text.chars() {
        if c.is_ascii() {
            words.take(c.to_ascii_lowercase());
        } else {
            decompose_compatible(c, |c| {
                if !is_combining_mark(c) {
                    c.to_lowercase().for_each(|c| words.take(c));
                }
            });
        }
    }
    words.end();
    words.folded
}

/// Collects words. A sign that is neither letter nor digit ends a word; so does the border between Chinese and anything else.
#[derive(Default)]
struct Words {
    folded: String,
    seen: HashSet<String>,
    word: String,
    length: usize,
    before: Option<char>,
    pairs: usize,
}

impl Words {
    fn take(&mut self, c: char) {
        let c = match c {
            'ى' => 'ي',
            'ة' => 'ه',
            'ـ' => return, // tatweel only stretches a word
            c => c,
        };
        if is_han_or_kana(c) {
            if self.length > 0 {
                self.end();
            }
            if let Some(before) = self.before {
                self.pairs += 1;
                self.push_pair(before, c);
            }
            self.before = Some(c);
        } else if is_letter_or_digit(c) {
            if self.before.is_some() {
                self.end();
            }
            if self.length < LONGEST_WORD {
                self.word.push(c);
                self.length += 1;
            }
        } else if !matches!(c, '\u{200b}'..='\u{200f}' | '\u{ad}' | '\u{feff}') {
            self.end();
        }
    }

    fn end(&mut self) {
        if let Some(alone) = self.before.take()
            && self.pairs == 0
        {
            self.word.push(alone);
        }
        self.pairs = 0;
        self.length = 0;
        if !self.word.is_empty() {
            let word = std::mem::take(&mut self.word);
            self.keep(word);
        }
    }

    fn push_pair(&mut self, first: char, second: char) {
        self.keep([first, second].into_iter().collect());
    }

    fn keep(&mut self, word: String) {
        if self.seen.contains(&word) {
            self.word = word;
            self.word.clear();
            return;
        }
        if !self.folded.is_empty() {
            self.folded.push(' ');
        }
        self.folded.push_str(&word);
        self.seen.insert(word);
    }
}

fn is_han_or_kana(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{3040}'..='\u{30ff}' | '\u{20000}'..='\u{3ffff}')
}

/// The words by which a letter is found: what its writer wrote, forwarded and attached, and the people of its header. History
/// that is quoted is found by the letter that it comes from.
pub(super) fn words_of(mail: &Mail) -> String {
    let mut text = String::with_capacity(4096);
    let mut add = |part: &str| {
        let room = LONGEST_TEXT.saturating_sub(text.len());
        text.extend(part.char_indices().take_while(|(at, _)| *at < room).map(|(_, c)| c));
        text.push('\n');
    };
    add(&mail.subject);
    for person in mail.from.iter().chain(&mail.to).chain(&mail.cc) {
        add(&person.name);
        add(person.address.as_ref().map_or("", |address| address.reveal()));
    }
    for part in [&mail.text.own, &mail.text.signature, &mail.text.forwarded] {
        add(part);
    }
    for attachment in &mail.attachments {
        add(&attachment.name);
        add(attachment.text.as_deref().unwrap_or_default());
    }
    fold_for_search(&text)
}

impl Store {
    /// Letters in which all of the words occur, newest first. A word that ends in `*` stands for all that begin so; a single
    /// Chinese sign too.
    pub async fn search(&self, activity: ActivityId, words: &str) -> Result<Vec<Message>> {
        let asked = asked(words, self.dialect);
        if asked.is_empty() {
            return Ok(Vec::new());
        }
        let sql = match self.dialect {
            Dialect::Sqlite => {
                "SELECT m.id, m.thread_id, m.kind, m.confidence, m.language, m.subject, m.sender, m.sent_at, m.filed_at, m.needs_reply \
                   FROM search JOIN message m ON m.id = search.rowid \
                  WHERE search MATCH $2 AND m.activity_id = $1 ORDER BY m.id DESC LIMIT $3"
            }
            Dialect::Postgres => {
                "SELECT m.id, m.thread_id, m.kind, m.confidence, m.language, m.subject, m.sender, m.sent_at, m.filed_at, m.needs_reply \
                   FROM search JOIN message m ON m.id = search.message_id \
                  WHERE search.words @@ CAST($2 AS tsquery) AND m.activity_id = $1 ORDER BY m.id DESC LIMIT $3"
            }
        };
        let query = sqlx::query(sql).bind(activity.0).bind(asked).bind(MOST_FOUND);
        let rows = query.fetch_all(&self.readers).await.context("Cannot search the letters")?;
        rows.iter().map(message_of).collect()
    }
}

/// The question in the database's own language. Folded words hold letters and digits only, so nothing in them can be an operator.
fn asked(words: &str, dialect: Dialect) -> String {
    let mut parts = Vec::new();
    for given in words.split_whitespace() {
        let folded = fold_for_search(given);
        let begins = given.ends_with('*');
        let last = folded.split(' ').count();
        for (place, word) in folded.split(' ').filter(|word| !word.is_empty()).enumerate() {
            let alone = word.chars().count() == 1 && word.chars().all(is_han_or_kana);
            let open = alone || (begins && place + 1 == last);
            parts.push(match (dialect, open) {
                (Dialect::Sqlite, false) => format!("\"{word}\""),
                (Dialect::Sqlite, true) => format!("\"{word}\"*"),
                (Dialect::Postgres, false) => format!("'{word}'"),
                (Dialect::Postgres, true) => format!("'{word}':*"),
            });
        }
    }
    match dialect {
        Dialect::Sqlite => parts.join(" "),
        Dialect::Postgres => parts.join(" & "),
    }
}

#[cfg(test)]
mod tests {
    use super::fold_for_search;

    #[test]
    fn words_are_folded_alike_however_they_are_written() {
        assert_eq!(fold_for_search("Déclaration DÉCLARATION declaration"), "declaration");
        assert_eq!(fold_for_search("Ёлка елка"), "елка");
        assert_eq!(fold_for_search("الأَطْفَال الاطفال"), "الاطفال");
        assert_eq!(fold_for_search("SG１７ ﬁn"), "sg17 fin");
    }

    #[test]
    fn chinese_is_kept_as_pairs_of_signs() {
        assert_eq!(fold_for_search("保护上网儿童ITU网"), "保护 护上 上网 网儿 儿童 itu 网");
    }

    #[test]
    fn signs_part_words_and_say_nothing() {
        assert_eq!(fold_for_search("a.b@c-d \" ' * & | ()"), "a b c d");
        assert_eq!(fold_for_search(""), "");
    }
}
