//! Numbers of documents, made comparable.

/// A number without what varies in its writing: letters and digits only, in lower case, the language letter at its end dropped.
/// `COM 17 – LS 45 – E` and `com17-ls45-F` are one document in two languages.
pub fn code(number: &str) -> String {
    let lower = number.trim().to_lowercase();
    let head = lower.strip_suffix(['e', 'f', 's', 'r', 'c', 'a']).map(str::trim_end);
    let head = head.and_then(|head| head.strip_suffix(['-', '\u{2010}', '\u{2011}', '–', '—'])).unwrap_or(&lower);
    head.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::code;

    #[test]
    fn dashes_blanks_and_languages_make_no_other_number() {
        assert_eq!(code("COM 17 – LS 45 – E"), code("COM17-LS45-F"));
        assert_eq!(code("SG17\u{2011}LS123"), "sg17ls123");
        assert_ne!(code("SG17-LS12"), code("SG17-LS123"));
        assert_eq!(code("1/LS-27"), "1ls27");
    }
}
