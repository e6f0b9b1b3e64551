//! Names of persons in a text, in Latin, Cyrillic, Arabic and Chinese script, with the honorific beside them.

use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{Word, is_arabic, is_han, words};

/// Parts of a name at most: four names and two particles.
const LONGEST: usize = 6;

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
    if text.chars().any(is_han) {
        found.extend(chinese(text, vocabulary));
    }
    found.sort_by_key(|name| name.start);
    found
}

/// Whether a whole text is a name and nothing else (an honorific aside).
pub(super) fn whole(text: &str, vocabulary: &Vocabulary) -> Option<Name> {
    let text = text.trim().trim_end_matches(['.', ',', ';', ':', '，', '。', '、', '：']);
    let name = find(text, vocabulary).into_iter().next()?;
    let (before, after) = (text.get(..name.start)?.trim(), text.get(name.end..)?.trim());
    let after_is_other_script = after.starts_with(['(', '（', '/']) && after.chars().count() < 40;
    (before.is_empty() && (after.is_empty() || after_is_other_script)).then_some(name)
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
        let mut last = from + many - 1;
        while last > from && list.get(last).is_some_and(|word| labels.suffixes.has(word.text)) {
            last -= 1;
        }
        let (Some(first), Some(end)) = (list.get(from), list.get(last)) else { break };
        let name = text.get(first.start..end.end).unwrap_or_default().trim_end_matches(['.', ',']).to_owned();
        let counted = list.get(from..=last).unwrap_or_default().iter().filter(|word| !labels.particles.has(word.text)).count();
        let enough = counted >= if honorifics > 0 { 1 } else { 2 };
        let is_bare_arabic = honorifics == 0 && name.starts_with(is_arabic);
        if enough
            && (!is_bare_arabic || stands_alone(text, first.start, end.end, vocabulary))
            && (honorifics > 0 || !is_shouted(&name))
            && !is_place(&name, vocabulary)
        {
            let honorific = (honorifics > 0)
                .then(|| text.get(word.start..first.start).unwrap_or_default().trim().trim_end_matches('.').to_owned());
            found.push(Name { text: name, honorific, start: word.start, end: end.end });
        }
        at = last + 1;
    }
    found
}

/// Arabic has no capitals: words without an honorific are a name only when they fill a piece of the text, or stand behind a word
/// that announces one.
fn stands_alone(text: &str, start: usize, end: usize, vocabulary: &Vocabulary) -> bool {
    let before = text.get(..start).unwrap_or_default().trim_end();
    let after = text.get(end..).unwrap_or_default().trim_start();
    let opens = before.is_empty() || before.ends_with(['،', ',', ':', '(', '-', '–', '؛', '.', '|', '/']);
    let closes = after.is_empty()
        || after.starts_with(['،', ',', ':', '(', ')', '-', '–', '؛', '.', '|', '/', '@'])
        || after.starts_with(|c: char| c.is_ascii_alphanumeric());
    let last = words(before).last().map(|word| word.text.to_owned()).unwrap_or_default();
    let announced = crate::vocabulary::labels::any(&vocabulary.labels.cues.propose, &crate::vocabulary::words::fold(&last))
        || vocabulary.labels.roles.has(&last);
    closes && (opens || announced)
}

/// How many words from a position are honorifics of what follows directly.
fn honorifics(text: &str, list: &[Word<'_>], from: usize, vocabulary: &Vocabulary) -> usize {
    let mut many = 0;
    while let (Some(word), Some(next)) = (list.get(from + many), list.get(from + many + 1)) {
        let gap = text.get(word.end..next.start).unwrap_or_default();
        let letters = word.text.chars().filter(|c| c.is_alphabetic()).count();
        // One letter is an honorific only with its dot (`М.` is an initial elsewhere, `م.` an engineer).
        let is_short_form = letters > 1 || (word.text.ends_with('.') || gap.starts_with('.')) && is_first_form(word.text);
        let is_capital =
            word.text.chars().next().is_some_and(|c| c.is_uppercase() || is_arabic(c)) || letters > 2 || word.text.contains('-');
        if !vocabulary.labels.honorifics.has(word.text)
            || !gap.trim_start_matches('.').trim().is_empty()
            || !is_short_form
            || !is_capital
        {
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

/// How many words from a position make a name.
fn parts(text: &str, list: &[Word<'_>], from: usize, vocabulary: &Vocabulary) -> usize {
    let labels = &vocabulary.labels;
    let mut many = 0;
    let mut counted = 0;
    while let Some(word) = list.get(from + many) {
        if many > 0 {
            let Some(previous) = list.get(from + many - 1) else { break };
            let gap = text.get(previous.end..word.start).unwrap_or_default();
            let is_initial = previous.text.trim_end_matches('.').chars().count() <= 2;
            if !(gap.trim().is_empty() || (gap.trim() == "." && is_initial)) || gap.contains('\n') || gap.contains("   ") {
                break;
            }
        }
        if counted >= LONGEST {
            break;
        }
        let first = word.text.chars().next().unwrap_or(' ');
        if labels.particles.has(word.text) && !word.text.starts_with(char::is_uppercase) {
            // A particle belongs to the name only when a name follows.
            let follows =
                list.get(from + many + 1).is_some_and(|next| is_part(next, vocabulary) || labels.particles.has(next.text));
            if (many == 0 && !is_arabic(first)) || !follows {
                break;
            }
            many += 1;
            continue;
        }
        if !is_part(word, vocabulary) {
            // A run that goes on into an organization's name is that name.
            let after_honorific =
                from.checked_sub(1).and_then(|at| list.get(at)).is_some_and(|word| labels.honorifics.has(word.text));
            let is_name_of_body = first.is_uppercase() && labels.organizations.has(word.text) && !after_honorific;
            return if is_name_of_body { 0 } else { trailing(list, from, many, vocabulary) };
        }
        many += 1;
        counted += 1;
    }
    trailing(list, from, many, vocabulary)
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
fn is_part(word: &Word<'_>, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let text = word.text;
    let first = text.chars().next().unwrap_or(' ');
    let is_letter_like = text.chars().all(|c| {
        c.is_alphabetic() || matches!(c, '-' | '\'' | '’' | '‑' | '.') || matches!(c, '\u{64B}'..='\u{652}' | '\u{640}')
    });
    if !is_letter_like || is_han(first) {
        return false;
    }
    let capital = first.is_uppercase() || is_arabic(first) || text.chars().nth(1).is_some_and(|c| matches!(c, '\'' | '’'));
    let list = [Word { text, start: 0, end: text.len() }];
    capital
        && labels.not_names.matched(&list) == 0
        && labels.roles.matched(&list) == 0
        && labels.organizations.matched(&list) == 0
        && labels.modifiers.matched(&list) == 0
        && !(is_arabic(first) && labels.breaks.matched(&list) > 0)
        && labels.honorifics.matched(&list) == 0
}

/// Capitals alone are a heading or an abbreviation; a family name in capitals has a given name beside it.
fn is_shouted(name: &str) -> bool {
    !name.chars().any(|c| c.is_lowercase() || is_arabic(c))
}

fn is_place(name: &str, vocabulary: &Vocabulary) -> bool {
    let codes = vocabulary.countries.in_text(name);
    !codes.is_empty()
        && name.split_whitespace().count() <= 2
        && vocabulary.countries.code(name).is_some_and(|_| covers(name, vocabulary))
}

/// Whether the country's name takes up the whole text: "Costa Rica", and not "Jordan Smith".
fn covers(name: &str, vocabulary: &Vocabulary) -> bool {
    name.split_whitespace().all(|word| vocabulary.countries.in_text(word).is_empty()) || name.split_whitespace().count() == 1
}

/// Chinese names: a family name of the list and one or two more characters, with something around them that says so.
fn chinese(text: &str, vocabulary: &Vocabulary) -> Vec<Name> {
    let labels = &vocabulary.labels;
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found: Vec<Name> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = chars.get(at).and_then(|(octet, _)| text.get(*octet..)).unwrap_or_default();
        let start = chars.get(at).map_or(0, |(octet, _)| *octet);
        let Some(family) = labels.surnames.han_at_start(rest) else {
            at += 1;
            continue;
        };
        let before = text.get(..start).unwrap_or_default();
        match candidate(before, rest, family, vocabulary) {
            Some((name, honorific, length)) => {
                found.push(Name { text: name, honorific, start, end: start + length });
                at += text.get(start..start + length).map_or(1, |taken| taken.chars().count());
            }
            None => at += 1,
        }
    }
    found
}

/// The name at the beginning of a text: name, honorific behind it, octets of both.
fn candidate(before: &str, rest: &str, family: &str, vocabulary: &Vocabulary) -> Option<(String, Option<String>, usize)> {
    let labels = &vocabulary.labels;
    let given: Vec<char> = rest.chars().skip(family.chars().count()).take_while(|c| is_han(*c)).take(12).collect();
    let opens = opens(before, vocabulary);
    for many in [2, 1] {
        if given.len() < many {
            continue;
        }
        let name: String = family.chars().chain(given.iter().take(many).copied()).collect();
        let after = rest.get(name.len()..).unwrap_or_default();
        if labels.not_names.han_in(&name).is_some()
            || labels.roles.han_in(&name).is_some()
            || labels.organization_ends.han_at_end(&name).is_some()
            || labels.han_labels().any(|(label, _)| label.chars().count() > 1 && name.contains(label))
        {
            continue;
        }
        let spaced = after.trim_start();
        if let Some(honorific) = labels.honorifics_after.han_at_start(spaced) {
            let blanks = after.len() - spaced.len();
            if opens || before.chars().next_back().is_none_or(|c| !is_han(c)) || many == 2 {
                return Some((name.clone(), Some(honorific.to_owned()), name.len() + blanks + honorific.len()));
            }
        }
        if opens && closes(after, vocabulary) {
            return Some((name.clone(), None, name.len()));
        }
    }
    None
}

/// Whether a name may begin behind these words.
fn opens(before: &str, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let bare = before.trim_end();
    let Some(last) = bare.chars().next_back() else { return true };
    if !is_han(last) {
        return !last.is_ascii_alphanumeric() || bare.len() < before.len();
    }
    bare.len() < before.len()
        || labels.roles.han_at_end(bare).is_some()
        || labels.organization_starts.han_at_end(bare).is_some()
        || labels.not_names.han_at_end(bare).is_some()
        || labels.organization_ends.han_at_end(bare).is_some()
        || labels.cues.propose.iter().any(|cue| cue.find_iter(bare).last().is_some_and(|found| found.end() == bare.len()))
        || labels
            .cues
            .replaces
            .iter()
            .chain(&labels.cues.replaced_by)
            .any(|cue| cue.find_iter(bare).last().is_some_and(|found| found.end() == bare.len()))
}

/// Whether a name may end before these words.
fn closes(after: &str, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let Some(first) = after.chars().next() else { return true };
    if !is_han(first) {
        return true;
    }
    labels.roles.han_at_start(after).is_some()
        || labels.organization_starts.han_at_start(after).is_some()
        || labels
            .cues
            .propose
            .iter()
            .chain(&labels.cues.replaces)
            .chain(&labels.cues.withdraw)
            .any(|cue| cue.find(after).is_some_and(|found| found.start() == 0))
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
