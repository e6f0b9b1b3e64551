//! The bodies that a row or a phrase names, one entry each, as written.

use crate::charter::Charter;
use crate::domain::words::Purpose;
use crate::rules::Rules;
use crate::rules::extract::bodies::role;
use crate::rules::extract::names;
use crate::vocabulary::Vocabulary;
use crate::vocabulary::labels::any;
use crate::vocabulary::liaison_words::LiaisonLabel;
use crate::vocabulary::words::{fold, is_han};

/// Characters of a Chinese purpose at most.
const LONGEST_PURPOSE: usize = 6;
/// Characters of a body's name at most.
const LONGEST: usize = 120;

/// A body, and what a form asks of it when it says so beside the name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Addressee {
    /// As written.
    pub(super) body: String,
    /// "JCA-COP (for action)".
    pub(super) purpose: Option<Purpose>,
}

/// Whether words name the activity.
pub(super) fn is_activity(words: &str, charter: &Charter) -> bool {
    charter.is_named_in(words)
}

/// The bodies of a row.
pub(super) fn bodies(value: &str, rules: &Rules) -> Vec<String> {
    addressees(value, rules).into_iter().map(|addressee| addressee.body).collect()
}

/// The bodies of a row, with the purpose that stands beside each.
pub(super) fn addressees(value: &str, rules: &Rules) -> Vec<Addressee> {
    let vocabulary = &rules.vocabulary;
    let mut found: Vec<Addressee> = Vec::new();
    let mut groups = pieces(value, vocabulary);
    // A person with an address is no body.
    let is_person = |piece: &String| {
        piece.split_once('<').is_some_and(|(name, rest)| rest.contains('@') && names::whole(name.trim(), vocabulary).is_some())
    };
    groups.iter_mut().for_each(|group| group.retain(|piece| !is_person(piece)));
    for (piece, purpose) in with_shared_purposes(groups, vocabulary) {
        if is_forwarding_note(&piece, rules) {
            continue;
        }
        // "JCA-COP, for action; SG17, information"
        if let Some(said) = purpose_beside(&piece, vocabulary)
            && !found.is_empty()
        {
            found
                .iter_mut()
                .rev()
                .take_while(|addressee| addressee.purpose.is_none())
                .for_each(|addressee| addressee.purpose = Some(said));
            continue;
        }
        let piece = without_office(&piece, rules);
        let body = piece.trim().trim_end_matches(['.', '。', ':', '：', ',']).trim().trim_matches('*').trim();
        // "(抄送第1研究组）" leaves its closing bracket.
        let closes = |body: &str, open: char, close: char| body.ends_with(close) && !body.contains(open);
        let body = if closes(body, '(', ')') || closes(body, '（', '）') { body.trim_end_matches([')', '）']) } else { body };
        let is_body = body.chars().filter(|c| c.is_alphabetic()).count() >= 2
            && body.chars().count() <= LONGEST
            && !body.contains('@')
            && !vocabulary.time.is_none(body);
        // "JCA-COP主席 Asheley Heineman 女士": the chair is written to as the activity.
        let chair = rules.charter.chair.name.split_whitespace().last().unwrap_or_default();
        let is_chair = !chair.is_empty() && body.contains(chair) && body.contains(rules.charter.name.as_str());
        let body = if is_chair { rules.charter.name.as_str() } else { body };
        if is_body {
            found.push(Addressee { body: body.to_owned(), purpose });
        }
    }
    // "The Chairman, ITU-T JCA-COP": an office beside the activity is no addressee of its own.
    if found.iter().any(|addressee| is_activity(&addressee.body, &rules.charter)) {
        found.retain(|addressee| is_activity(&addressee.body, &rules.charter) || !is_office(&addressee.body, vocabulary));
    }
    found
}

/// What is said of the last of several bodies holds for all of them: "CE 17 et CWG-COP : information".
fn with_shared_purposes(groups: Vec<Vec<String>>, vocabulary: &Vocabulary) -> Vec<(String, Option<Purpose>)> {
    let mut found = Vec::new();
    for group in groups {
        let is_bracketed = group.last().is_some_and(|last| last.ends_with([')', '）']));
        let read: Vec<_> = group.iter().map(|piece| without_remarks(piece, vocabulary)).collect();
        let shared = read.last().and_then(|(_, purpose)| *purpose).filter(|_| !is_bracketed);
        found.extend(read.into_iter().map(|(piece, purpose)| (piece, purpose.or(shared))));
    }
    found
}

/// "attn. Ms Heineman" beside a body: a label and no body behind it.
fn is_forwarding_note(piece: &str, rules: &Rules) -> bool {
    let vocabulary = &rules.vocabulary;
    let first = piece.split_whitespace().next().unwrap_or_default();
    let is_label = first.ends_with(['.', ':']) && vocabulary.liaison.label(first) == Some(LiaisonLabel::To);
    is_label && !is_activity(piece, &rules.charter) && !names_group(piece, vocabulary)
}

/// A function and nothing else.
fn is_office(body: &str, vocabulary: &Vocabulary) -> bool {
    body.split_whitespace().count() <= 3
        && !body.chars().any(|c| c.is_ascii_digit())
        && role(body, vocabulary).is_some()
        && !vocabulary.labels.organizations.is_in(body)
}

/// A row cut at its separators, outside of brackets; bodies with "and" between them stay beside each other.
fn pieces(value: &str, vocabulary: &Vocabulary) -> Vec<Vec<String>> {
    let mut cut: Vec<String> = vec![String::new()];
    let mut depth = 0_i32;
    for c in value.chars() {
        match c {
            '(' | '（' | '<' => depth += 1,
            ')' | '）' | '>' => depth = (depth - 1).max(0),
            _ => {}
        }
        let is_end = matches!(c, ',' | ';' | '，' | '；' | '、' | '،' | '؛' | '\n') && depth == 0;
        match cut.last_mut() {
            Some(last) if !is_end => last.push(c),
            _ => cut.push(String::new()),
        }
    }
    let mut joined: Vec<String> = Vec::new();
    for piece in cut.iter().map(|piece| piece.trim()).filter(|piece| !piece.is_empty()) {
        match joined.last_mut() {
            // "ITU-D, Study Group 1": the sector alone is the beginning of the name.
            Some(last) if is_sector(last, vocabulary) && names_group(piece, vocabulary) => {
                last.push_str(", ");
                last.push_str(piece);
            }
            // "Study Groups 2, 9 and 13": numbers go with the name before them.
            Some(last) if piece.starts_with(|c: char| c.is_ascii_digit()) && is_numbers(piece, vocabulary) => {
                last.push_str(", ");
                last.push_str(piece);
            }
            _ => joined.push(piece.to_owned()),
        }
    }
    joined.into_iter().map(|piece| at_and(&piece, vocabulary)).collect()
}

/// "9", "13 and 17"
fn is_numbers(piece: &str, vocabulary: &Vocabulary) -> bool {
    let is_and = |word: &str| vocabulary.liaison.and.iter().any(|and| and == word);
    piece.split_whitespace().all(|word| word.chars().all(|c| c.is_ascii_digit()) && word.len() <= 2 || is_and(word))
}

/// "ITU-T", "UIT-D" and nothing else.
fn is_sector(piece: &str, vocabulary: &Vocabulary) -> bool {
    let bodies = &vocabulary.labels.bodies;
    piece.chars().count() <= 6 && (vocabulary.labels.ours.has(piece) || any(&bodies.itu_r, piece) || any(&bodies.itu_d, piece))
}

/// A study group without its sector.
fn names_group(piece: &str, vocabulary: &Vocabulary) -> bool {
    any(&vocabulary.labels.bodies.study_group, piece)
        || piece.split_whitespace().next().is_some_and(|first| vocabulary.liaison.label(first) == Some(LiaisonLabel::Questions))
}

/// "JCA-COP and CWG-COP" is two bodies, "Standards and Metrology Institute" one: what stands on both sides must look like a whole name.
fn at_and(piece: &str, vocabulary: &Vocabulary) -> Vec<String> {
    for and in &vocabulary.liaison.and {
        let spaced = if and.chars().all(|c| c.is_alphabetic() && !crate::vocabulary::words::is_han(c)) {
            format!(" {and} ")
        } else {
            and.clone()
        };
        for (at, _) in piece.match_indices(spaced.as_str()) {
            let (left, right) = (piece.get(..at).unwrap_or_default(), piece.get(at + spaced.len()..).unwrap_or_default());
            // "to SG 2 and to SG 13": the preposition is said again.
            let said_again = right.trim_start().starts_with(char::is_lowercase);
            let right = right.trim_start().trim_start_matches(|c: char| c.is_lowercase()).trim_start();
            let whole = left.matches('(').count() == left.matches(')').count();
            let begins = begins_name(right) && !is_numbers(right, vocabulary);
            if whole && ends_name(left) && (begins || said_again && right.starts_with(char::is_uppercase)) {
                let mut all = vec![left.trim().to_owned()];
                all.extend(at_and(right.trim(), vocabulary));
                return all;
            }
        }
    }
    vec![piece.to_owned()]
}

/// Ends with an abbreviation, a number or a bracket.
fn ends_name(text: &str) -> bool {
    text.split_whitespace().next_back().is_some_and(|word| is_short_name(word) || word.ends_with([')', '）', '组', '会', '盟']))
}

/// Begins with an abbreviation.
fn begins_name(text: &str) -> bool {
    let word = text.split_whitespace().next().unwrap_or_default();
    let word = word.trim_start_matches(|c: char| c.is_lowercase() && !c.is_ascii_digit()).trim_start_matches(['\'', '’']);
    is_short_name(word)
}

/// `JCA-COP`, `SG17`, `3GPP`, `17`, `W3C`, `ИК17`.
fn is_short_name(word: &str) -> bool {
    let upper = word.chars().filter(|c| c.is_uppercase()).count();
    let digits = word.chars().filter(|c| c.is_numeric()).count();
    let lower = word.chars().filter(|c| c.is_lowercase()).count();
    upper >= 2 && lower <= upper || digits > 0 && lower == 0
}

/// Without a person's name or an address in brackets, and without the purpose beside the name, which is given.
fn without_remarks(piece: &str, vocabulary: &Vocabulary) -> (String, Option<Purpose>) {
    let mut purpose = None;
    let mut rest = piece.to_owned();
    while let Some((open, close)) = brackets(&rest) {
        let inner = rest.get(open..close).unwrap_or_default().trim_matches(['(', ')', '（', '）', '<', '>']).trim().to_owned();
        let said = purpose_beside(&inner, vocabulary);
        let is_remark = inner.contains('@')
            || said.is_some()
            || inner.is_empty()
            || names::whole(&inner, vocabulary)
                .is_some_and(|name| name.honorific.is_some() || !inner.chars().any(|c| c.is_ascii_digit()));
        if !is_remark {
            break;
        }
        purpose = purpose.or(said);
        rest.replace_range(open..close, " ");
    }
    for dash in [" – ", " — ", " - ", ": ", "：", " for ", " pour ", " para ", " для "] {
        if let Some((body, tail)) = rest.split_once(dash)
            && let Some(said) = purpose_beside(dash_word(dash, tail).trim(), vocabulary)
        {
            purpose = purpose.or(Some(said));
            rest = body.to_owned();
        }
    }
    if let Some((body, said)) = without_han_purpose(&rest, vocabulary).filter(|_| purpose.is_none()) {
        return (body.to_owned(), Some(said));
    }
    (rest.split_whitespace().collect::<Vec<_>>().join(" "), purpose)
}

/// "JCA-COP采取行动", "第17研究组参考": Chinese puts the purpose behind the body without a blank.
fn without_han_purpose<'a>(text: &'a str, vocabulary: &Vocabulary) -> Option<(&'a str, Purpose)> {
    let text = text.trim_end();
    let tails = text.char_indices().rev().skip(1).take(LONGEST_PURPOSE).take_while(|(_, c)| is_han(*c)).map(|(at, _)| at);
    let found = tails.filter(|at| *at > 0).filter_map(|at| {
        let (body, tail) = text.split_at_checked(at)?;
        let said = purpose_beside(tail, vocabulary).or_else(|| purpose_beside(&format!("供{tail}"), vocabulary))?;
        Some((body.trim_end_matches(['供', '请', '請']), said))
    });
    // Of "行动" and "采取行动" the longer one.
    found.last()
}

fn dash_word(dash: &str, tail: &str) -> String {
    format!("{}{tail}", if dash.chars().any(char::is_alphabetic) { dash } else { "" })
}

/// The last bracket of a text.
fn brackets(text: &str) -> Option<(usize, usize)> {
    let open = text.rfind(['(', '（', '<'])?;
    let (at, close) = text.get(open..)?.char_indices().find(|(_, c)| matches!(c, ')' | '）' | '>'))?;
    Some((open, open + at + close.len_utf8()))
}

/// "for action", "pour information": a few words that say nothing else.
fn purpose_beside(words: &str, vocabulary: &Vocabulary) -> Option<Purpose> {
    use LiaisonLabel as L;
    match vocabulary.liaison.label(words) {
        Some(L::Action | L::Request) => Some(Purpose::Action),
        Some(L::Comment) => Some(Purpose::Comment),
        Some(L::Information) => Some(Purpose::Information),
        // "(information)"
        None if words.split_whitespace().count() == 1 => super::asks::of_row(words, vocabulary),
        _ => None,
    }
}

/// "The Chair of ITU-T JCA-COP" is the activity.
fn without_office(piece: &str, rules: &Rules) -> String {
    let folded = fold(piece);
    if !is_activity(piece, &rules.charter) || folded.chars().count() != piece.chars().count() {
        return piece.to_owned();
    }
    let cut = rules
        .vocabulary
        .liaison
        .office
        .iter()
        .filter_map(|office| office.find(&folded))
        .map(|hit| hit.as_str().chars().count())
        .max();
    piece.chars().skip(cut.unwrap_or(0)).collect()
}
