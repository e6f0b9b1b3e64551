//! Names of persons in a text, in Latin, Cyrillic, Arabic and Chinese script, with the honorific beside them.

use super::alphabetic::without_elision;
use super::arabic_names::{is_arabic_particle, is_known_family, stands_alone};
use super::beside_names::{begins_body, belongs_to_body, runs_into_body};
use super::given_names::{add_arabic, is_joined, is_sentence_word};
use super::han_names::chinese;
use super::russian::{by_patronymic, is_filial, is_patronymic};
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{Word, is_arabic, is_han, is_letter, simplified, words};

/// Parts of a name at most: four names and two particles.
const LONGEST: usize = 6;

/// Endings of nouns that no name has, those in the lists of names aside (`Asunción`).
const NOUNS: [&str; 11] = ["ción", "ciones", "sión", "siones", "tion", "tions", "ность", "ности", "ение", "ство", "ства"];

/// A name in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    /// Without honorific, as written.
    pub(super) text: String,
    /// As written, without a dot behind it.
    pub(super) honorific: Option<String>,
    /// Where it begins, honorific included, in octets.
    pub(super) start: usize,
    /// Where it ends, honorific included.
    pub(super) end: usize,
}

/// All that may be names. What they are of is for the caller to say: a capitalised pair of words may be a town, too.
pub(super) fn find(text: &str, vocabulary: &Vocabulary) -> Vec<Name> {
    let list = words(text);
    let mut found = alphabetic(text, &list, vocabulary);
    let inverted = super::inverted::inverted(text, &list, vocabulary);
    found.retain(|name| !inverted.iter().any(|other| other.start < name.end && name.start < other.end));
    found.extend(inverted);
    if text.chars().any(is_han) {
        found.extend(chinese(text, vocabulary));
    }
    add_arabic(&mut found, text, &list, vocabulary);
    found.sort_by_key(|name| name.start);
    found
}

/// Whether a word behind a name is a degree or the like and no part of it. `MBA` is; `Ondo Mba` and `Jack Ma` are names.
fn is_suffix(word: &str, vocabulary: &Vocabulary) -> bool {
    let is_short = word.chars().count() <= 3 && !word.contains('.');
    vocabulary.labels.suffixes.has(word)
        && !(is_short && word.chars().skip(1).any(char::is_lowercase) && !word.starts_with(['J', 'S', 'j', 's']))
}

/// Whether a whole text is a name and nothing else (an honorific aside).
pub(super) fn whole(text: &str, vocabulary: &Vocabulary) -> Option<Name> {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':', '，', '。', '、', '：', '،', '؛', '!', '！']);
    let name = find(text, vocabulary).into_iter().next()?;
    let (before, after) = (text.get(..name.start)?.trim(), text.get(name.end..)?.trim());
    let after_is_other_script = after.starts_with(['(', '（', '/']) && after.chars().count() < 40;
    (before.is_empty() && (after.is_empty() || after_is_other_script)).then_some(name)
}

/// A name in a field of its own: the honorific before it or behind it taken off, also from names that [`find`] would not see.
pub(super) fn without_honorific(value: &str, vocabulary: &Vocabulary) -> (String, Option<String>) {
    let value = value.trim();
    if let Some(name) = whole(value, vocabulary) {
        return (name.text, name.honorific);
    }
    let labels = &vocabulary.labels;
    let is_honorific = |word: &str| labels.honorifics.has(word.trim_matches(['.', '(', ')', ',']));
    let (mut rest, mut taken) = (value, None);
    while let Some((first, behind)) = rest.split_once([' ', '.']) {
        if !is_honorific(first) || behind.trim_start_matches(['.', ' ']).is_empty() {
            break;
        }
        rest = behind.trim_start_matches(['.', ' ']);
        taken = value.get(..value.len() - rest.len()).map(|words| words.trim().trim_end_matches('.').to_owned());
    }
    // `ROE, Jane, Dr` and `Jane Roe, Ph.D.`
    let mut pieces: Vec<&str> = rest.split(',').map(str::trim).filter(|piece| !piece.is_empty()).collect();
    while pieces.len() > 1 && pieces.last().is_some_and(|last| labels.suffixes.has(last) || is_honorific(last)) {
        taken = taken.or(pieces.pop().filter(|last| is_honorific(last)).map(|last| last.trim_end_matches('.').to_owned()));
    }
    let joined = pieces.join(", ");
    let bare = joined.split(['(', '（']).next().unwrap_or(&joined).trim();
    let bracket = joined.split_once(['(', '（']).map(|(_, inner)| inner.trim_end_matches([')', '）']).trim());
    let honorific =
        taken.or_else(|| bracket.filter(|inner| is_honorific(inner)).map(|inner| inner.trim_end_matches('.').to_owned()));
    match labels.honorifics_after.han_at_end(&simplified(bare)) {
        Some(after) if bare.len() > after.len() + 3 => {
            let (name, after) = bare.split_at_checked(bare.len() - after.len()).unwrap_or((bare, ""));
            (name.trim().to_owned(), Some(after.to_owned()))
        }
        _ => (if bare.is_empty() { joined.clone() } else { bare.to_owned() }, honorific),
    }
}

fn alphabetic(text: &str, list: &[Word<'_>], vocabulary: &Vocabulary) -> Vec<Name> {
    let labels = &vocabulary.labels;
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(word) = list.get(at) {
        let honorifics = honorifics(text, list, at, vocabulary);
        let from = at + honorifics;
        let many = parts(text, list, from, vocabulary);
        if many == 0 {
            at += honorifics.max(1);
            continue;
        }
        let many = without_lone_quote(text, list, from, many);
        let (from, many) = by_patronymic(list, from, many);
        let has_patronymic = list.get(from..from + many).unwrap_or_default().iter().skip(1).any(|word| is_patronymic(word.text));
        let mut last = from + many - 1;
        while last > from && list.get(last).is_some_and(|word| is_suffix(word.text, vocabulary)) {
            last -= 1;
        }
        let (Some(first), Some(end)) = (list.get(from), list.get(last)) else { break };
        let name = bare_name(text.get(first.start..end.end).unwrap_or_default());
        // Behind an honorific it is the name's own: `Mme d'Harcourt`.
        let name = if honorifics == 0 { without_elided(name) } else { name }.to_owned();
        let counted = list.get(from..=last).unwrap_or_default().iter().filter(|word| !labels.particles.has(word.text)).count();
        let enough = counted >= if honorifics > 0 { 1 } else { 2 };
        let has_word = list.get(from..=last).unwrap_or_default().iter().any(|word| {
            !word.text.contains('.') && word.text.chars().count() > 1
                || word.text.chars().filter(|c| c.is_lowercase()).count() > 1
        });
        let is_other = honorifics == 0 && (is_street(text, list, from) || is_block_or_company(list, from, last, vocabulary));
        let enough = enough && has_word && !is_other;
        let is_bare_arabic = honorifics == 0 && name.starts_with(is_arabic);
        // `عنوان IP` is a heading of a form.
        let is_mixed = name.chars().any(is_arabic) && name.chars().any(|c| c.is_ascii_alphabetic());
        if enough
            && !is_mixed
            && (!is_bare_arabic || stands_alone(text, &name, first.start, end.end, vocabulary))
            && (honorifics > 0 || !is_shouted(&name) || fills_line(text, first.start, end.end))
            && (honorifics > 0 || has_patronymic || !belongs_to_body(text, list, from, vocabulary))
            && (honorifics > 0 || !begins_body(text, list, last, vocabulary) && !runs_into_body(text, list, last, vocabulary))
            && !is_place(&name, vocabulary)
        {
            let before = (honorifics > 0).then(|| text.get(word.start..first.start).unwrap_or_default());
            let (behind, end) = honorific_behind(text, end.end, vocabulary);
            let honorific = before.or(behind).map(bare_honorific);
            found.push(Name { text: name, honorific, start: word.start, end });
        }
        at = last + 1;
    }
    found
}

/// A name without what the sentence writes on to its end: `Jane Roe's`.
fn bare_name(written: &str) -> &str {
    let name = written.trim_end_matches(['.', ',']);
    ["'s", "’s"].iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

/// A name without the small word that French writes on to it: `d'Issoufou Maïga`.
fn without_elided(name: &str) -> &str {
    const ELIDED: [&str; 8] = ["d'", "d’", "l'", "l’", "qu'", "qu’", "I'm ", "I’m "];
    ELIDED.iter().find_map(|small| name.strip_prefix(small)).unwrap_or(name)
}

/// `16 Half Moon Road`
fn is_street(text: &str, list: &[Word<'_>], from: usize) -> bool {
    let (Some(number), Some(first)) = (from.checked_sub(1).and_then(|at| list.get(at)), list.get(from)) else { return false };
    number.text.chars().all(|c| c.is_ascii_digit()) && text.get(number.end..first.start) == Some(" ")
}

/// `Block C`, `Bloco B`, whose letter without a dot is no initial; `Cyberveille ASBL`.
fn is_block_or_company(list: &[Word<'_>], from: usize, last: usize, vocabulary: &Vocabulary) -> bool {
    let Some(end) = list.get(last) else { return false };
    let is_letter = end.text.chars().count() == 1 && end.text.starts_with(char::is_uppercase);
    last == from + 1 && is_letter || vocabulary.labels.legal_forms.matched(&[*end]) > 0
}

pub(super) fn bare_honorific(words: &str) -> String {
    let bare = words.trim().trim_end_matches(['.', '(', ' ']).trim();
    // `Prof. (Mrs.)` keeps its bracket whole.
    if bare.contains('(') && !bare.ends_with(')') { format!("{})", bare.trim_end_matches(')')) } else { bare.to_owned() }
}

/// `Jane ROE (Ms)`: the honorific in brackets behind a name, and where both end.
pub(super) fn honorific_behind<'t>(text: &'t str, end: usize, vocabulary: &Vocabulary) -> (Option<&'t str>, usize) {
    let after = text.get(end..).unwrap_or_default();
    let inner = after.trim_start().strip_prefix(['(', '（']);
    let found = inner.and_then(|inner| inner.split_once([')', '）'])).filter(|(inside, _)| {
        inside.chars().count() <= 12 && vocabulary.labels.honorifics.has(inside.trim().trim_end_matches('.'))
    });
    match found {
        Some((inside, rest)) => (Some(inside), text.len() - rest.len()),
        None => (None, end),
    }
}

/// How many words from a position are honorifics of what follows directly.
pub(super) fn honorifics(text: &str, list: &[Word<'_>], from: usize, vocabulary: &Vocabulary) -> usize {
    let mut many = 0;
    while let (Some(word), Some(next)) = (list.get(from + many), list.get(from + many + 1)) {
        let gap = text.get(word.end..next.start).unwrap_or_default();
        let letters = word.text.chars().filter(|c| is_letter(*c)).count();
        // One letter is an honorific only with its dot (`М.` is an initial elsewhere, `م.` an engineer).
        let is_short_form = letters > 1 || (word.text.ends_with('.') || gap.starts_with(['.', '/'])) && is_first_form(word.text);
        let is_capital =
            word.text.chars().next().is_some_and(|c| c.is_uppercase() || is_arabic(c)) || letters > 2 || word.text.contains('-');
        let is_gap = gap.chars().all(|c| matches!(c, '.' | ' ' | '(' | ')' | '/' | '\u{a0}')) && gap.chars().count() <= 4;
        if !vocabulary.labels.honorifics.has(word.text) || !is_gap || !is_short_form || !is_capital {
            break;
        }
        many += 1;
    }
    many
}

/// A single letter that abbreviates an honorific: the French M., the Spanish D., the Arabic ones.
fn is_first_form(word: &str) -> bool {
    word.trim_end_matches('.').chars().count() == 1
}

/// Whether a word may go on with the name to which the word before it belongs.
fn goes_on(text: &str, previous: &Word<'_>, word: &Word<'_>) -> bool {
    let gap = text.get(previous.end..word.start).unwrap_or_default();
    let is_initial = previous.text.trim_end_matches('.').chars().count() <= 2;
    // `… Peralta. Lo …` are two sentences; dots inside a word are initials'.
    let ends = previous.text.ends_with('.') && !previous.text.trim_end_matches('.').contains('.');
    // A nickname in quotation marks belongs to the name.
    let quotes = |gap: &str| matches!(gap.trim(), "\"" | "“" | "”" | "«" | "»" | "'" | "(" | ")") && gap.trim() != gap;
    let is_quoted = quotes(gap) && word.text.starts_with(char::is_uppercase);
    let is_gap = gap.trim().is_empty() || is_quoted || (gap.trim() == "." && is_initial);
    (!ends || is_initial) && is_gap && !gap.contains(['\n', '\t']) && !gap.contains("  ")
}

/// How many words from a position make a name.
fn parts(text: &str, list: &[Word<'_>], from: usize, vocabulary: &Vocabulary) -> usize {
    let labels = &vocabulary.labels;
    let mut many = 0;
    let mut counted = 0;
    while let Some(word) = list.get(from + many) {
        if many > 0 && !list.get(from + many - 1).is_some_and(|previous| goes_on(text, previous, word)) {
            break;
        }
        // `JANE ROE JROE@…`: what an address begins with is no part of a name.
        if counted >= LONGEST
            || many > 0 && is_joined(word.text, vocabulary)
            || text.get(word.end..).is_some_and(|rest| rest.starts_with('@'))
        {
            break;
        }
        let first = word.text.chars().next().unwrap_or(' ');
        let is_small = !word.text.starts_with(char::is_uppercase) || many > 0 && labels.not_names.has(word.text);
        if labels.particles.has(word.text) && is_small {
            // A particle belongs to the name only when a name follows.
            let follows = list.get(from + many + 1).is_some_and(|next| {
                is_part(next, vocabulary) || labels.particles.has(next.text) || is_arabic_particle(word.text, vocabulary)
            });
            // `Ortega y Gasset` has one word behind it; two people have more.
            let joins_two = labels.ands.matched(&[*word]) > 0
                && list.get(from + many + 2).is_some_and(|next| is_part(next, vocabulary))
                && is_adjacent(text, list, from + many + 1);
            if (many == 0 && !is_arabic(first)) || !follows || joins_two {
                break;
            }
            many += 1;
            continue;
        }
        if many > 1 && is_filial(word.text) {
            return many + 1;
        }
        let is_child = many > 0 && list.get(from + many - 1).is_some_and(|before| is_arabic_particle(before.text, vocabulary));
        if !(is_part(word, vocabulary)
            || is_child && is_arabic(first)
            || many > 0 && is_known_family(text, list, (from, from + many), vocabulary))
        {
            // A run that goes on into an organization's name is that name.
            let after_honorific =
                from.checked_sub(1).and_then(|at| list.get(at)).is_some_and(|word| labels.honorifics.has(word.text));
            let is_near = many > 0
                && list
                    .get(from + many - 1)
                    .is_some_and(|previous| text.get(previous.end..word.start).is_some_and(|gap| gap.trim().is_empty()));
            let is_name_of_body = first.is_uppercase() && labels.organizations.has(word.text) && !after_honorific && is_near;
            return if is_name_of_body { 0 } else { trailing(list, from, many, vocabulary) };
        }
        many += 1;
        counted += 1;
    }
    trailing(list, from, many, vocabulary)
}

/// Whether a blank and nothing else stands behind a word.
fn is_adjacent(text: &str, list: &[Word<'_>], at: usize) -> bool {
    list.get(at).zip(list.get(at + 1)).is_some_and(|(word, next)| text.get(word.end..next.start) == Some(" "))
}

/// A run that ends within quotation marks ends before them.
fn without_lone_quote(text: &str, list: &[Word<'_>], from: usize, many: usize) -> usize {
    let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '«' | '»');
    (1..=many)
        .rev()
        .find(|many| {
            let (Some(first), Some(last)) = (list.get(from), list.get(from + many - 1)) else { return true };
            text.get(first.start..last.end).is_some_and(|name| {
                name.chars().filter(|c| is_quote(*c)).count() % 2 == 0 && name.contains('(') == name.contains(')')
            })
        })
        .unwrap_or(many)
}

/// Particles at the end of a run do not belong to the name.
fn trailing(list: &[Word<'_>], from: usize, many: usize, vocabulary: &Vocabulary) -> usize {
    let mut many = many;
    while many > 0
        && list
            .get(from + many - 1)
            .is_some_and(|word| vocabulary.labels.particles.has(word.text) && !word.text.starts_with(char::is_uppercase))
    {
        many -= 1;
    }
    many
}

/// Whether a word may be a part of a name.
pub(super) fn is_part(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let text = word.text;
    let first = text.chars().next().unwrap_or(' ');
    let is_letter_like = text
        .chars()
        .all(|c| is_letter(c) || matches!(c, '-' | '\'' | '’' | '‑' | '.') || matches!(c, '\u{64B}'..='\u{652}' | '\u{640}'));
    // `Vision株式会社` is a company.
    if !is_letter_like || text.chars().any(is_han) || is_contraction(text) {
        return false;
    }
    let is_noun = || NOUNS.iter().any(|ending| text.ends_with(ending)) && text.chars().count() > 5;
    // `С. В. Ковалёв`: an initial may look like a preposition.
    let is_initial = text.ends_with('.') && first.is_uppercase() && text.chars().filter(|c| c.is_alphabetic()).count() == 1;
    if labels.names.contains(text) || is_initial {
        return true;
    }
    let capital = first.is_uppercase()
        || is_arabic(first)
        || text.split_once(['\'', '’']).is_some_and(|(_, rest)| rest.starts_with(char::is_uppercase));
    // `J'ai`, `l'honneur`, `m'a`: a pronoun or an article, elided.
    let is_elided = text.split_once(['\'', '’']).is_some_and(|(before, rest)| {
        ["j", "l", "c", "s", "t", "m", "qu"].contains(&before.to_lowercase().as_str()) && rest.starts_with(char::is_lowercase)
    });
    let capital = capital && !is_elided;
    let list = [without_elision(Word { text, start: 0, end: text.len() })];
    capital
        && !is_noun()
        && labels.not_names.matched(&list) == 0
        && labels.roles.matched(&list) == 0
        && labels.organizations.matched(&list) == 0
        && labels.modifiers.matched(&list) == 0
        && !(is_arabic(first) && (labels.breaks.matched(&list) > 0 || is_sentence_word(text)))
        && labels.honorifics.matched(&list) == 0
        && (text.chars().count() < 3 || labels.person_label(text).is_none())
}

/// `I'm`, `It's`: an English pronoun with its verb.
fn is_contraction(text: &str) -> bool {
    text.split_once(['\'', '’']).is_some_and(|(before, after)| {
        ["I", "He", "She", "It", "We", "You", "They", "That", "Here", "There"].contains(&before)
            && ["m", "s", "re", "ve", "ll", "d"].contains(&after)
    })
}

/// Capitals alone are a heading or an abbreviation; a family name in capitals has a given name beside it.
fn is_shouted(name: &str) -> bool {
    !name.chars().any(|c| c.is_lowercase() || is_arabic(c))
}

/// Whether a name in capitals is what its line begins with, and all of it up to a mark: `JUAN PÉREZ GARCÍA, …`.
fn fills_line(text: &str, start: usize, end: usize) -> bool {
    let before = text.get(..start).unwrap_or_default();
    let name = text.get(start..end).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default().trim_start();
    let opens = before.trim().is_empty() || before.trim_end().ends_with([':', '：']);
    opens
        && (2..=5).contains(&name.split_whitespace().count())
        && name.split_whitespace().all(|word| word.chars().count() > 1)
        && (after.is_empty() || after.starts_with([',', ';', '(', '-', '–', '|', '，', '،']))
}

fn is_place(name: &str, vocabulary: &Vocabulary) -> bool {
    // `Jamaica W.I.`
    let bare = name.rsplit_once(' ').filter(|(_, last)| last.contains('.') && !last.contains(char::is_lowercase));
    if bare.is_some_and(|(country, _)| vocabulary.countries.is_name(country)) {
        return true;
    }
    if vocabulary.countries.whole(name).is_some() {
        return true;
    }
    let codes = vocabulary.countries.in_text(name);
    !codes.is_empty()
        && name.split_whitespace().count() <= 2
        && vocabulary.countries.code(name).is_some_and(|_| covers(name, vocabulary))
}

/// Whether the country's name takes up the whole text: "Costa Rica", and not "Jordan Smith".
fn covers(name: &str, vocabulary: &Vocabulary) -> bool {
    name.split_whitespace().all(|word| vocabulary.countries.in_text(word).is_empty()) || name.split_whitespace().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    fn names(text: &str) -> Vec<(String, Option<String>)> {
        let words = Vocabulary::load(&Resources::built_in()).unwrap();
        find(text, &words).into_iter().map(|name| (name.text, name.honorific)).collect()
    }

    fn only(text: &str) -> (String, Option<String>) {
        let mut names = names(text);
        assert_eq!(names.len(), 1, "{text}: {names:?}");
        names.remove(0)
    }

    #[test]
    fn names_are_found_in_every_script() {
        assert_eq!(only("we nominate Ms Jane van der Roe, Director"), ("Jane van der Roe".to_owned(), Some("Ms".to_owned())));
        assert_eq!(only("il désigne M. Jean-Luc N'Dour, conseiller").0, "Jean-Luc N'Dour");
        assert_eq!(only("назначен г-н ИВАНОВ Пётр Ильич, начальник отдела").0, "ИВАНОВ Пётр Ильич");
        assert_eq!(only("推荐专家王小明，处长").0, "王小明");
        assert_eq!(only("代表为李雷博士"), ("李雷".to_owned(), Some("博士".to_owned())));
        assert_eq!(only("المهندس عمر بن سالم الحارثي، مدير الشبكات").0, "عمر بن سالم الحارثي");
    }

    #[test]
    fn organizations_headings_and_greetings_are_no_names() {
        for text in [
            "Dear Colleagues",
            "Telecommunications Regulatory Authority",
            "LIAISON STATEMENT",
            "Costa Rica",
            "Министерство связи",
            "Study Group 17",
        ] {
            assert_eq!(names(text), [], "{text}");
        }
    }
}
