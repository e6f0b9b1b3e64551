use super::compile;

fn refused(pattern: &str) -> String {
    compile(pattern).unwrap_err()
}

#[test]
fn a_boundary_beside_ascii_is_an_ascii_boundary() {
    let regex = compile(r"\bLS\s?\d+\b").unwrap();

    assert!(regex.pattern().contains(r"(?-u:\b)"));
    assert!(regex.is_match("see LS 12."));
    assert!(!regex.is_match("ALS 12"));
}

#[test]
fn a_boundary_fires_beside_cyrillic_arabic_and_accented_letters() {
    for (pattern, yes, no) in [
        (r"\bвклад\b", "наш вклад.", "вкладка"),
        (r"(?i)\bвклад\b", "Вклад", "подвклад"),
        (r"\bرد\b", "هذا رد", "ردود"),
        (r"(?i)\bétude\b", "une Étude,", "préétude"),
        (r"\b(?:etude|étude)s?\b", "l'étude", "études2"),
        (r"(\bвклад|\bотчет)\b", "отчет", "вклады"),
    ] {
        let regex = compile(pattern).unwrap();

        assert!(regex.is_match(yes), "{pattern} {yes}");
        assert!(!regex.is_match(no), "{pattern} {no}");
    }
}

#[test]
fn a_boundary_that_always_holds_is_dropped() {
    let regex = compile(r"(?m)^\bвклад\b\s+номер").unwrap();

    assert!(regex.find("вклад номер").is_some_and(|found| found.start() == 0));
}

#[test]
fn an_email_pattern_keeps_its_boundary() {
    assert_eq!(compile(r"(?i)\b[a-z0-9._%+-]+@").unwrap().find("(jane.d@").unwrap().as_str(), "jane.d@");
}

#[test]
fn groups_keep_their_numbers_and_names() {
    let regex = compile(r"\b(?P<day>[0-9]+)\s(мая)\b").unwrap();

    let found = regex.captures("до 22 мая.").unwrap();

    assert_eq!((&found["day"], &found[2]), ("22", "мая"));
}

#[test]
fn a_boundary_that_cannot_be_told_is_an_error_that_says_what_to_write() {
    assert!(refused(r"\b联络").contains("leave \\b out"));
    assert!(refused(r"слово\b\s*\d").contains(r"(?:\s|$)"));
    assert!(refused(r"\b\+").contains("beside a letter"));
    assert!(refused(r"сло\bво").contains("never match"));
    assert!(refused(r"a\B").contains("write \\b"));
}

#[test]
fn what_would_blow_up_is_refused() {
    assert!(refused(r"(?:x{1000}){1000}").contains("counts smaller"));
    assert!(refused(&format!("{}x{}", "(".repeat(60), ")".repeat(60))).contains("nest"));
    assert!(refused("(").contains("in “(”"));
}

#[test]
fn a_hostile_pattern_runs_in_linear_time() {
    let regex = compile(r"(a+)+$").unwrap();

    assert!(!regex.is_match(&format!("{}!", "a".repeat(100_000))));
}
