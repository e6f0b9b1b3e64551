//! Names of persons in Chinese script, which stand without blanks around them.

use super::names::Name;
use crate::pattern::PatternList;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::words::{is_han, simplified};

/// Words of one character that end no given name and may stand behind one: since, from, to, already, because, is, by, and.
const NOT_GIVEN: [char; 15] = ['自', '从', '于', '已', '因', '是', '由', '及', '等', '的', '也', '都', '均', '皆', '担'];
/// Family names that are small words, too: what stands around them says little.
const SMALL_WORDS: [&str; 24] = [
    "于", "於", "时", "方", "位", "任", "和", "向", "全", "明", "常", "连", "单", "成", "应", "解", "来", "关", "管", "原", "项",
    "边", "通", "有",
];

/// Words of one character behind which a name may begin: with, and, to, find, call, of a list …
const OPENS: [char; 17] = ['把', '将', '对', '给', '与', '和', '及', '中', '里', '找', '叫', '让', '请', '向', '跟', '洽', '位'];
/// Words of one character that may stand behind a name: goes, comes, will, both, in, holds …
const CLOSES: [char; 32] = [
    '去', '来', '在', '和', '与', '或', '将', '会', '要', '被', '并', '都', '为', '系', '升', '调', '退', '离', '接', '出', '现',
    '拟', '仍', '原', '曾', '同', '均', '两', '二', '三', '那', '这',
];

/// Chinese names: a family name of the list and one or two more characters, with something around them that says so.
pub(super) fn chinese(text: &str, vocabulary: &Vocabulary) -> Vec<Name> {
    let labels = &vocabulary.labels;
    // Octets stay where they are, so the places found here are places in the text.
    let plain = simplified(text);
    let written = text;
    let text: &str = &plain;
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let mut found: Vec<Name> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = chars.get(at).and_then(|(octet, _)| text.get(*octet..)).unwrap_or_default();
        let start = chars.get(at).map_or(0, |(octet, _)| *octet);
        // `阿不都·买买提`: parts of a foreign name joined by dots.
        if let Some(length) = dotted(rest).filter(|_| opens(text.get(..start).unwrap_or_default(), vocabulary)) {
            let name = written.get(start..start + length).unwrap_or_default().to_owned();
            let after = text.get(start + length..).unwrap_or_default();
            let honorific = labels.honorifics_after.han_at_start(after).map(str::to_owned);
            let end = start + length + honorific.as_deref().map_or(0, str::len);
            at += text.get(start..end).map_or(1, |taken| taken.chars().count());
            found.push(Name { text: name, honorific, start, end });
            continue;
        }
        let Some(family) = labels.surnames.han_at_start(rest) else {
            at += 1;
            continue;
        };
        let before = text.get(..start).unwrap_or_default();
        // `院长孙丽华`: the function's last character begins no name.
        let through: String =
            before.chars().rev().take(4).collect::<Vec<_>>().into_iter().rev().chain(rest.chars().take(1)).collect();
        if labels.roles.han_at_end(&through).is_some_and(|role| role.chars().count() > 1) && !before.is_empty() {
            at += 1;
            continue;
        }
        match candidate(before, rest, family, vocabulary) {
            Some((name, honorific, length)) => {
                let name = written.get(start..start + name.len()).unwrap_or(&name).to_owned();
                found.push(Name { text: name, honorific, start, end: start + length });
                at += text.get(start..start + length).map_or(1, |taken| taken.chars().count());
            }
            None => at += 1,
        }
    }
    before_honorific(text, written, &mut found, vocabulary);
    found
}

/// Names whose family name no list has: two characters or three between a word that ends and an honorific.
fn before_honorific(text: &str, written: &str, found: &mut Vec<Name>, vocabulary: &Vocabulary) {
    let labels = &vocabulary.labels;
    for honorific in labels.honorifics_after.han() {
        for (at, _) in text.match_indices(honorific.as_str()) {
            let end = at + honorific.len();
            if found.iter().any(|name| name.start < end && name.end > at) {
                continue;
            }
            let head = text.get(..at).unwrap_or_default();
            let start = [3, 2].into_iter().find_map(|many| {
                let start = head.char_indices().rev().nth(many - 1)?.0;
                let name = head.get(start..)?;
                let fits = name.chars().all(is_han)
                    && labels.not_names.han_in(name).is_none()
                    && labels.roles.han_in(name).is_none()
                    && labels.surnames.han_at_start(name).is_none_or(|family| family.len() < name.len())
                    && labels.organization_ends.han_at_end(name).is_none()
                    && opens(head.get(..start)?, vocabulary)
                    && start > 0;
                fits.then_some(start)
            });
            if let Some(start) = start {
                let text = written.get(start..at).unwrap_or_default().to_owned();
                found.push(Name { text, honorific: Some(honorific.clone()), start, end });
            }
        }
    }
}

/// Octets of a name of two parts or more with dots between them, at the beginning of a text.
fn dotted(rest: &str) -> Option<usize> {
    let run: String = rest.chars().take_while(|c| is_han(*c) || matches!(c, '·' | '•' | '・')).take(20).collect();
    let parts: Vec<&str> = run.split(['·', '•', '・']).collect();
    // The last part ends with the run; behind it a function or an honorific may follow without a blank, so it is short.
    let fits = parts.len() >= 2 && parts.iter().all(|part| (1..=7).contains(&part.chars().count()));
    fits.then_some(run.len())
}

/// The name at the beginning of a text: name, honorific behind it, octets of both.
fn candidate(before: &str, rest: &str, family: &str, vocabulary: &Vocabulary) -> Option<(String, Option<String>, usize)> {
    let labels = &vocabulary.labels;
    let given: Vec<char> = rest.chars().skip(family.chars().count()).take_while(|c| is_han(*c)).take(12).collect();
    let is_small = SMALL_WORDS.contains(&family);
    let leads =
        |text: &str, marks: &[char], at: Option<char>| !is_small && !text.is_empty() && at.is_some_and(|c| marks.contains(&c));
    let opens = opens(before, vocabulary) || leads(before, &OPENS, before.trim_end().chars().next_back());
    for many in [2, 1] {
        if given.len() < many {
            continue;
        }
        let name: String = family.chars().chain(given.iter().take(many).copied()).collect();
        let after = rest.get(name.len()..).unwrap_or_default();
        let is_function_word = many == 2 && given.get(1).is_some_and(|last| NOT_GIVEN.contains(last));
        if is_function_word
            || labels.not_names.han_in(&name).is_some()
            || labels.roles.han_in(&name).is_some()
            || labels.organization_ends.han_at_end(&name).is_some()
            || labels.han_labels().any(|(label, _)| label.chars().count() > 1 && name.contains(label))
        {
            continue;
        }
        let spaced = after.trim_start();
        if let Some(honorific) = labels.honorifics_after.han_at_start(spaced) {
            let blanks = after.len() - spaced.len();
            // `我们报李朵女士`: no family name stands before it that it may be the given name of.
            let is_whole = before
                .chars()
                .next_back()
                .is_none_or(|c| !is_han(c) || labels.surnames.han_at_start(c.encode_utf8(&mut [0; 4])).is_none());
            if opens || is_whole || many == 2 {
                return Some((name.clone(), Some(honorific.to_owned()), name.len() + blanks + honorific.len()));
            }
        }
        // `安网协会`: the name and what stands behind it end a body's.
        let runs_into_body = || {
            let behind = after.chars().next().map(|next| format!("{name}{next}"));
            behind.is_some_and(|all| labels.organization_ends.han_at_end(&all).is_some())
        };
        // `原来报的冯志远调走了`
        let leaves = || many == 2 && before.ends_with('的') && labels.cues.withdraw.begins(after);
        let ends = closes(after, vocabulary) || !runs_into_body() && leads(after, &CLOSES, after.chars().next());
        if (opens || leaves()) && ends {
            return Some((name.clone(), None, name.len()));
        }
    }
    None
}

/// Signs of the longest cue of Chinese before a name, with its gap.
const LONGEST_CUE: usize = 40;

/// Whether a name may begin behind these words.
fn opens(before: &str, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let bare = before.trim_end();
    let Some(last) = bare.chars().next_back() else { return true };
    let tail = bare.char_indices().rev().nth(LONGEST_CUE).and_then(|(at, _)| bare.get(at..)).unwrap_or(bare);
    if !is_han(last) {
        return !last.is_ascii_alphanumeric() || bare.len() < before.len();
    }
    bare.len() < before.len()
        || labels.roles.han_at_end(bare).is_some()
        || labels.organization_starts.han_at_end(bare).is_some()
        || labels.not_names.han_at_end(bare).is_some()
        || labels.organization_ends.han_at_end(bare).is_some()
        || [&labels.cues.propose, &labels.cues.replaces, &labels.cues.replaced_by].into_iter().any(|cues| ends(tail, cues))
}

/// Whether a name may end before these words.
fn closes(after: &str, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let Some(first) = after.chars().next() else { return true };
    if !is_han(first) {
        return true;
    }
    NOT_GIVEN.contains(&first)
        || labels.roles.han_at_start(after).is_some()
        || labels.organization_starts.han_at_start(after).is_some()
        || [&labels.cues.propose, &labels.cues.replaces, &labels.cues.withdraw].into_iter().any(|cues| cues.begins(after))
}

/// Whether a cue ends where the text does.
fn ends(text: &str, cues: &PatternList) -> bool {
    cues.candidates(text).any(|cue| cue.find_iter(text).last().is_some_and(|found| found.end() == text.len()))
}
