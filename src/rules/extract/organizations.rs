//! Organizations that a text names.

use super::alphabetic::{alphabetic, is_place, without_elision};
use super::bodies::{category, spans};
use super::parts::whole_body;
use crate::charter::Charter;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::liaison_words::LiaisonLabel;
use crate::vocabulary::words::{fold, is_arabic, is_han, simplified, words};

/// Letters of an abbreviation in brackets behind a name at most.
const ABBREVIATION: usize = 14;

/// The organizations that a text names, in order, as written and without an article or preposition before them.
pub(super) fn organizations(text: &str, vocabulary: &Vocabulary) -> Vec<String> {
    let mut found = Vec::new();
    let mut announced = false;
    for (start, end) in joined(text, vocabulary) {
        let Some(chunk) = text.get(start..end) else { continue };
        if announced && is_bracketed_name(text, start, end, vocabulary) {
            found.push(chunk.to_owned());
            announced = false;
            continue;
        }
        let mut names = if chunk.chars().any(is_han) { chinese_names(chunk, vocabulary) } else { alphabetic(chunk, vocabulary) };
        // `Question 16/13` is what a rapporteur is for.
        names.retain(|name| !is_question(name, vocabulary));
        names.iter_mut().for_each(|name| without_state(name, vocabulary));
        if let Some(last) = names.last_mut() {
            arabic_tail(last, chunk, text.get(end..).unwrap_or_default(), vocabulary);
        }
        if let Some(last) = names.last_mut()
            && chunk.ends_with(last.as_str())
            && let Some(short) = abbreviation(text.get(end..).unwrap_or_default())
            && !vocabulary.countries.is_name(short)
        {
            last.push_str(" (");
            last.push_str(short);
            last.push(')');
        }
        announced = names.is_empty() && has_small_key(chunk, vocabulary);
        found.append(&mut names);
    }
    found
}

/// What a study group's Question is called.
/// Whether a name begins with what a Question is called.
fn is_question(name: &str, vocabulary: &Vocabulary) -> bool {
    let first = name.split_whitespace().next().filter(|first| first.chars().count() > 2);
    first.is_some_and(|first| vocabulary.liaison.label(first) == Some(LiaisonLabel::Questions))
}

/// Words of a name in brackets at most.
const BRACKETED: usize = 8;

/// `our regulator (Urzad Nadzoru Komunikacji)`: the kind of body stands before the bracket, its name within.
fn is_bracketed_name(text: &str, start: usize, end: usize, vocabulary: &Vocabulary) -> bool {
    let chunk = text.get(start..end).unwrap_or_default();
    let is_bracket = text.get(..start).is_some_and(|head| head.trim_end().ends_with(['(', '（']))
        && text.get(end..).is_some_and(|rest| rest.trim_start().starts_with([')', '）']));
    let list = words(chunk);
    is_bracket
        && (2..=BRACKETED).contains(&list.len())
        && list.iter().filter(|word| word.text.chars().count() > 3).all(|word| word.text.starts_with(char::is_uppercase))
        && list.iter().any(|word| word.text.contains(char::is_lowercase))
        && list.first().is_some_and(|word| vocabulary.labels.honorifics.matched(&[*word]) == 0)
        && vocabulary.countries.in_text(chunk).is_empty()
        && super::bodies::role(chunk, vocabulary).is_none()
}

/// Whether a piece has the word of a body, written small.
fn has_small_key(chunk: &str, vocabulary: &Vocabulary) -> bool {
    let list = words(chunk);
    list.iter().any(|word| word.text.starts_with(char::is_lowercase) && vocabulary.labels.organizations.matched(&[*word]) > 0)
}

/// `شركة نور للشبكات بدولة الكويت`: the state belongs to the name of its own bodies only.
fn without_state(name: &mut String, vocabulary: &Vocabulary) {
    // A name with the article is whole; `هيئة تنظيم الاتصالات` is told from others by its state.
    if !name.starts_with(is_arabic) || !name.starts_with("ال") && category(name, vocabulary) == Some("member") {
        return;
    }
    let state = words(name).into_iter().skip(1).find(|word| {
        word.text.starts_with('ب') && name.get(word.start..).is_some_and(|rest| !vocabulary.countries.in_text(rest).is_empty())
    });
    if let Some(word) = state.map(|word| word.start) {
        name.truncate(word);
        name.truncate(name.trim_end().len());
    }
}

/// Words behind an Arabic name that still belong to it at most.
const TAIL: usize = 3;

/// `هيئة تنظيم الاتصالات في سلطنة عُمان` that fills its piece, and `فريق العمل … على الإنترنت (CWG)` up to its abbreviation.
fn arabic_tail(name: &mut String, chunk: &str, after: &str, vocabulary: &Vocabulary) {
    if !name.starts_with(is_arabic) {
        return;
    }
    let Some((head, tail)) = chunk.split_once(name.as_str()) else { return };
    let list = words(tail);
    let is_short = (1..=TAIL).contains(&list.len());
    let is_state = || head.trim().is_empty() && list.len() == TAIL && !vocabulary.countries.in_text(tail).is_empty();
    if is_short && (abbreviation(after).is_some() || is_state()) {
        name.push_str(tail.trim_end());
    }
}

/// The pieces of a text; `Ministère de la Communication, des Postes et de l'Économie` stays one.
fn joined(text: &str, vocabulary: &Vocabulary) -> Vec<(usize, usize)> {
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (start, end) in spans(text) {
        let piece = text.get(start..end).unwrap_or_default();
        let list = words(piece);
        let leads = list.first().is_some_and(|word| {
            word.text.starts_with('d')
                && (vocabulary.labels.small_links.matched(&[*word]) > 0 || vocabulary.labels.particles.has(word.text))
        });
        let goes_to = list.iter().find(|word| without_elision(**word).text.starts_with(char::is_uppercase));
        let is_town = || goes_to.and_then(|word| piece.get(word.start..)).is_some_and(|rest| is_place(rest, vocabulary));
        let is_name = leads
            && !is_town()
            && list
                .get(1..)
                .is_some_and(|rest| rest.iter().take(2).any(|word| without_elision(*word).text.starts_with(char::is_uppercase)));
        // `CapeFibre (Pty) Ltd`
        let is_form = |text: &str| {
            let list = words(text);
            !list.is_empty() && vocabulary.labels.legal_forms.matched(&list) > 0
        };
        let follows_form =
            |(from, to): (usize, usize)| text.get(from..to).is_some_and(|inner| is_form(inner) && inner.len() <= 8);
        let in_brackets = text.get(..start).is_some_and(|head| head.trim_end().ends_with('('));
        let is_second =
            is_form(piece) && found.last().is_some_and(|last| text.get(last.1..start).is_some_and(|gap| gap.trim() == ")"));
        let is_participle = || list.first().is_some_and(|word| PARTICIPLES.iter().any(|ending| word.text.ends_with(ending)));
        let opens_body = |(from, to): (usize, usize)| {
            let head = text.get(from..to).map(words).unwrap_or_default();
            head.first().is_some_and(|word| word.text.starts_with(char::is_uppercase))
                && head.len() <= BEFORE_PARTICIPLE
                && head.iter().any(|word| super::russian::is_body(&fold(word.text), vocabulary))
        };
        match found.last_mut() {
            // `Национальная комиссия, осуществляющая регулирование в сфере связи`
            Some((from, to))
                if text.get(*to..start).is_some_and(|gap| gap.trim() == ",") && is_participle() && opens_body((*from, *to)) =>
            {
                *to = end;
            }
            Some((_, to)) if in_brackets && follows_form((start, end)) || is_second => *to = end,
            Some((from, to))
                if is_name
                    && text.get(*to..start).is_some_and(|gap| gap.trim() == ",")
                    && text.get(*from..*to).is_some_and(|head| {
                        words(head).iter().any(|word| vocabulary.labels.small_names.matched(&[without_elision(*word)]) > 0)
                    }) =>
            {
                *to = end;
            }
            _ => found.push((start, end)),
        }
    }
    found
}

/// Endings of Russian participles that say what a body does.
const PARTICIPLES: [&str; 6] = ["ющая", "ющее", "ющий", "ющей", "ющего", "ющим"];
/// Words of such a name before the participle at most.
const BEFORE_PARTICIPLE: usize = 6;

/// `(ESCF)` directly behind a name.
fn abbreviation(after: &str) -> Option<&str> {
    let inner = after.trim_start().strip_prefix(['(', '（'])?;
    let (short, _) = inner.split_once([')', '）'])?;
    let is_short = short.chars().any(char::is_uppercase)
        && short.chars().count() <= ABBREVIATION
        && short.chars().all(|c| c.is_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '&' | '.'));
    is_short.then_some(short)
}

/// Organizations that a person may come from: none of the Union's own, and not the activity.
pub(super) fn foreign(text: &str, vocabulary: &Vocabulary, charter: &Charter) -> Vec<String> {
    let own = |name: &str| {
        let aliases = std::iter::once(&charter.name).chain(&charter.aliases);
        aliases.filter_map(|own| name.find(own.as_str())).min()
    };
    let mut found = Vec::new();
    for name in organizations(text, vocabulary) {
        // `Ministerio del Uruguay en la JCA-COP`: the activity is no part of the name, nor is what leads to it.
        let kept = match own(&name) {
            Some(at) => without_links(name.get(..at).unwrap_or_default(), vocabulary),
            None => name.as_str(),
        };
        if kept.split_whitespace().count() > 1 || kept.len() == name.len() {
            found.push(whole_body(without_claim(kept, vocabulary), vocabulary).to_owned());
        }
    }
    // `Grupo de Trabajo` alone, its number behind it, is one of the Union's.
    found.retain(|name| {
        !(vocabulary.labels.ours.is_in(&fold(name))
            || vocabulary.countries.whole(name).is_some()
            || name.contains(' ') && vocabulary.labels.subunits.is(name))
    });
    found
}

/// `Члена Сектора АО «Связь»` without what the body says that it is.
fn without_claim<'t>(name: &'t str, vocabulary: &Vocabulary) -> &'t str {
    let list = words(name);
    let claim = vocabulary.labels.declared.matched(&list);
    list.get(claim).filter(|_| claim > 0).and_then(|word| name.get(word.start..)).unwrap_or(name)
}

/// A name without the small words and brackets at its end.
fn without_links<'t>(name: &'t str, vocabulary: &Vocabulary) -> &'t str {
    let labels = &vocabulary.labels;
    let mut kept = name.trim_end_matches(|c: char| c.is_whitespace() || matches!(c, '(' | ',' | '-' | '–'));
    while let Some(last) = words(kept).last() {
        let is_small =
            [&labels.links, &labels.articles, &labels.breaks, &labels.at].iter().any(|list| list.matched(&[*last]) > 0);
        if !is_small || last.start == 0 {
            break;
        }
        kept = kept.get(..last.start).unwrap_or_default().trim_end();
    }
    kept
}

/// The name in a piece of Chinese text; where that is one of the Union's, the one before it, too.
fn chinese_names(chunk: &str, vocabulary: &Vocabulary) -> Vec<String> {
    let Some(name) = chinese(chunk, vocabulary) else { return Vec::new() };
    // `总院推荐安全研究所副所长`: whoever proposes one from a part of its own.
    let before = chunk.split(name.as_str()).next().unwrap_or_default();
    let proposer = propose_end(before, vocabulary).and_then(|head| chinese(head, vocabulary));
    if let Some(proposer) = proposer.filter(|_| vocabulary.labels.subunits.han_at_end(&simplified(&name)).is_some()) {
        return vec![proposer, name];
    }
    let ours = &vocabulary.labels.ours;
    let head = chunk.split(name.as_str()).next().filter(|_| ours.is_in(&fold(&name)));
    // `安网协会秘书处`: the secretariat of another body.
    let body = head.and_then(|_| ours.han().iter().find_map(|own| name.strip_suffix(own.as_str())));
    if let Some(body) = body.and_then(|body| chinese(body, vocabulary)) {
        return vec![body];
    }
    head.and_then(|head| chinese(head, vocabulary)).into_iter().chain([name]).collect()
}

/// A text without the verb of proposing at its end.
fn propose_end<'t>(text: &'t str, vocabulary: &Vocabulary) -> Option<&'t str> {
    let verb = vocabulary.labels.designates.han_at_end(text)?;
    text.strip_suffix(verb)
}

/// Whether a text begins with the character that makes a body's last word its head's title.
fn is_head(behind: &str) -> bool {
    behind.strip_prefix('长').is_some_and(|rest| !rest.starts_with(is_han))
}

/// Verbs directly before the kind of a body, which say what is done there.
const DONE_FOR: [char; 8] = ['做', '给', '給', '教', '帮', '幫', '去', '到'];

/// The name that ends with the last word of the list in a piece of Chinese text.
pub(super) fn chinese(chunk: &str, vocabulary: &Vocabulary) -> Option<String> {
    let labels = &vocabulary.labels;
    let plain = simplified(chunk);
    // The last ending of the piece closes the name; what follows it is a function or a verb.
    let mut best: Option<(usize, usize)> = None;
    for end in labels.organization_ends.han() {
        for (at, _) in plain.match_indices(end.as_str()) {
            let stop = at + end.len();
            // `研究院副院长`: the head of a body is no body.
            if plain.get(stop..).is_some_and(is_head) {
                continue;
            }
            if best.is_none_or(|(from, earlier)| stop > earlier || stop == earlier && at < from) {
                best = Some((at, stop));
            }
        }
    }
    let (mark, stop) = best?;
    let head = plain.get(..mark).unwrap_or_default();
    let mut start = head
        .rfind(|c: char| c.is_whitespace() || matches!(c, '“' | '"' | '《' | '：' | ':'))
        .map_or(0, |at| at + head.get(at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8));
    // A short word before the name belongs to the sentence; inside a long name it may be part of it.
    for word in labels.organization_starts.han() {
        if let Some(at) = plain.get(start..mark).and_then(|inner| inner.rfind(word.as_str())) {
            let after = start + at + word.len();
            let left = plain.get(after..mark).map_or(0, |rest| rest.chars().count());
            if word.chars().count() > 1 || at == 0 || left >= 2 {
                start = after;
            }
        }
    }
    // `平时给小学讲课`: what somebody does for schools is no school.
    if plain.get(start..mark).is_some_and(|head| head.ends_with(DONE_FOR)) {
        return None;
    }
    let name = chunk.get(start..stop).unwrap_or_default().trim();
    // `贵局`, `我部`: yours and ours name nobody.
    let pronoun = labels.organization_pronouns.han_at_start(plain.get(start..mark).unwrap_or_default()).map_or(0, str::len);
    // `本局收到貴局`: nor does what ends with one of them, nor a clause (`调到别的部门`).
    if name.contains('的') || labels.organization_pronouns.han_at_end(plain.get(start..mark).unwrap_or_default()).is_some() {
        return None;
    }
    let own = chunk.get(start + pronoun..mark).map_or(0, |rest| rest.chars().filter(|c| is_han(*c) || c.is_alphabetic()).count());
    (own >= 2 && name.chars().count() <= 40).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resources::Resources;

    #[test]
    fn bodies_are_read_as_each_language_writes_them() {
        let words = Vocabulary::load(&Resources::built_in()).unwrap();
        let first = |text: &str| organizations(text, &words).into_iter().next();

        for (text, name) in [
            ("the European Smart Classroom Forum (ESCF) will be there", "European Smart Classroom Forum (ESCF)"),
            ("la Coromandel Engineering & Media School", "Coromandel Engineering & Media School"),
            (
                "le Forum francophone de normalisation des contenus désigne trois",
                "Forum francophone de normalisation des contenus",
            ),
            ("je représente l'Autorité de régulation des communications", "Autorité de régulation des communications"),
            (
                "Ministère de la Communication, des Postes et de l'Économie",
                "Ministère de la Communication, des Postes et de l'Économie",
            ),
            ("доцент, Казахский технологический университет, Алматы", "Казахский технологический университет"),
            ("وزارة الاقتصاد الرقمي في عمان", "وزارة الاقتصاد الرقمي"),
            ("西岭师范大学副教授", "西岭师范大学"),
        ] {
            assert_eq!(first(text).as_deref(), Some(name), "{text}");
        }
        assert_eq!(first("Unit 4, as of 1 November"), None);
    }
}
