//! Pieces of a text, the functions that they state, and the bodies that a representative stands for.

use super::affiliation::is_subunit;
use super::alphabetic::{is_key, opens_small, without_elision};
use super::organizations::chinese;
use crate::charter::Charter;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::{PersonLabel, any};
use crate::vocabulary::words::{Word, fold, is_han, simplified, words};

/// The pieces of a text between marks of punctuation; brackets open a piece of their own. Quotation marks stay.
pub(super) fn chunks(text: &str) -> Vec<&str> {
    spans(text).into_iter().filter_map(|(start, end)| text.get(start..end)).collect()
}

/// Abbreviations of three letters and more behind which a capital or a number goes on.
const ABBREVIATIONS: [&str; 14] =
    ["Rec", "Dept", "Dpto", "Depto", "Dép", "Div", "Tech", "Assoc", "Asst", "Prof", "Univ", "Inst", "Gral", "Nac"];
/// What a company's name ends with behind a comma.
const COMPANY_FORMS: [&str; 20] = [
    "Ltd",
    "LTD",
    "Limited",
    "Inc",
    "INC",
    "LLC",
    "L.L.C",
    "S.A.",
    "SA de",
    "S.L.",
    "S.p.A.",
    "S.A.S.",
    "S.R.L.",
    "S. de R.L.",
    "C.A.",
    "Pty",
    "PLC",
    "GmbH",
    "B.V.",
    "S.A.U.",
];

/// Whether a company's form stands behind a comma: `Taebaek Electronics Co., Ltd.`, `Redes del Turia, S.A.`.
fn is_company(rest: &str) -> bool {
    let rest = rest.trim_start();
    COMPANY_FORMS.iter().any(|form| {
        rest.strip_prefix(form).is_some_and(|behind| !behind.starts_with(|c: char| c.is_alphabetic()) || form.ends_with('.'))
    })
}

/// Where the pieces of [`chunks`] begin and end.
pub(super) fn spans(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut start = 0;
    let mut previous = ' ';
    let mut marks = text.char_indices().peekable();
    while let Some((at, c)) = marks.next() {
        let next = marks.peek().map_or(' ', |(_, next)| *next);
        let ends = match c {
            ',' if is_company(text.get(at + 1..).unwrap_or_default()) => false,
            ',' | ';' | '，' | '、' | '；' | '。' | '：' | '﹕' | '(' | ')' | '（' | '）' | '،' | '؛' | '\t' | '|' | '!'
            | '?' | '！' | '？' | '؟' | '•' | '《' | '》' => true,
            // Between Chinese characters a dot joins the parts of a foreign name.
            '·' => !(is_han(previous) && is_han(next)),
            ':' => next.is_whitespace(),
            // A full stop behind a word of three letters or more ends a sentence; behind fewer it abbreviates.
            '.' => {
                let behind_quote = text.get(start..at).unwrap_or_default().trim_end_matches(['»', '”', '"']);
                let mut last = behind_quote.chars().rev().take_while(|c| c.is_alphanumeric()).take(3);
                let (first, second, third) = (last.next(), last.next(), last.next());
                // What goes on small was only abbreviated: `Dept. of …`.
                let goes_on = text.get(at + 1..).is_some_and(|rest| rest.trim_start().starts_with(char::is_lowercase));
                let is_short = ABBREVIATIONS.iter().any(|short| behind_quote.ends_with(short));
                let has_digit = [first, second, third].into_iter().flatten().any(|c| c.is_ascii_digit());
                let is_form = |c: char| c.is_uppercase();
                let ends_twice = !goes_on && behind_quote.strip_suffix('.').is_some_and(|head| head.ends_with(is_form));
                next.is_whitespace() && (ends_twice || !goes_on && !is_short && (third.is_some() || has_digit))
            }
            '–' | '—' | '-' | '/' => previous.is_whitespace() && next.is_whitespace(),
            ' ' => previous == ' ' && next == ' ',
            _ => false,
        };
        if ends {
            found.push((start, at));
            start = at + c.len_utf8();
        }
        previous = c;
    }
    found.push((start, text.len()));
    let trimmed = found.into_iter().filter_map(|(start, end)| {
        let piece = text.get(start..end)?;
        let lead = piece.len() - piece.trim_start().len();
        let length = piece.trim().len();
        (length > 0).then_some((start + lead, start + lead + length))
    });
    trimmed.collect()
}

/// The function that a piece of text states, if it does: the piece without what only leads to it.
pub(super) fn role(chunk: &str, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let chunk = chunk.trim().trim_end_matches(['.', ',', ';', '。', '，']);
    if chunk.is_empty() || chunk.chars().count() > 110 || chunk.contains('@') {
        return None;
    }
    if chunk.chars().any(is_han) {
        return chinese_role(chunk, vocabulary);
    }
    let chunk = before_label(chunk, vocabulary);
    let list = words(chunk);
    let key = (0..list.len()).find(|at| list.get(*at..).is_some_and(|rest| labels.roles.matched(rest) > 0))?;
    let first = role_begin(chunk, &list, key, vocabulary);
    let last = role_end(chunk, &list, key, vocabulary)?;
    let (first, last) = (list.get(first)?, list.get(last)?);
    let role = with_quote(chunk, first.start, last.end)?.trim();
    (role.split_whitespace().count() <= 12 && !role.is_empty()).then(|| role.to_owned())
}

/// Where a function begins whose first word of the lists this is: what stands before it belongs to it unless the sentence ends there.
fn role_begin(chunk: &str, list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> usize {
    let labels = &vocabulary.labels;
    let mut first = key;
    let is_latin = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic());
    let key_is_latin = list.get(key).is_some_and(|word| is_latin(word.text) || word.text.starts_with(|c: char| c < '\u{370}'));
    while let Some(previous) = first.checked_sub(1).and_then(|at| list.get(at)) {
        // `JCA-COP نائب الرئيس`: the function begins where its script does.
        if !key_is_latin && is_latin(previous.text) {
            break;
        }
        // `read "Director"`: what stands in quotation marks begins with them.
        let is_quote = |c: char| matches!(c, '"' | '“' | '”' | '«' | '»' | '„');
        if list.get(first).is_some_and(|word| chunk.get(previous.end..word.start).is_some_and(|gap| gap.contains(is_quote))) {
            break;
        }
        let previous = [*previous];
        let is_article = labels.articles.matched(&previous) > 0;
        if labels.breaks.matched(&previous) > 0 && labels.modifiers.matched(&previous) == 0
            || is_article
            || labels.honorifics.matched(&previous) > 0
        {
            break;
        }
        first -= 1;
    }
    // `puesto de jefe`: what only says that a function follows.
    let is_link = |at: usize| list.get(at).is_some_and(|word| labels.links.matched(&[*word]) > 0);
    if first + 1 < key
        && is_link(first + 1)
        && list.get(first).is_some_and(|word| labels.person_label(word.text) == Some(PersonLabel::Position))
    {
        first += 2;
    }
    first
}

/// The last word of a function.
fn role_end(chunk: &str, list: &[Word<'_>], key: usize, vocabulary: &Vocabulary) -> Option<usize> {
    let labels = &vocabulary.labels;
    let has_small = chunk.contains(char::is_lowercase);
    let mut last = list.len().checked_sub(1)?;
    // A clause behind it is no part of it: "director at X", "chef de service auprès de Y".
    for (at, word) in list.iter().enumerate().skip(key + 1) {
        let next_is_body = (at + 1..at + 5).any(|next| {
            list.get(next).is_some_and(|word| is_key(&without_elision(*word), vocabulary))
                || opens_small(chunk, list, next, vocabulary)
        });
        let next_is_place = || {
            let rest = chunk.get(word.end..).unwrap_or_default().trim_start();
            rest.starts_with(char::is_uppercase) && vocabulary.countries.place(rest).is_some()
        };
        let leads_away = labels.at.matched(&[*word]) > 0 && (next_is_body || next_is_place());
        // A capital is a function's: `Directora General Adjunta`.
        let is_title = has_small
            && word.text.starts_with(char::is_uppercase)
            && word.text.chars().count() > 2
            && !word.text.contains(['\'', '’']);
        let is_verb = labels.breaks.matched(&[*word]) > 0 && labels.links.matched(&[*word]) == 0 && !is_title;
        // `director in our institution`, `jefe en la entidad`: a body that has no name.
        let is_unnamed = labels.at.matched(&[*word]) > 0
            && list.get(at + 1).is_some_and(|next| labels.articles.matched(&[*next]) > 0)
            && list
                .get(at + 2)
                .is_some_and(|next| next.text.starts_with(char::is_lowercase) && labels.organizations.matched(&[*next]) > 0);
        if leads_away || is_verb || is_unnamed {
            last = at.saturating_sub(1);
            // `officer of the same unit`: what only led to it goes, too.
            while last > key
                && list.get(last).is_some_and(|word| {
                    [&labels.links, &labels.articles, &labels.ands].iter().any(|small| small.matched(&[*word]) > 0)
                })
            {
                last -= 1;
            }
            break;
        }
    }
    Some(last)
}

/// `lead engineer. mob`: a piece without the label of what stands behind it.
fn before_label<'t>(chunk: &'t str, vocabulary: &Vocabulary) -> &'t str {
    let Some((head, rest)) = chunk.rsplit_once(". ") else { return chunk };
    let is_label = || words(rest).first().is_some_and(|word| vocabulary.labels.person_label(word.text).is_some());
    let is_short = head.rsplit(' ').next().is_some_and(|last| last.chars().count() < SHORT_WORD);
    if !is_short && is_label() { head } else { chunk }
}

/// Letters of a word at least behind which a full stop ends a sentence.
const SHORT_WORD: usize = 4;

/// A piece of a text with the mark that closes its quotation.
fn with_quote(text: &str, start: usize, end: usize) -> Option<&str> {
    let piece = text.get(start..end)?;
    let opens = |open: char, close: char| piece.matches(open).count() > piece.matches(close).count();
    let closing = [('«', '»'), ('“', '”')].into_iter().find(|(open, close)| opens(*open, *close)).map(|(_, close)| close);
    let is_closed = closing.is_some_and(|mark| text.get(end..).is_some_and(|rest| rest.starts_with(mark)));
    text.get(start..end + closing.filter(|_| is_closed).map_or(0, char::len_utf8))
}

fn chinese_role(chunk: &str, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let plain = simplified(chunk);
    let chunk = labels
        .role_starts
        .han()
        .iter()
        .filter_map(|lead| plain.rfind(lead.as_str()).map(|at| at + lead.len()))
        // `主任` ends with what leads to a function elsewhere, also in `主任科员`.
        .filter(|at| *at < plain.len() && plain.get(..*at).is_none_or(|head| labels.roles.han_at_end(head).is_none()))
        .max()
        .and_then(|at| chunk.get(at..))
        .unwrap_or(chunk)
        .trim_start();
    // `张三，为实验室主管`
    let chunk = ["为", "為", "是", "系"].iter().find_map(|verb| chunk.strip_prefix(verb)).unwrap_or(chunk);
    // The function ends the piece; a name may follow after a blank.
    let piece = chunk.split_whitespace().find(|piece| labels.roles.han_at_end(&simplified(piece)).is_some())?;
    // A part of a body belongs to the function: `传播学院副院长`.
    let body = chinese(piece, vocabulary).filter(|name| !is_subunit(name, vocabulary));
    let behind = body.and_then(|name| piece.find(name.as_str()).map(|at| at + name.len()));
    let role = behind.and_then(|at| piece.get(at..)).filter(|role| !role.is_empty()).unwrap_or(piece);
    let role = without_own(role, vocabulary);
    (labels.person_label(role).is_none() && role.chars().count() <= 24 && !role.is_empty()).then(|| role.trim().to_owned())
}

/// `本中心项目主管`: what stands for the letter's own body before a function.
fn without_own<'r>(role: &'r str, vocabulary: &Vocabulary) -> &'r str {
    let labels = &vocabulary.labels;
    let plain = simplified(role);
    let Some(pronoun) = labels.organization_pronouns.han_at_start(&plain) else { return role };
    let behind = plain.get(pronoun.len()..).unwrap_or_default();
    let kind = labels.organization_ends.han_at_start(behind).map_or(0, str::len);
    role.get(pronoun.len() + kind..).filter(|rest| kind > 0 && !rest.is_empty()).unwrap_or(role)
}

/// Canonical study groups (`SG17`) that a text names: those that the charter expects, and no other sector's.
pub(super) fn study_groups(text: &str, vocabulary: &Vocabulary, charter: &Charter) -> Vec<String> {
    let bodies = &vocabulary.labels.bodies;
    let expected: Vec<&str> = charter.seats.iter().filter_map(|seat| seat.study_group.as_deref()).collect();
    let mut found: Vec<(usize, String)> = Vec::new();
    for pattern in bodies.study_group.candidates(text) {
        for captures in pattern.captures_iter(text) {
            let (Some(whole), Some(number)) = (captures.get(0), captures.get(1)) else { continue };
            let group = format!("SG{}", number.as_str());
            let before: String = text
                .get(..whole.start())
                .unwrap_or_default()
                .chars()
                .rev()
                .take(24)
                .collect::<Vec<_>>()
                .into_iter()
                .rev()
                .collect();
            let around = format!("{before}{}", whole.as_str());
            let behind: String = text.get(whole.end()..).unwrap_or_default().chars().take(36).collect();
            let other = any(&bodies.other_sector, &around) || any(&bodies.other_sector, &behind) && !behind.contains("UIT-T");
            if expected.contains(&group.as_str()) && !other && !found.iter().any(|(_, known)| *known == group) {
                found.push((whole.start(), group));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    found.into_iter().map(|(_, group)| group).collect()
}

/// The category of a seat that a text names by its body's name or alias: `itu-r`, `itu-d`, `cwg-cop` …
pub(super) fn seat_category(text: &str, vocabulary: &Vocabulary, charter: &Charter) -> Option<String> {
    let folded = fold(text);
    let named = charter.seats.iter().filter(|seat| seat.study_group.is_none()).find(|seat| {
        let names = seat.folded.get_or_init(|| std::iter::once(&seat.body).chain(&seat.aliases).map(|name| fold(name)).collect());
        names.iter().any(|name| {
            folded.match_indices(name).any(|(at, _)| {
                let before = folded.get(..at).and_then(|head| head.chars().next_back());
                let after = folded.get(at + name.len()..).and_then(|rest| rest.chars().next());
                name.chars().any(is_han)
                    || (before.is_none_or(|c| !c.is_alphanumeric()) && after.is_none_or(|c| !c.is_alphanumeric()))
            })
        })
    });
    let by_word = || {
        let category = |patterns, name: &str| any(patterns, text).then(|| name.to_owned());
        category(&vocabulary.labels.bodies.itu_r, "itu-r").or_else(|| category(&vocabulary.labels.bodies.itu_d, "itu-d"))
    };
    named
        .map(|seat| seat.category.clone())
        .or_else(by_word)
        .filter(|category| charter.seats.iter().any(|seat| seat.category == *category))
}

/// Whether a name is of a state's office for telecommunications, whatever it calls it: `Czech Telecommunication Office`.
pub(super) fn is_office(name: &str, vocabulary: &Vocabulary) -> bool {
    let labels = &vocabulary.labels;
    let list = words(name);
    let has = |own: &crate::vocabulary::words::Words| list.iter().any(|word| own.matched(&[without_elision(*word)]) > 0);
    has(&labels.offices) && has(&labels.fields) && !labels.ours.is_in(name) && !has(&labels.legal_forms)
}

/// The category that an organization's own words give ground for.
pub(super) fn category(text: &str, vocabulary: &Vocabulary) -> Option<&'static str> {
    // The Union's own bodies standardize, too, and say nothing about whoever writes to them.
    let mut text = simplified(&fold(text)).into_owned();
    for own in vocabulary.labels.ours.han() {
        text = text.replace(own.as_str(), " ");
    }
    let text = text.as_str();
    vocabulary.labels.categories.iter().find(|(_, words)| words.is_in(text)).map(|(name, _)| *name)
}
